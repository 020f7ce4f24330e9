"""Letters in the outbox, for tests."""

from __future__ import annotations

from sqlalchemy import select

from participation.base.db import db
from participation.notify.models import Letter


def last_letter() -> Letter:
    return db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
