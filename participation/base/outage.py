"""Telling a database that cannot work just now from a mistake of ours.

The first passes by itself: pages say so, keep what was typed, and work again as soon as it is back.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
"""Locked, full, not readable, not writable; https://www.sqlite.org/rescode.html."""

_POSTGRESQL = (
    "08",  # the connection is gone
    "25006",  # a standby that is to take over takes no writes yet
    "25P03",  # the transaction lay idle for too long
    "40001",  # two transactions that cannot both be right
    "40P01",  # deadlock
    "53",  # disk full, out of memory, too many connections
    "55P03",  # waited too long for a lock
    "57",  # a statement took too long; shutting down, starting up, crashed
    "58",  # the disk failed
    "XX001",  # a page could not be read
)
"""Classes and codes of https://www.postgresql.org/docs/15/errcodes-appendix.html."""


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error means that the database cannot work just now; trying again later is all that helps."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    return _passes(error, error.orig)


def _passes(error: DBAPIError, driver: object) -> bool:
    if isinstance(driver, sqlite3.Error):
        if "no such savepoint" in str(driver):
            # A full disk ends the whole transaction; going back to a savepoint in it then fails, too.
            return is_outage(error.__context__)
        # The low byte is the kind; the rest says more exactly what happened.
        return (getattr(driver, "sqlite_errorcode", 0) or 0) & 0xFF in _SQLITE
    state = getattr(driver, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(state).startswith(_POSTGRESQL)


def says(error: BaseException) -> str:
    """Return what the database calls an error, without anything that people wrote: 53100, SQLITE_FULL, ….

    Its own sentences quote values: „Key (email)=(…) already exists“.
    """
    driver = getattr(error, "orig", None) or error
    diag = getattr(driver, "diag", None)
    known = (
        getattr(driver, "sqlstate", None),
        getattr(driver, "sqlite_errorname", None),
        getattr(diag, "constraint_name", None),
    )
    return " ".join(str(word) for word in known if word)
