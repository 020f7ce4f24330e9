"""Who granted which role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def role(name: str) -> sa.Column:
    """Return a column that holds a role."""
    kinds = ("resident", "moderator", "operator")
    return sa.Column(
        name, sa.Enum(*kinds, name="role", native_enum=False, create_constraint=False, length=24), nullable=False
    )


def upgrade() -> None:
    """Keep on record who was entrusted with what."""
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        role("before"),
        role("role"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "in_force",
                "refused",
                name="grantstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("before IN ('resident', 'moderator', 'operator')", name=op.f("ck_role_grants_role_before")),
        sa.CheckConstraint("role IN ('resident', 'moderator', 'operator')", name=op.f("ck_role_grants_role")),
        sa.CheckConstraint("requested_by_id <> user_id", name=op.f("ck_role_grants_not_to_oneself")),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> user_id", name=op.f("ck_role_grants_not_by_oneself")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> requested_by_id", name=op.f("ck_role_grants_four_eyes")
        ),
        sa.CheckConstraint("(state = 'requested') = (decided_at IS NULL)", name=op.f("ck_role_grants_decided")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_role_grants_has_reason")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_role_grants_user_id_users")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_role_grants_requested_by_id_users")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_role_grants_decided_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(op.f("ix_role_grants_user_id"), "role_grants", ["user_id"])
    waiting = sa.text("state = 'requested'")
    op.create_index(
        "uq_role_grants_waiting",
        "role_grants",
        ["user_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    """Take back; who granted which role is lost, the roles stay."""
    op.drop_table("role_grants")
