"""What an entry of the log commits to: read from the tables when a resolution is signed and whenever it is checked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db
from participation.resolutions.models import Reason, Resolution


def public(resolution: Resolution) -> dict[str, Any]:
    """Return what everybody may check; one statement."""
    rows = db.session.execute(
        select(Reason.change_id, Reason.reason).where(Reason.resolution_id == resolution.id).order_by(Reason.change_id)
    )
    return {
        "body": resolution.body_id,
        "decision": resolution.decision.value,
        "date": resolution.date.isoformat(),
        "reference": resolution.reference,
        "text": resolution.text,
        "reasons": [{"change": change_id, "reason": reason} for change_id, reason in rows],
    }


def sealed(drafter: User, signer: User) -> dict[str, Any]:
    """Return who wrote and who signed, and the names they had: committed to, never published."""
    return {
        "drafter": {"id": drafter.id},
        "drafter_name": drafter.display_name,
        "signer": {"id": signer.id},
        "signer_name": signer.display_name,
    }
