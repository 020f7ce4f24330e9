"""What was published can never be changed: guarded in the session and, for everyone else, in the database itself.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, event, text

IMMUTABLE = ("revisions", "passages", "log_entries")
"""Tables whose rows are only ever added."""

MESSAGE = "published rows never change"


class Immutable(Exception):
    """Someone tried to change or delete what was published."""


def statements(dialect: str, tables: Sequence[str] = IMMUTABLE) -> tuple[str, ...]:
    """Return the SQL that makes the tables refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE)."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}: {table}'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        )
    function = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME; END $$"
    )
    return (
        function,
        *(
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            for table in tables
        ),
    )


def removal(dialect: str, tables: Sequence[str] = IMMUTABLE) -> tuple[str, ...]:
    """Return the SQL that takes the guards away again, for migrating down."""
    if dialect == "sqlite":
        return tuple(f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete"))
    return (
        *(f"DROP TRIGGER IF EXISTS {table}_immutable ON {table}" for table in tables),
        "DROP FUNCTION IF EXISTS refuse_change()",
    )


def protect(*models: type[Any]) -> None:
    """Refuse to update or delete rows of these classes, in the session and by triggers on their tables."""
    for model in models:
        event.listen(model, "before_update", _refuse)
        event.listen(model, "before_delete", _refuse)
        event.listen(model.__table__, "after_create", _create_triggers)


def _refuse(_mapper: object, _connection: Connection, target: object) -> None:
    raise Immutable(f"{MESSAGE}: {target!r}")


def _create_triggers(table: Table, connection: Connection, **_options: object) -> None:
    for statement in statements(connection.dialect.name, (table.name,)):
        connection.execute(text(statement))
