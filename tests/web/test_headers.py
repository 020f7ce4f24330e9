"""What every kind of answer carries, and where answers may lead."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

import config
from participation.app import create_app
from participation.base.db import db
from participation.notify.models import Letter
from participation.notify.transport import Message, compose
from participation.web import kept
from participation.web.postman import render
from participation.web.security import HEADERS
from tests.factories.accounts import log_in, moderator, user
from tests.house.test_routes import address, rules
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database
ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/gibt-es-nicht", 404),
    ("GET", "/regeln", 301),
    ("GET", "/konto/profil", 303),
    ("GET", "/moderation", 303),
    ("POST", "/", 405),
    ("PUT", "/konto/anmelden", 403),
    ("POST", "/konto/anmelden", 400),
    ("POST", "/strategie/lce/beitrag", 303),
    ("GET", "/konto/link/geraten", 410),
    ("GET", "/vorschlaege?" + "a" * 5000, 414),
    ("GET", "/static/js/htmx-is-not-here.js", 404),
    ("GET", "/static/favicon.svg", None),
    ("GET", "/assets/x/site.css", 200),
    ("GET", "/log/verify.py", 200),
    ("GET", "/leitbild/schema.json", 200),
    ("GET", "/leitbild/satz/1?format=json", 200),
    ("GET", "/revisionslog/1.json", 200),
    ("OPTIONS", "/", 200),
    ("HEAD", "/", 200),
    ("POST", "/log/cosignatures", 411),
]
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "https:evil.example",
    "http://localhost/",
    "http://localhost@evil.example/",
    "http://user:pass@localhost/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "?next=//evil.example",
    "/konto/profil\r\nLocation: //evil.example",
    "/konto/profil\r\nSet-Cookie: evil=1",
    "/\x00/evil.example",
    "/\u200b/evil.example",
    "/\x0bevil",
    "/" + "a" * 2001,
    "/／evil.example\\",
]
INJECTED = "x%0d%0aSet-Cookie:%20evil=1%0d%0aLocation:%20//evil.example"


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_kind_of_answer_is_hardened(client, method, path, status):
    origin = {"Origin": "null"} if status == 403 else {}
    answer = client.open(path, method=method, headers=origin)
    assert status in (None, answer.status_code)
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value], name
    assert answer.headers.get("Cache-Control")
    assert "Strict-Transport-Security" not in answer.headers
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_also_when_something_breaks(client, monkeypatch):
    def broken(**_args):
        raise RuntimeError

    monkeypatch.setitem(client.application.view_functions, "info.how", broken)
    broken.access = "public"
    monkeypatch.setitem(client.application.config, "TESTING", False)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/so-funktioniert-es")
    assert answer.status_code == 500
    assert all(answer.headers[name] == value for name, value in HEADERS.items())


def test_policy_leaves_nothing_open():
    rules = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "http" not in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", "private, no-cache"),
        ("/konto/profil", "private, no-store"),
        ("/konto/daten", "private, no-store"),
        ("/konto/sicherheit", "private, no-store"),
        ("/nachrichten", "private, no-store"),
        ("/moderation", "private, no-cache"),
        ("/gibt-es-nicht", "private, no-cache"),
    ],
)
def test_what_somebody_logged_in_sees_is_stored_nowhere_between(client, path, wanted):
    log_in(client, moderator())
    assert client.get(path).headers["Cache-Control"] == wanted


@pytest.mark.parametrize("path", ["/konto/link/geraten", "/konto/bestaetigen/geraten", "/widerspruch/geraten"])
def test_mailed_links_are_stored_nowhere(client, path):
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers


def test_no_page_for_members_is_public(app):
    client = app.test_client()
    log_in(client, moderator())
    shared = []
    for rule in rules(app):
        if "GET" in rule.methods and not rule.rule.startswith(("/static", "/assets")):
            answer = client.get(address(app, rule))
            if answer.mimetype == "text/html" and "private" not in answer.headers["Cache-Control"]:
                shared.append(rule.rule)
    assert shared == []


def test_under_https_cookies_are_bound_to_the_host(databases, tmp_path):
    settings = config.load(
        {
            "PARTICIPATION_MODE": "test",
            "INSTANCE": str(tmp_path),
            "DATABASE_URL": databases.copy("sqlite"),
            "PUBLIC_URL": "https://dialog.example.org",
        }
    )
    app: Flask = create_app(settings)
    client = app.test_client()
    answer = client.get("/konto/anmelden", base_url="https://dialog.example.org")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    parts = {part.strip().lower() for part in cookies[0].split(";")[1:]}
    assert cookies[0].startswith("__Host-session=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    for path in ("/", "/gibt-es-nicht", "/static/nichts", "/konto/profil"):
        answer = client.get(path, base_url="https://dialog.example.org")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    with app.app_context():
        db.engine.dispose()


def test_visitors_get_no_cookie(client):
    for path in ("/", "/leitbild", "/vorschlaege", "/massnahmen", "/gibt-es-nicht", "/strategie"):
        assert "Set-Cookie" not in client.get(path).headers, path


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_leads_nowhere_else(client, target):
    log_in(client, user())
    answer = client.get("/konto/anmelden", query_string={"next": target})
    assert answer.status_code in (303, 414)
    assert answer.status_code == 414 or answer.location == "/"
    assert "evil=1" not in str(answer.headers)
    visitor = client.application.test_client()
    page = visitor.get("/konto/anmelden", query_string={"next": target})
    found = re.search(r'name="next"[^>]*value="([^"]*)"', page.text)
    assert page.status_code == 414 or (found is not None and found[1] == "")
    assert kept.parse(json.dumps({"path": target, "fields": []})) is None or "\u200b" in target


@pytest.mark.parametrize(
    "target", ["/", "/konto/profil", "/strategie/lce?sort=neu#schreiben", "/beitrag/1%0d%0aX:%20y"]
)
def test_next_leads_on_within(client, target):
    log_in(client, user())
    answer = client.get("/konto/anmelden", query_string={"next": target})
    assert answer.location == target
    assert "X" not in answer.headers


def test_no_part_of_an_address_becomes_a_header(app):
    """CR and LF in every part of every address, and in what redirects are made of."""
    visitor, member = app.test_client(), app.test_client()
    log_in(member, moderator())
    paths = [
        re.sub(r"<(?!int:)[^>]+>", INJECTED, re.sub(r"<int:[^>]+>", "1", rule.rule))
        for rule in rules(app)
        if "GET" in rule.methods
    ]
    paths += [
        f"/leitbild/vergleich?von={INJECTED}&bis={INJECTED}",
        f"/konto/anmelden?next=/{INJECTED}",
        f"/konto/anbieter/x?next=/{INJECTED}",
        f"/strategie?cluster={INJECTED}",
        f"/{INJECTED}",
    ]
    for path in paths:
        for client in (visitor, member):
            answer = client.get(path)
            assert answer.status_code < 500, path
            assert "evil" not in [cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")], path
            for value in answer.headers.values():
                assert "\r" not in value, path
                assert "\n" not in value, path
            assert "evil.example" not in (answer.location or "").split("?")[0].split("%0")[0], path


def test_names_stay_within_their_line_in_mails(client):
    fields = {"password": "eine lange Passphrase hier", "residence": "", "locale": "de", "homepage": ""}
    for n, name in enumerate(("Anna\r\nBcc: alle", "Anna\nSubject: Gewinn", "Anna\u2028X-Evil: 1", "Anna\x0bTo: b")):
        page = {"email": f"neu{n}@example.org", "display_name": name}
        token = form_token(client, "/konto/registrieren")
        assert client.post("/konto/registrieren", data=fields | page | {"csrf_token": token}).status_code == 303
    letters = db.session.scalars(select(Letter)).all()
    assert len(letters) == 4
    for letter in letters:
        mail = compose(render(letter), "Dialog <dialog@localhost>")
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None
        assert len(mail.get_all("To")) == len(mail.get_all("Subject")) == 1
        assert "Gewinn" not in mail["Subject"]


@pytest.mark.parametrize("address_", ["a@example.org\nBcc: b@example.org", "a@example.org,b@example.org", "a@b\r\n.de"])
def test_addresses_hold_no_second_one(client, address_):
    token = form_token(client, "/konto/link")
    answer = client.post("/konto/link", data={"email": address_, "csrf_token": token})
    assert answer.status_code == 422
    assert db.session.scalars(select(Letter)).all() == []


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_the_last_guard_is_the_library(field):
    parts = {"recipient": "a@example.org", "subject": "Hallo", "text": "x", "locale": "de"}
    with pytest.raises(ValueError, match=r"linefeed|newline|CR"):
        compose(Message(**parts | {field: "a@example.org\r\nBcc: b@example.org"}), "Dialog <dialog@localhost>")
