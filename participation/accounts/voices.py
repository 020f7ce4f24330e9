"""The account in whose name stands what people said elsewhere: nobody's own, and nobody's opinion.

It belongs to no person. Nobody can log in to it, so it never votes, rates or signs; its number, which no sequence
gives, tells it from everybody's.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db

VOICES = -1
"""The account's number."""

NAME = "Menschen vor Ort"
"""Stands where an author's name stands; content, and so German."""

ADDRESS = "vor-ort@stimmen.invalid"
"""Reaches nobody, by RFC 2606."""


def voices_account() -> User:
    """Return the account, added on the first use; of two at once one adds it."""
    found = db.session.get(User, VOICES)
    if found is not None:
        return found
    # Without a confirmed address nobody logs in; having left, it is no account that still waits to be confirmed.
    fresh = User(id=VOICES, email=ADDRESS, display_name=NAME, password_hash="", left_at=now())
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:
        return db.session.get_one(User, VOICES)
    return fresh
