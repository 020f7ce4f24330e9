"""What only the edge knows goes into the watch book from here: refusals and failed log-ins.

Each is written in a transaction of its own; what it belongs to was rolled back, since views write in transactions only.
A person who is refused again and again fills nothing: of each account this process notes twenty refusals a minute.
"""

from __future__ import annotations

from flask import current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.exc import OperationalError

from participation.base.db import transaction
from participation.base.sealing import keyed
from participation.base.verdict import Denied
from participation.watchbook.models import Kind
from participation.watchbook.operations import note

_bound = FixedWindowRateLimiter(MemoryStorage())
MOST = parse("20/minute")


def refused(user_id: int, error: Denied) -> None:
    """Note that somebody wanted what is not theirs; only the route is told, never the address."""
    if _bound.hit(MOST, str(user_id)):
        try:
            _note_refusal(user_id, error)
        except OperationalError:
            # SQLite turns no reader into a writer if somebody else wrote meanwhile; now the transaction begins as one.
            _note_refusal(user_id, error)


def looked(user_id: int, about: int, what: str) -> None:
    """Note that somebody with a power looked at what is kept about a person."""
    try:
        _note_look(user_id, about, what)
    except OperationalError:
        _note_look(user_id, about, what)


def _note_look(user_id: int, about: int, what: str) -> None:
    with transaction():
        note(Kind.LOOK, user_id, about=about, what=what)


def _note_refusal(user_id: int, error: Denied) -> None:
    with transaction():
        note(Kind.REFUSED, user_id, route=request.endpoint or "", why=type(error).__name__, method=request.method)


def login_failed(email: str, method: str) -> None:
    """Note a failed log-in by a keyed hash of the address: the same for addresses with and without an account."""
    mark = keyed(current_app.config["SECRET_KEY"], "watch book", email.strip().lower())
    note(Kind.LOGIN_FAILED, mark=mark, method=method)
