"""Registering, confirming, logging in, passwords and profiles.

Nobody learns here whether an address has an account: each operation that takes an address does the same work and
answers the same, whoever it belongs to.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts import passwords
from participation.accounts.events import (
    LoginRequested,
    NobodyAsked,
    PasswordChanged,
    Registered,
    RegisteredAgain,
    ResetRequested,
)
from participation.accounts.logins import end_logins
from participation.accounts.models import AccountToken, Role, TokenPurpose, User
from participation.accounts.names import NameRefused, demand_own
from participation.accounts.queries import residence_label
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.tokens import digest, new_token
from participation.base.verdict import Conflict, DomainError
from participation.places.models import Region, Residence

LIFETIMES = {
    TokenPurpose.CONFIRM: timedelta(hours=48),
    TokenPurpose.RESET: timedelta(hours=2),
    TokenPurpose.LOGIN: timedelta(minutes=20),
}
NAME_MINIMUM, NAME_LIMIT = 2, 80
LINKLIKE = re.compile(r"[/@<>]|www\.|\w\.[a-z]{2,}", re.IGNORECASE)
"""What a display name must not contain: it stands in mails to addresses that nobody has confirmed."""


class InvalidLink(DomainError):
    """A mailed link was used, has expired, or was replaced by a newer one."""

    status = 410
    default = _l(
        "Dieser Link gilt nicht mehr. Er wurde schon benutzt, ist abgelaufen oder durch einen neueren ersetzt."
    )


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
    passwords.demand_unguessable(password, (email, display_name))
    demand_own(_name(display_name))
    password_hash = passwords.hash_password(password)
    email, name = email.lower(), _name(display_name)
    if home := db.session.get(Residence, residence_id) if residence_id else None:
        residence_label(home)  # reads the place now, whoever the address belongs to
    found = _by_email(email)
    if found is None:
        found = User(email=email, display_name=name, password_hash=password_hash, locale=locale)
        _settle(found, residence_id)
        try:
            with db.session.begin_nested():
                db.session.add(found)
        except IntegrityError:
            # The same form a moment ago: that one sent the link.
            emit(NobodyAsked())
            return
    elif found.is_confirmed:
        nothing = update(User).where(User.id == found.id).values(locale=User.locale)
        db.session.execute(nothing.execution_options(synchronize_session=False))
        _no_link(TokenPurpose.CONFIRM)
        emit(RegisteredAgain(found.email, found.display_name, found.locale))
        return
    else:
        found.display_name, found.password_hash, found.locale = name, password_hash, locale
        _settle(found, residence_id)
    emit(Registered(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.CONFIRM)))


def request_confirmation(email: str) -> None:
    """Send the link of an unconfirmed account once more; for any other address nothing happens."""
    found = _by_email(email)
    if found is None or found.is_confirmed:
        _ask_nobody(TokenPurpose.CONFIRM)
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
    if found is None or found.is_closed:
        _ask_nobody(TokenPurpose.RESET)
        return
    emit(ResetRequested(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.RESET)))


def request_login(email: str) -> None:
    """Send a link that logs in without a password; an address without an account gets nothing."""
    found = _by_email(email)
    if found is None or found.is_closed:
        _ask_nobody(TokenPurpose.LOGIN)
        return
    emit(LoginRequested(found.email, found.display_name, found.locale, _new_link(found, TokenPurpose.LOGIN)))


def log_in_by_link(token: str) -> User:
    """Return the person a link was mailed to; it proves the address, so that is confirmed, too.

    Raises:
        InvalidLink: if the link was used, has expired or was replaced.
    """
    person = _use(token, TokenPurpose.LOGIN)
    if person.confirmed_at is None:
        person.confirmed_at = now()
        _drop_links(person, TokenPurpose.CONFIRM)
        db.session.flush()
    return person


def reset_password(token: str, password: str) -> User:
    """Set a new password by a mailed link and end all sessions; the link proves the address, so it is confirmed, too.

    Raises:
        InvalidLink: if the link was used, has expired or was replaced.
        GuessablePassword: if the password is one that anybody tries first; the link stays good.
    """
    password_hash = passwords.hash_password(password)
    person = _use(token, TokenPurpose.RESET)
    passwords.demand_unguessable(password, (person.email, person.display_name))
    person.confirmed_at = person.confirmed_at or now()
    _drop_links(person, TokenPurpose.CONFIRM)
    _set_password(person, password_hash)
    return person


def change_password(actor: User, *, current: str, new: str) -> None:
    """Set a new password and end all sessions; the view logs the person in again.

    Raises:
        WrongPassword: if the current one does not fit.
        GuessablePassword: if the new one is one that anybody tries first.
    """
    if not passwords.verify(actor.password_hash, current):
        raise WrongPassword
    passwords.demand_unguessable(new, (actor.email, actor.display_name))
    _set_password(actor, passwords.hash_password(new))


def update_profile(actor: User, *, display_name: str, residence_id: str | None, locale: str) -> None:
    """Change what others see of a person; stances already cast keep the region they were counted in.

    Raises:
        NameRefused: if the new name is not possible, or could be taken for somebody else's.
    """
    name = _name(display_name)
    if name != actor.display_name:
        demand_own(name, actor.id)
    actor.display_name = name
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
    end_logins(person)
    _drop_links(person, TokenPurpose.RESET)
    db.session.flush()
    emit(PasswordChanged(person.id, person.email, person.display_name, person.locale))


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


def _ask_nobody(purpose: TokenPurpose) -> None:
    """Do all the work of a mailed link for an address that gets none."""
    _no_link(purpose)
    emit(NobodyAsked())


def _no_link(purpose: TokenPurpose) -> None:
    """Do the work of `_new_link` for an address that gets none: the same statements, which change nothing."""
    nobody = (AccountToken.user_id == 0, AccountToken.purpose == purpose, AccountToken.used_at.is_(None))
    db.session.execute(delete(AccountToken).where(*nobody).execution_options(synchronize_session=False))
    columns = (AccountToken.user_id, AccountToken.purpose, AccountToken.digest, AccountToken.expires_at)
    nothing = select(*columns).where(AccountToken.digest == digest(new_token()))
    db.session.execute(insert(AccountToken).from_select([column.key for column in columns], nothing))


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
