"""Guards in the database: SQL that a table brings along when it is created directly. Migrations run the same SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, FromClause, Table, event, text


def create_with(table: FromClause, statements: Callable[[str], Sequence[str]]) -> None:
    """Run SQL right after a table was created; `statements` is given the dialect and returns it.

    Where the SQL names several tables, `table` has to be the one that is created last. A colon in it is a colon.
    """

    def create(_table: Table, connection: Connection, **_options: object) -> None:
        for statement in statements(connection.dialect.name):
            connection.execute(text(statement.replace(":", r"\:")))

    event.listen(table, "after_create", create)
