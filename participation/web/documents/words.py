"""Formats and sizes as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.documents.formats import Format
from participation.documents.queries import Item

FORMATS: Mapping[Format, tuple[str, Message]] = {
    Format.PDF: ("PDF", _l("zum Lesen, Drucken und Einreichen; barrierefrei")),
    Format.DOCX: ("DOCX", _l("zum Weiterarbeiten in Word")),
    Format.ODT: ("ODT", _l("zum Weiterarbeiten in LibreOffice")),
    Format.MARKDOWN: ("Markdown", _l("der reine Text")),
    Format.JSON: ("JSON", _l("alle Daten, für Programme")),
    Format.XLSX: ("XLSX", _l("die Maßnahmenliste für Excel")),
    Format.CSV: ("CSV", _l("die Maßnahmenliste für Programme")),
}
"""Name, and what it is good for."""

COMPARED: Mapping[Format, Message] = {
    Format.PDF: _l("zum Lesen und Drucken, Änderungen gekennzeichnet"),
    Format.DOCX: _l("für Word, mit nachverfolgten Änderungen"),
}


def version(item: Item) -> str:
    """Return the sign of a document's very bytes in its address."""
    return (item.sha256 or "")[:12]


def size(number: int | None) -> str:
    """Return a size in bytes as people read it: 190 kB."""
    if number is None:
        return ""
    if number < 1_000_000:
        return str(_("%(n)s kB", n=format_decimal(max(1, round(number / 1000)))))
    return str(_("%(n)s MB", n=format_decimal(round(number / 1_000_000, 1))))
