"""Marking sentences and the origin of their words in a passage's HTML, once, when it is published.

Signs are set into the Markdown where sentences and spans begin and end, the whole is rendered as always, and what the
signs say is then written around text only, never across a tag. Without the signs the result must be the HTML that was
published; where a sign got in the way of Markdown, the passage is shown with fewer marks, in the end with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import escape

from participation.base.text import render_wording

ADDRESS = "/leitbild/satz/"
"""Permanent, so it may be stored; the pages' tests hold it against the route."""

_OPEN, _CLOSE, _BORDER = "\ua8ce", "\ua8cf", "\ua95f"
"""Punctuation of scripts nobody writes here; Markdown treats it like the space around a sentence."""

_PIECES = re.compile(f"(<[^>]*>|[{_OPEN}{_CLOSE}{_BORDER}])")
_SIGNS = re.compile(f"[{_OPEN}{_CLOSE}{_BORDER}]")
_WITHIN = frozenset({"strong", "em", "del", "code", "br"})
"""Tags that a link may hold."""


@dataclass(frozen=True, slots=True)
class Range:
    """So many characters, and the revision that brought them; None for the presentation."""

    length: int
    revision: int | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence in its place."""

    id: int
    gap: str
    text: str
    change_id: int | None
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage's HTML for the two views."""

    html: str
    origin_html: str
    alone: tuple[str, ...]
    """Each sentence by itself, its words marked by the revision that brought them."""


def mark(node_id: str, html: str, placed: Sequence[Placed], tail: str) -> Marked:
    """Return a passage's HTML with marks; `html` is what was published."""
    for ranges in (True, False):
        signed = _signed(html, placed, tail, ranges=ranges)
        if signed is not None:
            cut = _cut(signed)
            return Marked(
                _quiet(node_id, signed, placed),
                _loud(signed, placed, ranges=ranges),
                tuple(_alone(pieces, one, ranges=ranges) for pieces, one in zip(cut, placed, strict=True)),
            )
    links = " ".join(_reference(one) for one in placed)
    return Marked(
        html,
        f'{html}<p class="ld-meta">{links}</p>' if links else html,
        tuple(_as_written(one) for one in placed),
    )


def _signed(html: str, placed: Sequence[Placed], tail: str, *, ranges: bool) -> list[str] | None:
    """Return the HTML in pieces with the signs in it; None where they would change what is shown."""
    body = "".join(one.gap + one.text for one in placed) + tail
    if not placed or _SIGNS.search(body):
        return None
    signed = "".join(f"{one.gap}{_OPEN}{_bordered(one) if ranges else one.text}{_CLOSE}" for one in placed) + tail
    # The limit is on what people write, not on our signs.
    rendered = render_wording(signed, limit=3 * len(signed)).html
    wanted = [sign for sign in signed if _SIGNS.match(sign)]
    if _SIGNS.sub("", rendered) != html or _SIGNS.findall(rendered) != wanted:
        return None
    pieces = [piece for piece in _PIECES.split(rendered) if piece]
    return None if any(piece[0] == "<" and _SIGNS.search(piece) for piece in pieces) else pieces


def _bordered(one: Placed) -> str:
    parts, at = [], 0
    for span in one.ranges:
        parts.append(one.text[at : at + span.length])
        at += span.length
    return _BORDER.join(parts)


def _quiet(node_id: str, pieces: Sequence[str], placed: Sequence[Placed]) -> str:
    """Return the default view: a small mark behind each sentence that participation brought.

    A passage of one sentence has its mark in the margin already.
    """
    result = _Links()
    rest = iter(placed)
    for piece in pieces:
        if piece == _CLOSE:
            one = next(rest)
            if one.change_id is not None and len(placed) > 1:
                result.add_link(_mark(node_id, one))
        elif piece not in {_OPEN, _BORDER}:
            result.add(piece)
    return result.html


