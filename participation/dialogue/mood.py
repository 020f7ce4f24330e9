"""What may be told about how regions voted, without telling how a few people did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from participation.places.models import Region

MINIMUM = 10
"""A group of fewer is never shown, nor can it be computed from what is shown."""


class Counted(Protocol):
    """The stances of one region."""

    @property
    def region(self) -> Region: ...
    @property
    def yes(self) -> int: ...
    @property
    def no(self) -> int: ...
    @property
    def abstain(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Share:
    """A group that may be shown: a region, or (None) all the others together."""

    region: Region | None
    yes: int
    no: int
    abstain: int

    @property
    def votes(self) -> int:
        """All stances together."""
        return self.yes + self.no + self.abstain


def breakdown(tallies: Iterable[Counted], minimum: int = MINIMUM) -> tuple[Share, ...]:
    """Return the groups that may be shown beside the total, in the order of the regions, the others last.

    Regions with fewer than `minimum` votes are folded into one group. Were that group smaller than `minimum`, it could
    be computed from the total, so the smallest region that is left joins it, until the group is large enough. Nothing
    is returned where that leaves no region to show.
    """
    cast = sorted(
        (Share(t.region, t.yes, t.no, t.abstain) for t in tallies if t.yes + t.no + t.abstain),
        key=lambda share: share.votes,
    )
    folded = [share for share in cast if share.votes < minimum]
    shown = cast[len(folded) :]
    while folded and shown and sum(share.votes for share in folded) < minimum:
        folded.append(shown.pop(0))
    if not shown:
        return ()
    order = list(Region)
    shares = sorted(shown, key=lambda share: order.index(share.region or order[-1]))
    return (*shares, _together(folded)) if folded else tuple(shares)


def _together(shares: Sequence[Share]) -> Share:
    return Share(None, sum(s.yes for s in shares), sum(s.no for s in shares), sum(s.abstain for s in shares))
