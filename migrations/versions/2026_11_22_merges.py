"""Merging several proposed wordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add merges and their steps."""
    op.create_table(
        "merges",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.CheckConstraint("edit >= 0", name=op.f("ck_merges_edit")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_merges_node_id_nodes")),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_merges")),
    )
    op.create_table(
        "merge_steps",
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("decide", "undo", "redo", name="stepkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("shows", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_merge_steps_number")),
        sa.CheckConstraint("shows >= 0 AND shows <= number", name=op.f("ck_merge_steps_shows")),
        sa.CheckConstraint(
            "previous IS NULL OR (previous >= 0 AND previous < number)", name=op.f("ck_merge_steps_previous")
        ),
        sa.CheckConstraint(
            "kind <> 'decide' OR (shows = number AND previous IS NOT NULL)", name=op.f("ck_merge_steps_decided")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_merge_steps_author_id_users")),
        sa.ForeignKeyConstraint(["node_id"], ["merges.node_id"], name=op.f("fk_merge_steps_node_id_merges")),
        sa.PrimaryKeyConstraint("node_id", "number", name=op.f("pk_merge_steps")),
    )


def downgrade() -> None:
    """Take back; drafted mergers and their steps are lost."""
    op.drop_table("merge_steps")
    op.drop_table("merges")
