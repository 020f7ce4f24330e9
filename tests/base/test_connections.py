"""What every connection is told, so that an acknowledged write stays written and nothing waits for ever."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

import config
from participation.base.db import db, prepare_engine, transaction
from participation.base.outage import is_outage


def first_words(engine) -> list[str]:
    """Return a list that fills with how transactions begin."""
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    return seen


def test_connections_are_told_what_durability_needs(separate_app):
    with separate_app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            told = {
                name: connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
            expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
            assert told == {**expected, "secure_delete": 1}
        else:
            told = {
                name: connection.scalar(text(f"SHOW {name}"))
                for name in (
                    "synchronous_commit",
                    "statement_timeout",
                    "lock_timeout",
                    "idle_in_transaction_session_timeout",
                )
            }
            assert list(told.values()) == ["on", "10s", "5s", "30s"]


@pytest.mark.one_database  # only SQLite has two ways to begin
def test_who_will_write_begins_as_a_writer(separate_app):
    with separate_app.app_context():
        seen = first_words(db.engine)
        with transaction():
            db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 1"))
        assert [words for words in seen if words.startswith("BEGIN")] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_a_statement_that_takes_too_long_is_ended_except_in_commands(databases):
    url = databases.new_url("postgresql", None)
    engine = create_engine(url, **config.engine_options(url, 1, quiet=True))
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("SELECT pg_sleep(3)"))
    assert is_outage(caught.value)
    engine.dispose()
    patient = create_engine(url, **config.engine_options(url, 1, quiet=True))
    prepare_engine(patient, patient=True)
    with patient.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
        assert connection.scalar(text("SHOW synchronous_commit")) == "on"
    patient.dispose()


def test_errors_never_repeat_what_was_written(databases):
    url = databases.new_url("sqlite", None)
    engine = create_engine(url, **config.engine_options(url, 1, quiet=True))
    with engine.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :secret"), {"secret": "Mein Geheimnis"})
    assert "Mein Geheimnis" not in str(caught.value)
    engine.dispose()
