"""The export that strangers check: what may be shown of each entry of the log, as far as it is signed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from participation.base.db import db
from participation.ledger import queries
from participation.ledger.entries import Salts, opened, salts
from participation.ledger.export import Entry
from participation.ledger.export import export as _export
from participation.ledger.models import LogEntry
from participation.leitbild import payload
from participation.leitbild.models import Change, Revision


def export(origin: str, witnesses: Sequence[str]) -> dict[str, Any] | None:
    """Return what static/verify.py checks; None while nothing is signed."""
    signed = queries.checkpoints()
    if not signed:
        return None
    return _export(origin, queries.keys(), witnesses, entries(signed[-1].size), [one.text for one in signed])


def entries(size: int) -> list[Entry]:
    """Return the first `size` entries with their contents as the tables hold them today.

    A few statements for each revision; so whoever calls keeps the result. Nothing is checked here: what was altered
    does not open its commitment, and the reader finds it.
    """
    rows = db.session.execute(
        select(LogEntry.number, LogEntry.revision_number, LogEntry.payload)
        .where(LogEntry.number <= size)
        .order_by(LogEntry.number)
    ).all()
    revisions = {revision.number: revision for revision in db.session.scalars(select(Revision))}
    changes = changes_by_revision()
    found = []
    for number, revision_number, text in rows:
        revision = revisions.get(revision_number or 0)
        known: Salts = salts([number]).get(number, {})
        public = payload.public(revision, changes[revision.number]) if revision is not None else {}
        found.append(Entry(text, opened(public, known)))
    return found


def changes_by_revision() -> dict[int, list[int]]:
    """Return which changes each revision brought."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = select(Change.id, Change.revision_number).where(Change.revision_number.is_not(None)).order_by(Change.id)
    for change_id, number in db.session.execute(rows):
        found[number or 0].append(change_id)
    return found
