"""Removed texts under seal, and guards of moderation: nobody decides about their own report or contribution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

GUARDS = {
    "sqlite": (
        "CREATE TRIGGER decisions_not_ones_report_insert BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM reports r WHERE r.case_id = NEW.case_id AND r.reporter_id = NEW.moderator_id) BEGIN SELECT RAISE(ABORT, 'nobody decides a case that they reported themselves'); END",
        "CREATE TRIGGER decisions_not_ones_report_update BEFORE UPDATE ON decisions WHEN EXISTS (SELECT 1 FROM reports r WHERE r.case_id = NEW.case_id AND r.reporter_id = NEW.moderator_id) BEGIN SELECT RAISE(ABORT, 'nobody decides a case that they reported themselves'); END",
        "CREATE TRIGGER appeals_not_ones_report_insert BEFORE INSERT ON appeals WHEN EXISTS (SELECT 1 FROM decisions d JOIN reports r ON r.case_id = d.case_id WHERE d.id = NEW.decision_id AND r.reporter_id = NEW.decided_by_id) BEGIN SELECT RAISE(ABORT, 'nobody decides a case that they reported themselves'); END",
        "CREATE TRIGGER appeals_not_ones_report_update BEFORE UPDATE ON appeals WHEN EXISTS (SELECT 1 FROM decisions d JOIN reports r ON r.case_id = d.case_id WHERE d.id = NEW.decision_id AND r.reporter_id = NEW.decided_by_id) BEGIN SELECT RAISE(ABORT, 'nobody decides a case that they reported themselves'); END",
        "CREATE TRIGGER appeals_not_ones_own_insert BEFORE INSERT ON appeals WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.author_id = NEW.decided_by_id) BEGIN SELECT RAISE(ABORT, 'nobody decides about their own contribution'); END",
        "CREATE TRIGGER appeals_not_ones_own_update BEFORE UPDATE ON appeals WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.author_id = NEW.decided_by_id) BEGIN SELECT RAISE(ABORT, 'nobody decides about their own contribution'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION decisions_not_ones_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM reports r WHERE r.case_id = NEW.case_id AND r.reporter_id = NEW.moderator_id) THEN RAISE EXCEPTION 'nobody decides a case that they reported themselves' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER decisions_not_ones_report BEFORE INSERT OR UPDATE ON decisions FOR EACH ROW EXECUTE FUNCTION decisions_not_ones_report()",
        "CREATE OR REPLACE FUNCTION appeals_not_ones_report() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM decisions d JOIN reports r ON r.case_id = d.case_id WHERE d.id = NEW.decision_id AND r.reporter_id = NEW.decided_by_id) THEN RAISE EXCEPTION 'nobody decides a case that they reported themselves' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER appeals_not_ones_report BEFORE INSERT OR UPDATE ON appeals FOR EACH ROW EXECUTE FUNCTION appeals_not_ones_report()",
        "CREATE OR REPLACE FUNCTION appeals_not_ones_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.author_id = NEW.decided_by_id) THEN RAISE EXCEPTION 'nobody decides about their own contribution' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER appeals_not_ones_own BEFORE INSERT OR UPDATE ON appeals FOR EACH ROW EXECUTE FUNCTION appeals_not_ones_own()",
    ),
}
REMOVAL = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS decisions_not_ones_report_insert",
        "DROP TRIGGER IF EXISTS decisions_not_ones_report_update",
        "DROP TRIGGER IF EXISTS appeals_not_ones_report_insert",
        "DROP TRIGGER IF EXISTS appeals_not_ones_report_update",
        "DROP TRIGGER IF EXISTS appeals_not_ones_own_insert",
        "DROP TRIGGER IF EXISTS appeals_not_ones_own_update",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS decisions_not_ones_report ON decisions",
        "DROP FUNCTION IF EXISTS decisions_not_ones_report()",
        "DROP TRIGGER IF EXISTS appeals_not_ones_report ON appeals",
        "DROP FUNCTION IF EXISTS appeals_not_ones_report()",
        "DROP TRIGGER IF EXISTS appeals_not_ones_own ON appeals",
        "DROP FUNCTION IF EXISTS appeals_not_ones_own()",
    ),
}


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "sealed_texts",
        sa.Column("decision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(content IS NULL) = (gone_at IS NOT NULL)", name=op.f("ck_sealed_texts_kept_or_gone")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_sealed_texts_decision_id_decisions")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_sealed_texts")),
    )
    op.create_index("ix_sealed_texts_until", "sealed_texts", ["until"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Contract. Texts that are removed for good cannot come back; those under seal are lost with their table."""
    for statement in REMOVAL[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("sealed_texts")
