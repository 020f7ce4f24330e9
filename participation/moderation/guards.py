"""Nobody decides a case about their own contribution or their own report: guarded in the database.

`statements(dialect)` is used twice: when tables are created directly, and by the migration. That a moderator does not
decide about an objection to their own decision is a CHECK beside a foreign key, in `models`.
"""

from __future__ import annotations

OWN_REPORT = "nobody decides a case that they reported themselves"
OWN_CONTRIBUTION = "nobody decides about their own contribution"

_REPORTED = "EXISTS (SELECT 1 FROM reports r WHERE r.case_id = NEW.case_id AND r.reporter_id = NEW.moderator_id)"
_APPEAL_REPORTED = (
    "EXISTS (SELECT 1 FROM decisions d JOIN reports r ON r.case_id = d.case_id "
    "WHERE d.id = NEW.decision_id AND r.reporter_id = NEW.decided_by_id)"
)
_APPEAL_OWN = "EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.author_id = NEW.decided_by_id)"

_RULES = (
    ("decisions", "not_ones_report", _REPORTED, OWN_REPORT),
    ("appeals", "not_ones_report", _APPEAL_REPORTED, OWN_REPORT),
    ("appeals", "not_ones_own", _APPEAL_OWN, OWN_CONTRIBUTION),
)
"""Table, name, when it refuses, and what it says. An own contribution in `decisions` is refused by a CHECK."""


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that refuses decisions of those who are concerned themselves."""
    made: list[str] = []
    for table, name, when, said in _RULES:
        if dialect == "sqlite":
            made += [
                f"CREATE TRIGGER {table}_{name}_{verb.lower()} BEFORE {verb} ON {table} WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
                for verb in ("INSERT", "UPDATE")
            ]
            continue
        refusing = (
            f"CREATE OR REPLACE FUNCTION {table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {when} THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        trigger = (
            f"CREATE TRIGGER {table}_{name} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION "
            f"{table}_{name}()"
        )
        made += [refusing, trigger]
    return tuple(made)


def removal(dialect: str) -> tuple[str, ...]:
    """Return the SQL that takes the guards away again."""
    gone: list[str] = []
    for table, name, _when, _said in _RULES:
        if dialect == "sqlite":
            gone += [f"DROP TRIGGER IF EXISTS {table}_{name}_{verb}" for verb in ("insert", "update")]
        else:
            gone += [f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}", f"DROP FUNCTION IF EXISTS {table}_{name}()"]
    return tuple(gone)
