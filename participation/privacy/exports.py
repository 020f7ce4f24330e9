"""Asking for an export, having it made, handing it out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Update, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Conflict, DomainError, require
from participation.notify.operations import notify, post
from participation.privacy.models import ExportState, PersonalExport
from participation.privacy.policy import may_ask

ASKED = "privacy_work"
"""Marks a session that left work for the keeper, so that the edge can wake him."""

PER_DAY = 3
CLAIM = timedelta(minutes=10)
"""How long an export belongs to the process that took it; longer than any making."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15))
"""How long to wait after the first, second … failure; after the last one it has failed."""

_PLAIN = {"synchronize_session": False}


class AlreadyRunning(Conflict):
    """One export at a time."""

    default = _l("Ihre Daten werden schon zusammengestellt. Das dauert meist weniger als eine Minute.")


class EnoughForToday(DomainError):
    """More exports in a day than anybody needs."""

    status = 429
    default = _l("Dreimal am Tag ist genug. Morgen stellen wir Ihre Daten gern wieder zusammen.")


class NoLongerThere(DomainError):
    """The export was fetched, or its time is over."""

    status = 410
    default = _l("Diese Datei gibt es nicht mehr: Sie wurde schon abgeholt, oder ihre Zeit ist um.")


@dataclass(frozen=True, slots=True)
class Claim:
    """An export that one process makes."""

    id: int
    user_id: int
    attempts: int
    until: datetime


def ask(actor: User) -> PersonalExport:
    """Ask for everything stored about oneself.

    Raises:
        AlreadyRunning: while one is being made.
        EnoughForToday: after three within 24 hours.
    """
    require(may_ask(actor))
    lately = (PersonalExport.user_id == actor.id, PersonalExport.asked_at > now() - timedelta(days=1))
    if (db.session.scalar(select(func.count()).where(*lately)) or 0) >= PER_DAY:
        raise EnoughForToday
    made = PersonalExport(user_id=actor.id)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise AlreadyRunning from None
    # A newer one replaces what lies ready: there is never more than one file about a person.
    older = (PersonalExport.user_id == actor.id, PersonalExport.state == ExportState.READY)
    gone = update(PersonalExport).where(*older).values(state=ExportState.EXPIRED, content=None)
    db.session.execute(gone, execution_options=_PLAIN)
    db.session.info[ASKED] = True
    return made


def newest(actor: User) -> PersonalExport | None:
    """Return the export a person asked for last."""
    mine = select(PersonalExport).where(PersonalExport.user_id == actor.id).order_by(PersonalExport.id.desc()).limit(1)
    return db.session.scalar(mine.execution_options(populate_existing=True))


def waiting() -> int:
    """Return how many exports are still to be made."""
    return db.session.scalar(select(func.count()).where(PersonalExport.state == ExportState.WAITING)) or 0


def any_due() -> bool:
    """Tell whether an export can be made now."""
    return db.session.scalar(select(PersonalExport.id).where(*_due(now())).limit(1)) is not None


def claim_next() -> Claim | None:
    """Take the next waiting export for this process alone; commit before making it."""
    moment = now()
    while True:
        number = db.session.scalar(select(PersonalExport.id).where(*_due(moment)).order_by(PersonalExport.id).limit(1))
        if number is None:
            return None
        taken = (
            update(PersonalExport)
            .where(PersonalExport.id == number, *_due(moment))
            .values(claimed_until=moment + CLAIM, attempts=PersonalExport.attempts + 1)
            .returning(PersonalExport.user_id, PersonalExport.attempts)
        )
        row = db.session.execute(taken, execution_options=_PLAIN).one_or_none()
        if row is not None:
            return Claim(number, row.user_id, row.attempts, moment + CLAIM)


def record_made(claim: Claim, content: bytes, period: timedelta) -> bool:
    """Lay an export ready for a period and tell its owner; return False if it was given up meanwhile.

    The letter holds no link: the file is only handed out to who is logged in.
    """
    moment = now()
    made = _claimed(claim).values(
        state=ExportState.READY,
        content=content,
        size=len(content),
        made_at=moment,
        expires_at=moment + period,
        claimed_until=None,
        error="",
    )
    done = db.session.execute(made.returning(PersonalExport.id), execution_options=_PLAIN).first() is not None
    person = db.session.get(User, claim.user_id, populate_existing=True)
    if done and person is not None:
        notify(person.id, "export_ready", {}, "/konto/daten")
        hours = int(period.total_seconds() // 3600)
        post(person.email, "privacy/export", {"name": person.display_name, "hours": hours}, person.locale)
    return done


def record_failure(claim: Claim, error: str) -> None:
    """Note that an export could not be made, and when to try again."""
    if claim.attempts > len(PAUSES):
        values: dict[str, object] = {"state": ExportState.FAILED, "claimed_until": None}
    else:
        values = {"claimed_until": now() + PAUSES[claim.attempts - 1]}
    db.session.execute(_claimed(claim).values(error=error[:200], **values), execution_options=_PLAIN)


def fetch(actor: User, export_id: int) -> bytes:
    """Return the file and delete it here; of two parallel requests one gets it.

    Raises:
        NoLongerThere: if it was fetched, has expired, or is not this person's.
    """
    require(may_ask(actor))
    mine = (
        PersonalExport.id == export_id,
        PersonalExport.user_id == actor.id,
        PersonalExport.state == ExportState.READY,
        PersonalExport.expires_at > now(),
    )
    held = select(PersonalExport).where(*mine).options(undefer(PersonalExport.content)).with_for_update()
    found = db.session.scalar(held.execution_options(populate_existing=True))
    if found is None or found.content is None:
        raise NoLongerThere
    content = found.content
    found.state, found.content = ExportState.FETCHED, None
    db.session.flush()
    return content


def expire(before: datetime) -> int:
    """Delete files that nobody fetched in time; return how many."""
    late = update(PersonalExport).where(PersonalExport.state == ExportState.READY, PersonalExport.expires_at <= before)
    gone = late.values(state=ExportState.EXPIRED, content=None).returning(PersonalExport.id)
    return len(db.session.execute(gone, execution_options=_PLAIN).all())


def forget(before: datetime) -> int:
    """Delete the record of exports that were asked for before a moment and are done with; return how many."""
    done = PersonalExport.state.in_((ExportState.FETCHED, ExportState.EXPIRED, ExportState.FAILED))
    gone = delete(PersonalExport).where(done, PersonalExport.asked_at < before).returning(PersonalExport.id)
    return len(db.session.execute(gone, execution_options=_PLAIN).all())


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(PersonalExport.claimed_until.is_(None), PersonalExport.claimed_until < moment)
    return PersonalExport.state == ExportState.WAITING, free


def _claimed(claim: Claim) -> Update:
    return update(PersonalExport).where(
        PersonalExport.id == claim.id,
        PersonalExport.state == ExportState.WAITING,
        PersonalExport.claimed_until == claim.until,
    )
