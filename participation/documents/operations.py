"""Queueing documents, taking them to the press, putting them on the shelf, and discarding them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, CursorResult, Update, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import DomainError, NotFound
from participation.documents.formats import OF_COMPARISON, OF_REVISION, Format
from participation.documents.models import Document, DocumentState
from participation.leitbild.models import Revision

QUEUED = "documents_queued"
"""Marks a session in which a document was queued, so that the edge can wake the printer."""

CLAIM = timedelta(minutes=10)
"""How long a document belongs to the press that took it; longer than any building."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long to wait after the first, second … failure; after the last one a document counts as failed."""

CROWD = 20
"""So many comparisons may wait at once; anybody may order one."""


class TooManyWaiting(DomainError):
    """More comparisons are ordered than the press can make in a reasonable time."""

    status = 429
    default = _l("Gerade warten schon viele Vergleiche. Versuchen Sie es in ein paar Minuten noch einmal.")


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that one press makes."""

    id: int
    revision_number: int
    earlier_number: int | None
    format: Format
    attempts: int
    until: datetime


def queue_revision(number: int) -> int:
    """Queue every document of a version that is not there yet; return how many."""
    return _queue(number, None, OF_REVISION)


def queue_missing() -> int:
    """Queue what is missing of any version, as after an update that brings a new format; return how many."""
    numbers = db.session.scalars(select(Revision.number).order_by(Revision.number.desc())).all()
    return sum(queue_revision(number) for number in numbers)


def order_comparison(earlier: int, later: int) -> int:
    """Queue the comparison of two versions; return how many documents are new.

    Takes no actor: both versions are public, and so is what differs between them.

    Raises:
        NotFound: if one of the versions does not exist, or both are the same.
        TooManyWaiting: if too many comparisons wait already.
    """
    known = select(func.count()).where(Revision.number.in_((earlier, later)))
    if earlier >= later or db.session.scalar(known) != 2:
        raise NotFound(_l("Diese Fassung gibt es nicht."))
    waiting = select(func.count()).where(Document.earlier_number.is_not(None), Document.state == DocumentState.WAITING)
    if (db.session.scalar(waiting) or 0) >= CROWD:
        raise TooManyWaiting
    return _queue(later, earlier, OF_COMPARISON)


def retry_failed() -> int:
    """Queue again what could not be made, as after something was installed; return how many."""
    return _changed(_requeued().where(Document.state == DocumentState.FAILED))


def discard(number: int) -> int:
    """Remove the stored documents of a version, comparisons with it included, and queue them again; return how many.

    For what may no longer be shown: the next build reads the tables as they are then. A press that is at work on one
    of them cannot deliver any more.
    """
    concerned = or_(Document.revision_number == number, Document.earlier_number == number)
    return _changed(_requeued().where(concerned))


def renew(number: int) -> int:
    """Queue the documents of a version again, comparisons left out; return how many.

    For what came after it was published, as a resolution.
    """
    return _changed(_requeued().where(Document.revision_number == number, Document.earlier_number.is_(None)))


def claim_next() -> Claim | None:
    """Take the next waiting document for this press alone; commit before making it.

    The versions come first, newest first, then comparisons. Of two who try, the database lets one through.
    """
    moment = now()
    chosen = (
        select(Document.id)
        .where(*_due(moment))
        .order_by(Document.earlier_number.is_not(None), Document.revision_number.desc(), Document.id)
        .limit(1)
    )
    while True:
        number = db.session.scalar(chosen)
        if number is None:
            return None
        taken = update(Document).where(Document.id == number, *_due(moment))
        if _changed(taken.values(claimed_until=moment + CLAIM, attempts=Document.attempts + 1)) == 1:
            made = db.session.get_one(Document, number, populate_existing=True)
            return Claim(made.id, made.revision_number, made.earlier_number, made.format, made.attempts, moment + CLAIM)


def any_due() -> bool:
    """Tell whether a document can be made now."""
    return db.session.scalar(select(Document.id).where(*_due(now())).limit(1)) is not None


def give_back(claim: Claim) -> None:
    """Leave a document to the next press, as if it had not been taken: this one must end."""
    _changed(_claimed(claim).values(claimed_until=None, attempts=Document.attempts - 1))


def record_built(claim: Claim, content: bytes) -> bool:
    """Put a document on the shelf; return False if it was discarded, or its claim ran out, meanwhile."""
    built = _claimed(claim).values(
        state=DocumentState.READY,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        built_at=now(),
        claimed_until=None,
        error="",
    )
    return _changed(built) == 1


def record_failure(claim: Claim, error: str, *, final: bool = False) -> None:
    """Note why a document could not be made, and when to try again; `final` says that trying again is no use."""
    if final or claim.attempts > len(PAUSES):
        values: dict[str, Any] = {"state": DocumentState.FAILED, "claimed_until": None}
    else:
        values = {"claimed_until": now() + PAUSES[claim.attempts - 1]}
    _changed(_claimed(claim).values(error=error[:2000], **values))


def _queue(number: int, earlier: int | None, formats: Iterable[Format]) -> int:
    there = set(
        db.session.scalars(
            select(Document.format).where(
                Document.revision_number == number, Document.earlier_number.is_not_distinct_from(earlier)
            )
        )
    )
    missing: Sequence[Format] = [made for made in formats if made not in there]
    if not missing:
        return 0
    try:
        with db.session.begin_nested():
            db.session.add_all(
                Document(revision_number=number, earlier_number=earlier, format=made, media_type=made.media_type)
                for made in missing
            )
    except IntegrityError:
        # Somebody else ordered the same at the same moment.
        return 0
    db.session.info[QUEUED] = True
    return len(missing)


def _requeued() -> Update:
    db.session.info[QUEUED] = True
    return update(Document).values(
        state=DocumentState.WAITING,
        content=None,
        size=None,
        sha256=None,
        built_at=None,
        claimed_until=None,
        attempts=0,
        error="",
        queued_at=now(),
    )


def _claimed(claim: Claim) -> Update:
    return update(Document).where(
        Document.id == claim.id,
        Document.state == DocumentState.WAITING,
        Document.claimed_until == claim.until,
    )


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Document.state == DocumentState.WAITING,
        or_(Document.claimed_until.is_(None), Document.claimed_until < moment),
    )


def _changed(statement: Update) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[None]", result).rowcount
