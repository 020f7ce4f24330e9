"""What two moderators chose differently since one of them opened the page, place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from participation.merging import sheets, weighing
from participation.merging.sheets import Sheet
from participation.merging.weighing import Decision, Difference
from participation.web.merging import board
from participation.web.merging.board import Sent

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Row:
    """A place at which the two differ, and which side holds, if that is clear."""

    key: str
    difference: Difference
    side: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """All that the page of a conflict needs besides the merge."""

    rows: Sequence[Row]
    mine: tuple[Decision, ...]
    dropped: tuple[Decision, ...]
    """What I chose and what fits no longer."""

    @property
    def is_settled(self) -> bool:
        """Whether it is clear for each place which side holds."""
        return all(row.side for row in self.rows)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What holds in the end; where it is not clear yet, mine."""
        chosen = {one.place: one for one in self.mine}
        for row in self.rows:
            place = weighing.place_of(row.difference.region)
            holds = row.difference.theirs if row.side == THEIRS else row.difference.mine
            chosen.pop(place, None)
            if holds is not None:
                chosen[place] = holds
        return tuple(chosen[place] for place in sorted(chosen))


def weigh(sent: Sent, sheet: Sheet, settled: Mapping[str, str]) -> Conflict:
    """Compare what was sent with what is saved, both seen from the step at which the sent form began."""
    laid = sheet.table
    first = sheets.step(laid.node.id, sent.began) if sent.began else None
    began = sheets.carried(first, laid).decisions if first is not None else ()
    mine = weighing.carry(sent.decisions, sent.base, laid.base, laid.regions)
    rows = [
        _row(difference, settled)
        for difference in weighing.differences(laid.regions, began, mine.decisions, sheet.decisions)
    ]
    return Conflict(rows, mine.decisions, mine.dropped)


def _row(difference: Difference, settled: Mapping[str, str]) -> Row:
    key = board.key_of(weighing.place_of(difference.region))
    clear = "" if difference.collides else (MINE if difference.joined == difference.mine else THEIRS)
    return Row(key, difference, settled.get(key, clear))
