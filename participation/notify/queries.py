"""Reading a person's notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.notify.models import Letter, Notification
from participation.notify.operations import PAUSES, unknown
from participation.notify.wording import sentence


@dataclass(frozen=True, slots=True)
class Note:
    """A notification as it is shown."""

    id: int
    text: str
    link: str
    created_at: datetime
    unread: bool


def notifications(viewer: User, *, before: int | None = None, size: int = 30) -> list[Note]:
    """Return a person's notes, the newest first, one more than `size` if there are more; `before` is an id."""
    columns = (Notification.id, Notification.kind, Notification.params, Notification.link, Notification.created_at)
    mine = select(*columns, Notification.read_at).where(Notification.user_id == viewer.id)
    if before is not None:
        mine = mine.where(Notification.id < before)
    rows = db.session.execute(mine.order_by(Notification.id.desc()).limit(size + 1))
    return [
        Note(row.id, sentence(row.kind, row.params), row.link, row.created_at, unread=row.read_at is None)
        for row in rows
    ]


def unread(user_ids: set[int], kind: str) -> set[tuple[int, str, str]]:
    """Return which notes of a kind people have not read yet, each as (person, kind, link)."""
    if not user_ids:
        return set()
    waiting = (Notification.read_at.is_(None), Notification.kind == kind, Notification.user_id.in_(user_ids))
    rows = db.session.execute(select(Notification.user_id, Notification.kind, Notification.link).where(*waiting))
    return {(row.user_id, row.kind, row.link) for row in rows}


def waiting_letters() -> int:
    """Return how many letters are still to be tried; those given up, or perhaps out already, do not count."""
    tried = (Letter.sent_at.is_(None), Letter.handed_at.is_(None), Letter.attempts <= len(PAUSES))
    return db.session.scalar(select(func.count()).where(*tried)) or 0


def unknown_letters() -> int:
    """Return of how many letters nobody knows whether the mail server took them."""
    return db.session.scalar(select(func.count()).where(*unknown(now()))) or 0
