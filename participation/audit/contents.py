"""The export that strangers check: what may be shown of each entry of the log, as far as it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from participation.audit.tellers import TELLERS
from participation.base.db import db
from participation.ledger import queries
from participation.ledger.entries import Values, opened, redacted, salts
from participation.ledger.export import Entry
from participation.ledger.export import export as _export
from participation.ledger.models import LogEntry


def export(origin: str, witnesses: Sequence[str]) -> dict[str, Any] | None:
    """Return what static/verify.py checks; None while nothing is signed."""
    signed = queries.checkpoints()
    if not signed:
        return None
    return _export(origin, queries.keys(), witnesses, entries(signed[-1].size), [one.text for one in signed])


def entries(size: int) -> list[Entry]:
    """Return the first `size` entries with their contents as the tables hold them today.

    A few statements for each entry; so whoever calls keeps the result. Nothing is checked here: what was altered
    does not open its commitment, and the reader finds it.
    """
    rows = db.session.scalars(select(LogEntry).where(LogEntry.number <= size).order_by(LogEntry.number)).all()
    gone = redacted()
    return [
        Entry(
            entry.payload,
            opened(_public(entry), salts([entry.number]).get(entry.number, {}), gone.get(entry.number)),
        )
        for entry in rows
    ]


def _public(entry: LogEntry) -> Values:
    teller = TELLERS.get(entry.type)
    told = teller.tell(entry) if teller is not None else None
    return told.public if told is not None else {}
