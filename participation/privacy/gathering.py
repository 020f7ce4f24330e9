"""Putting an export together: every row that names a person, by the table of holdings, as plain values.

The format is versioned and described by static/auskunft.schema.json.
"""

from __future__ import annotations

import enum
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, select

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.leitbild.subjects import subjects
from participation.notify.models import Letter
from participation.privacy.holdings import ATTACHED, HOLDINGS, Attached, Holding, shown

FORMAT, VERSION = "lausitz-dialog/auskunft", 1

Section = list[dict[str, Any]]
Account = dict[str, Any]

NOT_INCLUDED = (
    "Wer einen Ihrer Beiträge gemeldet oder über ihn entschieden hat: Das schützt diese Personen.",
    "Passwörter und Zugangsschlüssel: Wir kennen sie nicht, gespeichert sind nur Prüfwerte.",
    "Zähler gegen zu viele Anfragen: Sie werden nach höchstens einer Stunde gelöscht und keinem Namen zugeordnet.",
)
"""Said in every export, in German like its readable half."""


def gather(person: User, site: str) -> Account:
    """Return everything stored about a person, as JSON values; about others nothing."""
    sections: dict[str, Section] = {}
    for holding in HOLDINGS:
        if holding.section:
            sections[holding.section] = _rows(holding, person.id)
    for attached in ATTACHED:
        sections[attached.section] = _attached_rows(attached, person.id)
    sections["letters"] = _letters(person)
    _name_subjects(sections)
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": site,
        "made_at": _plain(now()),
        "sections": dict(sorted(sections.items())),
        "not_included": list(NOT_INCLUDED),
    }


def pack(account: Account, page: Callable[[Account], str], schema: bytes) -> bytes:
    """Return the ZIP: the same content for programs and for reading, and what the first is made of."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("auskunft.html", page(account))
        archive.writestr("auskunft.json", json.dumps(account, ensure_ascii=False, indent=1) + "\n")
        archive.writestr("auskunft.schema.json", schema)
    return out.getvalue()


def _rows(holding: Holding, user_id: int) -> Section:
    table = holding.source
    return _read(table, holding, table.c[holding.column] == user_id)


def _attached_rows(attached: Attached, user_id: int) -> Section:
    table, (name, column) = attached.source, attached.holding
    owner = next(one for one in HOLDINGS if (one.table, one.column) == (name, column)).source
    mine = select(owner.c.id).where(owner.c[column] == user_id)
    return _read(table, attached, table.c[attached.column].in_(mine))


def _read(table: Table, holding: Holding | Attached, condition: Any) -> Section:
    columns = tuple(shown(holding))
    rows = db.session.execute(select(*columns).where(condition).order_by(*table.primary_key.columns))
    return [
        {column.name: _plain(value) for column, value in zip(columns, row, strict=True) if value is not None}
        for row in rows
    ]


def _letters(person: User) -> Section:
    rows = db.session.execute(
        select(Letter.template, Letter.created_at, Letter.sent_at)
        .where(Letter.recipient == person.email)
        .order_by(Letter.id)
    )
    return [
        {name: _plain(value) for name, value in row._mapping.items() if value is not None}  # noqa: SLF001 - SQLAlchemy's own way
        for row in rows
    ]


def _name_subjects(sections: dict[str, Section]) -> None:
    """Say beside the number of a thread what it is about."""
    rows = [row for section in sections.values() for row in section if "thread_id" in row]
    found = subjects({row["thread_id"] for row in rows}) if rows else {}
    for row in rows:
        if row["thread_id"] in found:
            row["about"] = found[row["thread_id"]].title


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return value
