"""The end of an account: what the row of a person who left still says. None of it commits."""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from participation.accounts.models import (
    Delegate,
    GrantState,
    Initiative,
    InitiativeState,
    RoleGrant,
    User,
)
from participation.base.clock import now
from participation.base.db import db
from participation.places.models import Region

NAME = "gelöschtes Konto"
"""Stands wherever the name stood; content, and so German."""

NOWHERE = "geloescht.invalid"
"""Addresses there reach nobody, by RFC 2606."""


def close_account(person: User) -> None:
    """Strip an account of everything about its owner; the address is free again, and nobody can log in."""
    db.session.execute(delete(Delegate).where(Delegate.user_id == person.id))
    db.session.execute(
        delete(Initiative).where(Initiative.applicant_id == person.id, Initiative.state != InitiativeState.VERIFIED)
    )
    own_address = update(Initiative).where(Initiative.contact == person.email)
    db.session.execute(own_address.values(contact=""), execution_options={"synchronize_session": False})
    waiting = (RoleGrant.user_id == person.id, RoleGrant.state == GrantState.REQUESTED)
    db.session.execute(update(RoleGrant).where(*waiting).values(state=GrantState.REFUSED, decided_at=now()))
    person.email = f"{person.id}@{NOWHERE}"
    person.display_name, person.password_hash, person.locale = NAME, "", "de"
    person.residence_id, person.residence_label, person.region = None, "", Region.ELSEWHERE
    person.confirmed_at = None
    person.created_at = person.left_at = now()
    db.session.flush()


def is_former(user_id: int) -> bool:
    """Say whether an account of this number was deleted."""
    return bool(db.session.scalar(select(exists().where(User.id == user_id, User.left_at.is_not(None)))))


def alone_for(user_id: int) -> list[str]:
    """Return the names of the initiatives that nobody could write for if this person left."""
    other = aliased(Delegate)
    others = exists().where(
        other.initiative_id == Initiative.id,
        other.user_id != user_id,
        other.since <= now(),
        other.until.is_(None) | (other.until > now()),
    )
    mine = exists().where(
        Delegate.initiative_id == Initiative.id,
        Delegate.user_id == user_id,
        Delegate.until.is_(None) | (Delegate.until > now()),
    )
    verified = Initiative.state == InitiativeState.VERIFIED
    return list(db.session.scalars(select(Initiative.name).where(verified, mine, ~others).order_by(Initiative.name)))
