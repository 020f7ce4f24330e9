"""Registering, confirming, logging in, passwords and profiles.

Nobody learns here whether an address has an account: each operation that takes an address does the same work and
answers the same, whoever it belongs to.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts import passwords
from participation.accounts.events import (
    NobodyAsked,
    PasswordChanged,
    Registered,
    RegisteredAgain,
    ResetRequested,
)
from participation.accounts.models import AccountToken, Role, TokenPurpose, User
from participation.accounts.queries import residence_label
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.tokens import digest, new_token
from participation.base.verdict import Conflict, DomainError
from participation.places.models import Region, Residence

LIFETIMES = {TokenPurpose.CONFIRM: timedelta(hours=48), TokenPurpose.RESET: timedelta(hours=2)}
NAME_MINIMUM, NAME_LIMIT = 2, 80
LINKLIKE = re.compile(r"[/@<>]|www\.|\w\.[a-z]{2,}", re.IGNORECASE)
"""What a display name must not contain: it stands in mails to addresses that nobody has confirmed."""


class InvalidLink(DomainError):
    """A mailed link was used, has expired, or was replaced by a newer one."""

    status = 410
    default = _l(
        "Dieser Link gilt nicht mehr. Er wurde schon benutzt, ist abgelaufen oder durch einen neueren ersetzt."
    )


class NameRefused(DomainError):
    """A display name could serve as a link, or is too short."""

    default = _l("Der Name braucht mindestens 2 Zeichen und darf nicht wie eine Internet-Adresse aussehen.")


class WrongPassword(DomainError):
    """The current password that was given is not the right one."""

    default = _l("Das ist nicht Ihr jetziges Passwort.")


class AddressTaken(Conflict):
    """An account with this address exists; told only to those who run the platform."""

    default = _l("Unter dieser Adresse gibt es schon ein Konto.")


def register(*, email: str, password: str, display_name: str, residence_id: str | None, locale: str) -> None:
    """Create an unconfirmed account and send its link, or tell the owner of the address that they have one.

    An unconfirmed account is written over: whoever registered somebody else's address does not get to keep a password
    for it. Earlier links end with it.
    """
    password_hash = passwords.hash_password(password)
    email = email.lower()
    found = _by_email(email)
    if found is None:
        found = User(email=email, display_name=_name(display_name), password_hash=password_hash, locale=locale)
        _settle(found, residence_id)
        try:
            with db.session.begin_nested():
                db.session.add(found)
        except IntegrityError:
            # The same form a moment ago: that one sent the link.
            emit(NobodyAsked())
            return
    elif found.is_confirmed:
        emit(RegisteredAgain(found.email, found.display_name, found.locale))
        return
    else:
        found.display_name, found.password_hash, found.locale = _name(display_name), password_hash, locale
        _settle(found, residence_id)
    emit(Registered(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.CONFIRM)))


def request_confirmation(email: str) -> None:
    """Send the link of an unconfirmed account once more; for any other address nothing happens."""
    found = _by_email(email)
    if found is None or found.is_confirmed:
        emit(NobodyAsked())
        return
    emit(Registered(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.CONFIRM)))


def confirm(token: str) -> User:
    """Confirm the address a link was mailed to.

    Raises:
        InvalidLink: if the link was used, has expired or was replaced.
    """
    person = _use(token, TokenPurpose.CONFIRM)
    if person.confirmed_at is None:
        person.confirmed_at = now()
        db.session.flush()
    return person


def authenticate(email: str, password: str) -> User | None:
    """Return the person if address and password belong together, confirmed or not; the work is the same if not."""
    person = _by_email(email)
    if person is None:
        passwords.verify_nobody(password)
        return None
    if not passwords.verify(person.password_hash, password):
        return None
    if passwords.outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
        db.session.flush()
    return person


def request_reset(email: str) -> None:
    """Send a link to choose a new password; an address without an account gets nothing."""
    found = _by_email(email)
    if found is None:
        emit(NobodyAsked())
        return
    emit(ResetRequested(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.RESET)))


def reset_password(token: str, password: str) -> User:
    """Set a new password by a mailed link and end all sessions; the link proves the address, so it is confirmed, too.

    Raises:
        InvalidLink: if the link was used, has expired or was replaced.
    """
    password_hash = passwords.hash_password(password)
    person = _use(token, TokenPurpose.RESET)
    person.confirmed_at = person.confirmed_at or now()
    _drop_links(person, TokenPurpose.CONFIRM)
    _set_password(person, password_hash)
    return person


def change_password(actor: User, *, current: str, new: str) -> None:
    """Set a new password and end all sessions; the view logs the person in again.

    Raises:
        WrongPassword: if the current one does not fit.
    """
    if not passwords.verify(actor.password_hash, current):
        raise WrongPassword
    _set_password(actor, passwords.hash_password(new))


def update_profile(actor: User, *, display_name: str, residence_id: str | None, locale: str) -> None:
    """Change what others see of a person; stances already cast keep the region they were counted in."""
    actor.display_name = _name(display_name)
    actor.locale = locale
    _settle(actor, residence_id)
    db.session.flush()


def create_account(
    *,
    email: str,
    display_name: str,
    password: str,
    role: Role = Role.RESIDENT,
    residence_id: str | None = None,
    confirmed: bool = True,
    is_example: bool = False,
) -> User:
    """Create an account without a mail; for commands, never for a page.

    Raises:
        AddressTaken: if the address has an account.
    """
    if _by_email(email) is not None:
        raise AddressTaken
    person = User(
        email=email.lower(),
        display_name=_name(display_name),
        password_hash=passwords.hash_password(password),
        role=role,
        confirmed_at=now() if confirmed else None,
        is_example=is_example,
    )
    _settle(person, residence_id)
    db.session.add(person)
    db.session.flush()
    return person


def _by_email(email: str) -> User | None:
    # PostgreSQL takes no NUL; no address has one.
    return db.session.scalar(select(User).where(User.email == email.lower().replace("\0", "")))


def _name(display_name: str) -> str:
    name = " ".join(normalise(display_name, limit=NAME_LIMIT).split())
    if len(name) < NAME_MINIMUM or LINKLIKE.search(name):
        raise NameRefused
    return name


def _settle(person: User, residence_id: str | None) -> None:
    """Set the residence and what is copied from it; an unknown one counts as none."""
    chosen = db.session.get(Residence, residence_id) if residence_id else None
    person.residence_id = chosen.id if chosen else None
    person.region = chosen.region if chosen else Region.ELSEWHERE
    person.residence_label = residence_label(chosen) if chosen else ""


def _set_password(person: User, password_hash: str) -> None:
    person.password_hash = password_hash
    person.session_key = secrets.token_hex(8)
    _drop_links(person, TokenPurpose.RESET)
    db.session.flush()
    emit(PasswordChanged(person.email, person.display_name, person.locale))


def _new_link(person: User, purpose: TokenPurpose) -> str:
    """Return the secret of a new link; earlier ones for the same purpose stop working."""
    db.session.flush()
    _drop_links(person, purpose)
    token = new_token()
    db.session.add(
        AccountToken(user_id=person.id, purpose=purpose, digest=digest(token), expires_at=now() + LIFETIMES[purpose])
    )
    db.session.flush()
    return token


def _drop_links(person: User, purpose: TokenPurpose) -> None:
    unused = delete(AccountToken).where(
        AccountToken.user_id == person.id, AccountToken.purpose == purpose, AccountToken.used_at.is_(None)
    )
    db.session.execute(unused.execution_options(synchronize_session=False))


def _use(token: str, purpose: TokenPurpose) -> User:
    """Use up a link; of two parallel requests one wins."""
    moment = now()
    valid = (
        AccountToken.digest == digest(token),
        AccountToken.purpose == purpose,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > moment,
    )
    taken = update(AccountToken).where(*valid).values(used_at=moment).execution_options(synchronize_session=False)
    result = cast("CursorResult[None]", db.session.execute(taken))
    if result.rowcount != 1:
        raise InvalidLink
    owner = select(User).join(AccountToken, AccountToken.user_id == User.id).where(AccountToken.digest == digest(token))
    return db.session.scalars(owner).one()
