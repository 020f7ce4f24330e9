"""Text as people write it: tidied, rendered from Markdown, made safe, shortened.

All of this happens once, on writing; a page only shows what was stored. bleach is no longer maintained, so it never has
the last word: Markdown is read without HTML, bleach holds the allow-list, and nh3 goes over the result a second time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import bleach
import nh3
from flask_babel import lazy_gettext as _l
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from participation.base.verdict import DomainError

SANITISER_VERSION = 1
"""Stored beside every rendered text. Raise it when the output changes, then render again what is older."""

LIMIT = 20_000
"""Characters a text may have unless the caller says otherwise."""

MOST_LINKS = 30
"""In one text of people; more is advertising, or a list that belongs on a page of its own."""

DEEPEST = 12
"""Quotations and lists within each other; a list counts double."""

TAGS = frozenset({"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "del"})
PROTOCOLS = frozenset({"http", "https", "mailto"})
REL = "nofollow ugc noopener noreferrer"


class TextTooLong(DomainError, ValueError):
    """A text has more characters than its place allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(_l("Der Text ist zu lang: Höchstens %(limit)d Zeichen sind möglich.", limit=limit))
        self.limit = limit


class TooDeep(DomainError, ValueError):
    """Quotations or lists within each other, deeper than anybody reads."""

    default = _l("Zitate oder Listen sind hier zu tief verschachtelt. Nehmen Sie ein paar Ebenen heraus.")


class TooManyLinks(DomainError, ValueError):
    """A text leads to more places than anybody follows."""

    default = _l("Der Text enthält zu viele Links. Höchstens 30 sind möglich, nennen Sie die wichtigsten.")


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, and the version of the sanitiser that vouches for it."""

    html: str
    sanitiser: int = SANITISER_VERSION


_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, soft hyphens, zero-width spaces, bidi embeddings, overrides and isolates, fillers, lone
# surrogates, non-characters, tags. Joiners (U+200C, U+200D) stay between letters of scripts that need
# them, and within emoji.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff]"
    "|(?<![\u0590-\u1fff\u2190-\u2bff\u3000-\ud7ff\ufe0f\U00010000-\U0003ffff])[\u200c\u200d]+"
    "|[\u200c\u200d]+(?![\u0590-\u1fff\u2190-\u2bff\u3000-\ud7ff\U00010000-\U0003ffff])"
)
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_PILE_OF_MARKS = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_BLANK_LINES = re.compile(r"\n{4,}")


def normalise(text: str, *, limit: int = LIMIT) -> str:
    r"""Return the text in NFC with \n line ends, without invisible characters, outer space or piles of blank lines.

    Two people who see the same words then have the same characters: comparing and hashing rely on it. Whoever stores a
    text stores this form. A text above `limit` is refused before any work is done on it.
    """
    if len(text) > limit:
        raise TextTooLong(limit)
    text = "\n".join(line.rstrip() for line in tidy(text).split("\n"))
    return _BLANK_LINES.sub("\n\n\n", text).strip()


def tidy(text: str) -> str:
    r"""Return the text in NFC with \n line ends and without invisible characters; all that people see stays as it is.

    Everything that comes in by a form goes through here once, at the edge (web/bounds.py).
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    # Once before, because NFC takes quadratic time on a pile of marks; once after, because NFC can unpack some.
    text = unicodedata.normalize("NFC", _PILE_OF_MARKS.sub(r"\1", text))
    return _PILE_OF_MARKS.sub(r"\1", text)


