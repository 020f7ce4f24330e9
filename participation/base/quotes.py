"""Quoted passages: describe a stretch of a text so that it is found again after the text has changed.

A selector is what the W3C calls a TextQuoteSelector: the words themselves and a little of what stands before and after
(https://www.w3.org/TR/annotation-model/#text-quote-selector). Texts are plain and on one line, as
`base.text.shown` returns them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

CONTEXT = 32
"""Characters of context on either side; words are not cut."""

CELLS = 10_000_000
"""How many pairs of characters one search for similar words may look at. A quote of 500 in 20,000 fits in."""

HITS = 200
"""How many places with the same words are weighed against each other."""

ALIKE = ((40, 60.0), (12, 72.0), (0, 85.0))
"""From which similarity, in percent, a stretch counts as the quote in other words: the shorter, the stricter."""

_MARKS = "„“”‚‘’«»‹›\"'"
# What looks the same to a person who copies or types: quotation marks, dashes, spaces. One character for one character.
_SAME = str.maketrans({**dict.fromkeys("„“”«»‟", '"'), **dict.fromkeys("‚‘’‹›`´", "'"), **dict.fromkeys("‐‑‒–—−", "-")})
_WORD = re.compile(r"\S+")
_PIECE = re.compile(r"(<[^>]*>)")
_CHAR = re.compile(r"&[#\w]+;|.", re.DOTALL)
_BLOCK = re.compile(r"</?(?:p|br|ul|ol|li|blockquote|pre)\b")


@dataclass(frozen=True, slots=True)
class Selector:
    """A TextQuoteSelector."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quote stands: `text[start:end]`, word for word or only similar."""

    start: int
    end: int
    same: bool


def select(text: str, start: int, end: int) -> Selector:
    """Return the selector of `text[start:end]`."""
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    if start > CONTEXT and " " in before and text[start - CONTEXT - 1] != " ":
        before = before[before.index(" ") + 1 :]
    if end + CONTEXT < len(text) and " " in after and text[end + CONTEXT] != " ":
        after = after[: after.rindex(" ")]
    return Selector(text[start:end], before, after)


def places(text: str, quote: str) -> list[tuple[int, int]]:
    """Return where the words of a quote stand, as a person would see it: case, kind of dash and quotation mark aside.

    Quotation marks around the whole quote are taken as marks of quoting if the words are not found with them.
    """
    line = " ".join(quote.split())
    bare = line.strip(_MARKS).strip()
    for wanted in dict.fromkeys((line, bare)):
        for prepare in (str, _plain):
            if wanted and (hits := _hits(prepare(text), prepare(wanted))):
                return [(at, at + len(wanted)) for at in hits]
    return []


def nearest(text: str, quote: str) -> tuple[int, int] | None:
    """Return the stretch of whole words that comes nearest to a quote; None where nothing does."""
    return _similar(_plain(text), _plain(" ".join(quote.split()).strip(_MARKS)))


def locate(text: str, selector: Selector) -> Found | None:
    """Return where a quote stands in a text that may have changed since; None where it is gone.

    The same words count first, and of several places the one in the most similar surroundings. Only where the words
    stand nowhere, what is similar is looked for.
    """
    hits = _hits(text, selector.exact)
    if hits:
        start = best(text, [(at, at + len(selector.exact)) for at in hits], selector.prefix, selector.suffix)[0]
        return Found(start, start + len(selector.exact), same=True)
    similar = _similar(text, selector.exact)
    return None if similar is None else Found(*similar, same=False)


def marked(html: str, words: Iterable[str], *, css: str) -> str:
    """Return sanitised HTML with the first place of each of the words in `mark`; safe, because it only adds that tag.

    Words that overlap are marked as one stretch, a stretch that runs across tags piece by piece.
    """
    chars = [char for piece in _PIECE.split(html) if piece for char in _chars(piece)]
    # What `shown` makes of it, character by character, with where each one stands.
    line: list[tuple[int, str]] = []
    for at, char in enumerate(chars):
        plain = unescape(char) if char[0] != "<" else " " if _BLOCK.match(char) else ""
        if plain.isspace():
            plain = "" if not line or line[-1][1] == " " else " "
        line += [(at, one) for one in plain]
    text = "".join(one for _at, one in line)
    inside: set[int] = set()
    for wanted in words:
        start = text.find(wanted) if wanted else -1
        inside |= {at for at, _one in line[start : start + len(wanted)]} if start >= 0 else set()
    return _wrapped(chars, inside, css)


def best(text: str, ranges: list[tuple[int, int]], prefix: str, suffix: str) -> tuple[int, int]:
    """Return the range whose surroundings are most like those given; the first of equals."""

    def closeness(place: tuple[int, int]) -> float:
        start, end = place
        before = Indel.normalized_similarity(text[max(0, start - len(prefix)) : start], prefix)
        after = Indel.normalized_similarity(text[end : end + len(suffix)], suffix)
        return float(before + after)

    return max(ranges, key=closeness)


def _chars(piece: str) -> list[str]:
    """Return a tag, or the characters of a text, each reference as one."""
    return [piece] if piece[0] == "<" else _CHAR.findall(piece)


def _wrapped(chars: list[str], inside: set[int], css: str) -> str:
    out: list[str] = []
    is_open = False
    for at, char in enumerate(chars):
        wanted = at in inside and char[0] != "<"
        if wanted != is_open:
            out.append(f'<mark class="{css}">' if wanted else "</mark>")
            is_open = wanted
        out.append(char)
    return "".join(out) + ("</mark>" if is_open else "")


def _plain(text: str) -> str:
    """Return a text of the same length without case and typography."""
    small = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return small.translate(_SAME)


def _hits(text: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = text.find(wanted) if wanted else -1
    while at >= 0 and len(found) < HITS:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found


def _similar(text: str, wanted: str) -> tuple[int, int] | None:
    """Return the stretch of `text` that is most like `wanted`, widened to whole words."""
    if not wanted or not text:
        return None
    text = text[: CELLS // len(wanted)]
    cutoff = next(score for length, score in ALIKE if len(wanted) >= length)
    if len(text) <= len(wanted):
        whole = fuzz.ratio(wanted, text, score_cutoff=cutoff) >= cutoff
        return (0, len(text)) if whole else _part(wanted, text, cutoff)
    found = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=cutoff)
    return None if found is None else _whole_words(text, found.dest_start, found.dest_end, wanted)


def _part(wanted: str, text: str, cutoff: float) -> tuple[int, int] | None:
    """Return all of a text that is shorter than the quote, if a good half of the quote is still there."""
    if 2 * len(text) < len(wanted):
        return None
    score = fuzz.partial_ratio(text, wanted, score_cutoff=cutoff)
    return (0, len(text)) if score >= cutoff else None


def _whole_words(text: str, start: int, end: int, wanted: str) -> tuple[int, int] | None:
    """Widen a stretch so that it begins and ends with words; a word of which only the edge is touched stays outside.

    So does a bracket or a comma at the edge, unless the quote has the same one there.
    """
    begin = text.rfind(" ", 0, start) + 1
    words = [match.span() for match in _WORD.finditer(text, begin) if match.start() < end]
    touched = [(first, last) for first, last in words if 2 * (min(last, end) - max(first, start)) >= last - first]
    if not touched:
        return None
    start, end = touched[0][0], touched[-1][1]
    while start < end and not text[start].isalnum() and text[start] != wanted[0]:
        start += 1
    while start < end and not text[end - 1].isalnum() and text[end - 1] != wanted[-1]:
        end -= 1
    return (start, end) if start < end else None
