"""Reading what bodies decided, and what waits for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from participation.accounts.models import User
from participation.base.db import db
from participation.ledger.models import LogEntry
from participation.leitbild.models import Revision
from participation.resolutions.models import Body, Decision, Resolution, ResolutionState, Seat
from participation.resolutions.standing import Standing, Vote


def standings(numbers: Collection[int], *, period: timedelta, at: datetime) -> dict[int, Standing]:
    """Return how revisions stand with the bodies they need; one statement.

    `period` is how long a body should take at most; nothing means that there is no such date.
    """
    if not numbers:
        return {}
    votes: dict[int, list[Vote]] = defaultdict(list)
    in_force: int | None = None
    for row in db.session.execute(_standings(), {"numbers": list(numbers)}):
        in_force = row.in_force
        if row.body_id is None:
            continue
        due_at = row.published_at + period if period else None
        superseded = in_force is not None and in_force > row.number
        votes[row.number].append(
            Vote(
                body_id=row.body_id,
                name=row.name,
                short=row.short,
                decision=row.decision,
                date=row.date,
                reference=row.reference or "",
                entry_number=row.entry_number,
                due_at=due_at,
                overdue=row.decision is None and due_at is not None and due_at < at and not superseded,
            )
        )
    return {number: Standing(number, tuple(votes[number]), in_force) for number in numbers}


def standing(number: int, *, period: timedelta, at: datetime) -> Standing:
    """Return how a revision stands with the bodies it needs."""
    return standings([number], period=period, at=at)[number]


def needs() -> ColumnElement[bool]:
    """Match a revision with each body that was in office when it was published; the first one asks nobody."""
    return and_(
        Revision.number > 1,
        or_(Body.since.is_(None), Body.since <= Revision.published_at),
        or_(Body.until.is_(None), Body.until > Revision.published_at),
    )


def decided() -> ColumnElement[bool]:
    """Match a body's signed resolution with the very text that stands in the log."""
    return and_(
        Resolution.body_id == Body.id,
        Resolution.revision_number == Revision.number,
        Resolution.state == ResolutionState.SIGNED,
        Resolution.subject_hash == LogEntry.hash,
    )


def in_force() -> Select[int]:
    """Select the newest revision that every body it needs has adopted."""
    adopted = (
        select(Revision.number)
        .join(LogEntry, LogEntry.revision_number == Revision.number)
        .join(Body, needs())
        .outerjoin(Resolution, decided() & (Resolution.decision == Decision.ADOPTED))
        .group_by(Revision.number)
        .having(func.count(Body.id) == func.count(Resolution.id))
        .subquery()
    )
    return select(func.max(adopted.c.number))


@cache
def _standings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Revision.number,
            Revision.published_at,
            Body.id.label("body_id"),
            Body.name,
            Body.short,
            Resolution.decision,
            Resolution.date,
            Resolution.reference,
            Resolution.entry_number,
            in_force().scalar_subquery().label("in_force"),
        )
        .join(LogEntry, LogEntry.revision_number == Revision.number)
        .outerjoin(Body, needs())
        .outerjoin(Resolution, decided())
        .where(Revision.number.in_(bindparam("numbers", expanding=True)))
        .order_by(Revision.number, Body.position, Body.id)
    )


def bodies() -> list[Body]:
    """Return all bodies in their order, those given up as well."""
    return list(db.session.scalars(select(Body).order_by(Body.position, Body.id)))


def seat_of(user_id: int) -> Seat | None:
    """Return the seat a person holds now."""
    chosen = select(Seat).where(Seat.user_id == user_id, Seat.until.is_(None)).options(joinedload(Seat.body))
    return db.session.scalar(chosen)


def members(body_ids: Collection[str] | None = None) -> list[tuple[str, int, str]]:
    """Return body, id and name of everyone who holds a seat now, of some bodies or of all."""
    chosen = select(Seat.body_id, User.id, User.display_name).join(User, User.id == Seat.user_id)
    chosen = chosen.join(Body, Body.id == Seat.body_id).where(Seat.until.is_(None))
    if body_ids is not None:
        chosen = chosen.where(Seat.body_id.in_(body_ids))
    rows = db.session.execute(chosen.order_by(Body.position, Seat.body_id, Seat.since, User.id))
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A revision that waits for a body's resolution."""

    number: int
    title: str
    published_at: datetime
    drafted_by_id: int | None
    """Who wrote on the draft last, if there is one."""
    drafted_by: str


def awaited(body_id: str) -> list[Awaited]:
    """Return the revisions a body has not decided about, oldest first, without those that were superseded."""
    drafter = aliased(User)
    rows = db.session.execute(
        select(Revision.number, Revision.title, Revision.published_at, Resolution.drafted_by_id, drafter.display_name)
        .join(Body, needs())
        .outerjoin(Resolution, (Resolution.body_id == Body.id) & (Resolution.revision_number == Revision.number))
        .outerjoin(drafter, drafter.id == Resolution.drafted_by_id)
        .where(
            Body.id == body_id,
            or_(Resolution.id.is_(None), Resolution.state == ResolutionState.DRAFTED),
            Revision.number > func.coalesce(in_force().scalar_subquery(), 0),
        )
        .order_by(Revision.number)
    )
    return [Awaited(row[0], row[1], row[2], row[3], row[4] or "") for row in rows]


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """A signed resolution in a list."""

    entry_number: int
    body: str
    short: str
    revision_number: int
    decision: Decision
    date: date
    reference: str
    text: str
    reasons: int


def signed(*, body_id: str | None = None, entries: Sequence[int] | None = None, size: int = 50) -> list[ResolutionRow]:
    """Return signed resolutions, newest first: of one body, or those that some entries of the log are about."""
    if entries is not None and not entries:
        return []
    chosen = (
        select(Resolution)
        .where(Resolution.state == ResolutionState.SIGNED)
        .options(joinedload(Resolution.body), selectinload(Resolution.reasons))
        .order_by(Resolution.entry_number.desc())
        .limit(size)
    )
    if body_id is not None:
        chosen = chosen.where(Resolution.body_id == body_id)
    if entries is not None:
        chosen = chosen.where(Resolution.entry_number.in_(entries))
    return [
        ResolutionRow(
            entry_number=one.entry_number or 0,
            body=one.body.name,
            short=one.body.short,
            revision_number=one.revision_number,
            decision=one.decision,
            date=one.date,
            reference=one.reference,
            text=one.text,
            reasons=len(one.reasons),
        )
        for one in db.session.scalars(chosen)
    ]


def resolution(body_id: str, revision_number: int) -> Resolution | None:
    """Return a body's resolution on a revision, drafted or signed, with its people and reasons; for its members."""
    return _one(Resolution.body_id == body_id, Resolution.revision_number == revision_number)


def of_entry(entry_number: int) -> Resolution | None:
    """Return the resolution that an entry of the log is about, with its people and reasons."""
    return _one(Resolution.entry_number == entry_number)


def _one(*conditions: ColumnElement[bool]) -> Resolution | None:
    chosen = select(Resolution).where(*conditions)
    with_all = (
        joinedload(Resolution.body),
        joinedload(Resolution.revision),
        joinedload(Resolution.drafted_by),
        joinedload(Resolution.signed_by),
        selectinload(Resolution.reasons),
    )
    return db.session.scalar(chosen.options(*with_all))
