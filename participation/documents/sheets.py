"""The annex as a sheet: XLSX for people, CSV (RFC 4180, UTF-8) for programs. Nothing in a cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import xlsxwriter

from participation.documents.measures import COLUMNS, Value, groups
from participation.leitbild.queries import RevisionRow

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""

WIDTHS = {
    "title": 48,
    "wording": 60,
    "theme": 28,
    "cluster": 28,
    "places": 24,
    "origin": 28,
    "id": 30,
    "status": 22,
    "change_reason": 40,
    "culture": 40,
    "cross_border": 40,
    "status_source": 30,
    "overlaps": 40,
    "examinations": 40,
}
"""In letters; every other column has 14."""


def defused(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def joined(value: Value | list[str]) -> Value:
    """Return a list as one text."""
    return "; ".join(value) if isinstance(value, list) else value


def typeset_csv(number: int) -> bytes:
    """Return the annex of a version as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading for heading, _value in COLUMNS.values())
    writer.writerows(_rows(number))
    return out.getvalue().encode()


def typeset_xlsx(revision: RevisionRow, author: str) -> bytes:
    """Return the annex of a version as XLSX: header row that stays in view, filters, wrapped text."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    title = f"Maßnahmenliste, Fassung {revision.number}"
    created = revision.published_at.replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": title, "author": author, "created": created})
    sheet = book.add_worksheet("Maßnahmen")
    text = book.add_format({"text_wrap": True, "valign": "top", "font_name": "Calibri", "font_size": 10})
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True, "font_name": "Calibri"})
    for place, (key, (heading, _value)) in enumerate(COLUMNS.items()):
        sheet.set_column(place, place, WIDTHS.get(key, 14))
        sheet.write_string(0, place, heading, head)
    last = 0
    for last, row in enumerate(_rows(revision.number), 1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(last, place, value, text)
            else:
                sheet.write_string(last, place, value, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


def _rows(number: int) -> Iterator[list[Value]]:
    for group in groups(number):
        for measure in group.measures:
            yield [defused(joined(value(measure))) for _heading, value in COLUMNS.values()]
