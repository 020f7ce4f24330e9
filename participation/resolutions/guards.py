"""A signed resolution can never be changed, and none returns a version without a reason: guarded in the database.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

from participation.leitbild.guards import MESSAGE

TABLES = ("resolutions", "resolution_reasons")

UNREASONED = "a version is returned only with a reason"

_RETURNED = (
    "NEW.state = 'signed' AND NEW.decision = 'returned' "
    "AND NOT EXISTS (SELECT 1 FROM resolution_reasons WHERE resolution_id = NEW.id)"
)
_SIGNED = "SELECT 1 FROM resolutions WHERE id = {row}.resolution_id AND state = 'signed'"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that makes signed resolutions and their reasons refuse every change."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def removal(dialect: str) -> tuple[str, ...]:
    """Return the SQL that takes the guards away again."""
    if dialect == "sqlite":
        return (
            "DROP TRIGGER IF EXISTS resolutions_reasoned",
            *(f"DROP TRIGGER IF EXISTS resolutions_no_{verb}" for verb in ("update", "delete")),
            *(f"DROP TRIGGER IF EXISTS resolution_reasons_no_{verb}" for verb in ("insert", "update", "delete")),
        )
    return (
        *(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}" for table in TABLES for name in ("signed", "whole")),
        "DROP FUNCTION IF EXISTS refuse_signed_resolution()",
        "DROP FUNCTION IF EXISTS refuse_signed_reason()",
    )


def _sqlite() -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {{table}}'); END"
    own = tuple(
        f"CREATE TRIGGER resolutions_no_{verb} BEFORE {verb.upper()} ON resolutions "
        f"WHEN OLD.state = 'signed' {refuse.format(table='resolutions')}"
        for verb in ("update", "delete")
    )
    rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
    reasons = tuple(
        f"CREATE TRIGGER resolution_reasons_no_{verb} BEFORE {verb.upper()} ON resolution_reasons "
        f"WHEN {' OR '.join(f'EXISTS ({_SIGNED.format(row=row)})' for row in names)} "
        f"{refuse.format(table='resolution_reasons')}"
        for verb, names in rows.items()
    )
    reasoned = (
        f"CREATE TRIGGER resolutions_reasoned BEFORE UPDATE ON resolutions WHEN {_RETURNED} "
        f"BEGIN SELECT RAISE(ABORT, '{UNREASONED}'); END"
    )
    return (*own, *reasons, reasoned)


def _postgresql() -> tuple[str, ...]:
    refusal = f"RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME"
    head = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    tail = "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$"
    resolution = (
        f"CREATE OR REPLACE FUNCTION refuse_signed_resolution() {head} "
        f"IF TG_OP = 'TRUNCATE' THEN {refusal}; END IF; "
        f"IF OLD.state = 'signed' THEN {refusal}; END IF; "
        f"IF TG_OP = 'UPDATE' THEN IF {_RETURNED} THEN RAISE EXCEPTION '{UNREASONED}'; END IF; END IF; {tail}"
    )
    reason = (
        f"CREATE OR REPLACE FUNCTION refuse_signed_reason() {head} "
        f"IF TG_OP = 'TRUNCATE' THEN {refusal}; END IF; "
        f"IF TG_OP <> 'INSERT' AND EXISTS ({_SIGNED.format(row='OLD')}) THEN {refusal}; END IF; "
        f"IF TG_OP <> 'DELETE' AND EXISTS ({_SIGNED.format(row='NEW')}) THEN {refusal}; END IF; {tail}"
    )
    rows = (("resolutions", "", "resolution"), ("resolution_reasons", "INSERT OR ", "reason"))
    changed = tuple(
        f"CREATE TRIGGER {table}_signed BEFORE {more}UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION "
        f"refuse_signed_{what}()"
        for table, more, what in rows
    )
    emptied = tuple(
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION "
        f"refuse_signed_{what}()"
        for table, _more, what in rows
    )
    return (resolution, reason, *changed, *emptied)
