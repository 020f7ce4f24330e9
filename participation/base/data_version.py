"""A value that changes whenever anything in the database does, for the price of one tiny question.

Two equal answers mean: what could be read then can be read now, and nothing else.

- SQLite: `PRAGMA data_version`, which differs after a commit by any other connection; ours here never writes.
- PostgreSQL: the text of `pg_current_snapshot()`. Two snapshots of the same text count the same transactions as
  committed, so they see the same data. Other databases of the server, and its own housekeeping, change it, too; that
  costs a page drawn anew, never a stale one.
"""

from __future__ import annotations

import contextlib
import sqlite3
from threading import Lock
from typing import Any

from sqlalchemy import URL, make_url

PATIENCE = 0.25
"""Seconds for the question; after that there is no answer."""


class DataVersion:
    """Answers with the version of one database's data; safe to share among threads."""

    def __init__(self, address: str | URL) -> None:
        """`address` is that of SQLAlchemy; nothing is connected before the first question."""
        self.url = make_url(address)
        self.lock = Lock()
        self.connection: Any = None
        self.failures: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
        if not self._is_file:
            import psycopg  # noqa: PLC0415 - only who has PostgreSQL has it

            self.connect, self.failures = psycopg.connect, (psycopg.Error, OSError)

    def __call__(self) -> object:
        """Return the version, or None where there is none to be had: no database, or one that does not answer."""
        with self.lock:
            try:
                if self.connection is None:
                    self.connection = self._connect()
                return self.connection.execute(self.question).fetchone()[0]
            except self.failures:
                self._drop()
                return None

    @property
    def question(self) -> str:
        """What this kind of database is asked."""
        return "PRAGMA data_version" if self._is_file else "SELECT pg_current_snapshot()::text"

    @property
    def _is_file(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def _connect(self) -> Any:
        if self._is_file:
            path = self.url.database or ""
            return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE, check_same_thread=False)
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        limit = f"-c statement_timeout={int(PATIENCE * 1000)}"
        # Without `prepare_threshold` a pooler in between would do.
        return self.connect(plain, autocommit=True, connect_timeout=2, options=limit, prepare_threshold=None)

    def _drop(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(*self.failures):
                self.connection.close()
        self.connection = None
