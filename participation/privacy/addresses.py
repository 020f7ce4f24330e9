"""Another e-mail address: asked for with the password, confirmed by a link mailed to the new address.

Nobody learns here whether an address has an account: the answer and the work are the same.
"""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from participation.accounts import passwords
from participation.accounts.logins import end_logins
from participation.accounts.models import User
from participation.accounts.operations import InvalidLink, WrongPassword
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import require
from participation.notify.operations import post
from participation.privacy.links import new_link, use
from participation.privacy.models import LinkPurpose
from participation.privacy.policy import may_ask


def request_address(actor: User, email: str, *, password: str) -> None:
    """Mail a link to the new address; to one that has an account, a letter that says so.

    Raises:
        WrongPassword: if the password is not the person's.
    """
    require(may_ask(actor))
    if not passwords.verify(actor.password_hash, password):
        raise WrongPassword
    email = email.lower()
    token = new_link(actor, LinkPurpose.ADDRESS, email=email)
    owner = db.session.scalar(select(User).where(User.email == email))
    if owner is None:
        post(email, "privacy/address", {"name": actor.display_name, "token": token}, actor.locale)
    else:
        post(owner.email, "accounts/already", {"name": owner.display_name}, owner.locale)


def confirm_address(token: str) -> User:
    """Take the new address, end all log-ins, and tell the old address about it.

    Raises:
        InvalidLink: if the link was used, has expired or was replaced, or the address has an account meanwhile.
    """
    link = use(token, LinkPurpose.ADDRESS)
    person, old = link.user, link.user.email
    if db.session.scalar(select(exists().where(User.email == link.email))):
        raise InvalidLink
    try:
        with db.session.begin_nested():
            person.email = link.email
    except IntegrityError:
        raise InvalidLink from None
    person.confirmed_at = person.confirmed_at or now()
    end_logins(person)
    db.session.flush()
    post(old, "privacy/address_changed", {"name": person.display_name}, person.locale)
    return person
