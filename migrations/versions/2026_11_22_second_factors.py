"""Second factors and foreign log-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

METHODS = ("password", "link")
KINDS = ("login", "login_failed", "factor_failed", "factor", "password", "refused", "role", "decision")


def moment() -> sa.DateTime:
    """Return the type of a moment."""
    return sa.DateTime(timezone=True)


def methods(*kinds: str) -> str:
    """Return the CHECK of how somebody logged in."""
    return f"method IN ({', '.join(repr(kind) for kind in kinds)})"


def logins(*kinds: str) -> sa.Table:
    """Return the table as it stands, since SQLite tells nothing of its CHECKs."""
    return sa.Table(
        "logins",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("method", sa.String(24), nullable=False),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("begun_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.CheckConstraint(methods(*kinds), name="ck_logins_loginmethod"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_logins_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
        sa.UniqueConstraint("digest", name="uq_logins_digest"),
        sa.Index("ix_logins_user_id", "user_id"),
        sa.Index("ix_logins_expires_at", "expires_at"),
    )


def upgrade() -> None:
    """Add factors, accounts elsewhere, parked forms and the watch book; log-ins learn of a second proof."""
    with op.batch_alter_table("logins", copy_from=logins(*METHODS)) as batch:
        batch.drop_constraint(op.f("ck_logins_loginmethod"), type_="check")
        batch.create_check_constraint(op.f("ck_logins_loginmethod"), methods(*METHODS, "passkey", "oidc"))
    op.add_column("logins", sa.Column("strong_at", moment(), nullable=True))
    op.add_column("logins", sa.Column("proven_at", moment(), nullable=True))
    op.create_table(
        "totps",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("confirmed_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totps_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totps")),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_passkeys_has_name")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", moment(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_recovery_codes_user_id_digest")),
    )
    op.create_table(
        "challenges",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_challenges")),
    )
    op.create_index(op.f("ix_challenges_expires_at"), "challenges", ["expires_at"])
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("provider", "subject", name=op.f("uq_identities_provider_subject")),
        sa.UniqueConstraint("user_id", "provider", name=op.f("uq_identities_user_id_provider")),
    )
    op.create_table(
        "parked_forms",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_parked_forms")),
    )
    op.create_index(op.f("ix_parked_forms_expires_at"), "parked_forms", ["expires_at"])
    op.create_table(
        "security_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
    )
    op.create_index(op.f("ix_security_events_at"), "security_events", ["at"])
    op.create_index(op.f("ix_security_events_kind"), "security_events", ["kind"])


def downgrade() -> None:
    """Take back; log-ins by passkey or from elsewhere end."""
    for table in (
        "security_events",
        "parked_forms",
        "identities",
        "challenges",
        "recovery_codes",
        "passkeys",
        "totps",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM logins WHERE method IN ('passkey', 'oidc')")
    op.drop_column("logins", "proven_at")
    op.drop_column("logins", "strong_at")
    with op.batch_alter_table("logins", copy_from=logins(*METHODS, "passkey", "oidc")) as batch:
        batch.drop_constraint(op.f("ck_logins_loginmethod"), type_="check")
        batch.create_check_constraint(op.f("ck_logins_loginmethod"), methods(*METHODS))
