"""One process at a time: a lock that the system frees when its holder dies.

PostgreSQL keeps it for all machines (advisory, as long as a connection lives); with SQLite there is only one machine,
and a file is enough. If PostgreSQL restarts in the middle of the work, the lock is gone: `runs.begin` lets nobody else
begin before the chore is due again.
"""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from participation.base.db import db

SPACE = 0x4A4F4253
"""Ours among the advisory locks of the database."""


@contextmanager
def alone(name: str, folder: Path) -> Iterator[bool]:
    """Say whether this job is ours alone for the length of the block; never waits. `folder` holds the files."""
    if db.engine.dialect.name == "postgresql":
        key = zlib.crc32(name.encode()) - 2**31
        # A connection of its own: the session's go back and forth between pool and transactions.
        with db.engine.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            mine = bool(connection.scalar(select(func.pg_try_advisory_lock(SPACE, key))))
            try:
                yield mine
            finally:
                if mine:
                    try:
                        connection.execute(select(func.pg_advisory_unlock(SPACE, key)))
                    except SQLAlchemyError:
                        # Never back into the pool with a lock on it; the server frees it with the connection.
                        with suppress(SQLAlchemyError):
                            connection.invalidate()
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
