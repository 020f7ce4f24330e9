"""Comparing two wordings word by word, so that it reads like an edited text: paragraphs first, then words.

The result is exact: what stayed and what was deleted is the text before, what stayed and what was inserted is the text
after. difflib would need minutes for what some people may type; rapidfuzz works on bits, and what is too large even for
that is shown as replaced paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

from markupsafe import Markup, escape
from rapidfuzz.distance import Indel

Kind = Literal["same", "insert", "delete"]

CELLS = 100_000_000
"""How many pairs of tokens one comparison may look at; each costs a bit. 20,000 characters of prose fit in."""

PAIRS = 40_000
"""How many pairs of paragraphs are weighed against each other."""

ALIKE = 0.45
"""From here on a paragraph counts as an edited form of another, not as a new one."""

ISLAND = 2
"""So many words that stayed are not worth an interruption, if on either side three times as many changed."""

ALIEN = 0.3
"""Where fewer of the words stayed, chance hits like "und" and "die" are not worth showing."""

# A word with its inner hyphens, stars and apostrophes ("Bürger*innen", "Rad-"), a number with its points and commas, a
# run of space, one line end, a picture character with what belongs to it, or any other single character.
_TOKEN = re.compile(
    r"\d+(?:[.,:]\d+)*\w*"
    r"|[^\W\d][\w\u0300-\u036f]*(?:[*:'’·\-‐‑][^\W\d][\w\u0300-\u036f]*)*[-‐‑]?"
    r"|\n|[^\S\n]+"
    r"|[\u200d\ufe0e\ufe0f\u2600-\u27bf\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
    r"|."
)
_PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that stayed, was inserted or was deleted."""

    kind: Kind
    text: str


@dataclass(slots=True)
class _Run:
    """Tokens that stayed (`deleted` and `inserted` are the same list), or a place where something changed."""

    deleted: list[str]
    inserted: list[str]

    @property
    def same(self) -> bool:
        return self.deleted is self.inserted

    @property
    def words(self) -> int:
        return max(_words(self.deleted), _words(self.inserted))


def _words(tokens: Sequence[str]) -> int:
    return sum(token[0].isalnum() for token in tokens)


def tokens(text: str) -> tuple[str, ...]:
    """Return words, numbers, spaces and punctuation; joined they are the text again."""
    return tuple(_TOKEN.findall(text))


def compare(before: str, after: str) -> tuple[Segment, ...]:
    """Return what stayed, was deleted and was inserted, in reading order; a deletion stands before its replacement."""
    runs = [run for old, new in _paragraphs(before, after) for run in _compared(old, new)]
    segments: list[Segment] = []
    for run in _readable(runs):
        if run.same:
            segments.append(Segment("same", "".join(run.deleted)))
            continue
        if run.deleted:
            segments.append(Segment("delete", "".join(run.deleted)))
        if run.inserted:
            segments.append(Segment("insert", "".join(run.inserted)))
    return tuple(segments)


def changed(segments: Sequence[Segment]) -> int:
    """Return at how many places something changed; a replacement is one place."""
    places = [segment.kind != "same" for segment in segments]
    return sum(here and not earlier for earlier, here in pairwise([False, *places]))


def as_html(segments: Sequence[Segment], *, inserted: str, deleted: str) -> Markup:
    """Return safe HTML with `ins` and `del`; the labels say the same to those who cannot see the marks.

    Labels come from the caller in the reader's language ("eingefügt:", "gelöscht:").
    """
    parts: list[Markup] = []
    earlier: Kind = "same"
    for segment in segments:
        text = escape(segment.text).replace("\n", Markup("<br>"))
        if segment.kind == "same":
            parts.append(text)
        else:
            tag, label = ("ins", inserted) if segment.kind == "insert" else ("del", deleted)
            # Otherwise the mark of a deletion and what replaces it would touch.
            gap = " " if earlier == "delete" else ""
            opening = Markup('{gap}<{tag}><span class="ld-hide">{label} </span>').format(gap=gap, tag=tag, label=label)
            parts.append(opening + text + Markup("</{tag}>").format(tag=tag))
        earlier = segment.kind
    return Markup("").join(parts)


