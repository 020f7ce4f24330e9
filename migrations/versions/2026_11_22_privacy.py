"""Exports, deletion, retention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = ("waiting", "ready", "fetched", "expired", "failed")
PURPOSES = ("address", "leave", "stay")
WAITING = sa.text("state = 'waiting'")
OPEN = sa.text("done_at IS NULL")


def moment() -> sa.DateTime:
    """Return the type of a point in time."""
    return sa.DateTime(timezone=True)


def choice(*values: str, name: str) -> sa.Enum:
    """Return the type of an enum, stored by value and guarded."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Expand."""
    op.add_column("users", sa.Column("left_at", moment()))
    op.create_table(
        "personal_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("state", choice(*STATES, name="exportstate"), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("made_at", moment()),
        sa.Column("expires_at", moment()),
        sa.Column("size", sa.Integer()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", moment()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.CheckConstraint(
            "(state = 'ready') = (content IS NOT NULL)", name=op.f("ck_personal_exports_only_ready_has_content")
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR expires_at IS NOT NULL", name=op.f("ck_personal_exports_ready_expires")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_personal_exports_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_exports")),
    )
    op.create_index("ix_personal_exports_user_id_asked_at", "personal_exports", ["user_id", "asked_at"])
    op.create_index(
        "uq_personal_exports_running",
        "personal_exports",
        ["user_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_personal_exports_waiting", "personal_exports", ["id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_table(
        "privacy_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", choice(*PURPOSES, name="linkpurpose"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("used_at", moment()),
        sa.CheckConstraint("(purpose = 'address') = (email <> '')", name=op.f("ck_privacy_links_address_names_one")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_privacy_links_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_privacy_links_digest")),
    )
    op.create_index(op.f("ix_privacy_links_user_id"), "privacy_links", ["user_id"])
    op.create_table(
        "departures",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("remove", sa.Boolean(), nullable=False),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.Column("done_at", moment()),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_departures_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_departures")),
    )
    op.create_index("ix_departures_due_at", "departures", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.CheckConstraint("count >= 0 OR count = -1", name=op.f("ck_retention_runs_counted_or_failed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    op.create_index("ix_retention_runs_at", "retention_runs", ["at"])
    op.create_table(
        "chores",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("due_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chores")),
    )


def downgrade() -> None:
    """Take back; exports that lie ready are lost, deleted accounts stay without a name."""
    for table in ("chores", "retention_runs", "departures", "privacy_links", "personal_exports"):
        op.drop_table(table)
    op.drop_column("users", "left_at")
