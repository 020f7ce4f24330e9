"""Mandates, questions to initiatives, joint proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = "CONSTRAINT ck_initiatives_organisationkind CHECK (kind IN ('initiative', 'traeger', 'fachstelle'))"
# Plain SQL, the same on both databases: a batch would drop and recreate a table that others point to.
COLUMNS = (
    ("kind", f"VARCHAR(24) DEFAULT 'initiative' NOT NULL {KINDS}"),
    ("languages", "JSON DEFAULT '[\"de\"]' NOT NULL"),
)


def upgrade() -> None:
    """Expand."""
    for name, definition in COLUMNS:
        op.execute(f"ALTER TABLE initiatives ADD COLUMN {name} {definition}")
    # Nothing points to the mandates, so that they can be rebuilt with their check.
    with op.batch_alter_table("delegates") as delegates:
        delegates.add_column(sa.Column("mandate", sa.Text(), server_default="", nullable=False))
        delegates.create_check_constraint(op.f("ck_delegates_period"), "until IS NULL OR until >= since")
    _questions()
    _joint_proposals()


def downgrade() -> None:
    """Contract; mandates, questions and who wrote a proposal together are lost."""
    op.drop_table("proposal_consents")
    op.drop_table("proposal_coauthors")
    op.drop_table("answer_requests")
    with op.batch_alter_table(
        "delegates", table_args=(sa.CheckConstraint("until IS NULL OR until >= since", name="ck_delegates_period"),)
    ) as delegates:
        delegates.drop_constraint(op.f("ck_delegates_period"), type_="check")
        delegates.drop_column("mandate")
    for name, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE initiatives DROP COLUMN {name}")


def _questions() -> None:
    op.create_table(
        "answer_requests",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_answer_requests_at_most_three")),
        sa.CheckConstraint("due_at >= asked_at", name=op.f("ck_answer_requests_period")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_answer_requests_comment_id_comments")),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_answer_requests_initiative_id_initiatives")
        ),
        sa.PrimaryKeyConstraint("comment_id", "initiative_id", name=op.f("pk_answer_requests")),
        sa.UniqueConstraint("comment_id", "position", name=op.f("uq_answer_requests_comment_id_position")),
    )
    op.create_index(
        "ix_answer_requests_initiative_id_comment_id", "answer_requests", ["initiative_id", "comment_id"], unique=False
    )


def _joint_proposals() -> None:
    op.create_table(
        "proposal_coauthors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(joined_at IS NULL) = (user_id IS NULL)", name=op.f("ck_proposal_coauthors_joined")),
        sa.CheckConstraint(
            "joined_at IS NOT NULL OR ((initiative_id IS NULL) = (digest IS NOT NULL))",
            name=op.f("ck_proposal_coauthors_invited"),
        ),
        sa.CheckConstraint(
            "joined_at IS NULL OR (email = '' AND digest IS NULL)", name=op.f("ck_proposal_coauthors_address_forgotten")
        ),
        sa.CheckConstraint(
            "agreed_digest = '' OR joined_at IS NOT NULL", name=op.f("ck_proposal_coauthors_agreed_as_author")
        ),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_proposal_coauthors_initiative_id_initiatives")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_proposal_coauthors_proposal_id_proposals")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_proposal_coauthors_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_coauthors")),
        sa.UniqueConstraint("digest", name=op.f("uq_proposal_coauthors_digest")),
        sa.UniqueConstraint("proposal_id", "initiative_id", name="uq_proposal_coauthors_initiative"),
        sa.UniqueConstraint("proposal_id", "user_id", name="uq_proposal_coauthors_user"),
    )
    op.create_index(op.f("ix_proposal_coauthors_user_id"), "proposal_coauthors", ["user_id"], unique=False)
    op.create_index(op.f("ix_proposal_coauthors_initiative_id"), "proposal_coauthors", ["initiative_id"], unique=False)
    op.create_table(
        "proposal_consents",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("initiative_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiatives.id"], name=op.f("fk_proposal_consents_initiative_id_initiatives")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id", "version"],
            ["proposal_versions.proposal_id", "proposal_versions.version"],
            name="fk_proposal_consents_version",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_proposal_consents_user_id_users")),
        sa.PrimaryKeyConstraint("proposal_id", "version", "user_id", name=op.f("pk_proposal_consents")),
    )
    op.create_index(op.f("ix_proposal_consents_user_id"), "proposal_consents", ["user_id"], unique=False)
