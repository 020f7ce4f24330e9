"""Names that could be taken for somebody else's are refused; everybody else keeps theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from participation.accounts import initiatives, names, operations
from participation.accounts.models import InitiativeState, Role, User
from participation.accounts.names import LookAlike, MixedLetters
from participation.base.db import db
from tests.factories.accounts import initiative, log_in, moderator, user
from tests.web_helpers import form_token


@pytest.mark.parametrize(
    "name",
    [
        "Petra Wagner",
        "Mato Kosyk",
        "Jěwa-Marja Čornakec",
        "Łukasz Żółć",
        "Jiří Dvořák",
        "Мария Иванова",
        "Мария Müller",
        "Γιώργος",
        "Nguyễn Văn Anh",
        "محمد",
        "田中さくら",
        "Radinitiative 2030",
        "H2O Lausitz",
    ],
)
def test_names_of_people(app, name):
    moderator("Monika Wagner")
    names.demand_own(name)


@pytest.mark.parametrize("name", ["Мonika", "Mоnika Wagner", "Petra Wаgner", "Ρetra", "раypal"])
def test_words_of_two_alphabets(app, name):
    with pytest.raises(MixedLetters):
        names.demand_own(name)


@pytest.mark.parametrize(
    "name",
    [
        "Monika Illner",
        "monika illner",
        "MONIKA ILLNER",
        "Mónika Íllner",
        "Monika  Il1ner",
        "Monika lllner",
        "Monika.Illner",
        "M o n i k a Illner",
        "M0nika Illner",
        "Ｍｏｎｉｋａ Illner",
    ],
)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.OPERATOR])
def test_look_alikes_of_those_with_a_power(app, name, role):
    user("Monika Illner", role=role)
    with pytest.raises(LookAlike):
        names.demand_own(name)


def test_a_name_all_in_another_alphabet_looks_alike_too(app):
    moderator("Cocos Caxa")
    with pytest.raises(LookAlike):
        names.demand_own("Сосоѕ Саха")


def test_initiatives_once_they_are_verified(app):
    initiative(name="Radinitiative Guben")
    initiative(name="Chor Guben", state=InitiativeState.APPLIED)
    with pytest.raises(LookAlike):
        names.demand_own("Rad-Initiative Guben")
    names.demand_own("Chor Guben")


def test_residents_may_be_called_alike(app):
    user("Petra Wagner")
    names.demand_own("Petra Wagner")


def test_registering_says_the_same_for_known_and_unknown_addresses(app):
    moderator("Monika Illner")
    known = user()
    for email in (known.email, "neu@example.org"):
        with pytest.raises(LookAlike):
            operations.register(
                email=email,
                password="eine lange Passphrase hier",
                display_name="Monika lllner",
                residence_id=None,
                locale="de",
            )
    assert db.session.scalar(select(func.count()).where(User.email == "neu@example.org")) == 0


def test_whoever_has_a_name_keeps_it(app):
    person, other = moderator("Monika Illner"), user("Monika Illner")
    for one in (person, other):
        operations.update_profile(one, display_name="Monika Illner", residence_id=None, locale="de")
    with pytest.raises(LookAlike):
        operations.update_profile(other, display_name="Monika lllner", residence_id=None, locale="de")
    operations.update_profile(person, display_name="Monika Illner-Wagner", residence_id=None, locale="de")


def test_an_initiative_looks_like_no_other(app):
    initiative(name="Radinitiative Guben")
    moderator("Monika Illner")
    texts = {"seat": "Guben", "purpose": "Radwege an der Neiße", "contact": "a@example.org"}
    for name in ("Radinitiative  Gubеn", "Radinitiative-Guben", "Monika Illner"):
        with pytest.raises(names.NameRefused):
            initiatives.apply_initiative(user(), name=name, **texts)
    with pytest.raises(initiatives.NameTaken):
        initiatives.apply_initiative(user(), name="Radinitiative Guben", **texts)


@pytest.mark.one_database
def test_the_form_says_so_at_its_field(client):
    moderator("Monika Illner")
    person = user()
    log_in(client, person)
    fields = {"display_name": "Monika lllner", "residence": "", "locale": "de"}
    answer = client.post("/konto/profil", data=fields | {"csrf_token": form_token(client, "/konto/profil")})
    assert answer.status_code == 422
    assert "So ähnlich heißt hier schon" in answer.text
    assert 'value="Monika lllner"' in answer.text
    visitor = client.application.test_client()
    fields |= {"email": "neu@example.org", "password": "eine lange Passphrase hier", "homepage": ""}
    fields["display_name"] = "Мonika"
    answer = visitor.post(
        "/konto/registrieren", data=fields | {"csrf_token": form_token(visitor, "/konto/registrieren")}
    )
    assert answer.status_code == 422
    assert "verschiedener Schriften" in answer.text
