"""What the tables say about a resolution's entry, for whoever compares or exports the log."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from participation.base.db import db
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.ledger.telling import Teller, Told
from participation.resolutions import payload, queries
from participation.resolutions.models import Resolution, ResolutionState


def tell(entry: LogEntry) -> Told | None:
    """Return what an entry of type resolution was made from, as it stands today."""
    resolution = queries.of_entry(entry.number)
    if resolution is None or resolution.signed_by is None:
        return None
    subject = db.session.execute(
        select(LogEntry.number, LogEntry.hash).where(LogEntry.revision_number == resolution.revision_number)
    ).one_or_none()
    if subject is None:
        return None
    other = subject.hash != resolution.subject_hash
    return Told(
        public=payload.public(resolution),
        sealed=payload.sealed(resolution.drafted_by, resolution.signed_by),
        extra={"subject": subject.number},
        wrong=("it was about another text",) if other else (),
    )


def untold() -> Iterator[str]:
    """Yield which signed resolutions have no entry."""
    told = select(LogEntry.number).where(LogEntry.type == LeafType.RESOLUTION)
    chosen = (
        select(Resolution.id)
        .where(Resolution.state == ResolutionState.SIGNED, Resolution.entry_number.not_in(told))
        .order_by(Resolution.id)
    )
    for number in db.session.scalars(chosen):
        yield f"resolution {number} has no entry"


TELLER = Teller(tell, untold)
