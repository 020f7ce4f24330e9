"""Limits count people, not the network of the workshop they sit in, and nothing typed is lost over one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from participation.accounts import factors
from participation.accounts.operations import create_account
from participation.app import create_app
from participation.base.clock import now
from participation.base.db import transaction
from participation.web.security import limiter
from tests.factories.accounts import PASSWORD, log_in, user
from tests.web_helpers import form_token

NODE = "/strategie/lce-sofort-industrieparks"


@pytest.fixture
def limited(databases) -> Iterator[Flask]:
    settings = databases.settings(databases.copy("sqlite"))
    settings.RATELIMIT_ENABLED = True
    made = create_app(settings)
    limiter.reset()
    yield made
    limiter.enabled = False


def test_too_many_comments_are_refused_with_the_text_and_for_one_person_alone(limited: Flask) -> None:
    with limited.app_context(), transaction():
        clients = [limited.test_client(), limited.test_client()]
        for client in clients:
            log_in(client, user())
    typed = {"csrf_token": form_token(clients[0], NODE), "kind": "frage", "lang": "de"}
    sent = [clients[0].post(f"{NODE}/beitrag", data={**typed, "body": f"Frage Nummer {n}?"}) for n in range(11)]
    assert [answer.status_code for answer in sent] == [303] * 10 + [429]
    assert "Frage Nummer 10?" in sent[-1].text
    typed["csrf_token"] = form_token(clients[1], NODE)
    assert clients[1].post(f"{NODE}/beitrag", data={**typed, "body": "Und ich?"}).status_code == 303


def test_codes_are_tried_five_times_a_minute_for_one_account_from_wherever(limited: Flask) -> None:
    key = limited.config["SECRET_KEY"]
    with limited.app_context(), transaction():
        person = create_account(email="berta@example.org", display_name="Berta", password=PASSWORD)
        factors.begin_totp(person, key)
        totp = pyotp.TOTP(factors.waiting_secret(person, key) or "")
        factors.confirm_totp(person, totp.at(now() - timedelta(seconds=30)), key)
    kept = '{"path": "/strategie/x/beitrag", "fields": [["body", "Mein langer Text"]]}'
    answers = []
    for number in range(6):
        client = limited.test_client()
        far = {"REMOTE_ADDR": f"10.0.0.{number}"}
        login = {
            "email": "berta@example.org",
            "password": PASSWORD,
            "csrf_token": form_token(client, "/konto/anmelden"),
        }
        assert client.post("/konto/anmelden", data=login, environ_base=far).status_code == 303
        code = totp.now() if number == 5 else "000000"
        data = {"csrf_token": form_token(client, "/konto/zweiter-schritt"), "proof_code": code, "kept": kept}
        answers.append(client.post("/konto/zweiter-schritt", data=data, environ_base=far))
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Mein langer Text" in answers[-1].text