class _Links:
    """HTML to which links of ours are added; one that would stand in another link waits for its end."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.waiting: list[str] = []
        self.in_link = False

    @property
    def html(self) -> str:
        return "".join([*self.parts, *self.waiting])

    def add(self, piece: str) -> None:
        self.parts.append(piece)
        if piece == "</a>":
            self.in_link = False
            self.parts += self.waiting
            self.waiting = []
        elif piece.startswith("<a "):
            self.in_link = True

    def add_link(self, html: str) -> None:
        (self.waiting if self.in_link else self.parts).append(html)


def _mark(node_id: str, one: Placed) -> str:
    """Return the link that opens the panel of a sentence, on whatever page of the Leitbild it stands."""
    opened = f"?herkunft=satz-{one.id}"
    return (
        f'<a class="ld-satz" id="s-{one.id}" href="{opened}#{node_id}" data-hx-get="{opened}" '
        f'data-hx-target="#{node_id}" data-hx-swap="outerHTML">Ä-{one.change_id}'
        '<span class="ld-hide">: Woher kommt dieser Satz?</span></a>'
    )


def _loud(pieces: Sequence[str], placed: Sequence[Placed], *, ranges: bool) -> str:
    """Return the view of origins: every sentence a link, every range from a revision marked with its number."""
    result = _Links()
    rest = iter(placed)
    inside: list[str] | None = None
    for piece in pieces:
        if piece == _OPEN:
            inside = []
        elif piece == _CLOSE:
            _add_sentence(result, inside or [], next(rest), ranges=ranges)
            inside = None
        elif inside is not None:
            inside.append(piece)
        else:
            result.add(piece)
    return result.html


def _add_sentence(result: _Links, pieces: Sequence[str], one: Placed, *, ranges: bool) -> None:
    """Add a sentence as a link; where it holds or crosses one, the link to its origin follows behind."""
    written = _ranges(pieces, [span.revision for span in one.ranges] if ranges else [None])
    if not result.in_link and _is_closed(pieces, _WITHIN):
        result.add_link(f'<a class="ld-sentence" href="{ADDRESS}{one.id}">{"".join(written)}</a>')
    else:
        for piece in written:
            result.add(piece)
        result.add_link(_reference(one))


def _cut(pieces: Sequence[str]) -> list[list[str]]:
    """Return the pieces of each sentence."""
    found: list[list[str]] = []
    inside = False
    for piece in pieces:
        if piece == _OPEN:
            found.append([])
        elif inside and piece != _CLOSE:
            found[-1].append(piece)
        inside = piece == _OPEN or (inside and piece != _CLOSE)
    return found


def _alone(pieces: Sequence[str], one: Placed, *, ranges: bool) -> str:
    if ranges and _is_closed(pieces, _WITHIN | {"a"}):
        return "".join(_ranges(pieces, [span.revision for span in one.ranges]))
    return _as_written(one)


def _as_written(one: Placed) -> str:
    """Return a sentence in Markdown, with its marks."""
    pieces: list[str] = []
    for part in _bordered(one).split(_BORDER) if not _SIGNS.search(one.text) else [one.text]:
        pieces += [_BORDER, str(escape(part))]
    revisions = [span.revision for span in one.ranges] if len(pieces) == 2 * len(one.ranges) else [None]
    return "".join(_ranges(pieces[1:], revisions))


def _reference(one: Placed) -> str:
    return f'<a class="ld-satz" href="{ADDRESS}{one.id}"> Satz {one.id}</a>'


def _is_closed(pieces: Sequence[str], allowed: frozenset[str]) -> bool:
    """Return whether the tags in a sentence are allowed and closed in it."""
    open_tags: list[str] = []
    for piece in pieces:
        if piece[0] != "<":
            continue
        name = piece.strip("</>").split(" ")[0]
        if name not in allowed:
            return False
        if piece.startswith("</"):
            if not open_tags or open_tags.pop() != name:
                return False
        elif name != "br":
            open_tags.append(name)
    return not open_tags


def _ranges(pieces: Sequence[str], revisions: Sequence[int | None]) -> Iterator[str]:
    """Yield a sentence with marks around its text; ranges of one revision that touch share one number."""
    number = 0
    # The number stands behind the last word, before the space that may follow it.
    space = ""
    for piece in pieces:
        revision = revisions[number]
        if piece == _BORDER:
            number += 1
            if revision is not None and revisions[number] != revision:
                yield _number(revision)
                yield space
                space = ""
        elif piece[0] == "<" or revision is None:
            yield space + piece
            space = ""
        else:
            inner = piece.strip()
            start = piece.index(inner) if inner else len(piece)
            yield space + piece[:start]
            yield f'<span class="ld-from">{inner}</span>' if inner else ""
            space = piece[start + len(inner) :]
    if revisions[number] is not None:
        yield _number(revisions[number])
    yield space


def _number(revision: int | None) -> str:
    return f'<sup class="ld-from__no">F{revision}</sup>'
