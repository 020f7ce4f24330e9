"""People and initiatives for tests."""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from datetime import timedelta

from flask import has_app_context

from participation.accounts.logins import begin_login
from participation.accounts.models import Delegate, Initiative, InitiativeState, LoginMethod, Role, User
from participation.base.clock import now
from participation.base.db import db
from participation.places.models import Region

_numbers = itertools.count(1)
PASSWORD = "eine lange Passphrase"
HASH = "$argon2id$not-a-real-hash"


def user(
    name: str = "",
    *,
    role: Role = Role.RESIDENT,
    confirmed: bool = True,
    region: Region = Region.BRANDENBURG,
    **rest: object,
) -> User:
    """Add a confirmed resident of Brandenburg unless told otherwise; the password does not work."""
    n = next(_numbers)
    person = User(
        email=f"person{n}@example.org",
        display_name=name or f"Person {n}",
        password_hash=HASH,
        role=role,
        region=region,
        confirmed_at=now() if confirmed else None,
        **rest,
    )
    db.session.add(person)
    db.session.flush()
    return person


def moderator(name: str = "") -> User:
    """Add a moderator."""
    return user(name, role=Role.MODERATOR)


def initiative(*delegates: User, state: InitiativeState = InitiativeState.VERIFIED, name: str = "") -> Initiative:
    """Add an initiative with delegates, verified unless told otherwise."""
    n = next(_numbers)
    applicant = delegates[0] if delegates else user()
    group = Initiative(
        slug=f"initiative-{n}",
        name=name or f"Initiative {n}",
        seat="Guben",
        purpose="Radwege an der Neiße",
        contact="kontakt@example.org",
        state=state,
        applicant_id=applicant.id,
        decided_by_id=None if state is InitiativeState.APPLIED else moderator().id,
        decided_at=now(),
    )
    db.session.add(group)
    db.session.flush()
    for person in delegates:
        db.session.add(Delegate(initiative_id=group.id, user_id=person.id))
    db.session.flush()
    return group


def log_in(client, person: User) -> None:
    """Make a test client act as a person, without the log-in form."""
    with nullcontext() if has_app_context() else client.application.app_context():
        begin_login(person, LoginMethod.PASSWORD, "Firefox, Linux", timedelta(days=14))
        db.session.commit()
    with client.session_transaction() as session:
        session["_user_id"] = person.get_id()
        session["_fresh"] = True
