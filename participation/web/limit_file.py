"""Rate limits that all processes of one machine share without Redis: a small SQLite file of their own.

It is written without waiting for the disk, since nobody misses a count after a power cut, and apart from the
database, so that a vote need not wait for its own limit. Several machines share their limits by Redis.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits.storage import MovingWindowSupport, Storage

SCHEME = "limit-file"
PATIENCE = 2.0
"""Seconds to wait for another process before the limit is counted in memory instead."""
SWEEP = 500
"""After so many entries of this process everything that has expired is deleted, whoever it counted."""


class LimitFile(Storage, MovingWindowSupport):
    """Moments of requests by key, in a file named by the address: limit-file:///path/limits.db."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_options: float | str | bool) -> None:
        """Remember the path; the file is opened by each thread when it first counts."""
        super().__init__(uri, wrap_exceptions)
        self.path = uri.removeprefix(f"{SCHEME}://")
        self.local = threading.local()
        self.counted = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong with the file."""
        return sqlite3.Error

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a request unless the window is full."""
        moment = time.time()
        with self._writing() as connection:
            connection.execute("DELETE FROM hits WHERE key = ? AND expires_at <= ?", (key, moment))
            (known,) = connection.execute("SELECT count(*) FROM hits WHERE key = ?", (key,)).fetchone()
            if known + amount > limit:
                return False
            connection.executemany(
                "INSERT INTO hits (key, at, expires_at) VALUES (?, ?, ?)", [(key, moment, moment + expiry)] * amount
            )
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the window began and how many requests it holds."""
        moment = time.time()
        found = "SELECT coalesce(min(at), ?), count(*) FROM hits WHERE key = ? AND expires_at > ?"
        start, count = self._connection().execute(found, (moment, key, moment)).fetchone()
        return float(start), int(count)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count requests and return how many there are."""
        moment = time.time()
        with self._writing() as connection:
            connection.executemany(
                "INSERT INTO hits (key, at, expires_at) VALUES (?, ?, ?)", [(key, moment, moment + expiry)] * amount
            )
        return self.get(key)

    def get(self, key: str) -> int:
        """Return how many requests are counted."""
        found = "SELECT count(*) FROM hits WHERE key = ? AND expires_at > ?"
        return int(self._connection().execute(found, (key, time.time())).fetchone()[0])

    def get_expiry(self, key: str) -> float:
        """Return when the last counted request is forgotten."""
        found = "SELECT coalesce(max(expires_at), ?) FROM hits WHERE key = ?"
        return float(self._connection().execute(found, (time.time(), key)).fetchone()[0])

    def check(self) -> bool:
        """Say whether the file can be read."""
        try:
            self._connection().execute("SELECT 1 FROM hits LIMIT 1")
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget everything."""
        with self._writing() as connection:
            return connection.execute("DELETE FROM hits").rowcount

    def sweep(self, before: float) -> int:
        """Forget everything whose window ended before a moment (seconds since 1970); return how much that was."""
        with self._writing() as connection:
            return connection.execute("DELETE FROM hits WHERE expires_at <= ?", (before,)).rowcount

    def clear(self, key: str) -> None:
        """Forget what is counted under a key."""
        with self._writing() as connection:
            connection.execute("DELETE FROM hits WHERE key = ?", (key,))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the file alone, and sweep it now and then: addresses must not stay in it."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            self.counted += 1
            if self.counted % SWEEP == 0:
                connection.execute("DELETE FROM hits WHERE expires_at <= ?", (time.time(),))
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self.local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = OFF")
            found.execute("CREATE TABLE IF NOT EXISTS hits (key TEXT, at REAL, expires_at REAL)")
            found.execute("CREATE INDEX IF NOT EXISTS hits_key ON hits (key, expires_at)")
            found.execute("CREATE INDEX IF NOT EXISTS hits_expires_at ON hits (expires_at)")
            self.local.connection = found
        return found
