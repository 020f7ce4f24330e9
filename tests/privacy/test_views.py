"""The pages of deletion, and that visitors leave no trace."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from participation.accounts.models import Role
from participation.base.db import db
from participation.dialogue.models import Comment
from participation.privacy import departures
from tests.factories import accounts, leitbild
from tests.factories import privacy as make
from tests.factories.accounts import PASSWORD, log_in
from tests.factories.letters import last_letter
from tests.house.test_routes import address, rules
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
FORMS = {
    "info.barrier",
    "accounts.confirm",
    "accounts.log_in_by_link",
    "accounts.login",
    "accounts.reset",
    "privacy.confirm_address",
    "privacy.stay_by_link",
    "accounts.register",
    "accounts.ask_login",
    "accounts.forgot",
    "accounts.send_confirmation",
    "documents.comparison",
}
"""Public pages with a form that a visitor may send: it carries a token, and so needs the cookie."""


def test_an_account_is_deleted_after_the_choice_and_the_password(app: Flask, client):
    person, _thread, comment, proposal = make.busy()
    log_in(client, person)
    page = client.get("/konto/loeschen").text
    assert "gelöschtes Konto" in page
    data = {"csrf_token": form_token(client, "/konto/loeschen"), "password": PASSWORD}
    assert client.post("/konto/loeschen", data=data).status_code == 422
    wrong = client.post("/konto/loeschen", data=data | {"contributions": "gehen", "password": "falsch geraten"})
    assert wrong.status_code == 422
    assert PASSWORD not in wrong.text
    assert person.left_at is None
    answer = client.post("/konto/loeschen", data=data | {"contributions": "gehen"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/konto/geloescht")
    assert client.get("/konto/geloescht").status_code == 200
    assert client.get("/konto/profil").status_code == 303
    assert client.get(f"/personen/{person.id}").status_code == 410
    assert db.session.get(Comment, comment.id).body == ""
    assert client.get(f"/vorschlaege/{proposal.number}").status_code == 200
    assert make.NAME not in client.get(f"/vorschlaege/{proposal.number}").text


def test_a_mailed_link_stands_for_the_password_of_its_owner_only(app: Flask, client):
    person, stranger = make.busy()[0], app.test_client()
    log_in(client, person)
    log_in(stranger, accounts.user())
    assert client.post("/konto/loeschen/link", data={"csrf_token": form_token(client, "/konto/loeschen")}).status_code
    path = f"/konto/loeschen/{last_letter().params['token']}"
    assert stranger.get(path).status_code == 410
    page = client.get(path)
    assert page.status_code == 200
    assert 'type="password"' not in page.text
    answer = client.post(path, data={"csrf_token": form_token(client, path), "contributions": "bleiben"})
    assert answer.status_code == 303
    assert person.left_at is not None


def test_with_days_to_think_it_over_the_page_offers_to_stay(app: Flask, client, monkeypatch):
    monkeypatch.setitem(app.config["PERIODS"], "deletion", make.WEEK)
    person = make.busy()[0]
    log_in(client, person)
    data = {"csrf_token": form_token(client, "/konto/loeschen"), "password": PASSWORD, "contributions": "gehen"}
    assert client.post("/konto/loeschen", data=data).headers["Location"] == "/konto/loeschen"
    assert "Doch behalten" in client.get("/konto/loeschen").text
    link = f"/konto/bleiben/{last_letter().params['token']}"
    visitor = app.test_client()
    assert visitor.get(link).status_code == 200
    assert departures.departure_of(person) is not None
    assert client.post("/konto/bleiben", data={"csrf_token": form_token(client, "/konto/daten")}).status_code == 303
    assert departures.departure_of(person) is None
    assert visitor.get(link).status_code == 410


def test_who_has_a_duty_reads_what_to_do_first(app: Flask, client):
    log_in(client, accounts.user(role=Role.MODERATOR))
    page = client.get("/konto/loeschen")
    assert page.status_code == 200
    assert "Vorher ist noch etwas zu tun" in page.text
    assert 'name="password"' not in page.text


def test_visitors_get_no_cookie_and_nothing_from_elsewhere(app: Flask):
    leitbild.revision(leitbild.approved(leitbild.measure()))
    with_cookie, outside = set(), []
    for rule in rules(app):
        if "GET" not in rule.methods or getattr(app.view_functions[rule.endpoint], "access", "") != "public":
            continue
        answer = app.test_client().get(address(app, rule))
        if "Set-Cookie" in answer.headers:
            with_cookie.add(rule.endpoint)
        if answer.mimetype == "text/html":
            loaded = re.findall(r'<(?:script|img|iframe|source|video|audio)[^>]+src="([^"]+)"', answer.text)
            loaded += re.findall(
                r'<link[^>]+rel="(?:stylesheet|icon|preload|manifest)"[^>]+href="([^"]+)"', answer.text
            )
            outside += [(rule.rule, one) for one in loaded if not one.startswith(("/", "data:")) or one[:2] == "//"]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert with_cookie <= FORMS
    assert outside == []
