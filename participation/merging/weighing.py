"""What was decided about each place of a wording, and what follows from it. Pure: texts and numbers in and out.

Places are regions of `base.merge` over the forms that proposals want; a proposal is named by its id.
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Any, NamedTuple

from participation.base import diff
from participation.base.merge import Hunk, Option, Region, compose, hunks, merge, regions
from participation.outcomes.models import Fate

Regions = Sequence[Region[int]]


class Place(NamedTuple):
    """A half-open range of the wording."""

    start: int
    end: int


class Choice(enum.Enum):
    """What shall stand at a place."""

    LEAVE = "leave"
    OPTION = "option"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was chosen for one place; without one, the place is open and stays as it is."""

    start: int
    end: int
    choice: Choice
    text: str
    """What stands there then."""
    own: str = ""
    """What was written by hand; kept when something else is chosen."""
    offered: tuple[str, ...] = ()
    """The options at that time; another one since then deserves a second look."""

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(self.start, self.end)

    @property
    def said(self) -> tuple[Choice, str]:
        """What two decisions are compared by."""
        return self.choice, self.text

    def stored(self) -> dict[str, Any]:
        """Return the decision for a JSON column."""
        return {
            "start": self.start,
            "end": self.end,
            "choice": self.choice.value,
            "text": self.text,
            "own": self.own,
            "offered": list(self.offered),
        }


def loaded(rows: Sequence[Mapping[str, Any]]) -> tuple[Decision, ...]:
    """Return decisions as a JSON column holds them."""
    return tuple(Decision(**{**row, "choice": Choice(row["choice"]), "offered": tuple(row["offered"])}) for row in rows)


def places(base: str, forms: Mapping[int, str]) -> tuple[Region[int], ...]:
    """Return the places that forms change; what no word parts is one place, or "jede Stunde" meets "im festen Takt"."""
    joined: list[Region[int]] = []
    for region in regions(base, forms):
        if joined and not any(character.isalnum() for character in base[joined[-1].end : region.start]):
            joined.append(_joined(base, joined.pop(), region))
        else:
            joined.append(region)
    return tuple(joined)


def place_of(region: Region[int]) -> Place:
    """Return where a region lies."""
    return Place(region.start, region.end)


def take(region: Region[int], text: str) -> Decision:
    """Decide for one of a region's options."""
    return Decision(region.start, region.end, Choice.OPTION, text, offered=_texts(region))


def write(base: str, region: Region[int], text: str) -> Decision:
    """Decide for a text by hand, spaced as its neighbours need it; what says the same as an option is that option."""
    fitted = _spaced(base[: region.start], text.strip(), base[region.end :])
    choice = Choice.OPTION if fitted in _texts(region) else Choice.LEAVE if fitted == region.before else Choice.OWN
    return Decision(region.start, region.end, choice, fitted, own=text.strip(), offered=_texts(region))


def leave(region: Region[int]) -> Decision:
    """Decide that a region stays as it is."""
    return Decision(region.start, region.end, Choice.LEAVE, region.before, offered=_texts(region))


