"""What happened to the Leitbild."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class RevisionPublished:
    """A revision was published; names everyone whose contribution is evidence, once for each contribution."""

    number: int
    title: str
    actor_id: int
    contributions: tuple[Contribution, ...] = field(default_factory=tuple)
