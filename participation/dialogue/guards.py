"""What was said elsewhere is nobody's account's opinion: guarded in the database.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

from participation.accounts.voices import VOICES

MESSAGE = "what was recorded elsewhere has no author"

_OWNED = f"(SELECT author_id FROM comments WHERE id = NEW.comment_id) <> {VOICES}"  # noqa: S608 - no input


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that lets only comments of the account of voices be marked as recorded."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER recordings_unowned_{verb} BEFORE {verb.upper()} ON recordings WHEN {_OWNED} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("insert", "update")
        )
    return (
        (
            "CREATE OR REPLACE FUNCTION refuse_owned_recording() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {_OWNED} THEN RAISE EXCEPTION '{MESSAGE}'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER recordings_unowned BEFORE INSERT OR UPDATE ON recordings "
            "FOR EACH ROW EXECUTE FUNCTION refuse_owned_recording()"
        ),
    )
