"""Registering, confirming, logging in, passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from participation.accounts import operations, passwords
from participation.accounts.logins import begin_login, logged_in
from participation.accounts.models import AccountToken, LoginMethod, Role, User
from participation.accounts.names import NameRefused
from participation.base.clock import now
from participation.base.db import db
from participation.notify.models import Letter
from participation.places.models import Region
from tests.factories.accounts import PASSWORD, user
from tests.factories.letters import last_letter

DAY = timedelta(days=1)

ADDRESS = "lausitzerin@example.org"
WAY_BACK = {"email": ADDRESS, "password": PASSWORD, "display_name": "Anna Noack", "residence_id": None, "locale": "de"}


def register(**changes) -> Letter:
    operations.register(**WAY_BACK | changes)
    return last_letter()


def by_email(address: str = ADDRESS) -> User:
    return db.session.scalars(select(User).where(User.email == address)).one()


def test_registering_creates_an_unconfirmed_account_and_a_letter(app):
    letter = register(email="Lausitzerin@Example.org", residence_id="jaenschwalde")
    person = by_email()
    assert not person.is_confirmed
    assert (person.region, person.residence_label) == (Region.BRANDENBURG, "Jänschwalde/Janšojce")
    assert (letter.template, letter.recipient) == ("accounts/confirm", ADDRESS)
    assert person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_digest_of_a_link_is_kept(app):
    token = register().params["token"]
    assert db.session.scalars(select(AccountToken.digest)).one() != token


def test_the_link_confirms_once(app):
    token = register().params["token"]
    assert operations.confirm(token).is_confirmed
    with pytest.raises(operations.InvalidLink):
        operations.confirm(token)


def test_an_expired_link_confirms_nothing(app):
    token = register().params["token"]
    with time_machine.travel(now() + timedelta(hours=48, minutes=1)), pytest.raises(operations.InvalidLink):
        operations.confirm(token)
    assert not by_email().is_confirmed


def test_a_reset_link_does_not_confirm_and_a_confirmation_sets_no_password(app):
    token = register().params["token"]
    with pytest.raises(operations.InvalidLink):
        operations.reset_password(token, "ein anderes Passwort")
    operations.request_reset(ADDRESS)
    with pytest.raises(operations.InvalidLink):
        operations.confirm(last_letter().params["token"])


def test_a_second_registration_replaces_an_unconfirmed_one(app):
    first = register(password="das Passwort des Angreifers").params["token"]
    second = register().params["token"]
    with pytest.raises(operations.InvalidLink):
        operations.confirm(first)
    operations.confirm(second)
    assert operations.authenticate(ADDRESS, PASSWORD) is not None
    assert operations.authenticate(ADDRESS, "das Passwort des Angreifers") is None


def test_registering_a_confirmed_address_only_writes_to_its_owner(app):
    known = user("Anna")
    letter = register(email=known.email, display_name="Jemand anders")
    assert letter.template == "accounts/already"
    assert "token" not in letter.params
    assert (known.display_name, known.password_hash) == ("Anna", user().password_hash)


@pytest.mark.parametrize("name", ["gratis www.example.com", "https://example.com", "A", "evil.example", "a@b"])
def test_a_name_cannot_carry_a_link_into_a_mail(app, name):
    with pytest.raises(NameRefused):
        register(display_name=name)


@pytest.mark.parametrize("name", ["Dr. A. Müller-Lüdenscheidt", "Jan Měškank", "O’Neill", "李雷"])
def test_ordinary_names_are_fine(app, name):
    register(display_name=name)
    assert by_email().display_name == name


def test_wrong_and_unknown_cost_a_hash_each(app, monkeypatch):
    asked = []
    known = user()
    known.password_hash = passwords.hash_password(PASSWORD)
    monkeypatch.setattr(passwords, "verify", lambda stored, _password: asked.append(stored) and False)
    assert operations.authenticate(known.email, "falsch falsch falsch") is None
    assert operations.authenticate("niemand@example.org", PASSWORD) is None
    assert len(asked) == 2


def test_a_hash_with_old_parameters_is_renewed_at_log_in(app, monkeypatch):
    from argon2 import PasswordHasher

    known = user()
    known.password_hash = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    assert operations.authenticate(known.email.upper(), PASSWORD) is known
    assert "m=19456,t=2,p=1" in known.password_hash


def test_asking_for_a_reset_writes_as_much_for_unknown_addresses(app):
    known = user()
    operations.request_reset(known.email)
    assert last_letter().recipient == known.email
    operations.request_reset("niemand@example.org")
    silent = last_letter()
    assert (silent.recipient, silent.params) == ("", {})
    assert silent.sent_at is not None


def test_a_reset_ends_all_sessions_and_confirms_the_address(app):
    known = user(confirmed=False)
    begin_login(known, LoginMethod.PASSWORD, "", DAY)
    operations.request_reset(known.email)
    operations.reset_password(last_letter().params["token"], PASSWORD)
    assert logged_in(known.login_secret) is None
    assert known.is_confirmed
    assert operations.authenticate(known.email, PASSWORD) is known
    assert last_letter().template == "accounts/changed"


def test_a_newer_reset_link_ends_the_earlier_one(app):
    known = user()
    operations.request_reset(known.email)
    first = last_letter().params["token"]
    operations.request_reset(known.email)
    with pytest.raises(operations.InvalidLink):
        operations.reset_password(first, PASSWORD)


def test_changing_the_password_takes_the_present_one(app):
    known = user()
    known.password_hash = passwords.hash_password(PASSWORD)
    with pytest.raises(operations.WrongPassword):
        operations.change_password(known, current="falsch", new="ein neues Passwort")
    begin_login(known, LoginMethod.PASSWORD, "", DAY)
    with pytest.raises(passwords.GuessablePassword):
        operations.change_password(known, current=PASSWORD, new="passwort12345")
    assert logged_in(known.login_secret) is known
    operations.change_password(known, current=PASSWORD, new="ein neues Passwort")
    assert logged_in(known.login_secret) is None


def test_a_new_residence_brings_its_region(app):
    known = user(region=Region.BRANDENBURG)
    operations.update_profile(known, display_name="  Anna \n Noack ", residence_id="goerlitz", locale="hsb")
    assert (known.display_name, known.region, known.locale) == ("Anna Noack", Region.SACHSEN, "hsb")
    operations.update_profile(known, display_name="Anna", residence_id="gibt-es-nicht", locale="de")
    assert (known.residence_id, known.region, known.residence_label) == (None, Region.ELSEWHERE, "")


def test_accounts_from_the_command_line(app):
    person = operations.create_account(
        email="Mod@Example.org", display_name="Mo", password=PASSWORD, role=Role.MODERATOR
    )
    assert person.is_moderator
    assert person.is_confirmed
    assert db.session.scalar(select(func.count(Letter.id))) == 0
    with pytest.raises(operations.AddressTaken):
        operations.create_account(email="mod@example.org", display_name="Mo", password=PASSWORD)
