"""What the tables say about entries of type redaction and correction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from participation.base.db import db
from participation.errata.models import Correction, CorrectionState, Erasure, Redaction
from participation.ledger.entries import path
from participation.ledger.models import LogEntry, LogRedacted
from participation.ledger.telling import Teller, Told


def redaction_values(erasure: Erasure) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a redaction's entry commits to: in public, and under seal."""
    people = {"author": erasure.author_id, "approver": erasure.approver_id}
    public = {"reason": {"ground": erasure.ground.value, "text": erasure.reason}}
    return public, {role: {"id": user_id} for role, user_id in people.items() if user_id is not None}


def correction_values(correction: Correction) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a correction's entry commits to: in public, and under seal."""
    public = {
        "node": correction.node_id or "",
        "said": correction.said,
        "right": correction.right_text,
        "reason": correction.reason,
        "objections": len(correction.objections),
    }
    return public, {"author": {"id": correction.author_id}, "approver": {"id": correction.approver_id or 0}}


def tell_redaction(entry: LogEntry) -> Told | None:
    """Return what a redaction's entry was made from, as it stands today."""
    found = db.session.get(Redaction, entry.number)
    if found is None:
        return None
    rows = db.session.execute(
        select(LogRedacted.field, LogRedacted.position).where(
            LogRedacted.redaction_number == entry.number, LogRedacted.entry_number == found.subject
        )
    )
    public, sealed = redaction_values(found.erasure)
    # Sorted here: databases put underscores in different places.
    return Told(
        public,
        sealed,
        {
            "subject": found.subject,
            "fields": [path(name, place) for name, place in sorted((name, place) for name, place in rows)],
        },
    )


def redactions_untold() -> Iterator[str]:
    """Yield which redactions have no entry that names them."""
    named = select(Redaction.entry_number)
    chosen = select(LogRedacted).where(LogRedacted.redaction_number.not_in(named)).order_by(LogRedacted.entry_number)
    for row in db.session.scalars(chosen):
        yield f"no entry says that {path(row.field, row.position)} of entry {row.entry_number} is redacted"


def tell_correction(entry: LogEntry) -> Told | None:
    """Return what a correction's entry was made from, as it stands today."""
    found = db.session.scalar(select(Correction).where(Correction.entry_number == entry.number))
    if found is None:
        return None
    public, sealed = correction_values(found)
    return Told(public, sealed, {"subject": found.subject})


def corrections_untold() -> Iterator[str]:
    """Yield which confirmed corrections have no entry."""
    lacking = Correction.entry_number.is_(None)
    for number in db.session.scalars(
        select(Correction.id).where(Correction.state == CorrectionState.CONFIRMED, lacking)
    ):
        yield f"correction {number} has no entry"


REDACTIONS = Teller(tell_redaction, redactions_untold)
CORRECTIONS = Teller(tell_correction, corrections_untold)
