"""Drafting, signing and dropping resolutions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, Denied, DomainError, Message, NotFound, require
from participation.ledger.entries import append
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.leitbild.models import Change, Revision
from participation.leitbild.payload import DOCUMENT
from participation.resolutions import payload, queries
from participation.resolutions.events import ResolutionSigned
from participation.resolutions.models import Decision, Reason, Resolution, ResolutionState, Seat
from participation.resolutions.policy import may_draft, may_enter, may_sign
from participation.resolutions.standing import Standing

REFERENCE_LIMIT = 120
TEXT_LIMIT = 10_000
REASON_LIMIT = 4000

ATTEMPTS = 3
"""How often an entry is tried when another one takes its place in the log at the same moment."""


@dataclass(frozen=True, slots=True)
class ResolutionFields:
    """Everything a member can set."""

    decision: Decision | None
    date: date | None
    reference: str
    text: str = ""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """Change → why it stands in the way; only where the revision is returned."""


class IncompleteResolution(DomainError):
    """Something is missing; `missing` names all of it by field."""

    default = _l("Hier fehlt noch etwas.")

    def __init__(self, missing: Mapping[str, Message]) -> None:
        super().__init__()
        self.missing = missing


class ResolutionEdited(Conflict):
    """Another member saved, signed or dropped it in between."""

    default = _l("Während Sie schrieben, hat ein anderes Mitglied gespeichert. Ihr Text ist noch da.")


class AlreadySigned(Conflict):
    """Another member was faster."""

    default = _l("Dieser Beschluss ist schon unterschrieben.")


class LogBusy(Conflict):
    """The log took other entries at the same moment, again and again."""

    default = _l("Im selben Moment wurde anderes ins Revisionslog geschrieben. Unterschreiben Sie noch einmal.")


def save_resolution(
    actor: User, revision: Revision, fields: ResolutionFields, *, expected_edit: int, today: date
) -> Resolution:
    """Draft the resolution of the actor's body on a revision, or write on its draft; who saves must not sign.

    `expected_edit` is 0 for the first save.

    Raises:
        IncompleteResolution: naming everything that is missing, at once.
        ResolutionEdited, AlreadySigned: if another member was faster.
    """
    seat = _seat(actor)
    require(may_draft(actor, seat, revision, _standing(revision.number)))
    resolution = _locked(seat.body_id, revision.number)
    if resolution is not None and resolution.state is ResolutionState.SIGNED:
        raise AlreadySigned
    if (resolution.edit if resolution is not None else 0) != expected_edit:
        raise ResolutionEdited
    fields = _tidied(fields)
    changes = set(db.session.scalars(select(Change.id).where(Change.revision_number == revision.number)))
    if lacking := _missing(fields, revision, changes, today):
        raise IncompleteResolution(lacking)
    if resolution is None:
        resolution = Resolution(body_id=seat.body_id, revision_number=revision.number, edit=0)
    # For the type checker: what is missing was refused.
    resolution.decision, resolution.date = fields.decision or Decision.RETURNED, fields.date or today
    resolution.reference, resolution.text = fields.reference, fields.text
    resolution.drafted_by_id = actor.id
    resolution.edit += 1
    try:
        with db.session.begin_nested():
            db.session.add(resolution)
    except IntegrityError:
        raise ResolutionEdited from None
    db.session.execute(delete(Reason).where(Reason.resolution_id == resolution.id))
    db.session.add_all(
        Reason(resolution_id=resolution.id, change_id=change_id, reason=reason)
        for change_id, reason in sorted(fields.reasons.items())
    )
    db.session.flush()
    db.session.expire(resolution)
    return resolution


def sign_resolution(actor: User, resolution: Resolution, *, expected_edit: int) -> Resolution:
    """Sign as the second member: from here on the resolution stands in the log and never changes.

    Locks the resolution and the actor's seat, so that of two who sign one is refused, and nobody signs who has just
    lost the seat.

    Raises:
        AlreadySigned, ResolutionEdited: if another member was faster.
        LogBusy: if the log took other entries at the same moment.
    """
    seat = _seat(actor)
    found = _locked(resolution.body_id, resolution.revision_number)
    if found is None:
        raise ResolutionEdited
    if found.state is ResolutionState.SIGNED:
        raise AlreadySigned
    require(may_sign(actor, seat, found, _standing(found.revision_number)))
    if found.edit != expected_edit:
        raise ResolutionEdited
    subject = db.session.execute(
        select(LogEntry.number, LogEntry.hash).where(LogEntry.revision_number == found.revision_number)
    ).one()
    at = now()
    entry = _entry(found, payload.sealed(found.drafted_by, actor), at, subject.number, subject.hash)
    found.signed_by_id, found.signed_at, found.subject_hash = actor.id, at, subject.hash
    found.entry_number, found.state = entry.number, ResolutionState.SIGNED
    db.session.flush()
    db.session.expire(found)
    emit(ResolutionSigned(found, actor.id, _standing(found.revision_number).adopted))
    return found


def drop_resolution(actor: User, resolution: Resolution, *, expected_edit: int) -> None:
    """Throw a draft away; what is signed stays for ever."""
    seat = _seat(actor)
    require(may_draft(actor, seat, resolution.revision, _standing(resolution.revision_number)))
    found = _locked(seat.body_id, resolution.revision_number)
    if found is None or found.id != resolution.id:
        raise NotFound
    if found.state is ResolutionState.SIGNED:
        raise AlreadySigned
    if found.edit != expected_edit:
        raise ResolutionEdited
    db.session.execute(delete(Reason).where(Reason.resolution_id == found.id))
    db.session.delete(found)
    db.session.flush()


def _entry(resolution: Resolution, sealed: Mapping[str, object], at: datetime, number: int, digest: str) -> LogEntry:
    """Append the entry; another one that takes its place in the log at the same moment is let by."""
    public = payload.public(resolution)
    for _attempt in range(ATTEMPTS):
        try:
            with db.session.begin_nested():
                return append(
                    LeafType.RESOLUTION,
                    document=DOCUMENT,
                    at=at,
                    public=public,
                    sealed=sealed,
                    extra={"subject": number, "subject_hash": digest},
                )
        except IntegrityError:
            continue
    raise LogBusy


def _seat(actor: User) -> Seat:
    """Return the actor's seat, locked, so that it cannot be taken away before the transaction ends."""
    chosen = select(Seat).where(Seat.user_id == actor.id, Seat.until.is_(None)).with_for_update(read=True)
    seat = db.session.scalar(chosen.execution_options(populate_existing=True))
    verdict = may_enter(actor, seat)
    if not verdict or seat is None:
        raise Denied(verdict)
    return seat


