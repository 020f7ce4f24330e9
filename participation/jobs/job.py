"""What a job is, and how long to wait after it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from participation.base.verdict import Message

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did: numbers, never what it was."""

    done: int = 0
    failed: int = 0
    """Things that could not be done; each has its own next try."""
    again: timedelta | None = None
    """When to come again, if sooner than usual."""


Ended = Callable[[], bool]
"""Tells whether the process is about to end: whoever works on many things stops between two of them."""


def nothing_waits() -> bool:
    """Say so, for jobs that only the clock calls."""
    return False


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work."""

    name: str
    title: Message
    work: Callable[[Ended], Result] = field(repr=False)
    waiting: Callable[[], bool] = field(repr=False, default=nothing_waits)
    """Reads from the database whether something can be done now."""
    every: timedelta | None = None
    """How often it is done in any case."""
    bound: timedelta = timedelta(minutes=10)
    """Longer than any run takes: after that it counts as stuck."""
    alone: bool = False
    """One process at a time; the others may share what waits, each thing being claimed by itself."""
    apart: bool = False
    """In a process of its own: what it loads and needs must not stay in the web server's memory."""


def pause(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: 1, 2, 4 … minutes, an hour at most."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(FIRST * doubled, LONGEST)
