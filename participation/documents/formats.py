"""The formats, with what the web calls them and what a reader finds in the download folder."""

from __future__ import annotations

import enum


class Format(enum.Enum):
    """What a document is written in; the value is also the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    MARKDOWN = "md"
    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """The media type it is served with."""
        return MEDIA_TYPES[self]

    @property
    def is_sheet(self) -> bool:
        """Whether it holds the annex alone."""
        return self in SHEETS


MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.ODT: "application/vnd.oasis.opendocument.text",
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8; header=present",
}
SHEETS = frozenset({Format.XLSX, Format.CSV})
OF_REVISION = tuple(Format)
OF_COMPARISON = (Format.PDF, Format.DOCX)


def filename(made: Format, number: int, earlier: int | None = None) -> str:
    """Return the name of a document's file: what it is, of which version."""
    if earlier is not None:
        return f"leitbild-lausitz-vergleich-fassung-{earlier}-{number}.{made.value}"
    stem = "massnahmenliste-lausitz" if made.is_sheet else "leitbild-lausitz"
    return f"{stem}-fassung-{number}.{made.value}"
