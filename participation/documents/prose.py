"""Stored HTML as paragraphs and runs, for formats that know no HTML.

It was sanitised when it was written, so only a handful of tags can occur.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal, get_args

Mark = Literal["strong", "em", "code", "ins", "del"]
BLOCKS = frozenset({"p", "li", "blockquote", "pre", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike."""

    text: str
    marks: frozenset[Mark] = frozenset()
    href: str = ""


@dataclass(slots=True)
class Paragraph:
    """A paragraph, or the item of a list where `depth` is at least 1."""

    runs: list[Run] = field(default_factory=list)
    depth: int = 0
    label: str = ""
    """The sign before an item: a bullet or its number."""
    is_quote: bool = False

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs).strip()


def read(html: str) -> list[Paragraph]:
    """Return the paragraphs of sanitised HTML; empty ones are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [paragraph for paragraph in reader.paragraphs if paragraph.text]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[Paragraph] = []
        self.marks: list[Mark] = []
        self.hrefs: list[str] = []
        self.lists: list[int | None] = []
        self.quotes = 0
        self.preformatted = 0
        self.label = ""
        self.fresh = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in get_args(Mark):
            self.marks.append(tag)  # type: ignore[arg-type] # one of its values, as just seen
        elif tag == "a":
            self.hrefs.append(dict(attrs).get("href") or "")
        elif tag == "br":
            self._add("\n")
        elif tag in ("ul", "ol"):
            self.lists.append(int(dict(attrs).get("start") or 1) if tag == "ol" else None)
        elif tag == "li" and self.lists:
            number = self.lists[-1]
            self.label = "•" if number is None else f"{number}."
            if number is not None:
                self.lists[-1] = number + 1
        self.quotes += tag == "blockquote"
        self.preformatted += tag == "pre"
        self.fresh = self.fresh or tag in BLOCKS

    def handle_endtag(self, tag: str) -> None:
        if tag in get_args(Mark) and self.marks:
            self.marks.pop()
        elif tag == "a" and self.hrefs:
            self.hrefs.pop()
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        self.quotes -= tag == "blockquote"
        self.preformatted -= tag == "pre"
        self.fresh = self.fresh or tag in BLOCKS

    def handle_data(self, data: str) -> None:
        if not self.preformatted:
            data = data.replace("\n", " ")
        if data.strip() or not self.fresh:
            self._add(data)

    def _add(self, text: str) -> None:
        if self.fresh:
            label, self.label = self.label, ""
            self.paragraphs.append(Paragraph(depth=len(self.lists), label=label, is_quote=self.quotes > 0))
            self.fresh = False
        href = self.hrefs[-1] if self.hrefs else ""
        self.paragraphs[-1].runs.append(Run(text, frozenset(self.marks), href))
