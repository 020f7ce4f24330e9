"""Accounts elsewhere that log people in here.

An account elsewhere is tied to one here only by somebody who is logged in here, or together with a new account. An
address that a provider names never opens an existing account, whoever vouches for it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.events import FactorChange
from participation.accounts.factor_models import Identity
from participation.accounts.factors import tell
from participation.accounts.models import User
from participation.accounts.names import demand_own
from participation.accounts.operations import create_account
from participation.base.db import db
from participation.base.text import normalise
from participation.base.verdict import Conflict, NotFound


class IdentityTaken(Conflict):
    """The account elsewhere belongs to another account here, or this one has one of that provider already."""

    default = _l("Dieser Zugang ist schon mit einem Konto verknüpft, oder Ihr Konto hat dort schon einen anderen.")


def person_of(provider: str, subject: str) -> User | None:
    """Return whose account elsewhere this is."""
    chosen = select(User).join(Identity, Identity.user_id == User.id)
    return db.session.scalar(
        chosen.where(Identity.provider == provider, Identity.subject == subject, User.confirmed_at.is_not(None))
    )


def identities_of(person: User) -> Sequence[Identity]:
    """Return a person's accounts elsewhere, by provider."""
    return db.session.scalars(select(Identity).where(Identity.user_id == person.id).order_by(Identity.provider)).all()


def link(person: User, provider: str, subject: str) -> None:
    """Let an account elsewhere log a person in from now on; the owner is told.

    Raises:
        IdentityTaken: if it belongs to somebody, or the person has one of this provider.
    """
    try:
        with db.session.begin_nested():
            db.session.add(Identity(user_id=person.id, provider=provider, subject=subject))
    except IntegrityError:
        raise IdentityTaken from None
    tell(person, FactorChange.IDENTITY_LINKED)


def unlink(person: User, identity_id: int) -> None:
    """Stop an account elsewhere from logging in; the mailed link always remains as a way in.

    Raises:
        NotFound: if it is not theirs.
    """
    gone = delete(Identity).where(Identity.id == identity_id, Identity.user_id == person.id).returning(Identity.id)
    if db.session.execute(gone).first() is None:
        raise NotFound
    tell(person, FactorChange.IDENTITY_UNLINKED)


def create_linked(*, email: str, display_name: str, provider: str, subject: str) -> User:
    """Create a confirmed account for an address that a trusted provider checked; its password nobody knows.

    Raises:
        AddressTaken: if the address has an account, confirmed or not: that one is entered by its own log-in.
        NameRefused: if the name is not possible.
    """
    demand_own(normalise(display_name))
    person = create_account(email=email, display_name=display_name, password=secrets.token_urlsafe(48))
    link(person, provider, subject)
    return person
