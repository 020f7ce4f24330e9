"""Sentences and where each word of them comes from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("sentence_spans", "sentence_ancestors", "placements", "wordings", "sentences")


def upgrade() -> None:
    """Expand. `flask leitbild trace` fills the tables for what is published already."""
    op.create_table(
        "sentences",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("first_revision", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(first_revision = 1) = (change_id IS NULL)", name=op.f("ck_sentences_deck_or_change")),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_sentences_change_id_changes")),
        sa.ForeignKeyConstraint(
            ["first_revision"], ["revisions.number"], name=op.f("fk_sentences_first_revision_revisions")
        ),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_sentences_node_id_nodes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sentences")),
    )
    op.create_index("ix_sentences_first_revision", "sentences", ["first_revision"])
    op.create_index("ix_sentences_change_id", "sentences", ["change_id"])
    op.create_table(
        "wordings",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("tail", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("origin_html", sa.Text(), nullable=False),
        sa.Column("sentences", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_wordings_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_wordings_revision_number_revisions")
        ),
        sa.PrimaryKeyConstraint("node_id", "revision_number", name=op.f("pk_wordings")),
    )
    op.create_index(op.f("ix_wordings_revision_number"), "wordings", ["revision_number"])
    op.create_table(
        "placements",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("gap", sa.Text(), nullable=False),
        sa.Column("sentence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id", "revision_number"],
            ["wordings.node_id", "wordings.revision_number"],
            name=op.f("fk_placements_node_id_revision_number_wordings"),
        ),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentences.id"], name=op.f("fk_placements_sentence_id_sentences")),
        sa.PrimaryKeyConstraint("node_id", "revision_number", "position", name=op.f("pk_placements")),
        sa.UniqueConstraint("sentence_id", "revision_number", name=op.f("uq_placements_sentence_id_revision_number")),
    )
    op.create_table(
        "sentence_ancestors",
        sa.Column("sentence_id", sa.Integer(), nullable=False),
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("diff_html", sa.Text(), nullable=False),
        sa.CheckConstraint("ancestor_id < sentence_id", name=op.f("ck_sentence_ancestors_older")),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["sentences.id"], name=op.f("fk_sentence_ancestors_ancestor_id_sentences")
        ),
        sa.ForeignKeyConstraint(
            ["sentence_id"], ["sentences.id"], name=op.f("fk_sentence_ancestors_sentence_id_sentences")
        ),
        sa.PrimaryKeyConstraint("sentence_id", "ancestor_id", name=op.f("pk_sentence_ancestors")),
    )
    op.create_index("ix_sentence_ancestors_ancestor_id", "sentence_ancestors", ["ancestor_id"])
    op.create_table(
        "sentence_spans",
        sa.Column("sentence_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("node_id", sa.String(length=120), nullable=True),
        sa.CheckConstraint("(change_id IS NULL) <> (node_id IS NULL)", name=op.f("ck_sentence_spans_one_origin")),
        sa.CheckConstraint("length > 0", name=op.f("ck_sentence_spans_not_empty")),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_sentence_spans_change_id_changes")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_sentence_spans_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["sentence_id"], ["sentences.id"], name=op.f("fk_sentence_spans_sentence_id_sentences")
        ),
        sa.PrimaryKeyConstraint("sentence_id", "position", name=op.f("pk_sentence_spans")),
    )
    for statement in _guards(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take back; all of it can be computed again."""
    for table in TABLES:
        op.drop_table(table)


def _guards(dialect: str) -> list[str]:
    """What was published never changes; dropped with the tables."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'published rows never change: {table}'); END"
            for table in TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in TABLES
    ]
