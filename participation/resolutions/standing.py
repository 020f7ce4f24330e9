"""How a revision stands with the bodies. Pure; `queries.standings` fills it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from participation.resolutions.models import Decision


@dataclass(frozen=True, slots=True)
class Vote:
    """What one body has said about a revision so far."""

    body_id: str
    name: str
    short: str
    decision: Decision | None = None
    """Empty while it has not decided, or if what it decided about is not this very text."""
    date: date | None = None
    reference: str = ""
    entry_number: int | None = None
    due_at: datetime | None = None
    """By when it should decide; nothing follows from that."""
    overdue: bool = False
    """Its silence never counts as consent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A revision and the bodies it needs."""

    number: int
    votes: tuple[Vote, ...] = ()
    """Of every body that was in office when it was published; none: nobody is asked."""
    in_force: int | None = None
    """The newest revision that all its bodies adopted, whichever this one is."""

    @property
    def adopted(self) -> bool:
        """Whether every body it needs has adopted this very text (verabschiedet)."""
        return bool(self.votes) and all(vote.decision is Decision.ADOPTED for vote in self.votes)

    @property
    def adopted_on(self) -> date | None:
        """The day of the last resolution that was needed."""
        return max(vote.date for vote in self.votes if vote.date) if self.adopted else None

    @property
    def returned(self) -> bool:
        """Whether a body has returned it."""
        return any(vote.decision is Decision.RETURNED for vote in self.votes)

    @property
    def is_in_force(self) -> bool:
        """Whether it is the adopted version that counts today."""
        return self.number == self.in_force

    @property
    def superseded_by(self) -> int | None:
        """The later revision that is in force (abgelöst)."""
        return self.in_force if self.in_force is not None and self.in_force > self.number else None

    def vote_of(self, body_id: str) -> Vote | None:
        """Return what a body has said, if it is asked at all."""
        return next((vote for vote in self.votes if vote.body_id == body_id), None)
