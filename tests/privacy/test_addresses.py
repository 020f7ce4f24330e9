"""Another address: the password asks for it, the link confirms it, and nobody learns who else is here."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Login
from participation.accounts.operations import InvalidLink, WrongPassword, create_account
from participation.base.db import db
from participation.notify.models import Letter
from participation.privacy import addresses
from tests.factories.accounts import PASSWORD, log_in, user
from tests.factories.letters import last_letter
from tests.web_helpers import form_token

NEW = "neu@example.org"


def person():
    return create_account(email="alt@example.org", display_name="Anna", password=PASSWORD)


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(app: Flask, client):
    anna = person()
    log_in(client, anna)
    addresses.request_address(anna, NEW.upper(), password=PASSWORD)
    letter = last_letter()
    assert (letter.recipient, letter.template) == (NEW, "privacy/address")
    assert anna.email == "alt@example.org"
    token = letter.params["token"]
    addresses.confirm_address(token)
    assert anna.email == NEW
    assert (last_letter().recipient, last_letter().template) == ("alt@example.org", "privacy/address_changed")
    assert db.session.scalars(select(Login).where(Login.user_id == anna.id)).all() == []
    with pytest.raises(InvalidLink):
        addresses.confirm_address(token)


def test_without_the_password_nothing_is_sent(app: Flask):
    anna = person()
    with pytest.raises(WrongPassword):
        addresses.request_address(anna, NEW, password="geraten und falsch")
    assert db.session.scalars(select(Letter)).all() == []


def test_an_address_that_is_taken_is_never_given_away(app: Flask):
    anna, other = person(), user()
    addresses.request_address(anna, other.email, password=PASSWORD)
    assert (last_letter().recipient, last_letter().template) == (other.email, "accounts/already")
    addresses.request_address(anna, NEW, password=PASSWORD)
    token = last_letter().params["token"]
    create_account(email=NEW, display_name="Schneller", password=PASSWORD)
    with pytest.raises(InvalidLink):
        addresses.confirm_address(token)
    assert anna.email == "alt@example.org"


@pytest.mark.one_database
def test_the_page_answers_the_same_for_free_and_taken_addresses(app: Flask, client):
    anna, other = person(), user()
    log_in(client, anna)
    answers = []
    for email in (NEW, other.email):
        data = {"csrf_token": form_token(client, "/konto/adresse"), "email": email, "password": PASSWORD}
        answer = client.post("/konto/adresse", data=data)
        answers.append((answer.status_code, answer.headers["Location"], answer.data, client.get("/konto/adresse").data))
    assert answers[0][:3] == answers[1][:3]
    assert anna.email == "alt@example.org"


@pytest.mark.one_database
def test_opening_the_link_changes_nothing_pressing_the_button_does(app: Flask, client):
    anna = person()
    addresses.request_address(anna, NEW, password=PASSWORD)
    path = f"/konto/adresse/{last_letter().params['token']}"
    token = form_token(client, path)
    assert anna.email == "alt@example.org"
    assert client.post(path, data={"csrf_token": token}).status_code == 303
    assert anna.email == NEW
    assert client.get(path).status_code == 410
