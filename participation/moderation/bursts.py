"""Deciding about bursts: a moderator looks, says why, and either nothing happens or the votes are counted apart.

Never is a vote thrown away, and every decision can be taken back by another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, require
from participation.dialogue.votes import set_apart, take_in
from participation.moderation.burst_models import Burst, BurstKind, BurstMember, BurstRuling, BurstState
from participation.moderation.deciding import LOCK
from participation.moderation.events import BurstDecided
from participation.moderation.policy import may_decide_burst, may_take_burst

REASON_LIMIT = 2000


class BurstMoved(Conflict):
    """Somebody else took or decided it in the meantime."""

    default = _l("Jemand war schneller. So steht es jetzt um diese Häufung.")


class BurstReasonMissing(DomainError):
    """A decision does not say why."""

    default = _l("Schreiben Sie, woran Sie das erkennen.")


class UnfitResult(DomainError):
    """A result that does not fit this kind of burst, or is in force already."""

    default = _l("Das passt nicht zu dieser Häufung.")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who took part in a burst of accounts or contributions; both are public anyway."""

    id: int
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LogLine:
    """A decision about a burst as everybody may read it."""

    at: datetime
    kind: BurstKind
    result: BurstState
    people: int
    votes: int


def burst(burst_id: int) -> Burst | None:
    """Return a burst with who has taken it and its thread."""
    chosen = select(Burst).options(joinedload(Burst.taken_by), joinedload(Burst.thread)).where(Burst.id == burst_id)
    return db.session.scalar(chosen)


def rulings(burst_id: int) -> Sequence[BurstRuling]:
    """Return the decisions about a burst, the first one first, with who made them."""
    chosen = select(BurstRuling).options(joinedload(BurstRuling.moderator)).where(BurstRuling.burst_id == burst_id)
    return db.session.scalars(chosen.order_by(BurstRuling.id)).all()


def is_member(found: Burst, user_id: int) -> bool:
    """Say whether somebody took part in a burst."""
    return db.session.get(BurstMember, (found.id, user_id)) is not None


def people(found: Burst, *, limit: int = 50) -> list[Person]:
    """Return who took part; of votes nobody, since nobody is shown how or that a person voted."""
    if found.kind is BurstKind.VOTES:
        return []
    rows = db.session.execute(
        select(User.id, User.display_name, User.created_at)
        .join(BurstMember, BurstMember.user_id == User.id)
        .where(BurstMember.burst_id == found.id)
        .order_by(User.created_at, User.id)
        .limit(limit)
    )
    return [Person(*row) for row in rows]


def results(found: Burst) -> list[BurstState]:
    """Return what can be decided about a burst as it stands."""
    if found.kind is not BurstKind.VOTES:
        return [BurstState.HARMLESS, BurstState.FOLLOWED] if found.state is BurstState.OPEN else []
    if found.state is BurstState.OPEN:
        return [BurstState.HARMLESS, BurstState.APART]
    return [BurstState.HARMLESS] if found.state is BurstState.APART else []


def take(actor: User, found: Burst) -> None:
    """Take a burst for half an hour, or for half an hour more.

    Raises:
        BurstMoved: if another moderator took it at the same moment.
    """
    at = now()
    require(may_take_burst(actor, found, at, member=is_member(found, actor.id)))
    if not _changed(found, *_free(actor, at), taken_by_id=actor.id, taken_until=at + LOCK):
        raise BurstMoved


def decide(actor: User, found: Burst, result: BurstState, reason: str) -> BurstRuling:
    """Decide about a burst, or take such a decision back. Of two moderators at once one decides.

    Setting apart moves the votes out of the bars, HARMLESS brings them back. Who took part is forgotten once nothing
    depends on it any more.

    Raises:
        BurstReasonMissing: if it does not say why.
        UnfitResult: if the result does not fit.
        BurstMoved: if another moderator took or decided it in the meantime.
    """
    at = now()
    require(may_decide_burst(actor, found, at, member=is_member(found, actor.id)))
    told = normalise(reason, limit=REASON_LIMIT)
    if not told:
        raise BurstReasonMissing
    if result not in results(found):
        raise UnfitResult
    before = found.state
    if not _changed(found, *_free(actor, at), Burst.state == before, state=result, taken_by_id=None, taken_until=None):
        raise BurstMoved
    moved = _carry_out(found, result, before)
    ruling = BurstRuling(burst_id=found.id, result=result, reason=told, votes=moved, moderator_id=actor.id, at=at)
    db.session.add(ruling)
    db.session.flush()
    if result is not BurstState.APART:
        db.session.execute(delete(BurstMember).where(BurstMember.burst_id == found.id))
    emit(BurstDecided(ruling, actor.id))
    return ruling


def log_lines(*, size: int = 50) -> list[LogLine]:
    """Return the newest decisions about bursts for the public log; neither names, reasons nor subjects."""
    rows = db.session.execute(
        select(BurstRuling.at, Burst.kind, BurstRuling.result, Burst.people, BurstRuling.votes)
        .join(Burst, Burst.id == BurstRuling.burst_id)
        .order_by(BurstRuling.id.desc())
        .limit(size)
    )
    return [LogLine(*row) for row in rows]


def _carry_out(found: Burst, result: BurstState, before: BurstState) -> int:
    if found.thread is None or BurstState.APART not in (result, before):
        return 0
    members = set(db.session.scalars(select(BurstMember.user_id).where(BurstMember.burst_id == found.id)))
    if result is BurstState.APART:
        return set_apart(found.thread, members)
    others = (Burst.thread_id == found.thread_id, Burst.state == BurstState.APART, Burst.id != found.id)
    kept = select(BurstMember.user_id).join(Burst, Burst.id == BurstMember.burst_id).where(*others)
    return take_in(found.thread, members - set(db.session.scalars(kept)))


def _free(actor: User, at: datetime) -> tuple[object, ...]:
    return (or_(Burst.taken_until.is_(None), Burst.taken_until <= at, Burst.taken_by_id == actor.id),)


def _changed(found: Burst, *where: object, **values: object) -> bool:
    changing = update(Burst).where(Burst.id == found.id, *where).values(**values)  # type: ignore[arg-type]
    done = db.session.execute(changing, execution_options={"synchronize_session": False})
    db.session.refresh(found)
    return isinstance(done, CursorResult) and done.rowcount == 1
