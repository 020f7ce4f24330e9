"""Erasures and corrections for tests."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import User
from participation.base.db import db
from participation.errata.correcting import confirm_correction, propose_correction
from participation.errata.erasing import do_erasure, request_erasure
from participation.errata.models import Correction, Erasure, Ground
from participation.ledger.models import LogEntry
from tests.factories.accounts import moderator

REASON = "Eine Person hat darum gebeten."


def requested(*pieces: str, author: User | None = None, ground: Ground = Ground.REQUEST) -> Erasure:
    """Request an erasure."""
    return request_erasure(author or moderator(), pieces, ground, REASON)


def erased(*pieces: str) -> list[LogEntry]:
    """Request an erasure and have a second moderator do it."""
    return do_erasure(moderator(), requested(*pieces))


def proposed(subject: int = 1, *, days: int = 7, author: User | None = None, **rest: str) -> Correction:
    """Lay out a correction."""
    values = {"said": "Zittau ist Kulturhauptstadt.", "right": "Chemnitz ist es.", "reason": "Beschluss von 2019."}
    return propose_correction(author or moderator(), subject, period=timedelta(days=days), **{**values, **rest})


def confirmed(subject: int = 1, **rest: str) -> Correction:
    """Lay out a correction without a period and have a second moderator confirm it."""
    return confirm_correction(moderator(), proposed(subject, days=0, **rest))


def waiting(author: User) -> None:
    """Add a request for an erasure and an open correction, of entries as they are."""
    db.session.add(Erasure(ground=Ground.REQUEST, reason=REASON, pieces=[], fields=[], author_id=author.id))
    proposed(author=author)
