"""What the merge view shows: the wording with every change in place, and a choice for each place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from participation.base import diff
from participation.base.merge import Region
from participation.base.text import normalise
from participation.leitbild.wording import LIMIT
from participation.merging import weighing
from participation.merging.sheets import Sheet
from participation.merging.tables import Backer, Table
from participation.merging.weighing import Choice, Decision, Place
from participation.web.numbers import number

OPTION = "option "
"""What the value of a radio button begins with, before the option's text."""
CONTEXT = 70
"""Characters shown on either side of a place."""
_KEY = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Offer:
    """An option as the page shows it: its difference from the wording, and who wants it."""

    text: str
    html: Markup
    backers: Sequence[Backer]

    @property
    def value(self) -> str:
        """What its radio button sends."""
        return f"{OPTION}{self.text}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that someone wants to change, with what was chosen for it."""

    key: str
    number: int
    """In reading order, from 1."""
    before: str
    left: str
    right: str
    offers: Sequence[Offer]
    collides: bool
    chosen: str
    """The value of the radio button that is checked; empty while the place is open."""
    own: str
    """What the field for a text by hand holds."""
    is_new: bool
    """Whether there is an option that there was not when this was decided."""


@dataclass(frozen=True, slots=True)
class Board:
    """The page of a merge."""

    sheet: Sheet
    spots: Sequence[Spot]
    text: Sequence[str | Spot]
    """The wording in pieces, with the places where they stand."""

    @property
    def agreed(self) -> list[Spot]:
        """Places at which nothing collides."""
        return [spot for spot in self.spots if not spot.collides]

    @property
    def disputed(self) -> list[Spot]:
        """Places at which proposals collide."""
        return [spot for spot in self.spots if spot.collides]

    @property
    def decided(self) -> int:
        """How many places are decided."""
        return sum(spot.chosen != "" for spot in self.spots)

    @property
    def result(self) -> Markup:
        """The wording that follows, with what differs from the current one marked."""
        return marked(self.sheet.table.base, self.sheet.wording)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent."""

    base: str
    """The wording it spoke of."""
    began: int
    """The step its choices began with."""
    edit: int
    """The step it showed; after a conflict newer than where it began."""
    decisions: tuple[Decision, ...]
    settled: Mapping[str, str] = field(default_factory=dict)
    """After a conflict: by place, whether "mine" or "theirs" holds."""


def key_of(place: Place) -> str:
    """Return the name of a place in forms and anchors."""
    return f"{place.start}-{place.end}"


def board(sheet: Sheet, decisions: Sequence[Decision] | None = None) -> Board:
    """Return the page of a merge, with what is saved or with what was chosen."""
    chosen = {one.place: one for one in (sheet.decisions if decisions is None else decisions)}
    laid = sheet.table
    saved = decisions is None
    spots = [
        _spot(laid, at, region, chosen.get(weighing.place_of(region)), is_saved=saved)
        for at, region in enumerate(laid.regions, 1)
    ]
    return Board(sheet, spots, list(_pieces(laid, spots)))


def marked(before: str, after: str) -> Markup:
    """Return the comparison of two texts as safe HTML."""
    return diff.as_html(diff.compare(before, after), inserted=_("eingefügt:"), deleted=_("gelöscht:"))


def read(values: MultiDict[str, str], sheet: Sheet) -> Sent:
    """Read a sent form: stelle=12-20, wahl-12-20=leave|own|option …, text-12-20 and vor-12-20.

    Without script nobody ticks "by hand" for those who type, so a text that differs from what the field began with
    (vor) counts as chosen.
    """
    base = _lines(values.get("wortlaut", sheet.table.base))
    edit = number(values.get("edit")) or 0
    began = number(values.get("grundlage")) if "grundlage" in values else edit
    decisions = []
    for place in _places(values.getlist("stelle"), base):
        key = key_of(place)
        typed = normalise(values.get(f"text-{key}", ""), limit=LIMIT)
        shown = normalise(values.get(f"vor-{key}", typed), limit=LIMIT)
        wanted = _lines(values.get(f"wahl-{key}", ""))
        if wanted != Choice.OWN.value and typed != shown and "skript" not in values:
            wanted = Choice.OWN.value
        if decision := _decision(base, place, wanted, typed, sheet.table):
            decisions.append(decision)
    settled = dict(pair.rsplit(":", 1) for pair in values.getlist("geklaert") if pair.endswith((":mine", ":theirs")))
    return Sent(base, began or 0, edit, tuple(decisions), settled)


def _decision(base: str, place: Place, wanted: str, typed: str, laid: Table) -> Decision | None:
    before = base[place.start : place.end]
    by_hand = "" if typed == normalise(before.strip()) else typed
    if wanted == Choice.OWN.value:
        known = next(
            (region for region in laid.regions if weighing.place_of(region) == place and laid.base == base), None
        )
        return weighing.write(base, known or Region(*place, before, ()), typed)
    if wanted == Choice.LEAVE.value:
        return Decision(*place, Choice.LEAVE, before, own=by_hand)
    if wanted.startswith(OPTION):
        return Decision(*place, Choice.OPTION, wanted.removeprefix(OPTION)[:LIMIT], own=by_hand)
    return None


def _places(keys: Iterable[str], base: str) -> list[Place]:
    found = [Place(int(match[1]), int(match[2])) for match in map(_KEY.fullmatch, keys) if match]
    return sorted({place for place in found if place.start <= place.end <= len(base)})


def _lines(text: str) -> str:
    """Undo what forms do to line ends, and nothing else: places are counted in characters."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _spot(laid: Table, at: int, region: Region[int], decision: Decision | None, *, is_saved: bool) -> Spot:
    offers = [
        Offer(
            option.text,
            marked(region.before, option.text),
            [laid.backers[key] for key in option.keys],
        )
        for option in region.options
    ]
    chosen = "" if decision is None else decision.choice.value
    if decision is not None and decision.choice is Choice.OPTION:
        chosen = f"{OPTION}{decision.text}"
    new = decision is not None and any(option.text not in decision.offered for option in region.options)
    return Spot(
        key=key_of(weighing.place_of(region)),
        number=at,
        before=region.before,
        left=_cut(laid.base[: region.start], from_end=True),
        right=_cut(laid.base[region.end :], from_end=False),
        offers=offers,
        collides=region.collides,
        chosen=chosen,
        own=(decision.own if decision is not None else "") or region.before.strip(),
        is_new=new and is_saved,
    )


def _cut(text: str, *, from_end: bool) -> str:
    """Return what stands directly before or behind a place, cut at a word."""
    if len(text) <= CONTEXT:
        return text
    if from_end:
        return "… " + text[-CONTEXT:].partition(" ")[2]
    return text[:CONTEXT].rpartition(" ")[0] + " …"


def _pieces(laid: Table, spots: Sequence[Spot]) -> Iterable[str | Spot]:
    at = 0
    for region, spot in zip(laid.regions, spots, strict=True):
        if laid.base[at : region.start]:
            yield laid.base[at : region.start]
        yield spot
        at = region.end
    if laid.base[at:]:
        yield laid.base[at:]
