"""Suspending and closing accounts, and lifting that again. Who may decide so is a matter of moderation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from participation.accounts.logins import end_logins
from participation.accounts.models import AccountToken, User
from participation.base.clock import now
from participation.base.db import db


def restrict(person: User, *, suspended_until: datetime | None, closed: bool, ground: str) -> None:
    """Set what holds for an account from now on; closing it ends its log-ins and the links that lead to one."""
    person.suspended_until = suspended_until
    person.closed_at = (person.closed_at or now()) if closed else None
    person.restricted_for = ground if closed or suspended_until else ""
    db.session.flush()
    if closed:
        end_logins(person)
        db.session.execute(delete(AccountToken).where(AccountToken.user_id == person.id))
