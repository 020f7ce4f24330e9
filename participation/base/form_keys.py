"""Keys of forms that create: whoever sends one twice, by a double click or a bad connection, creates once.

A row is written in the transaction of what the form creates, so there is either both or neither; of two senders at the
same moment the primary key lets one through. Rows name nobody: who sent the form is part of the digest. They are
forgotten after a few days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, String, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.clock import now
from participation.base.db import Base, db


class FormKey(Base):
    """A form that was taken, and where what it created is found."""

    __tablename__ = "form_keys"
    __table_args__ = (CheckConstraint("length(digest) = 64 AND length(body) = 64", name="hashed"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of key and sender; the key itself is kept nowhere."""
    endpoint: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the key and everything that was sent; the random key keeps short texts from being guessed."""
    location: Mapped[str] = mapped_column(String(2000), default="")
    """The path of what was created."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class Sent(NamedTuple):
    """A form as it was sent, in digests."""

    digest: str
    endpoint: str
    body: str


def sent(key: str, sender: int | None, endpoint: str, parts: Iterable[str]) -> Sent:
    """Return the digests of a form: its key, who sends it (None: nobody known), where to, and all that it says."""
    body = hashlib.sha256(key.encode())
    for part in parts:
        body.update(hashlib.sha256(part.encode("utf-8", "surrogatepass")).digest())
    return Sent(hashlib.sha256(f"{sender or 'anonymous'}\0{key}".encode()).hexdigest(), endpoint, body.hexdigest())


def claim(form: Sent, location: str = "") -> FormKey | None:
    """Take a form for oneself; return None, or the row of whoever was faster and has committed.

    Two at the same moment: PostgreSQL lets the second wait here for the first, SQLite at the beginning of its request.
    """
    row = {**form._asdict(), "location": location, "created_at": now()}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(FormKey).values(row))
    except IntegrityError:
        return db.session.scalars(select(FormKey).where(FormKey.digest == form.digest)).one()
    return None


def settle(form: Sent, location: str) -> FormKey | None:
    """Note where the creation is found; like `claim` where a refusal on the way has undone the claim."""
    mine = update(FormKey).where(FormKey.digest == form.digest, FormKey.location == "").values(location=location)
    if db.session.execute(mine, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
        return None
    return claim(form, location)


def release(form: Sent) -> None:
    """Give a form back that created nothing."""
    db.session.execute(delete(FormKey).where(FormKey.digest == form.digest))


def forget(before: datetime) -> int:
    """Delete the keys of forms sent before a moment; return how many."""
    gone = delete(FormKey).where(FormKey.created_at < before)
    return int(db.session.execute(gone, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]
