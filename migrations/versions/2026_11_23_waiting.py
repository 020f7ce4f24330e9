"""First contributions that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS = ("frage", "dafuer", "dagegen", "ergaenzung", "erfahrung")
STATES = ("waiting", "released", "refused")
CHECKS = {
    "root_has_kind": "parent_id IS NOT NULL OR kind IS NOT NULL",
    "text_while_waiting": "(state = 'waiting') = (body <> '')",
    "comment_once_decided": "(state = 'waiting') = (comment_id IS NULL)",
    "decided_by": "(state = 'waiting') = (decided_by_id IS NULL)",
    "decided_at": "(state = 'waiting') = (decided_at IS NULL)",
    "not_ones_own": "decided_by_id IS NULL OR decided_by_id <> author_id",
    "taken_until": "(taken_by_id IS NULL) = (taken_until IS NULL)",
    "subject_has_words": "subject = '' OR exact <> ''",
}
KEYS = {
    "thread_id": "threads",
    "parent_id": "comments",
    "author_id": "users",
    "taken_by_id": "users",
    "decided_by_id": "users",
    "comment_id": "comments",
}


def one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    """Return the type of a column that takes one of some values."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Expand: the table, and what accounts have shown so far; whoever wrote before does not wait."""
    # Added one by one and by hand: recreating the table would touch every row that points to it.
    op.execute(
        "ALTER TABLE users ADD COLUMN admitted INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_users_admitted CHECK (admitted >= 0)"
    )
    op.execute(
        "ALTER TABLE users ADD COLUMN waiting INTEGER DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_users_waiting CHECK (waiting BETWEEN 0 AND 3)"
    )
    op.execute(
        "UPDATE users SET admitted = (SELECT CASE WHEN count(*) > 10 THEN 10 ELSE count(*) END FROM comments "
        "WHERE comments.author_id = users.id AND comments.state = 'visible')"
    )
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(
        f"ALTER TABLE proposals ADD COLUMN waits_until {moment} "
        "CONSTRAINT ck_proposals_waits_as_draft CHECK (waits_until IS NULL OR state = 'draft')"
    )
    op.create_table(
        "waiting_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("kind", one_of(KINDS, "commentkind"), nullable=True),
        sa.Column("anchor", sa.String(length=120), nullable=True),
        sa.Column("anchor_text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sanitiser", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("is_quote", sa.Boolean(), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("submission_key", sa.String(length=64), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", one_of(STATES, "waitingstate"), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_waiting_comments_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_waiting_comments_{column}_{table}"))
            for column, table in KEYS.items()
        ),
        sa.UniqueConstraint("author_id", "submission_key", name=op.f("uq_waiting_comments_author_id_submission_key")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_waiting_comments_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_comments")),
    )
    op.create_index("ix_waiting_comments_state_due_at", "waiting_comments", ["state", "due_at"])
    op.create_index("ix_waiting_comments_decided_at", "waiting_comments", ["decided_at"])


def downgrade() -> None:
    """Contract; what still waits is lost."""
    op.drop_table("waiting_comments")
    op.drop_column("proposals", "waits_until")
    for column in ("waiting", "admitted"):
        op.drop_column("users", column)
