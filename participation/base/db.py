"""The database: one session, one `transaction()` at the edge, naming convention and column types.

SQLite runs in WAL with `synchronous=FULL`, so an acknowledged write survives a power cut; a transaction that will
write begins IMMEDIATE, so that it never has to be upgraded in the middle. What is deleted SQLite overwrites with zeros.
PostgreSQL's session settings are in config.py.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, Enum, MetaData, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time: aware and UTC in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand UTC to the driver (SQLite keeps it without a zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "naive datetime"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(FunctionElement[datetime]):  # noqa: N801 - reads like the SQL function it is
    """The present moment by the database's clock, for deadlines: application servers may disagree about the time."""

    type = Moment()
    inherit_cache = True


@compiles(database_now)
def _clock(_element: database_now, _compiler: Any, **_options: Any) -> str:
    return "clock_timestamp()"


@compiles(database_now, "sqlite")
def _sqlite_clock(_element: database_now, _compiler: Any, **_options: Any) -> str:
    # Written as Moment stores it, so that both can be compared as text.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


class gathered(FunctionElement[list[list[Any]]]):  # noqa: N801 - reads like the SQL function it is
    """All rows of a scalar subquery as one JSON array of arrays, in no order; nothing where there are none.

    So what belongs to a row comes along with it, without a statement of its own and without multiplying rows.
    """

    type = JSON()
    inherit_cache = True


@compiles(gathered)
def _gathered(element: gathered, compiler: Any, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


@compiles(gathered, "sqlite")
def _sqlite_gathered(element: gathered, compiler: Any, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: Moment,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[Any]: JSON,
    }


Slug = Annotated[str, mapped_column(String(120))]
"""A speaking id: lower-case letters, digits and hyphens."""


def choice(kind: type[enum.Enum], name: str = "") -> Enum:
    """Return a column type that stores an enum by value, guarded by a CHECK.

    The CHECK is named after the enum; a second column of one table with the same enum needs a `name`.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def expect_write() -> Token[bool]:
    """Announce that transactions begun from here on will write; undo with `reading(token)`."""
    return _writing.set(True)


def reading(token: Token[bool]) -> None:
    """Take back an announcement of `expect_write()`."""
    _writing.reset(token)


class Held:
    """What `transaction()` did inside of `held()`."""

    wrote = False
    """Whether something waits for the commit."""


_holder: ContextVar[Held | None] = ContextVar("holder", default=None)


@contextmanager
def held() -> Iterator[Held]:
    """Have each `transaction()` inside wait for one commit, or one rollback, by whoever holds them."""
    holder = Held()
    token = _holder.set(holder)
    try:
        yield holder
    finally:
        _holder.reset(token)


@contextmanager
def transaction() -> Iterator[None]:
    """Commit once at the end, or roll everything back. Used at the edge: a view, an endpoint, a command."""
    token, holder = expect_write(), _holder.get()
    try:
        yield
        if holder is None:
            db.session.commit()
        else:
            db.session.flush()
            holder.wrote = True
    except BaseException:
        db.session.rollback()
        if holder is not None:
            holder.wrote = False
        raise
    finally:
        reading(token)


PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "secure_delete=ON")


def clear_log_of_changes() -> None:
    """Have SQLite empty its write-ahead log, which may hold pages from before an erasure; call it after the commit.

    While someone else reads, a part may stay until the next checkpoint. Other databases look after theirs themselves.
    """
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(db.engine.engine.url.database or "", timeout=0.5)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def prepare_engine(engine: Engine, *, patient: bool = False) -> None:
    """Attach the settings of each connection: those of SQLite, or for PostgreSQL, if `patient`, no limit of time.

    Commands are patient: a migration, a recount or an export may take longer than any page is allowed to.
    """
    if engine.dialect.name != "sqlite":
        if patient:
            event.listen(engine, "connect", _without_limit)
        return

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _without_limit(connection: Any, _record: object) -> None:
    connection.execute("SET statement_timeout = 0")
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()
