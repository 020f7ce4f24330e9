"""What the tables say about a revision's entry, for whoever compares or exports the log."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from participation.base.db import db
from participation.ledger.entries import salts
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.ledger.telling import Teller, Told
from participation.leitbild import payload
from participation.leitbild.models import Change, Passage, Revision


def tell(entry: LogEntry) -> Told | None:
    """Return what an entry of type revision was made from, as it stands today."""
    revision = db.session.get(Revision, entry.revision_number) if entry.revision_number else None
    if revision is None:
        return None
    chosen = select(Change.id).where(Change.revision_number == revision.number).order_by(Change.id)
    ids = db.session.scalars(chosen).all()
    places = select(Passage.position).where(Passage.revision_number == revision.number).order_by(Passage.position)
    known = salts([entry.number]).get(entry.number, {})
    moved = any(at != place for at, place in enumerate(db.session.scalars(places)))
    return Told(
        public=payload.public(revision, ids, with_annex=payload.ANNEX in known),
        sealed=payload.sealed(revision, ids),
        extra={"revision": revision.number},
        wrong=("the passages do not stand in their places",) if moved else (),
    )


def untold() -> Iterator[str]:
    """Yield which revisions have no entry."""
    told = select(LogEntry.revision_number).where(
        LogEntry.type == LeafType.REVISION, LogEntry.revision_number.is_not(None)
    )
    chosen = select(Revision.number).where(Revision.number.not_in(told)).order_by(Revision.number)
    for number in db.session.scalars(chosen):
        yield f"revision {number} has no entry"


TELLER = Teller(tell, untold)
