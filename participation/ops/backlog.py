"""What waits to be done, and for how long: mails, documents, personal exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from participation.base.clock import now
from participation.base.db import db
from participation.documents.models import Document, DocumentState
from participation.notify.models import Letter
from participation.notify.operations import PAUSES, unknown
from participation.privacy.models import ExportState, PersonalExport


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work."""

    name: str
    waiting: int
    given_up: int
    """Tried as often as it makes sense; of letters also those that may be out or not."""
    oldest_seconds: float
    """How long the oldest waiting one has waited; 0 if none waits."""


def queues() -> list[Queue]:
    """Return every queue; one statement each."""
    # One of which nobody knows whether it is out is not tried again, either.
    tried = or_(Letter.attempts > len(PAUSES), and_(*unknown(now())))
    made = Document.state == DocumentState.FAILED, Document.state.in_((DocumentState.WAITING, DocumentState.FAILED))
    told = (
        PersonalExport.state == ExportState.FAILED,
        PersonalExport.state.in_((ExportState.WAITING, ExportState.FAILED)),
    )
    return [
        _queue("letters", Letter.created_at, tried, Letter.sent_at.is_(None)),
        _queue("documents", Document.queued_at, *made),
        _queue("exports", PersonalExport.asked_at, *told),
    ]


def _queue(name: str, since: Any, given_up: ColumnElement[bool], concerned: ColumnElement[bool]) -> Queue:
    counted = select(
        func.count(case((~given_up, 1))), func.count(case((given_up, 1))), func.min(case((~given_up, since)))
    ).where(concerned)
    waiting, hopeless, oldest = db.session.execute(counted).one()
    return Queue(name, waiting, hopeless, max((now() - oldest).total_seconds(), 0.0) if oldest else 0.0)
