"""Bodies, resolutions, and public readings of drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# What was signed never changes.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER resolutions_no_update BEFORE UPDATE ON resolutions WHEN OLD.state = 'signed' BEGIN SELECT RAISE(ABORT, 'published rows never change: resolutions'); END",
        "CREATE TRIGGER resolutions_no_delete BEFORE DELETE ON resolutions WHEN OLD.state = 'signed' BEGIN SELECT RAISE(ABORT, 'published rows never change: resolutions'); END",
        "CREATE TRIGGER resolution_reasons_no_insert BEFORE INSERT ON resolution_reasons WHEN EXISTS (SELECT 1 FROM resolutions WHERE id = NEW.resolution_id AND state = 'signed') BEGIN SELECT RAISE(ABORT, 'published rows never change: resolution_reasons'); END",
        "CREATE TRIGGER resolution_reasons_no_update BEFORE UPDATE ON resolution_reasons WHEN EXISTS (SELECT 1 FROM resolutions WHERE id = OLD.resolution_id AND state = 'signed') OR EXISTS (SELECT 1 FROM resolutions WHERE id = NEW.resolution_id AND state = 'signed') BEGIN SELECT RAISE(ABORT, 'published rows never change: resolution_reasons'); END",
        "CREATE TRIGGER resolution_reasons_no_delete BEFORE DELETE ON resolution_reasons WHEN EXISTS (SELECT 1 FROM resolutions WHERE id = OLD.resolution_id AND state = 'signed') BEGIN SELECT RAISE(ABORT, 'published rows never change: resolution_reasons'); END",
        "CREATE TRIGGER resolutions_reasoned BEFORE UPDATE ON resolutions WHEN NEW.state = 'signed' AND NEW.decision = 'returned' AND NOT EXISTS (SELECT 1 FROM resolution_reasons WHERE resolution_id = NEW.id) BEGIN SELECT RAISE(ABORT, 'a version is returned only with a reason'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse_signed_resolution() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END IF; IF OLD.state = 'signed' THEN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END IF; IF TG_OP = 'UPDATE' THEN IF NEW.state = 'signed' AND NEW.decision = 'returned' AND NOT EXISTS (SELECT 1 FROM resolution_reasons WHERE resolution_id = NEW.id) THEN RAISE EXCEPTION 'a version is returned only with a reason'; END IF; END IF; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
        "CREATE OR REPLACE FUNCTION refuse_signed_reason() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END IF; IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM resolutions WHERE id = OLD.resolution_id AND state = 'signed') THEN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END IF; IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM resolutions WHERE id = NEW.resolution_id AND state = 'signed') THEN RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END IF; RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
        "CREATE TRIGGER resolutions_signed BEFORE UPDATE OR DELETE ON resolutions FOR EACH ROW EXECUTE FUNCTION refuse_signed_resolution()",
        "CREATE TRIGGER resolution_reasons_signed BEFORE INSERT OR UPDATE OR DELETE ON resolution_reasons FOR EACH ROW EXECUTE FUNCTION refuse_signed_reason()",
        "CREATE TRIGGER resolutions_whole BEFORE TRUNCATE ON resolutions FOR EACH STATEMENT EXECUTE FUNCTION refuse_signed_resolution()",
        "CREATE TRIGGER resolution_reasons_whole BEFORE TRUNCATE ON resolution_reasons FOR EACH STATEMENT EXECUTE FUNCTION refuse_signed_reason()",
    ),
}
REMOVAL = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS resolutions_reasoned",
        "DROP TRIGGER IF EXISTS resolutions_no_update",
        "DROP TRIGGER IF EXISTS resolutions_no_delete",
        "DROP TRIGGER IF EXISTS resolution_reasons_no_insert",
        "DROP TRIGGER IF EXISTS resolution_reasons_no_update",
        "DROP TRIGGER IF EXISTS resolution_reasons_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS resolutions_signed ON resolutions",
        "DROP TRIGGER IF EXISTS resolutions_whole ON resolutions",
        "DROP TRIGGER IF EXISTS resolution_reasons_signed ON resolution_reasons",
        "DROP TRIGGER IF EXISTS resolution_reasons_whole ON resolution_reasons",
        "DROP FUNCTION IF EXISTS refuse_signed_resolution()",
        "DROP FUNCTION IF EXISTS refuse_signed_reason()",
    ),
}


def choice(name: str, *values: str) -> sa.Enum:
    """Return an enum kept by value with its CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Expand."""
    op.create_index("uq_users_id_role", "users", ["id", "role"], unique=True)
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_readings_lasts")),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_readings_draft_id_drafts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_readings_running", "readings", ["draft_id"], unique=True, sqlite_where=running, postgresql_where=running
    )
    # Without a batch: that would make the table of changes anew, and passages rest on it.
    op.execute(
        "ALTER TABLE changes ADD COLUMN thread_id INTEGER CONSTRAINT fk_changes_thread_id_threads "
        "REFERENCES threads (id)"
    )
    op.create_index("uq_changes_thread_id", "changes", ["thread_id"], unique=True)
    create_bodies()
    create_resolutions()
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def create_bodies() -> None:
    """Create the bodies and their seats."""
    op.create_table(
        "bodies",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short", sa.String(length=40), nullable=False),
        sa.Column("region", choice("region", "brandenburg", "sachsen", "nachbarn", "anderswo"), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bodies")),
        sa.UniqueConstraint("name", name=op.f("uq_bodies_name")),
        sa.UniqueConstraint("short", name=op.f("uq_bodies_short")),
    )
    op.create_table(
        "body_members",
        sa.Column("body_id", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", choice("role", "resident", "moderator", "operator"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IS NULL OR role = 'resident'", name=op.f("ck_body_members_only_residents")),
        sa.CheckConstraint("(until IS NULL) = (role IS NOT NULL)", name=op.f("ck_body_members_role_while_it_lasts")),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name=op.f("fk_body_members_body_id_bodies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_body_members_user_id_users")),
        sa.ForeignKeyConstraint(
            ["user_id", "role"],
            ["users.id", "users.role"],
            name="fk_body_members_user_id_role_users",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("body_id", "user_id", name=op.f("pk_body_members")),
    )
    lasting = sa.text("until IS NULL")
    op.create_index(
        "uq_body_members_one_body",
        "body_members",
        ["user_id"],
        unique=True,
        sqlite_where=lasting,
        postgresql_where=lasting,
    )


def create_resolutions() -> None:
    """Create the resolutions and their reasons."""
    op.create_table(
        "resolutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.String(length=120), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("state", choice("resolutionstate", "drafted", "signed"), nullable=False),
        sa.Column("decision", choice("decision", "adopted", "returned"), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_hash", sa.String(length=64), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.CheckConstraint("revision_number > 1", name=op.f("ck_resolutions_not_the_first")),
        sa.CheckConstraint("signed_by_id <> drafted_by_id", name=op.f("ck_resolutions_two_people")),
        sa.CheckConstraint(
            "(state = 'signed') = (signed_by_id IS NOT NULL AND signed_at IS NOT NULL AND subject_hash IS NOT NULL "
            "AND entry_number IS NOT NULL)",
            name=op.f("ck_resolutions_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "drafted_by_id"],
            ["body_members.body_id", "body_members.user_id"],
            name="fk_resolutions_drafted_by_member",
        ),
        sa.ForeignKeyConstraint(
            ["body_id", "signed_by_id"],
            ["body_members.body_id", "body_members.user_id"],
            name="fk_resolutions_signed_by_member",
        ),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name=op.f("fk_resolutions_body_id_bodies")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_resolutions_revision_number_revisions")
        ),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["log_entries.number"], name=op.f("fk_resolutions_entry_number_log_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
        sa.UniqueConstraint("body_id", "revision_number", name=op.f("uq_resolutions_body_id_revision_number")),
        sa.UniqueConstraint("entry_number", name=op.f("uq_resolutions_entry_number")),
    )
    op.create_index("ix_resolutions_revision_number", "resolutions", ["revision_number"], unique=False)
    op.create_table(
        "resolution_reasons",
        sa.Column("resolution_id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_resolution_reasons_given")),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["resolutions.id"], name=op.f("fk_resolution_reasons_resolution_id_resolutions")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name=op.f("fk_resolution_reasons_change_id_changes")),
        sa.PrimaryKeyConstraint("resolution_id", "change_id", name=op.f("pk_resolution_reasons")),
    )
    op.create_index("ix_resolution_reasons_change_id", "resolution_reasons", ["change_id"], unique=False)


def downgrade() -> None:
    """Take back; bodies, their resolutions, readings and what was said in them are no longer known."""
    for statement in REMOVAL[op.get_bind().dialect.name]:
        op.execute(statement)
    for table in ("resolution_reasons", "resolutions", "body_members", "bodies", "readings"):
        op.drop_table(table)
    op.drop_index("uq_changes_thread_id", "changes")
    op.execute("ALTER TABLE changes DROP COLUMN thread_id")
    op.drop_index("uq_users_id_role", "users")