def _locked(body_id: str, revision_number: int) -> Resolution | None:
    chosen = select(Resolution).where(Resolution.body_id == body_id, Resolution.revision_number == revision_number)
    return db.session.scalar(chosen.with_for_update().execution_options(populate_existing=True))


def _standing(number: int) -> Standing:
    return queries.standing(number, period=timedelta(0), at=now())


def _tidied(fields: ResolutionFields) -> ResolutionFields:
    """Return the fields as they are stored; who adopts gives no reasons."""
    given = {change_id: normalise(reason, limit=REASON_LIMIT) for change_id, reason in fields.reasons.items()}
    returned = fields.decision is Decision.RETURNED
    return ResolutionFields(
        decision=fields.decision,
        date=fields.date,
        reference=" ".join(normalise(fields.reference, limit=REFERENCE_LIMIT).split()),
        text=normalise(fields.text, limit=TEXT_LIMIT),
        reasons={change_id: reason for change_id, reason in given.items() if reason} if returned else {},
    )


def _missing(fields: ResolutionFields, revision: Revision, changes: set[int], today: date) -> dict[str, Message]:
    found: dict[str, Message] = {}
    if fields.decision is None:
        found["decision"] = _l("Wählen Sie, was Ihr Gremium beschlossen hat.")
    if fields.date is None:
        found["date"] = _l("Nennen Sie den Tag der Sitzung.")
    elif not revision.published_at.astimezone(UTC).date() <= fields.date <= today:
        found["date"] = _l("Der Tag liegt zwischen der Veröffentlichung der Fassung und heute.")
    if not fields.reference:
        found["reference"] = _l("Nennen Sie das Aktenzeichen oder die Nummer des Beschlusses.")
    if fields.decision is Decision.RETURNED and not fields.reasons:
        found["reasons"] = _l("Nennen Sie mindestens eine Änderung und den Grund, warum sie nicht angenommen wird.")
    if not set(fields.reasons) <= changes:
        found["reasons"] = _l("Ein Grund nennt eine Änderung, die nicht zu dieser Fassung gehört.")
    return found
