"""Writing into the watch book, and forgetting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, delete

from participation.base.clock import now
from participation.base.db import db
from participation.watchbook.models import Kind, SecurityEvent


def note(kind: Kind, actor_id: int | None = None, *, about: int | None = None, mark: str = "", **facts: object) -> None:
    """Add an entry; it is written with the transaction it belongs to."""
    told = {name: str(value)[:120] for name, value in facts.items()}
    db.session.add(SecurityEvent(kind=kind, actor_id=actor_id, subject_id=about, mark=mark, facts=told))
    db.session.flush()


def forget(after: timedelta) -> int:
    """Delete entries older than a period and return how many."""
    return forget_before(now() - after)


def forget_before(moment: datetime) -> int:
    """Delete entries from before a moment and return how many."""
    old = delete(SecurityEvent).where(SecurityEvent.at < moment)
    return cast("CursorResult[None]", db.session.execute(old)).rowcount