def consensual(found: Regions, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return the decisions, with the only option taken wherever nothing collides and nothing was decided."""
    decided = {decision.place for decision in decisions}
    free = [region for region in found if not region.collides and place_of(region) not in decided]
    return (*decisions, *(take(region, region.options[0].text) for region in free))


def wording(base: str, found: Regions, decisions: Sequence[Decision]) -> str:
    """Return the wording that follows; open places stay as they are."""
    chosen = {decision.place: decision for decision in decisions}
    places = [_with_space(base, region, chosen.get(place_of(region)), found) for region in found]
    texts = [chosen[place_of(region)].text if place_of(region) in chosen else None for region in found]
    return compose(base, places, texts)


def fates(found: Regions, decisions: Sequence[Decision]) -> dict[int, Fate | None]:
    """Return what the decisions make of each proposal: adopted, partly, or None where it stays open.

    A text by hand counts in part for a proposal if it brings in one of its words; for one that only strikes words, if
    it strikes one of them, too.
    """
    chosen = {decision.place: decision for decision in decisions}
    whole: dict[int, list[float]] = {}
    for region in found:
        decision = chosen.get(place_of(region))
        for option in region.options:
            for key in option.keys:
                whole.setdefault(key, []).append(_share(region.before, option.text, decision))
    return {
        key: Fate.ADOPTED if min(parts) == 1 else Fate.PARTLY if max(parts) > 0 else None
        for key, parts in whole.items()
    }


@dataclass(frozen=True, slots=True)
class Carried:
    """Decisions that fit another table, and those that no longer do."""

    decisions: tuple[Decision, ...]
    dropped: tuple[Decision, ...]


def carry(decisions: Sequence[Decision], before: str, after: str, found: Regions) -> Carried:
    """Bring decisions about one wording to another one, or to other proposals; `found` are the regions of `after`.

    What the new wording already says is neither kept nor missed; neither is "leave it" where nothing is proposed now.
    """
    changes = hunks(before, after)
    placed: list[tuple[Decision, Decision]] = []
    dropped: list[Decision] = []
    for decision in decisions:
        moved = _moved(decision, changes)
        if moved is not None:
            placed.append((decision, moved))
        elif decision.choice is not Choice.LEAVE and not _said_already(decision, before, after):
            dropped.append(decision)
    there = [place_of(region) for region in found]
    homes = [_touched(there, moved.place) for _decision, moved in placed]
    near: dict[Place, list[Decision]] = {}
    for (_decision, moved), touched in zip(placed, homes, strict=True):
        for home in touched:
            near.setdefault(home, []).append(moved)
    kept: dict[Place, Decision] = {}
    for region, place in zip(found, there, strict=True):
        settled = _settle(after, region, near[place]) if place in near else None
        if settled is not None:
            kept[place] = settled
    for (decision, _moved_one), touched in zip(placed, homes, strict=True):
        if decision.choice is not Choice.LEAVE and not (touched and all(home in kept for home in touched)):
            dropped.append(decision)
    return Carried(tuple(kept[place] for place in sorted(kept)), tuple(dropped))


@dataclass(frozen=True, slots=True)
class Difference:
    """A place about which two people, beginning from one state, do not say the same."""

    region: Region[int]
    began: Decision | None
    mine: Decision | None
    theirs: Decision | None

    @property
    def collides(self) -> bool:
        """Whether both decided anew, and differently."""
        return _said(self.mine) != _said(self.began) != _said(self.theirs)

    @property
    def joined(self) -> Decision | None:
        """What holds if nobody says otherwise: whoever decided anew; where both did, mine."""
        return self.theirs if _said(self.mine) == _said(self.began) else self.mine


def differences(
    found: Regions, began: Sequence[Decision], mine: Sequence[Decision], theirs: Sequence[Decision]
) -> tuple[Difference, ...]:
    """Return the places where mine and theirs differ, in reading order."""
    one, two, three = ({decision.place: decision for decision in each} for each in (began, mine, theirs))
    rows = (Difference(region, *(each.get(place_of(region)) for each in (one, two, three))) for region in found)
    return tuple(row for row in rows if _said(row.mine) != _said(row.theirs))


def _said(decision: Decision | None) -> tuple[Choice, str] | None:
    return decision.said if decision is not None else None


def _joined(base: str, one: Region[int], other: Region[int]) -> Region[int]:
    """Return two neighbouring regions as one; a form that changes only one of them leaves the other as it is."""
    gap = base[one.end : other.start]
    first = {key: option.text for option in one.options for key in option.keys}
    second = {key: option.text for option in other.options for key in option.keys}
    options: dict[str, list[int]] = {}
    for key in dict.fromkeys((*first, *second)):
        text = first.get(key, one.before) + gap + second.get(key, other.before)
        options.setdefault(text, []).append(key)
    found = tuple(Option(text, tuple(keys)) for text, keys in options.items())
    return Region(one.start, other.end, base[one.start : other.end], found)


def _texts(region: Region[int]) -> tuple[str, ...]:
    return tuple(option.text for option in region.options)


def _with_space(base: str, region: Region[int], decision: Decision | None, found: Regions) -> Region[int]:
    """Return the region, with the space behind it if a text by hand leaves nothing between two spaces."""
    if decision is None or decision.choice is not Choice.OWN or decision.text:
        return region
    before, behind = base[region.start - 1 : region.start] or " ", base[region.end : region.end + 1]
    free = all(other.start != region.end for other in found if other is not region)
    if free and behind == " " and before.isspace():
        return replace(region, end=region.end + 1, before=region.before + behind)
    return region


def _spaced(left: str, text: str, right: str) -> str:
    """Return the text with a space on a side where it would otherwise run into the neighbouring word."""
    if not text:
        return text
    front = (
        " "
        if left and (left[-1].isalnum() or left[-1] in ",;:.!?)“") and (text[0].isalnum() or text[0] in "(„")
        else ""
    )
    back = (
        " "
        if right and (right[0].isalnum() or right[0] in "(„") and (text[-1].isalnum() or text[-1] in ",;:.!?)“")
        else ""
    )
    return f"{front}{text}{back}"


def _share(before: str, wanted: str, decision: Decision | None) -> float:
    """Return how much of a wish a decision grants: 0, a half or 1."""
    if decision is None or decision.choice is Choice.LEAVE:
        return 0
    if decision.text == wanted:
        return 1
    if decision.choice is Choice.OPTION:
        return 0
    wish, done = _words(before, wanted), _words(before, decision.text)
    brought = {word for word in wish if word[0] == "insert"}
    return 0.5 if (brought or wish) & done else 0


def _words(before: str, after: str) -> set[tuple[str, str]]:
    """Return the words that a change brings in and leaves out."""
    return {
        (segment.kind, token)
        for segment in diff.compare(before, after)
        if segment.kind != "same"
        for token in diff.tokens(segment.text)
        if token[0].isalnum()
    }


def _moved(decision: Decision, changes: Sequence[Hunk]) -> Decision | None:
    """Return the decision where it lies after the changes, or None where they touch it."""
    shift = 0
    for hunk in changes:
        if hunk.start > decision.end:
            break
        if hunk.end >= decision.start:
            return None
        shift += len(hunk.text) - (hunk.end - hunk.start)
    return replace(decision, start=decision.start + shift, end=decision.end + shift)


def _said_already(decision: Decision, before: str, after: str) -> bool:
    wanted = before[: decision.start] + decision.text + before[decision.end :]
    merged = merge(before, wanted, after)
    return merged.clean and merged.text == after


def _touches(one: Place, other: Place) -> bool:
    """Return whether two ranges share a character, or one is an insertion within or at the edge of the other."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return start < end or (start == end and (one.start == one.end or other.start == other.end))


def _touched(there: Sequence[Place], place: Place) -> list[Place]:
    """Return which of these places, in order and without overlap, a range touches."""
    first = bisect_left(there, place.start, key=lambda one: one.end)
    found = takewhile(lambda one: one.start <= place.end, islice(there, first, None))
    return [one for one in found if _touches(one, place)]


def _settle(base: str, region: Region[int], near: Sequence[Decision]) -> Decision | None:
    """Return what earlier decisions mean for a region, or None where they do not fit it."""
    own = next((decision.own for decision in near if decision.own), "")
    offered = tuple(dict.fromkeys(text for decision in near for text in decision.offered))
    same = len(near) == 1 and near[0].place == place_of(region)
    settled = replace(leave(region), own=own, offered=offered if same else ())
    if all(decision.choice is Choice.LEAVE for decision in near):
        return settled
    pieces: list[Hunk] = []
    for decision in near:
        pieces += _pieces(base, decision, place_of(region))
    if any(piece.start < region.start or piece.end > region.end for piece in pieces):
        return None
    text = base[region.start : region.end]
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end), reverse=True):
        text = text[: piece.start - region.start] + piece.text + text[piece.end - region.start :]
    if text in _texts(region):
        return replace(settled, choice=Choice.OPTION, text=text)
    if text != region.before and any(decision.choice is Choice.OWN for decision in near):
        return replace(settled, choice=Choice.OWN, text=text, own=own or text.strip())
    return None


def _pieces(base: str, decision: Decision, place: Place) -> list[Hunk]:
    """Return a decision as changes that touch a place: in one piece if it lies within, else word by word."""
    if decision.choice is Choice.LEAVE:
        return []
    if place.start <= decision.start and decision.end <= place.end:
        return [Hunk(decision.start, decision.end, decision.text)]
    inner = hunks(base[decision.start : decision.end], decision.text)
    found = [Hunk(hunk.start + decision.start, hunk.end + decision.start, hunk.text) for hunk in inner]
    return [hunk for hunk in found if _touches(Place(hunk.start, hunk.end), place)]
