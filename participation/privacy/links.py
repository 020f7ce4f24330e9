"""The secrets in mailed links: made, looked at, used once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from participation.accounts.models import User
from participation.accounts.operations import InvalidLink
from participation.base.clock import now
from participation.base.db import db
from participation.base.tokens import digest, new_token
from participation.privacy.models import LinkPurpose, PrivacyLink

LIFETIMES = {LinkPurpose.ADDRESS: timedelta(hours=24), LinkPurpose.LEAVE: timedelta(minutes=20)}
"""Links that call a deletion off live until the day itself."""


def new_link(person: User, purpose: LinkPurpose, *, email: str = "", until: datetime | None = None) -> str:
    """Return the secret of a new link; earlier ones for the same purpose stop working."""
    drop_links(person.id, purpose)
    token = new_token()
    expires_at = until or now() + LIFETIMES[purpose]
    db.session.add(
        PrivacyLink(user_id=person.id, purpose=purpose, digest=digest(token), email=email, expires_at=expires_at)
    )
    db.session.flush()
    return token


def drop_links(user_id: int, purpose: LinkPurpose) -> None:
    """Make a person's links for a purpose worthless."""
    gone = delete(PrivacyLink).where(PrivacyLink.user_id == user_id, PrivacyLink.purpose == purpose)
    db.session.execute(gone, execution_options={"synchronize_session": False})


def owner_of(token: str, purpose: LinkPurpose) -> User | None:
    """Return whose link it is, if it can still be used."""
    return db.session.scalar(select(User).join(PrivacyLink).where(*_valid(token, purpose)))


def use(token: str, purpose: LinkPurpose, *, by: User | None = None) -> PrivacyLink:
    """Use a link up; of two parallel requests one wins. `by`: nobody else's link is taken, nor used up.

    Raises:
        InvalidLink: if it was used, has expired, was replaced, or belongs to somebody else.
    """
    mine = () if by is None else (PrivacyLink.user_id == by.id,)
    taken = update(PrivacyLink).where(*_valid(token, purpose), *mine).values(used_at=now()).returning(PrivacyLink.id)
    number = db.session.scalar(taken, execution_options={"synchronize_session": False})
    if number is None:
        raise InvalidLink
    return db.session.get_one(PrivacyLink, number, populate_existing=True)


def _valid(token: str, purpose: LinkPurpose) -> tuple[ColumnElement[bool], ...]:
    return (
        PrivacyLink.digest == digest(token),
        PrivacyLink.purpose == purpose,
        PrivacyLink.used_at.is_(None),
        PrivacyLink.expires_at > now(),
    )
