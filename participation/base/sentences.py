"""Cutting a German text, written in Markdown, into its sentences, and the text back from them.

A partition: what stands between sentences (space, marks of lists, headings and quotations) is the gap before each;
gaps, sentences and the tail joined are the text again, character for character. A new line is a new line here
(base/text), so an item without a stop is a sentence of its own. Own rules: the libraries for German are unmaintained,
heavy, or give sentences without their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence, and what stands between it and the sentence before."""

    gap: str
    text: str


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A text in parts; the tail is what follows the last sentence."""

    parts: tuple[Part, ...]
    tail: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences alone, in reading order."""
        return tuple(part.text for part in self.parts)

    @property
    def text(self) -> str:
        """The whole text again."""
        return "".join([*(part.gap + part.text for part in self.parts), self.tail])


_MONTHS = "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905

_NEVER_LAST = frozenset(
    """
    abb abs abschn abt allg art aufl az bd bde bes betr bez bspw bzgl bzw ca chr dez dipl dr ehem eigtl einschl
    engl entspr erg evtl feb fr franz gem gen geogr ges gesch gez ggf ggfs ggü hl hr hrn hrsg ing inkl insb insbes
    jan jg kap kath lfd lit lt ltd max med min mind mio mrd mtl nat nov nr nrn okt öffentl ökol österr phil pol priv
    prof pos rd rer rel resp röm sächs sep sept soz sog sorb spez st städt staatl str stv stellv techn tel tsd
    univ urspr verf vgl vorl vors wg wiss zit zzgl zul zzt
    """.split()  # noqa: SIM905 - read better as a paragraph
)
"""Abbreviations that something follows; without capitals and the stop."""

_MAYBE_LAST = frozenset("usw etc ff uvm dgl ua uä oä usf ev gmbh co std jh jhd kg".split())  # noqa: SIM905
"""Abbreviations that may end a sentence: they do where the next word is one that only a beginning writes large."""

_ENDS = frozenset("usw etc uvm dgl usf".split())  # noqa: SIM905
"""Abbreviations that close a list: any large word after them begins a sentence."""

_NEVER_LAST_LETTERS = frozenset(
    "z.b d.h i.d.r i.d i.s i.s.d i.s.v i.v.m u.u z.t s.o s.u v.a m.e z.z a.d b.z.w i.a n.chr v.chr".split()  # noqa: SIM905
)
"""Chains of single letters that something follows."""

_STARTERS = frozenset(
    """
    Aber Alle Allein Alles Als Also Am An Auch Auf Aus Außerdem Bei Beide Bis Da Dabei Dadurch Dafür Dagegen Daher
    Damit Danach Daneben Dann Daran Darauf Daraus Darin Darüber Darum Das Dass Davon Dazu Dem Den Denn Der Deren Des
    Deshalb Dessen Dies Diese Diesem Diesen Dieser Dieses Die Doch Dort Durch Ebenso Ein Eine Einem Einen Einer Eines
    Er Erst Es Etwa Euer Für Gegen Hier Hierfür Hierzu Ich Ihr Ihre Im In Insgesamt Ist Ja Jede Jeder Jedes Jedoch Kein
    Keine Man Mehr Mit Nach Nein Nicht Noch Nun Nur Ob Oder Ohne Schon Seit Seine Sie Sind So Sobald Solche Sollte Somit
    Sowohl Statt Trotzdem Über Um Und Uns Unser Unsere Unter Viele Vom Von Vor Während Was Weil Weiter Welche Wenn
    Wer Werden Wie Wir Wird Wo Wobei Wodurch Zu Zudem Zuerst Zuletzt Zum Zur Zusätzlich Zwar Zwischen
    """.split()  # noqa: SIM905 - read better as a paragraph
)
"""Words that German writes large only where a sentence begins."""

_SPACE = r"[^\S\n]"
_LINE = re.compile(r"[^\n]*\n?")
_MARK = re.compile(
    rf"(?P<mark>{_SPACE}*(?:>{_SPACE}?)*{_SPACE}*"
    rf"(?:(?:[-+*•‣·–—](?={_SPACE})|\d{{1,9}}[.)](?={_SPACE})(?!{_SPACE}+(?:{'|'.join(_MONTHS)})\b)|[a-z]\)(?={_SPACE})|#{{1,6}}(?={_SPACE}))"
    rf"{_SPACE}+(?:\[[ xX]\]{_SPACE}+)?)*)"
)
"""Marks a line may begin with: quotation, bullet, number, heading. A date at the beginning is no number of a list."""
_RULE = re.compile(r"\s*(?:([-*_=])\s*(?:\1\s*)*|`{3,}.*|~{3,}.*)\n?")
"""A line of signs, or a fence around code."""

