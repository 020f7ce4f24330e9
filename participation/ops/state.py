"""Probes: questions about what we stand on, each answered within its patience whatever hangs."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

PATIENCE = 1.0
"""Seconds in which the database must answer."""

Seen = TypeVar("Seen")


class NoAnswer(Exception):
    """A look took too long; it goes on in its thread."""


@dataclass
class Look(Generic[Seen]):
    """One look in a thread of its own."""

    over: threading.Event = field(default_factory=threading.Event)
    seen: list[Seen] = field(default_factory=list)
    error: Exception | None = None


class Probe(Generic[Seen]):
    """Looks in a thread, one at a time: a database that hangs costs every asker the patience, and one thread in all."""

    def __init__(self, look: Callable[[], Seen]) -> None:
        self.look = look
        self.lock = threading.Lock()
        self.current: Look[Seen] | None = None

    def ask(self, patience: float = PATIENCE) -> Seen:
        """Return what the look saw.

        Raises:
            NoAnswer: after `patience` seconds.
            Exception: whatever the look raised.
        """
        with self.lock:
            mine = self.current
            if mine is None or mine.over.is_set():
                mine = self.current = Look()
                threading.Thread(target=self._run, args=(mine,), name="probe", daemon=True).start()
        if not mine.over.wait(patience):
            raise NoAnswer
        if mine.error is not None:
            raise mine.error
        return mine.seen[0]

    def _run(self, mine: Look[Seen]) -> None:
        try:
            mine.seen.append(self.look())
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            mine.error = error
        finally:
            mine.over.set()


@lru_cache(maxsize=4)
def known_migrations(folder: Path) -> tuple[str, frozenset[str]]:
    """Return the newest migration of this code, and all that it knows; read once, for the files do not change."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to load, and asked for once

    scripts = ScriptDirectory(str(folder))
    return scripts.get_current_head() or "", frozenset(script.revision for script in scripts.walk_revisions())


def applied(engine: Engine) -> str | None:
    """Return the migration that the database is at, or None if it has none; one statement."""
    with engine.connect() as connection:
        try:
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        except DBAPIError as error:
            if _no_such_table(error):
                return None
            raise
    return found


def _no_such_table(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)


def migrations(found: str | None, folder: Path) -> str:
    """Return "" if the tables are what this code expects, else what they are: missing or behind.

    A version that this code does not know is from newer code, which expands first and contracts only when no old
    process is left: nothing is wrong with it.
    """
    head, known = known_migrations(folder)
    if found is None:
        return "missing"
    return "behind" if found != head and found in known else ""


def writable(folder: Path) -> bool:
    """Tell whether a file can be written and read back in a folder."""
    path = folder / f".probe-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        path.write_bytes(b"x" * 4096)
        return path.read_bytes() == b"x" * 4096
    except OSError:
        return False
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """Return how much room is left on a folder's disk."""
    return shutil.disk_usage(folder).free


def reasons(pairs: Iterable[tuple[str, bool]]) -> list[str]:
    """Return the words of those that are true."""
    return [word for word, true in pairs if true]
