"""Log-ins: in which browsers a person is logged in, and how that ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, false, func, select, update

from participation.accounts.events import LoggedIn
from participation.accounts.models import Login, LoginMethod, User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.tokens import digest, new_token
from participation.base.verdict import NotFound

BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)
"""By what a browser calls itself; the first that fits, since most call themselves by several names."""


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A log-in as its owner sees it."""

    id: int
    method: LoginMethod
    device: str
    begun_at: datetime
    here: bool
    """Whether it is the browser that asks."""
    strong: bool
    """Whether a second factor was given."""


RECENT = timedelta(minutes=15)
"""So long a proof is good for changing how a person proves who they are."""


def begin_login(person: User, method: LoginMethod, device: str, lifetime: timedelta, *, strong: bool = False) -> Login:
    """Note a new log-in; `person.login_secret` is what the browser has to remember.

    `strong` says that a second factor was given, or a passkey that is two in one.
    """
    person.login_secret = new_token()
    person.login_method, person.login_strong, person.login_proven_at = method, strong, now()
    login = Login(
        user_id=person.id,
        digest=digest(person.login_secret),
        method=method,
        device=device[:80],
        expires_at=now() + lifetime,
        strong_at=now() if strong else None,
    )
    db.session.add(login)
    db.session.flush()
    emit(LoggedIn(person.id, method, strong))
    return login


def logged_in(secret: str, seated: ColumnElement[bool] | None = None) -> User | None:
    """Return the person whose browser remembers a secret; None when that log-in ended. One statement.

    `seated` is asked along: whether the person sits in a body, of which this room knows nothing; always the same
    condition, since what was built with it is kept.
    """
    found = db.session.execute(_login(seated), {"digest": digest(secret), "at": now()}).one_or_none()
    if found is None:
        return None
    person: User
    person, method, strong_at, proven_at, sits = found
    person.login_method, person.seated = method, bool(sits)
    person.login_secret, person.login_strong, person.login_proven_at = secret, strong_at is not None, proven_at
    return person


@cache
def _login(seated: ColumnElement[bool] | None) -> Select[*tuple[Any, ...]]:
    """Select the log-in with :digest that runs :at a moment. Built once: every page for people logged in asks."""
    proven = func.coalesce(Login.proven_at, Login.begun_at)
    chosen = select(User, Login.method, Login.strong_at, proven, false() if seated is None else seated)
    return chosen.join(Login, Login.user_id == User.id).where(
        Login.digest == bindparam("digest"), Login.expires_at > bindparam("at"), User.closed_at.is_(None)
    )


def proved_recently(person: User) -> bool:
    """Say whether the person of this log-in proved who they are within the last quarter of an hour."""
    return person.login_proven_at is not None and person.login_proven_at > now() - RECENT


def prove_again(person: User) -> None:
    """Note that the person of this log-in proved once more who they are."""
    person.login_proven_at = now()
    db.session.execute(update(Login).where(Login.digest == digest(person.login_secret)).values(proven_at=now()))


def logins_of(person: User) -> list[LoginRow]:
    """Return where a person is logged in, newest first."""
    chosen = select(Login).where(Login.user_id == person.id, Login.expires_at > now()).order_by(Login.id.desc())
    mine = digest(person.login_secret)
    return [
        LoginRow(
            login.id, login.method, login.device, login.begun_at, login.digest == mine, login.strong_at is not None
        )
        for login in db.session.scalars(chosen)
    ]


def end_login(person: User, login_id: int) -> None:
    """Log one of a person's browsers out.

    Raises:
        NotFound: if it is not theirs or ended already.
    """
    ended = delete(Login).where(Login.id == login_id, Login.user_id == person.id).returning(Login.id)
    if db.session.execute(ended).first() is None:
        raise NotFound


def end_this_login(person: User) -> None:
    """Log out the browser that asks."""
    db.session.execute(delete(Login).where(Login.digest == digest(person.login_secret)))


def end_logins(person: User) -> None:
    """Log a person out everywhere."""
    db.session.execute(delete(Login).where(Login.user_id == person.id))


def device(name: str) -> str:
    """Return browser and system from what a browser calls itself, e.g. "Firefox, Android"; empty when unknown."""
    found = [next((known for known, mark in kinds if re.search(mark, name)), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in found if part)
