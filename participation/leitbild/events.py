"""What happened to the Leitbild."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from participation.outcomes.models import Fate


@dataclass(frozen=True)
class Contribution:
    """A contribution that is evidence of a published change, and what became of it."""

    user_id: int
    """Its author."""
    kind: Literal["comment", "proposal"]
    id: int
    fate: Fate
    answer: str
    change_id: int
    outcome_number: int
    passage: str
    """The name of the passage that the change is about."""


@dataclass(frozen=True)
class FirstPublished:
    """Revision 1 was written from the strategy as it came in; nobody decided on it."""

    number: int


@dataclass(frozen=True)
class RevisionPublished:
    """A revision was published; names everyone whose contribution is evidence, once for each contribution."""

    number: int
    title: str
    actor_id: int
    contributions: tuple[Contribution, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class ReadingBegan:
    """A draft lies out in public; names everyone whose contribution one of its changes rests on."""

    number: int
    """Of the revision it is to become."""
    ends_at: datetime
    actor_id: int
    participants: tuple[int, ...]


@dataclass(frozen=True)
class ReadingEnded:
    """A draft was taken back while it lay out; names everyone who wrote about one of its changes."""

    number: int
    reason: str
    actor_id: int
    commenters: tuple[int, ...]
