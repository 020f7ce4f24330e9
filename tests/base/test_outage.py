"""A database that cannot work just now is told from a mistake of ours."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from participation.base.outage import is_outage, says


@pytest.fixture
def path(tmp_path):
    with sqlite3.connect(tmp_path / "some.db") as connection:
        connection.execute("CREATE TABLE texts (body TEXT UNIQUE)")
    return tmp_path / "some.db"


def failing(path, *statements: str) -> DBAPIError:
    """Return what goes wrong with the last statement."""
    engine = create_engine(f"sqlite:///{path}")

    def run() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
            for statement in statements:
                connection.execute(text(statement))

    with pytest.raises(DBAPIError) as caught:
        run()
    engine.dispose()
    return caught.value


def test_a_locked_file_passes(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    error = failing(path, "INSERT INTO texts VALUES ('a')")
    other.close()
    assert is_outage(error)
    assert says(error) == "SQLITE_BUSY"


def test_a_full_disk_passes(path):
    error = failing(path, "PRAGMA max_page_count = 3", "INSERT INTO texts VALUES (zeroblob(100000))")
    assert is_outage(error)
    assert says(error) == "SQLITE_FULL"


def test_a_file_that_cannot_be_opened_passes(tmp_path):
    assert is_outage(failing(tmp_path / "nowhere" / "some.db", "SELECT 1"))


def test_a_missing_table_and_a_broken_rule_are_ours(path):
    assert not is_outage(failing(path, "SELECT * FROM nowhere"))
    twice = failing(path, "INSERT INTO texts VALUES ('Mein Geheimnis')", "INSERT INTO texts VALUES ('Mein Geheimnis')")
    assert isinstance(twice, IntegrityError)
    assert not is_outage(twice)
    assert "Geheimnis" not in says(twice)


@pytest.mark.parametrize(
    ("driver", "passes"),
    [
        (psycopg.errors.DiskFull, True),
        (psycopg.errors.TooManyConnections, True),
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.QueryCanceled, True),
        (psycopg.errors.LockNotAvailable, True),
        (psycopg.errors.DeadlockDetected, True),
        (psycopg.errors.ReadOnlySqlTransaction, True),
        (psycopg.errors.IoError, True),
        (psycopg.errors.InvalidPassword, False),
        (psycopg.OperationalError, True),
    ],
)
def test_what_postgresql_says(driver, passes):
    assert is_outage(OperationalError("SELECT 1", {}, driver("…"))) is passes


def test_ours_stay_ours():
    assert not is_outage(ProgrammingError("SELECT x", {}, psycopg.errors.UndefinedTable("…")))
    assert not is_outage(ValueError())
    assert not is_outage(None)


def test_a_pool_without_a_free_connection_passes():
    assert is_outage(PoolTimeout("no connection"))
