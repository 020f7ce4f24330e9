"""What manuscripts are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from participation.base.diff import Segment
from participation.strategy.content_types import Source


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who publishes, and where; from the settings."""

    site: str
    address: str
    source: Source | None = None
    """The presentation that the wording was taken from."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a part; `level` 3 is the first below the part's own."""

    level: int
    text: str
    id: str
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of the wording, with the number it has in the margin of this version's documents."""

    number: int
    html: str
    id: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Passages that are items below the one before."""

    items: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of ours, or a stored text as HTML."""

    text: str = ""
    html: str = ""
    voice: str = ""
    """Empty, "lead", "note", "code"."""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One line in a cell."""

    text: str
    voice: str = ""
    """Empty, "strong", "wording", "note"."""


Cell = tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a row of headings; the first cell of each row heads it."""

    caption: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    """In percent."""
    rows: tuple[tuple[Cell, ...], ...]
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage with what was inserted and deleted."""

    segments: tuple[Segment, ...]
    is_legend: bool = False
    """Whether it only shows how changes are marked; where a format has marks of its own, it says so instead."""


Block = Heading | Passage | Points | Text | Table | Marked


@dataclass(frozen=True, slots=True)
class Part:
    """A main part: a chapter or an annex."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    cluster: str = ""
    is_wide: bool = False
    """Set across the page."""
    is_annex: bool = False

    def facts(self) -> list[tuple[str, str]]:
        """Return what its tables with two columns say, for formats without tables."""
        tables = [block for block in self.blocks if isinstance(block, Table) and len(block.headings) == 2]
        return [(row[0][0].text, row[1][0].text) for table in tables for row in table.rows]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A whole document."""

    title: str
    subtitle: str
    """Which version."""
    name: str
    """What the version is called."""
    cover: tuple[str, ...]
    """Lines at the foot of the title page."""
    parts: tuple[Part, ...]
    at: datetime
    """When the version was published: the date of every build of it."""
    identifier: str
    """The hash of the version's entry in the log."""
    imprint: Imprint

    @property
    def author(self) -> str:
        """Who counts as its author in the file's own description."""
        return self.imprint.site

    @property
    def full_title(self) -> str:
        """Title and version in one."""
        return f"{self.title}, {self.subtitle}"
