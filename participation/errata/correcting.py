"""Correcting: laid out by one moderator, open to objections, confirmed by another. The wording itself never changes."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, NotFound, require
from participation.errata.erasing import AnotherEntry
from participation.errata.events import CorrectionConfirmed, CorrectionWithdrawn, ObjectionAnswered
from participation.errata.models import Correction, CorrectionState, Objection
from participation.errata.policy import (
    may_confirm_correction,
    may_decide_correction,
    may_object,
    may_propose_correction,
)
from participation.errata.telling import correction_values
from participation.ledger.entries import append
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.leitbild.models import Passage
from participation.leitbild.payload import DOCUMENT

LIMIT = 2000


class CorrectionIncomplete(DomainError):
    """A correction must say what was said, what is right, and why, and they must differ."""

    default = _l("Schreiben Sie, was da steht, was richtig ist und woher Sie es wissen.")


class TextMissing(DomainError):
    """An objection or an answer says nothing."""

    default = _l("Schreiben Sie zuerst etwas.")


class TwiceObjected(Conflict):
    """The same person objected twice at the same time."""

    default = _l("Ihr Einwand liegt schon vor.")


def propose_correction(
    actor: User, subject: int, *, node_id: str = "", said: str, right: str, reason: str, period: timedelta
) -> Correction:
    """Lay out a correction of something an entry said; objections are taken during `period`.

    Raises:
        NotFound: if there is no such entry, or the passage is not in the version it is about.
        CorrectionIncomplete: if something is missing.
    """
    require(may_propose_correction(actor))
    entry = db.session.get(LogEntry, subject)
    if entry is None or (node_id and db.session.get(Passage, (entry.revision_number or 0, node_id)) is None):
        raise NotFound
    said, right, reason = (normalise(text, limit=LIMIT) for text in (said, right, reason))
    if not (said and right and reason) or said == right:
        raise CorrectionIncomplete
    at = now()
    correction = Correction(
        subject=subject,
        node_id=node_id or None,
        said=said,
        right_text=right,
        reason=reason,
        author_id=actor.id,
        created_at=at,
        until=at + period,
    )
    db.session.add(correction)
    db.session.flush()
    return correction


def object_to(actor: User, correction: Correction, text: str) -> Objection:
    """Object to a correction, once for each person."""
    correction = _locked(correction)
    require(may_object(actor, correction, now()))
    text = normalise(text, limit=LIMIT)
    if not text:
        raise TextMissing
    objection = Objection(correction_id=correction.id, author_id=actor.id, text=text)
    try:
        with db.session.begin_nested():
            db.session.add(objection)
    except IntegrityError as error:
        raise TwiceObjected from error
    db.session.expire(correction, ["objections"])
    return objection


def answer_objection(actor: User, objection: Objection, answer: str) -> Objection:
    """Answer an objection; the person who objected is told."""
    require(may_decide_correction(actor, _locked(objection.correction)))
    answer = normalise(answer, limit=LIMIT)
    if not answer:
        raise TextMissing
    objection.answer, objection.answered_by_id, objection.answered_at = answer, actor.id, now()
    db.session.flush()
    emit(ObjectionAnswered(objection, actor.id))
    return objection


def confirm_correction(actor: User, correction: Correction) -> Correction:
    """Confirm a correction as the second moderator: an entry of the log says it from here on."""
    correction = _locked(correction)
    at = now()
    require(may_confirm_correction(actor, correction, at))
    subject = db.session.get_one(LogEntry, correction.subject)
    correction.approver_id = actor.id
    public, sealed = correction_values(correction)
    try:
        entry = append(
            LeafType.CORRECTION,
            document=DOCUMENT,
            at=at,
            public=public,
            sealed=sealed,
            extra={"subject": subject.number, "subject_hash": subject.hash},
        )
    except IntegrityError as error:
        raise AnotherEntry from error
    correction.state, correction.decided_at = CorrectionState.CONFIRMED, at
    correction.entry_number = entry.number
    db.session.flush()
    emit(CorrectionConfirmed(correction, actor.id))
    return correction


def withdraw_correction(actor: User, correction: Correction, reason: str) -> Correction:
    """Give a correction up, saying why."""
    correction = _locked(correction)
    require(may_decide_correction(actor, correction))
    reason = normalise(reason, limit=LIMIT)
    if not reason:
        raise TextMissing
    correction.state, correction.withdrawn_reason, correction.decided_at = CorrectionState.WITHDRAWN, reason, now()
    db.session.flush()
    emit(CorrectionWithdrawn(correction, actor.id))
    return correction


def _locked(correction: Correction) -> Correction:
    """Return the correction as it stands in the database now, locked until the transaction ends."""
    chosen = select(Correction).where(Correction.id == correction.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
