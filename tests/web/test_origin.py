"""What other sites send is refused, whatever token it carries; what browsers of old send is not."""

from __future__ import annotations

import pytest
from flask import Request
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder

from participation.accounts.models import Initiative
from participation.base.db import db
from participation.web import origin
from participation.web.access import declared
from tests.factories.accounts import log_in, user
from tests.house.test_routes import SAFE, address, rules
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
APPLY = "/initiativen/anmelden"
TYPED = {
    "kind": "initiative",
    "name": "Radinitiative Guben",
    "languages": "de",
    "seat": "Guben",
    "purpose": "Radwege an der Neiße, von Guben bis Forst.",
    "contact": "kontakt@example.org",
    "website": "",
}
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.localhost"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://localhost:port"},
    {"Origin": "ftp://localhost"},
    {"Origin": "https://evil.example", "Referer": "http://localhost/initiativen/anmelden"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Referer": "https://evil.example/http://localhost/"},
    {"Referer": "http://localhost.evil.example/"},
    {"Referer": "javascript:alert(1)"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
OURS = [
    {},
    {"Origin": "http://localhost"},
    {"Origin": "http://LOCALHOST:80"},
    {"Origin": "http://localhost", "Referer": "https://evil.example/"},
    {"Referer": "http://localhost/initiativen/anmelden"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": ""},
]


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Initiative)) or 0


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_is_refused_even_with_a_valid_token(client, headers):
    log_in(client, user())
    answer = client.post(APPLY, data=TYPED | {"csrf_token": form_token(client, APPLY)}, headers=headers)
    assert answer.status_code == 403
    assert "Das kam nicht von unserer Seite" in answer.text
    assert count() == 0


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_form_from_here_is_taken(client, headers):
    log_in(client, user())
    answer = client.post(APPLY, data=TYPED | {"csrf_token": form_token(client, APPLY)}, headers=headers)
    assert answer.status_code == 303
    assert count() == 1


def test_ones_own_words_are_shown_to_be_copied(client):
    log_in(client, user())
    form = TYPED | {"csrf_token": form_token(client, APPLY)}
    answer = client.post(APPLY, data=form, headers={"Origin": "null"})
    assert TYPED["purpose"] in answer.text
    assert "Jetzt absenden" not in answer.text


def test_another_sites_words_are_not(client):
    log_in(client, user())
    for token in ({}, {"csrf_token": "geraten"}):
        answer = client.post(APPLY, data=TYPED | token, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert TYPED["purpose"] not in answer.text


def test_every_write_is_guarded_with_or_without_an_account(app):
    """Also those that take no token, and those that answer nobody: the sender is asked before the access."""
    visitor, member = app.test_client(), app.test_client()
    log_in(member, user())
    taken = []
    for rule in rules(app):
        for method in rule.methods - SAFE:
            for client in (visitor, member):
                status = client.open(address(app, rule), method=method, headers={"Origin": "null"}).status_code
                if status not in (403, 204):
                    taken.append((rule.rule, method, status))
    assert not taken
    assert declared("strategy.preview") == "resident"


def test_reading_is_never_refused(client):
    for headers in FOREIGN:
        assert client.get("/", headers=headers).status_code == 200


def test_behind_a_proxy_the_public_address_is_ours():
    public = "https://dialog.example.org"

    def foreign(base: str, sender: str) -> bool:
        return origin.from_elsewhere(
            Request(EnvironBuilder(method="POST", base_url=base, headers={"Origin": sender}).get_environ()), public
        )

    assert not foreign("https://dialog.example.org", public)
    assert not foreign("http://127.0.0.1:8000", public)
    assert not foreign("http://127.0.0.1:8000", "http://127.0.0.1:8000")
    assert foreign("https://dialog.example.org", "http://dialog.example.org")
    assert foreign("https://dialog.example.org", "https://example.org")
    assert foreign("https://dialog.example.org", "http://127.0.0.1:8000")
