"""Whether an address has an account cannot be told: not from the answer, not from the work behind it.

Work is counted rather than timed: statements, password hashes, rows for mails. Seconds on a busy machine prove little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts import factors, passwords
from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.notify.models import Letter
from tests.factories.accounts import PASSWORD, user
from tests.web_helpers import form_token

KNOWN, UNKNOWN, WAITING, CLOSED = "known@example.org", "never@example.org", "waiting@example.org", "closed@example.org"
MASKED = re.compile(
    r'(name="csrf_token"[^>]*value=|"X-CSRFToken":|name="(?:key|submission_key|idempotency\w*)"[^>]*value=)"[^"]*"'
)
ADDRESS = re.compile(r"\w+@example\.org")


@dataclass(frozen=True)
class Seen:
    """What can be seen of an answer from outside."""

    status: int
    location: str
    body: str
    cookies: tuple[str, ...]


@dataclass(frozen=True)
class Work:
    """What was done for it."""

    hashes: int
    statements: int
    letters: int


@pytest.fixture
def people(app: Flask) -> None:
    for email, rest in ((KNOWN, {}), (WAITING, {"confirmed": False}), (CLOSED, {"closed_at": now()})):
        person = user(**rest)
        person.email, person.password_hash = email, passwords.hash_password(PASSWORD)
    passwords.verify_nobody("first time, so that its hash exists")
    db.session.commit()


@pytest.fixture
def watched(app: Flask, statements, monkeypatch: pytest.MonkeyPatch):
    """Send a form with an address, in a browser of its own, and return what was seen and done."""

    def send(path: str, email: str, **data: str) -> tuple[Seen, Work]:
        client, hashes = app.test_client(), []
        token = form_token(client, path)
        hasher = passwords._hasher

        class Counting:
            def hash(self, word: str) -> str:
                hashes.append("hash")
                return hasher.hash(word)

            def verify(self, stored: str, word: str) -> bool:
                hashes.append("verify")
                return hasher.verify(stored, word)

            def check_needs_rehash(self, stored: str) -> bool:
                return hasher.check_needs_rehash(stored)

        before = letters()
        with monkeypatch.context() as patch, statements() as counted:
            patch.setattr(passwords, "_hasher", Counting())
            answer = client.post(path, data={"csrf_token": token, "email": email, **data})
        body = ADDRESS.sub("ADDRESS", MASKED.sub("TOKEN", answer.text))
        cookies = tuple(sorted(value.split("=")[0] for value in answer.headers.getlist("Set-Cookie")))
        seen = Seen(answer.status_code, answer.headers.get("Location", ""), body, cookies)
        return seen, Work(len(hashes), counted.number, letters() - before)

    return send


def letters() -> int:
    return db.session.scalar(select(func.count()).select_from(Letter)) or 0


REGISTER = {"display_name": "Anna", "password": "eine sehr lange Passphrase", "locale": "de", "residence": ""}
FORMS = {
    "register": ("/konto/registrieren", REGISTER),
    "log in": ("/konto/anmelden", {"password": "falsch, aber lang"}),
    "reset": ("/konto/passwort", {}),
    "link": ("/konto/link", {}),
    "confirm again": ("/konto/bestaetigen", {}),
}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("address", [KNOWN, WAITING, CLOSED])
def test_the_answer_and_the_work_are_the_same(people, watched, form, address):
    path, data = FORMS[form]
    seen, work = watched(path, address, **data)
    other, nothing = watched(path, UNKNOWN, **data)
    assert seen == other
    assert work.hashes == nothing.hashes
    assert work.statements == nothing.statements


@pytest.mark.parametrize("form", ["register", "reset", "link"])
def test_only_the_owner_of_an_address_gets_a_letter(people, watched, form):
    path, data = FORMS[form]
    for address in (KNOWN, UNKNOWN):
        _seen, work = watched(path, address, **data)
        assert work.letters == 1, "a row is written for either; the one for nobody goes nowhere"
    recipients = [letter.recipient for letter in db.session.scalars(select(Letter).order_by(Letter.id))]
    assert recipients == ([KNOWN, UNKNOWN] if form == "register" else [KNOWN, ""])


def test_a_name_that_is_refused_is_refused_for_every_address(people, watched):
    data = REGISTER | {"display_name": "http://x.de"}
    assert watched("/konto/registrieren", KNOWN, **data)[0] == watched("/konto/registrieren", UNKNOWN, **data)[0]


def test_a_second_factor_shows_only_behind_the_right_password(people, watched):
    person = db.session.scalars(select(User).where(User.email == KNOWN)).one()
    key = "k" * 32
    factors.begin_totp(person, key)
    secret = factors.waiting_secret(person, key)
    assert secret
    factors.confirm_totp(person, pyotp.TOTP(secret).at(now()), key)
    db.session.commit()
    guarded, work = watched("/konto/anmelden", KNOWN, password="falsch, aber lang")
    other, nothing = watched("/konto/anmelden", UNKNOWN, password="falsch, aber lang")
    assert guarded == other
    assert work == nothing
    assert watched("/konto/anmelden", KNOWN, password=PASSWORD)[0].location.startswith("/konto/zweiter-schritt")
