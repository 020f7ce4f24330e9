"""Reading the watch book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from participation.accounts.models import User
from participation.accounts.queries import names
from participation.base.db import db
from participation.base.verdict import require
from participation.resolutions.models import Seat
from participation.watchbook.models import Kind, SecurityEvent
from participation.watchbook.policy import may_read


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with the names of today; empty for nobody."""

    entry: SecurityEvent
    actor: str
    subject: str


def entries(
    viewer: User | None, seat: Seat | None, *, kind: Kind | None, before: int | None, size: int
) -> Sequence[Row]:
    """Return entries, newest first; `before` is the id the page before ended with. Two statements.

    Raises:
        Denied: if the viewer may not read them.
    """
    require(may_read(viewer, seat))
    chosen = select(SecurityEvent).order_by(SecurityEvent.id.desc()).limit(size)
    if kind is not None:
        chosen = chosen.where(SecurityEvent.kind == kind)
    if before is not None:
        chosen = chosen.where(SecurityEvent.id < before)
    found = db.session.scalars(chosen).all()
    ids = {one for entry in found for one in (entry.actor_id, entry.subject_id) if one is not None}
    known = names(ids)
    return [Row(entry, _name(entry.actor_id, known), _name(entry.subject_id, known)) for entry in found]


def _name(user_id: int | None, known: dict[int, str]) -> str:
    return "" if user_id is None else known.get(user_id, f"#{user_id}")
