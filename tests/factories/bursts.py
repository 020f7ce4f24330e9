"""Bursts for tests: votes from one network, sighted and detected as people and keeper do it."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import Stance, Thread
from participation.dialogue.votes import cast_vote
from participation.moderation.burst_models import Burst, BurstKind, Sighting
from participation.moderation.sightings import Thresholds, detect, sight
from participation.places.models import Region
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories.accounts import user
from tests.factories.outcomes import NODE

THRESHOLDS = Thresholds(votes=10, accounts=5, minutes=30)
NETWORK = "0123456789abcdef"
DUE = timedelta(days=2)


def thread() -> Thread:
    """Return the thread of NODE."""
    return thread_of(db.session.get(Node, NODE))


def votes(
    number: int, *, where: Thread | None = None, network: str = NETWORK, stance: Stance = Stance.YES, spread: int = 1
) -> list[User]:
    """Have people vote from one network, `spread` minutes between them; the last one a minute ago."""
    where, voters = where or thread(), []
    for place in range(number):
        voter = user(region=list(Region)[place % 2])
        cast_vote(voter, where, stance)
        sight(network, BurstKind.VOTES, voter.id, thread_id=where.id)
        seen = db.session.get(Sighting, (network, BurstKind.VOTES, where.id, voter.id))
        seen.at = now() - timedelta(minutes=1 + spread * (number - 1 - place))
        voters.append(voter)
    db.session.flush()
    return voters


def flag() -> int:
    """Detect bursts."""
    return detect(now(), THRESHOLDS, DUE)


def burst(number: int = 10, **how: object) -> tuple[Burst, list[User]]:
    """Return a flagged burst of votes and who took part."""
    voters = votes(number, **how)  # type: ignore[arg-type]
    flag()
    return db.session.query(Burst).order_by(Burst.id.desc()).first(), voters


def accounts(number: int = 5) -> Burst:
    """Return a flagged burst of new accounts."""
    for _ in range(number):
        sight(NETWORK, BurstKind.ACCOUNTS, user().id)
    flag()
    return db.session.query(Burst).order_by(Burst.id.desc()).first()
