"""Seeing that much comes from one network in a short time. It only flags: people decide (bursts).

A vote pays one insert for it. What is looked through is bounded: a day of sightings, and of those only networks that
have enough people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.moderation.burst_models import Burst, BurstKind, BurstMember, BurstState, Sighting

LOOK_BACK = timedelta(days=1)
"""How far back is looked; longer than the pause between two looks."""
YOUNG = timedelta(days=7)
"""An account younger than this counts as young."""
MOST = 50
"""Networks of one kind that are looked into at once; the others are next."""
MOST_PEOPLE = 5_000

_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many people within how many minutes something is a burst; 0 people: never."""

    votes: int
    accounts: int
    """Also of contributions."""
    minutes: int

    def of(self, kind: BurstKind) -> int:
        """Return from how many people on a kind is a burst."""
        return self.votes if kind is BurstKind.VOTES else self.accounts


def sight(network: str, kind: BurstKind, user_id: int, *, thread_id: int = 0) -> None:
    """Note that somebody did something from a network, given as a keyed hash; once for each thread. One statement.

    An empty network is none that could be told.
    """
    if not network:
        return
    values = {"network": network, "kind": kind, "thread_id": thread_id, "user_id": user_id, "at": now()}
    add = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(add(Sighting).values(**values).on_conflict_do_nothing(), execution_options=_PLAIN)


def detect(at: datetime, thresholds: Thresholds, due: timedelta) -> int:
    """Flag the bursts of the last day that nobody has decided about; return how many are new.

    An open burst grows; what comes after a decision is a burst of its own. Doing it twice is doing it once.
    """
    made = 0
    for kind in BurstKind:
        least = thresholds.of(kind)
        if not least:
            continue
        crowded = (
            select(Sighting.network, Sighting.thread_id)
            .where(Sighting.kind == kind, Sighting.at > at - LOOK_BACK)
            .group_by(Sighting.network, Sighting.thread_id)
            .having(func.count() >= least)
            .order_by(func.max(Sighting.at).desc())
            .limit(MOST)
        )
        for network, thread_id in db.session.execute(crowded).all():
            made += _look_into(kind, network, thread_id, at, least, thresholds.minutes, due)
    return made


def forget(before: datetime) -> int:
    """Delete sightings from before a moment, and let bursts forget their network; return how many of both."""
    gone = db.session.execute(delete(Sighting).where(Sighting.at < before), execution_options=_PLAIN)
    faded = db.session.execute(
        update(Burst).where(Burst.network.is_not(None), Burst.last_at < before).values(network=None),
        execution_options=_PLAIN,
    )
    return int(getattr(gone, "rowcount", 0)) + int(getattr(faded, "rowcount", 0))


def crowd(seen: Sequence[tuple[int, datetime]], least: int, within: timedelta) -> list[tuple[int, datetime]]:
    """Return who belongs to a crowd: all within some window that holds at least so many people. `seen` is in order."""
    inside = [False] * len(seen)
    begin = 0
    for end, (_who, moment) in enumerate(seen):
        while moment - seen[begin][1] > within:
            begin += 1
        if end - begin + 1 < least:
            continue
        place = end
        # Whoever stands before somebody who is counted already was looked at then.
        while place >= begin and not inside[place]:
            inside[place] = True
            place -= 1
    return [one for one, counted in zip(seen, inside, strict=True) if counted]


def _look_into(
    kind: BurstKind, network: str, thread_id: int, at: datetime, least: int, minutes: int, due: timedelta
) -> int:
    in_thread = Burst.thread_id == thread_id if thread_id else Burst.thread_id.is_(None)
    here = (Burst.kind == kind, Burst.network == network, in_thread)
    known = db.session.scalars(select(Burst).where(*here).order_by(Burst.last_at).with_for_update()).all()
    decided = [burst.last_at for burst in known if burst.state is not BurstState.OPEN]
    waiting = next((burst for burst in known if burst.state is BurstState.OPEN), None)
    since = max([at - LOOK_BACK, *decided])
    rows = db.session.execute(
        select(Sighting.user_id, Sighting.at)
        .where(Sighting.kind == kind, Sighting.network == network, Sighting.thread_id == thread_id, Sighting.at > since)
        .order_by(Sighting.at, Sighting.user_id)
        .limit(MOST_PEOPLE)
    ).all()
    found = crowd([(row[0], row[1]) for row in rows], least, timedelta(minutes=minutes))
    if not found:
        return 0
    if waiting is not None:
        waiting.last_at = max(waiting.last_at, found[-1][1])
        _join(waiting, [who for who, _at in found])
        return 0
    burst = Burst(
        kind=kind,
        thread_id=thread_id or None,
        network=network,
        first_at=found[0][1],
        last_at=found[-1][1],
        people=0,
        due_at=at + due,
        opened_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(burst)
            db.session.flush()
    except IntegrityError:
        return 0  # another process sees to it
    _join(burst, [who for who, _at in found])
    return 1


def _join(burst: Burst, people: Sequence[int]) -> None:
    members = set(db.session.scalars(select(BurstMember.user_id).where(BurstMember.burst_id == burst.id)))
    new = sorted(set(people) - members)
    if new:
        db.session.execute(insert(BurstMember), [{"burst_id": burst.id, "user_id": ident} for ident in new])
    young = (BurstMember.burst_id == burst.id, User.created_at > burst.first_at - YOUNG)
    burst.people = len(members) + len(new)
    burst.young = (
        db.session.scalar(
            select(func.count()).select_from(BurstMember).join(User, User.id == BurstMember.user_id).where(*young)
        )
        or 0
    )
    db.session.flush()