_CLOSERS = r"(?:\]\([^()\s]*\)|[\"“”»«›‹‘’'\)\]\}*_~`])*"
_STOP = re.compile(rf"(?P<stop>[.!?…]+|:(?=\n)){_CLOSERS}(?=\s|$)")
_OPENERS = "\"„“”»«›‹‚‘'([{*_~`–—- \u00a0\u202f\u2009"
_LETTERS = re.compile(r"(?:(?<![^\W\d_])[^\W\d_]\.\s?)*(?<![^\W\d_])[^\W\d_]$")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*$")
_ROMAN = re.compile(r"[IVXL]+$")
_FIRST_WORD = re.compile(r"[^\W_]+")

_BACK = 40
"""Characters before a stop that tell what kind of stop it is."""


def segment(text: str) -> Segmentation:
    """Return the sentences of a text; linear in its length."""
    parts: list[Part] = []
    at = 0
    for start, end in _spans(text):
        parts.append(Part(text[at:start], text[start:end]))
        at = end
    return Segmentation(tuple(parts), text[at:])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _blocks(text):
        for one, other in _within(text, start, end):
            if any(character.isalnum() for character in text[one:other]):
                yield one, other


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches that no sentence crosses: items, headings, and lines that go on in the next."""
    start = end = -1
    for line in _LINE.finditer(text):
        if not line[0]:
            continue
        mark = _MARK.match(text, line.start(), line.end())
        inner = mark.end("mark") if mark else line.start()
        blank = not line[0].strip() or _RULE.fullmatch(line[0]) is not None
        if start >= 0 and (blank or inner > line.start() + _indent(line[0]) or not _goes_on(text, end, inner)):
            yield start, end
            start = -1
        if not blank:
            start = inner if start < 0 else start
            end = line.end()
            if "#" in text[line.start() : inner]:
                yield start, end
                start = -1
    if start >= 0:
        yield start, end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _goes_on(text: str, end: int, following: int) -> bool:
    """Return whether a sentence goes on across the end of a line: its last sign or the next small letter says so."""
    last = text[max(0, end - _BACK) : end].rstrip()[-1:]
    return last in {",", ";", "-", "–", "/", "&"} or text[following : following + 1].islower()


def _within(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one stretch, without the space around them."""
    at = start
    for match in _STOP.finditer(text, start, end):
        if match.end() < end and not _is_end(text, match, end):
            continue
        yield _trimmed(text, at, match.end())
        at = match.end()
    yield _trimmed(text, at, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_end(text: str, match: re.Match[str], end: int) -> bool:
    """Return whether a sentence ends at a stop, from the words on both sides."""
    first = match.end()
    while first < end and (text[first].isspace() or text[first] in _OPENERS):
        first += 1
    following = text[first : min(end, first + _BACK)]
    if not following or following[0].islower():
        return not following
    if match["stop"] != ".":
        return True
    word = _FIRST_WORD.match(following)
    starts = word is not None and word[0] in _STARTERS
    return _stop_ends(text[max(0, match.start() - _BACK) : match.start()], word[0] if word else "", starts=starts)


def _stop_ends(before: str, following: str, *, starts: bool) -> bool:
    """Return whether a stop ends a sentence: not after an abbreviation, an ordinal or an initial."""
    if letters := _LETTERS.search(before):
        return starts and re.sub(r"\s", "", letters[0]).lower() not in _NEVER_LAST_LETTERS
    word = _WORD.search(before)
    if word is None:
        return True
    last = word[0].rsplit("-", 1)[-1]
    if last.isdecimal():
        return len(last) > 2 or starts or (following.isdecimal() and len(last) > 1)
    if _ROMAN.fullmatch(last):
        return starts
    if last.lower() in _NEVER_LAST:
        return False
    return starts or last.lower() in _ENDS or last.lower() not in _MAYBE_LAST
