"""Approved minutes never change, since two people signed them: guarded in the database.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

MESSAGE = "approved minutes never change"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that makes approved versions refuse every change."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER minutes_versions_no_{verb.lower()} BEFORE {verb} ON minutes_versions "
            f"WHEN OLD.state = 'approved' BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        )
    return (
        (
            "CREATE OR REPLACE FUNCTION refuse_approved_minutes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF OLD.state = 'approved' THEN RAISE EXCEPTION '{MESSAGE}'; END IF; "
            "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$"
        ),
        (
            "CREATE TRIGGER minutes_versions_approved BEFORE UPDATE OR DELETE ON minutes_versions "
            "FOR EACH ROW EXECUTE FUNCTION refuse_approved_minutes()"
        ),
    )