def _paragraphs(before: str, after: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield pairs of token lists to be compared; a list against an empty one is new or gone as a whole."""
    old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    for keep, old_part, new_part in _blocks(old, new):
        if keep:
            same = [*tokens("".join(old_part))]
            yield same, same
        else:
            yield from _pairs([[*tokens(text)] for text in old_part], [[*tokens(text)] for text in new_part])


def _pairs(old: list[list[str]], new: list[list[str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Match edited paragraphs with their earlier form: the most similar pairs that keep the order."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    size = sum(map(len, old)) * sum(map(len, new))
    if not 0 < size <= CELLS or len(old) * len(new) > PAIRS:
        # All at once: nobody looks for a paragraph among thousands of them.
        yield [*chain.from_iterable(old)], []
        yield [], [*chain.from_iterable(new)]
        return
    likeness = _likeness(old, new)
    # best[i][j]: the sum of likeness that is still to be had from old[i:] and new[j:].
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] and likeness[i][j] + best[i + 1][j + 1])
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], []
            i += 1
        else:
            yield [], new[j]
            j += 1
    yield from ((gone, []) for gone in old[i:])
    yield from (([], added) for added in new[j:])


def _likeness(old: list[list[str]], new: list[list[str]]) -> list[list[float]]:
    """Return how similar each old paragraph is to each new one, 0 below `ALIKE`; only words count."""
    ids: dict[str, int] = {}

    def numbered(paragraph: list[str]) -> list[int]:
        return [ids.setdefault(token, len(ids)) for token in paragraph if not token.isspace()]

    rows, columns = [numbered(paragraph) for paragraph in old], [numbered(paragraph) for paragraph in new]
    return [
        [Indel.normalized_similarity(row, column, score_cutoff=ALIKE) if row and column else 0.0 for column in columns]
        for row in rows
    ]


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Yield (stayed, old units, new units) in order; everything between is one change where it is too large."""
    for keep, one, other in _ends(old, new):
        if keep or not one or not other or len(one) * len(other) > CELLS:
            yield keep, one, other
        else:
            yield from _aligned(one, other)


def _ends(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Yield what both begin with, what differs, what both end with; empty parts are left out."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    if start:
        yield True, [*old[:start]], [*new[:start]]
    middle = [*old[start : len(old) - end]], [*new[start : len(new) - end]]
    if any(middle):
        yield False, *middle
    if end:
        yield True, [*old[len(old) - end :]], [*new[len(new) - end :]]


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Yield the blocks of the longest common subsequence."""
    # Numbers instead of strings: rapidfuzz compares hashes, and numbers are their own.
    ids: dict[str, int] = {}
    numbers_old = [ids.setdefault(unit, len(ids)) for unit in old]
    numbers_new = [ids.setdefault(unit, len(ids)) for unit in new]
    gone: list[str] = []
    added: list[str] = []
    for step in Indel.opcodes(numbers_old, numbers_new):
        if step.tag == "equal":
            if gone or added:
                yield False, gone, added
                gone, added = [], []
            yield True, old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        else:
            gone += old[step.src_start : step.src_end]
            added += new[step.dest_start : step.dest_end]
    if gone or added:
        yield False, gone, added


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many units at the beginning are the same."""
    for position, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return position
    return min(len(old), len(new))


def _compared(old: list[str], new: list[str]) -> list[_Run]:
    """Return the runs of one paragraph."""
    if old is new:
        return [_Run(old, old)]
    runs = [_Run(one, one) if keep else _Run(one, other) for keep, one, other in _blocks(old, new)]
    first = 1 if runs and runs[0].same else 0
    last = len(runs) - (1 if runs and runs[-1].same else 0)
    middle = runs[first:last]
    stayed = sum(run.words for run in middle if run.same)
    deleted = [token for run in middle for token in run.deleted]
    inserted = [token for run in middle for token in run.inserted]
    if stayed and stayed < ALIEN * min(_words(deleted), _words(inserted)):
        return [*runs[:first], _Run(deleted, inserted), *runs[last:]]
    return runs


def _readable(runs: Sequence[_Run]) -> list[_Run]:
    """Absorb islands that only make the eye jump, so that a phrase is replaced once and not in confetti."""
    joined = _joined(runs)
    # First what has no words at all, so that the second round sees the changes as large as they read.
    for words in (0, ISLAND):
        for position, run in enumerate(joined[1:-1], 1):
            if run.same and _is_island(joined[position - 1], run, joined[position + 1], words):
                joined[position] = _Run(run.deleted, [*run.deleted])
        joined = _joined(joined)
    result = _joined([part for run in joined for part in _trimmed(run)])
    for before, change, after in zip(result, result[1:], result[2:], strict=False):
        _move_space(before, change, after)
    return _joined(result)


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """Return the runs with neighbours of one kind put together and nothing empty; their lists are new."""
    result: list[_Run] = []
    for run in runs:
        if not run.deleted and not run.inserted:
            continue
        if not result or result[-1].same != run.same:
            deleted = [*run.deleted]
            result.append(_Run(deleted, deleted if run.same else [*run.inserted]))
            continue
        result[-1].deleted.extend(run.deleted)
        if not run.same:
            result[-1].inserted.extend(run.inserted)
    return result


def _is_island(before: _Run, island: _Run, after: _Run, most: int) -> bool:
    """Return whether a stretch of at most so many words that stayed is not worth its place between two changes."""
    if "\n" in island.deleted or island.words > most:
        return False
    if island.words == 0:
        return len(island.deleted) == 1 or bool(before.words and after.words)
    return min(before.words, after.words) >= 3 * island.words


def _trimmed(run: _Run) -> Iterator[_Run]:
    """Yield a change without what its two sides share at their ends: an absorbed space in front of an insertion."""
    if run.same:
        yield run
        return
    for keep, deleted, inserted in _ends(run.deleted, run.inserted):
        yield _Run(deleted, deleted) if keep else _Run(deleted, inserted)


def _move_space(before: _Run, change: _Run, after: _Run) -> None:
    """Let a mere insertion or deletion end with its space instead of beginning with it: `der {+große +}Hund`."""
    if change.same or (change.deleted and change.inserted):
        return
    moved = change.deleted or change.inserted
    space = moved[0]
    if space.isspace() and space != "\n" and len(moved) > 1 and after.deleted[:1] == [space]:
        before.deleted.append(space)
        moved.append(moved.pop(0))
        after.deleted.pop(0)
