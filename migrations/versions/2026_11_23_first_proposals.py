"""First proposals that wait: who is reading one, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATES = ("waiting", "released", "refused")


def upgrade() -> None:
    """Expand; whoever waits now has a row as if handed in when last saved."""
    moment = sa.DateTime(timezone=True)
    state = sa.Enum(*STATES, name="waitingstate", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "first_proposals",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("handed_in_at", moment, nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_until", moment, nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_first_proposals_decided_at")),
        sa.CheckConstraint(
            "(taken_by_id IS NULL) = (taken_until IS NULL)", name=op.f("ck_first_proposals_taken_until")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_first_proposals_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["taken_by_id"], ["users.id"], name=op.f("fk_first_proposals_taken_by_id_users")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_first_proposals")),
    )
    op.create_index("ix_first_proposals_decided_at", "first_proposals", ["decided_at"])
    op.execute(
        "INSERT INTO first_proposals (proposal_id, state, handed_in_at) "
        "SELECT id, 'waiting', updated_at FROM proposals WHERE waits_until IS NOT NULL"
    )


def downgrade() -> None:
    """Contract; nobody holds a first proposal any more."""
    op.drop_table("first_proposals")
