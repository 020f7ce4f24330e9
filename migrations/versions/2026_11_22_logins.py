"""Log-ins: sessions that end one by one, and links that log in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TOKENS = ("confirm", "reset")


def purposes(*kinds: str) -> str:
    """Return the CHECK of a link's purpose."""
    return f"purpose IN ({', '.join(repr(kind) for kind in kinds)})"


def tokens(*kinds: str) -> sa.Table:
    """Return the table as it stands, since SQLite tells nothing of its CHECKs."""
    return sa.Table(
        "account_tokens",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(purposes(*kinds), name="ck_account_tokens_tokenpurpose"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_account_tokens_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_account_tokens"),
        sa.UniqueConstraint("digest", name="uq_account_tokens_digest"),
        sa.Index("ix_account_tokens_user_id", "user_id"),
    )


def upgrade() -> None:
    """Give every log-in a row; whoever was logged in logs in once more."""
    op.create_table(
        "logins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "method",
            sa.Enum("password", "link", name="loginmethod", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_logins_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sa.UniqueConstraint("digest", name=op.f("uq_logins_digest")),
    )
    op.create_index(op.f("ix_logins_user_id"), "logins", ["user_id"])
    op.create_index(op.f("ix_logins_expires_at"), "logins", ["expires_at"])
    op.drop_column("users", "session_key")
    with op.batch_alter_table("account_tokens", copy_from=tokens(*TOKENS)) as batch:
        batch.drop_constraint(op.f("ck_account_tokens_tokenpurpose"), type_="check")
        batch.create_check_constraint(op.f("ck_account_tokens_tokenpurpose"), purposes(*TOKENS, "login"))


def downgrade() -> None:
    """Take back; all log-ins end."""
    op.execute("DELETE FROM account_tokens WHERE purpose = 'login'")
    with op.batch_alter_table("account_tokens", copy_from=tokens(*TOKENS, "login")) as batch:
        batch.drop_constraint(op.f("ck_account_tokens_tokenpurpose"), type_="check")
        batch.create_check_constraint(op.f("ck_account_tokens_tokenpurpose"), purposes(*TOKENS))
    op.add_column("users", sa.Column("session_key", sa.String(length=32), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("users", "session_key", server_default=None)
    op.drop_table("logins")