_ADDRESS = re.compile(r"(?<![\w@/.])(?:https?://|www\.)[^\s<>\"'`„“”«»‹›]+", re.IGNORECASE)
_OWN_OR_KNOWN = re.compile(r"https?://[^\s/\\]|mailto:[^\s]|/(?![/\\])|#", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")


def _without_closing(address: str) -> str:
    """Return a web address without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        if last in ".,;:!?…*_~" or (last == ")" and address.count("(") < address.count(")")):
            address = address[:-1]
        else:
            break
    return address


def _link(address: str, label: str, level: int) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address}, level=level)
    text = Token("text", "", 0, content=label, level=level + 1)
    return [opening, text, Token("link_close", "a", -1, level=level)]


def _with_links(state: StateCore, token: Token) -> Iterator[Token]:
    """Yield a text token again, each bare web address in it turned into a link."""
    rest = 0
    for match in _ADDRESS.finditer(token.content):
        label = _without_closing(match[0])
        address = label if label[:4].lower() == "http" else f"https://{label}"
        address = state.md.normalizeLink(address)
        if not _OWN_OR_KNOWN.match(address) or not state.md.validateLink(address):
            continue
        yield Token("text", "", 0, content=token.content[rest : match.start()], level=token.level)
        yield from _link(address, label, token.level)
        rest = match.start() + len(label)
    yield Token("text", "", 0, content=token.content[rest:], level=token.level)


def _link_addresses(state: StateCore) -> None:
    """Make links of bare web addresses, and whole addresses of links that begin with `www.`."""
    for block in state.tokens:
        if not block.children or not block.content:
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children:
            if token.type == "link_open":
                href = str(token.attrGet("href") or "")
                if href[:4].lower() == "www.":
                    token.attrSet("href", f"https://{href}")
            depth += token.nesting if token.tag == "a" else 0
            if token.type == "text" and depth == 0 and _ADDRESS.search(token.content):
                children += _with_links(state, token)
            else:
                children.append(token)
        block.children = children


def _flatten(state: StateCore) -> None:
    """Turn headings into bold paragraphs: a contribution must not break the outline of its page. And `s` into `del`."""
    for position, block in enumerate(state.tokens):
        if block.type == "heading_open":
            inline = state.tokens[position + 1]
            strong, end = Token("strong_open", "strong", 1), Token("strong_close", "strong", -1)
            inline.children = [strong, *(inline.children or ()), end]
        if block.type in {"heading_open", "heading_close"}:
            block.type, block.tag = block.type.replace("heading", "paragraph"), "p"
        for token in block.children or ():
            if token.tag == "s":
                token.tag = "del"


def _markdown() -> MarkdownIt:
    """Return a reader without HTML, pictures, rules and underlined headings, in which a new line is a new line."""
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    reader.enable("strikethrough")
    # `entity` could bring back the characters that `normalise` took out; a line of dashes is a signature, no heading.
    reader.disable(["html_block", "html_inline", "entity", "image", "hr", "lheading"])
    reader.core.ruler.push("link_addresses", _link_addresses)
    reader.core.ruler.push("flatten", _flatten)
    return reader


_MARKDOWN = _markdown()


_CONTAINERS = frozenset({"blockquote_open", "list_item_open"})


def render(markdown: str, *, limit: int = LIMIT) -> Rendered:
    """Return a contribution as safe HTML. Headings become bold paragraphs, pictures become links.

    Raises:
        TextTooLong, TooDeep, TooManyLinks: as they say.
    """
    pieces = _MARKDOWN.parse(normalise(markdown, limit=limit))
    if any(piece.type in _CONTAINERS and piece.level >= DEEPEST - 1 for piece in pieces):
        # What stands deeper would be left out.
        raise TooDeep
    html = sanitise(_MARKDOWN.renderer.render(pieces, _MARKDOWN.options, {}))
    if html.count("<a ") > MOST_LINKS:
        raise TooManyLinks
    return Rendered(html)


def render_wording(markdown: str, *, inline: bool = False, limit: int = LIMIT) -> Rendered:
    """Return a wording of the strategy as safe HTML; `inline` leaves out the paragraph around it, for a list item."""
    text = normalise(markdown, limit=limit)
    return Rendered(sanitise(_MARKDOWN.renderInline(text) if inline else _MARKDOWN.render(text)))


def _value(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute if it may stay: where a link leads, our `rel`, a list's first number."""
    if tag == "a" and name == "href" and _OWN_OR_KNOWN.match(value):
        return value
    if tag == "a" and name == "rel" and value == REL:
        return value
    if tag == "ol" and name == "start" and _NUMBER.fullmatch(value):
        return value
    return None


def _may_stay(tag: str, name: str, value: str) -> bool:
    return _value(tag, name, value) is not None


_SECOND_PASS = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "ol": {"start"}},
    attribute_filter=_value,
    url_schemes=PROTOCOLS,
    link_rel=REL,
)


def sanitise(html: str) -> str:
    """Return HTML with only the allowed tags, attributes and protocols; the only place where this is decided.

    A list keeps its first number, because "3." is part of what was said. Links to other places of this site begin with
    a slash; an address that is neither that nor complete loses its `href`.
    """
    once = _both_passes(html)
    # A character reference may have brought an invisible character back.
    return _both_passes(once) if _UNSEEN.search(once) else once


def _both_passes(html: str) -> str:
    # `clean` builds its parser anew for each call: a shared `Cleaner` is not safe between threads.
    first = bleach.clean(
        _UNSEEN.sub("", html), tags=TAGS, attributes=_may_stay, protocols=PROTOCOLS, strip=True, strip_comments=True
    )
    return _SECOND_PASS.clean(first)


def plain(markdown: str, *, limit: int = LIMIT) -> str:
    """Return the text without its marks, a line for each paragraph or list item; not escaped."""
    lines: list[str] = []
    number = ""
    for block in _MARKDOWN.parse(normalise(markdown, limit=limit)):
        if block.type == "list_item_open" and block.info:
            number = f"{block.info}{block.markup} "
        elif block.type == "inline":
            children = block.children or ()
            lines.append(number + "".join("\n" if token.tag == "br" else token.content for token in children))
            number = ""
        elif block.type in {"fence", "code_block"}:
            lines.append(number + block.content.rstrip("\n"))
            number = ""
    return _UNSEEN.sub("", "\n".join(lines)).strip()


_BLOCK = re.compile(r"</?(?:p|br|ul|ol|li|blockquote|pre)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def shown(html: str) -> str:
    """Return what a reader sees of sanitised HTML, on one line and not escaped; what can be selected and quoted."""
    return " ".join(unescape(_TAG.sub("", _BLOCK.sub(" ", html))).split())


def excerpt(text: str, limit: int) -> str:
    """Return plain text on one line, cut after a word with an ellipsis, at most `limit` characters in all."""
    if limit < 1:
        raise ValueError("limit must be positive")
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    if line[limit - 1] != " " and " " in head:
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:.–-(„") + "…"


_ANY_MARK = re.compile(f"[{_MARKS}]+")
_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fold(text: str) -> str:
    """Return the text without case and diacritics, for searching: Budyšin → budysin, Łužica → luzica, Straße → strasse.

    ä becomes a, not ae: people who type without umlauts in the Lausitz type as in "Gorlitz", and so do the Sorbian
    letters, which have no second spelling.
    """
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFC", _ANY_MARK.sub("", unicodedata.normalize("NFKD", text)))
