"""Several edited forms of one text, side by side: where they change it, where they agree, where they collide.

A merge of two (three-way) is the same thing with two forms. Ranges are half open, in characters of the common base.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from participation.base import diff

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Hunk:
    """`base[start:end]` becomes `text`; start == end is an insertion, an empty text a deletion."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Option(Generic[Key]):
    """One wording proposed for a region, and by which forms."""

    text: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Region(Generic[Key]):
    """A stretch of the base that at least one form changes; with more than one option they collide."""

    start: int
    end: int
    before: str
    options: tuple[Option[Key], ...]

    @property
    def collides(self) -> bool:
        """Whether two forms want something different here."""
        return len(self.options) > 1


def hunks(before: str, after: str) -> tuple[Hunk, ...]:
    """Return the places where a text was changed, in order, cut as the word diff shows them."""
    found: list[Hunk] = []
    at = 0
    start, text, gone = 0, "", 0
    for segment in (*diff.compare(before, after), diff.Segment("same", "")):
        if segment.kind == "same":
            if text or gone:
                found.append(Hunk(start, start + gone, text))
            at += len(segment.text)
            start, text, gone = at, "", 0
        elif segment.kind == "delete":
            gone += len(segment.text)
            at += len(segment.text)
        else:
            text += segment.text
    return tuple(found)


def regions(base: str, forms: Mapping[Key, str]) -> tuple[Region[Key], ...]:
    """Return where the forms change the base, in order and without overlap.

    Hunks that overlap, or an insertion that touches another's hunk, share a region: nobody can tell which should come
    first. What several forms want alike is one option.
    """
    changes = {key: hunks(base, form) for key, form in forms.items()}
    placed = sorted(((hunk, key) for key, found in changes.items() for hunk in found), key=_place)
    return tuple(_region(base, cluster, changes) for cluster in _clusters(placed))


def compose(base: str, found: Sequence[Region[Key]], chosen: Sequence[str | None]) -> str:
    """Return the base with the text chosen for each region; None leaves a region as it is.

    Raises:
        ValueError: unless there is one choice for each region.
    """
    parts: list[str] = []
    at = 0
    for region, text in zip(found, chosen, strict=True):
        parts += (base[at : region.start], region.before if text is None else text)
        at = region.end
    return "".join([*parts, base[at:]])


@dataclass(frozen=True, slots=True)
class Merged:
    """Two edited forms of one base brought together."""

    text: str
    """Both edits; where they collide, `mine`."""
    conflicts: tuple[Region[str], ...]

    @property
    def clean(self) -> bool:
        """Whether both edits fit together everywhere."""
        return not self.conflicts


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Return both edits of a base in one text (three-way merge), and where they collide."""
    found = regions(base, {"mine": mine, "theirs": theirs})
    chosen = [next((o.text for o in region.options if "mine" in o.keys), region.options[0].text) for region in found]
    return Merged(compose(base, found, chosen), tuple(region for region in found if region.collides))


def _place(item: tuple[Hunk, object]) -> tuple[int, int]:
    return item[0].start, item[0].end


def _clusters(placed: Sequence[tuple[Hunk, Key]]) -> Iterator[list[tuple[Hunk, Key]]]:
    """Yield hunks that share a region; `placed` is sorted by place."""
    cluster: list[tuple[Hunk, Key]] = []
    end = -1
    for hunk, key in placed:
        if cluster and not (hunk.start < end or (hunk.start == end and _touches(cluster, hunk))):
            yield cluster
            cluster = []
        cluster.append((hunk, key))
        end = max(end, hunk.end)
    if cluster:
        yield cluster


def _touches(cluster: Sequence[tuple[Hunk, Key]], hunk: Hunk) -> bool:
    """Return whether a hunk that begins where a cluster ends belongs to it: one of the two is an insertion."""
    return hunk.start == hunk.end or any(other.start == other.end == hunk.start for other, _key in cluster)


def _region(base: str, cluster: Sequence[tuple[Hunk, Key]], changes: Mapping[Key, Sequence[Hunk]]) -> Region[Key]:
    start, end = min(hunk.start for hunk, _key in cluster), max(hunk.end for hunk, _key in cluster)
    own: dict[Key, list[Hunk]] = {key: [] for key in changes}
    for hunk, key in cluster:
        own[key].append(hunk)
    options: dict[str, list[Key]] = {}
    for key, found in own.items():
        if found:
            options.setdefault(_applied(base, start, end, found), []).append(key)
    return Region(start, end, base[start:end], tuple(Option(text, tuple(keys)) for text, keys in options.items()))


def _applied(base: str, start: int, end: int, found: Sequence[Hunk]) -> str:
    parts: list[str] = []
    at = start
    for hunk in found:
        parts += (base[at : hunk.start], hunk.text)
        at = hunk.end
    return "".join([*parts, base[at:end]])
