"""Forms that wait while their author sets up a factor or logs in elsewhere; unreadable without the author's browser."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from participation.accounts.factor_models import ParkedForm
from participation.base.clock import now
from participation.base.db import db
from participation.base.sealing import seal, unseal
from participation.base.tokens import digest, new_token

LIFETIME = timedelta(hours=2)


def park(text: str) -> str:
    """Keep a text for two hours and return the secret that brings it back; what has expired goes."""
    db.session.execute(delete(ParkedForm).where(ParkedForm.expires_at <= now()))
    secret = new_token()
    db.session.add(
        ParkedForm(digest=digest(secret), sealed=seal(secret, "parked form", text), expires_at=now() + LIFETIME)
    )
    db.session.flush()
    return secret


def fetch(secret: str) -> str | None:
    """Return a parked text and forget it; None if there is none."""
    found = db.session.scalar(
        delete(ParkedForm)
        .where(ParkedForm.digest == digest(secret), ParkedForm.expires_at > now())
        .returning(ParkedForm.sealed)
    )
    return None if found is None else unseal(secret, "parked form", found)
