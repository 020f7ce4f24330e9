"""Status reports and the frozen list of measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = (
    "vorgeschlagen", "in-pruefung", "beschlossen", "in-umsetzung", "umgesetzt",
    "zurueckgestellt", "verworfen", "ueberholt",
)  # fmt: skip
IN_STATES = ", ".join(f"'{state}'" for state in STATES)
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER annex_entries_no_update BEFORE UPDATE ON annex_entries WHEN NOT (NEW.revision_number IS OLD.revision_number AND NEW.node_id IS OLD.node_id AND NEW.position IS OLD.position AND EXISTS (SELECT 1 FROM log_entries e WHERE e.revision_number = OLD.revision_number AND (e.payload NOT LIKE '%\"annex\":%' OR EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = e.number AND r.field = 'annex'))) AND (SELECT count(*) FROM json_tree(NEW.facts)) = (SELECT count(*) FROM json_tree(OLD.facts)) AND NOT EXISTS (SELECT 1 FROM json_tree(NEW.facts) n LEFT JOIN json_tree(OLD.facts) o ON o.fullkey = n.fullkey WHERE o.fullkey IS NULL OR n.type <> o.type OR (n.atom IS NOT o.atom AND (n.type <> 'text' OR NOT EXISTS (SELECT 1 FROM log_redacted r WHERE n.atom = ('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']')))))) BEGIN SELECT RAISE(ABORT, 'published rows never change: annex_entries'); END",
        "CREATE TRIGGER annex_entries_no_delete BEFORE DELETE ON annex_entries BEGIN SELECT RAISE(ABORT, 'published rows never change: annex_entries'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER annex_entries_immutable BEFORE DELETE OR TRUNCATE ON annex_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        "CREATE OR REPLACE FUNCTION only_marked(was jsonb, is_now jsonb) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN IF is_now IS NULL THEN RETURN false; END IF; IF was = is_now THEN RETURN true; END IF; IF jsonb_typeof(was) <> jsonb_typeof(is_now) THEN RETURN false; END IF; IF jsonb_typeof(was) = 'object' THEN RETURN (SELECT count(*) FROM jsonb_object_keys(was)) = (SELECT count(*) FROM jsonb_object_keys(is_now)) AND NOT EXISTS (SELECT 1 FROM jsonb_each(was) a WHERE NOT only_marked(a.value, is_now -> a.key)); END IF; IF jsonb_typeof(was) = 'array' THEN RETURN jsonb_array_length(was) = jsonb_array_length(is_now) AND NOT EXISTS (SELECT 1 FROM generate_series(0, jsonb_array_length(was) - 1) i WHERE NOT only_marked(was -> i, is_now -> i)); END IF; RETURN jsonb_typeof(was) = 'string' AND EXISTS (SELECT 1 FROM log_redacted r WHERE is_now = to_jsonb(('[getilgt: Eintrag ' || r.redaction_number || ', ' || r.ground || ']'))); END $$",
        "CREATE OR REPLACE FUNCTION guard_annex_entries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.revision_number IS NOT DISTINCT FROM OLD.revision_number AND NEW.node_id IS NOT DISTINCT FROM OLD.node_id AND NEW.position IS NOT DISTINCT FROM OLD.position AND EXISTS (SELECT 1 FROM log_entries e WHERE e.revision_number = OLD.revision_number AND (e.payload NOT LIKE '%\"annex\":%' OR EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = e.number AND r.field = 'annex'))) AND only_marked(CAST(OLD.facts AS jsonb), CAST(NEW.facts AS jsonb)) THEN RETURN NEW; END IF; RAISE EXCEPTION 'published rows never change: %', TG_TABLE_NAME; END $$",
        "CREATE TRIGGER annex_entries_erasable BEFORE UPDATE ON annex_entries FOR EACH ROW EXECUTE FUNCTION guard_annex_entries()",
    ),
}
"""Tables of the first schema brought the function along."""


def state(name: str) -> sa.Enum:
    """Return the type of a column with one of the states."""
    return sa.Enum(*STATES, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Expand: two tables, and the current state of a measure on its node."""
    dialect = op.get_bind().dialect.name
    # Added one by one and by hand: recreating the table would touch every row that points to it.
    op.execute(
        "ALTER TABLE nodes ADD COLUMN status VARCHAR(24) DEFAULT 'vorgeschlagen' NOT NULL "
        f"CONSTRAINT ck_nodes_status CHECK (status IN ({IN_STATES}))"
    )
    op.add_column("nodes", sa.Column("status_since", sa.Date(), nullable=True))
    op.add_column("nodes", sa.Column("status_reported_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "status_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("status", state("status"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("carrier", sa.String(length=160), nullable=False),
        sa.Column("jump_reason", sa.Text(), nullable=False),
        sa.Column("before", state("status_before"), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "waiting",
                "asked",
                "confirmed",
                "refused",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("talk", sa.JSON(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "moderator_id IS NULL OR moderator_id <> reporter_id", name=op.f("ck_status_reports_not_ones_own")
        ),
        sa.CheckConstraint(
            "decision = 'waiting' OR (moderator_id IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_status_reports_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "decision NOT IN ('asked', 'refused') OR answer <> ''", name=op.f("ck_status_reports_no_without_reason")
        ),
        sa.CheckConstraint(
            "status NOT IN ('beschlossen', 'verworfen') OR reference <> ''",
            name=op.f("ck_status_reports_resolution_is_named"),
        ),
        sa.CheckConstraint(
            "status <> 'zurueckgestellt' OR review_on IS NOT NULL", name=op.f("ck_status_reports_postponed_until")
        ),
        sa.CheckConstraint(
            "next_step <> '' OR status IN ('umgesetzt', 'verworfen', 'ueberholt')",
            name=op.f("ck_status_reports_open_has_next_step"),
        ),
        sa.CheckConstraint("source_url <> '' OR source <> ''", name=op.f("ck_status_reports_has_source")),
        sa.CheckConstraint(
            "source_url = '' OR source_url LIKE 'https://%' OR source_url LIKE 'http://%'",
            name=op.f("ck_status_reports_source_is_web"),
        ),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_status_reports_moderator_id_users")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_status_reports_node_id_nodes")),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name=op.f("fk_status_reports_reporter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_reports")),
    )
    op.create_index("ix_status_reports_decision_id", "status_reports", ["decision", "id"])
    op.create_index("ix_status_reports_node_id_decision_id", "status_reports", ["node_id", "decision", "id"])
    op.create_index("ix_status_reports_reporter_id_id", "status_reports", ["reporter_id", "id"])
    op.create_index(
        "uq_status_reports_open",
        "status_reports",
        ["node_id", "reporter_id"],
        unique=True,
        sqlite_where=sa.text("decision IN ('waiting', 'asked')"),
        postgresql_where=sa.text("decision IN ('waiting', 'asked')"),
    )
    op.create_table(
        "annex_entries",
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_annex_entries_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["revision_number"], ["revisions.number"], name=op.f("fk_annex_entries_revision_number_revisions")
        ),
        sa.PrimaryKeyConstraint("revision_number", "node_id", name=op.f("pk_annex_entries")),
    )
    op.create_index("ix_annex_entries_revision_number_position", "annex_entries", ["revision_number", "position"])
    for statement in GUARDS[dialect]:
        op.execute(statement)


def downgrade() -> None:
    """Take back; status reports and frozen lists of measures are lost."""
    op.drop_table("annex_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION guard_annex_entries()")
        op.execute("DROP FUNCTION only_marked(jsonb, jsonb)")
    op.drop_table("status_reports")
    for column in ("status_reported_at", "status_since", "status"):
        op.drop_column("nodes", column)
