"""Reading the Leitbild: its revisions and their text."""

from __future__ import annotations

from sqlalchemy import func, select

from participation.base.db import db
from participation.leitbild.models import Revision


def current_number() -> int:
    """Return the number of the newest revision; 0 before the strategy was imported."""
    return db.session.scalar(select(func.max(Revision.number))) or 0


def revision(number: int) -> Revision | None:
    """Return a revision."""
    return db.session.get(Revision, number)
