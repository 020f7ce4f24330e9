"""The files of a proposal are fixed with its text: guarded in the database.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

MESSAGE = "the files of a proposal are fixed once it is handed in"

_FIXED = "EXISTS (SELECT 1 FROM proposals WHERE id = {row}.proposal_id AND state <> 'draft')"
_STANDS = (
    "EXISTS (SELECT 1 FROM proposals WHERE id = {row}.proposal_id AND state NOT IN ('draft', 'withdrawn', 'merged'))"
)
"""What is withdrawn or merged loses its files when its author's account goes."""


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that lets files come and go with drafts only."""
    added = _FIXED.format(row="NEW")
    moved, gone = f"{_FIXED.format(row='OLD')} OR {added}", _STANDS.format(row="OLD")
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER proposal_attachments_fixed_{verb.lower()} BEFORE {verb} ON proposal_attachments "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb, condition in (("INSERT", added), ("UPDATE", moved), ("DELETE", gone))
        )
    return (
        (
            "CREATE OR REPLACE FUNCTION refuse_fixed_files() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF {gone} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN OLD; END IF; "
            f"IF {added} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; "
            f"IF TG_OP = 'UPDATE' THEN IF {_FIXED.format(row='OLD')} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; END IF; "
            "RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER proposal_attachments_fixed BEFORE INSERT OR UPDATE OR DELETE ON proposal_attachments "
            "FOR EACH ROW EXECUTE FUNCTION refuse_fixed_files()"
        ),
    )
