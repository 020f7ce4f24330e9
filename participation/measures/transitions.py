"""Which state may follow which. Pure: asked by the operation, the form and the tests."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from participation.strategy.models import Status

STEPS = (Status.PROPOSED, Status.EXAMINED, Status.RESOLVED, Status.UNDER_WAY, Status.DONE)
"""The way from an idea to its end."""

EXITS = (Status.POSTPONED, Status.DISCARDED, Status.OVERTAKEN)
"""Where an open measure may leave that way at any time."""

CLOSED = (Status.DONE, Status.DISCARDED, Status.OVERTAKEN)
"""Nothing more is expected; a measure here never goes stale."""

NEEDS_REFERENCE = (Status.RESOLVED, Status.DISCARDED)

STALE_AFTER = timedelta(days=365)


class Move(enum.Enum):
    """How a state follows another."""

    SAME = "same"
    USUAL = "usual"
    UNUSUAL = "unusual"
    """Possible with a reason: a step skipped or taken back, a closed measure taken up again."""
    IMPOSSIBLE = "impossible"


def move(before: Status, after: Status) -> Move:
    """Say how one state may follow another.

    Open measures go to the next step, or leave to zurückgestellt, verworfen or überholt. A postponed one may be taken
    up at any step but the last. Everything else that keeps to the five steps needs a reason; what is closed cannot be
    postponed, discarded or overtaken any more.
    """
    if before is after:
        return Move.SAME
    if after in EXITS:
        return Move.IMPOSSIBLE if before in CLOSED else Move.USUAL
    if before is Status.POSTPONED:
        return Move.UNUSUAL if after is Status.DONE else Move.USUAL
    if before in STEPS and STEPS.index(after) == STEPS.index(before) + 1:
        return Move.USUAL
    return Move.UNUSUAL


def is_stale(status: Status, reported_at: datetime | None, now: datetime) -> bool:
    """Say whether the last report is too old to count as current; what was never reported is not stale."""
    return reported_at is not None and status not in CLOSED and now - reported_at > STALE_AFTER


def is_due(status: Status, review_on: date | None, today: date) -> bool:
    """Say whether a postponed measure should be looked at again."""
    return status is Status.POSTPONED and review_on is not None and review_on <= today
