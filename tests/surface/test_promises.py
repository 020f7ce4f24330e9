"""Duties and promises that belong to no single room: what every visitor can rely on."""

from __future__ import annotations

import re
import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from sqlalchemy import text

import config
from participation import models
from participation.app import create_app
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.dialogue.models import CommentKind
from participation.notify.models import Letter
from participation.web.info import views as info
from participation.web.postman import render
from tests.factories import dialogue, proposals
from tests.factories.accounts import log_in, user
from tests.surface.pages import read
from tests.web_helpers import form_token

ROOT = Path(__file__).resolve().parents[2]
FEW = [
    "/",
    "/strategie",
    "/leitbild",
    "/vorschlaege",
    "/orte",
    "/initiativen",
    "/konto/anmelden",
    "/so-funktioniert-es",
]


# Digital Services Act Art. 11, 12; DDG § 5


@pytest.mark.one_database
@pytest.mark.parametrize("path", FEW)
def test_the_contact_points_stand_in_every_footer(client, path):
    footer = client.get(path).text.split("<footer")[1]
    assert "/impressum#kontakt" in read(path, footer.replace("#", "%23")).links or "/impressum#kontakt" in footer
    assert ">Impressum<" in footer


@pytest.mark.one_database
def test_the_imprint_is_one_click_away_and_names_the_contact_point(client):
    page = client.get("/impressum").text
    assert 'id="kontakt"' in page
    assert "Artikel 11 und 12" in page
    assert "§ 5 DDG" in page


LEGAL = ("/impressum", "/datenschutz")


@pytest.mark.one_database
def test_the_operator_is_named_as_the_settings_tell_it(app, client, monkeypatch):
    for path in LEGAL:
        page = client.get(path).text
        assert "hat den Namen hier noch nicht eingetragen" in page
        assert "Die Anschrift fehlt noch." in page
        assert "dialog@localhost" not in page
    known = config.load(
        {
            "PARTICIPATION_MODE": "test",
            "OPERATOR_NAME": "Zweckverband <Neiße> ",
            "OPERATOR_ADDRESS": "Markt 1;; 03046  Cottbus\nDeutschland",
            "OPERATOR_PROCESSORS": "Rechenzentrum Görlitz; Postbote GmbH",
            "CONTACT_MAIL": "amt@example.org",
        }
    )
    assert known.OPERATOR_ADDRESS == ("Markt 1", "03046 Cottbus", "Deutschland")
    for name in ("OPERATOR_NAME", "OPERATOR_ADDRESS", "OPERATOR_PROCESSORS", "CONTACT_MAIL"):
        monkeypatch.setitem(app.config, name, getattr(known, name))
    for path in LEGAL:
        page = client.get(path).text
        assert "<b>Zweckverband &lt;Neiße&gt;</b><br>" in page
        assert "Markt 1<br>03046 Cottbus<br>Deutschland" in page
        assert 'href="mailto:amt@example.org"' in page
        assert "noch nicht" not in page
    assert "Rechenzentrum Görlitz, Postbote GmbH." in client.get("/datenschutz").text


@pytest.mark.one_database
def test_the_notice_says_who_gets_what_and_on_which_ground(app, client, monkeypatch):
    page = client.get("/datenschutz").text
    for said in ("Wer etwas bekommt", "Auftragsverarbeiter", "Artikel 9 Absatz 2 Buchstabe a", "Buchstabe c"):
        assert said in page
    assert "Melden Sie sich über einen anderen Anbieter an" not in page
    provider = config.Provider("stadt", "Konto der Stadt", "https://x.example", "a", "b", "openid")
    monkeypatch.setitem(app.config, "OIDC_PROVIDERS", (provider,))
    assert "(Konto der Stadt), erfährt er" in client.get("/datenschutz").text


# TDDDG § 25


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", [path for path in FEW if not path.startswith("/konto")] + ["/.well-known/security.txt"]
)
def test_a_visitor_gets_no_cookie(client, path):
    assert "Set-Cookie" not in client.get(path).headers


@pytest.mark.one_database
def test_no_page_names_a_third_party_to_load_from(client):
    for path in FEW:
        loaded = re.findall(r'(?:src|srcset|action)="([^"]+)"|<link[^>]+href="([^"]+)"', client.get(path).text)
        assert not [one for pair in loaded for one in pair if one.startswith(("http", "//"))]


# Accessibility


@pytest.mark.one_database
def test_the_statement_leads_to_a_form_that_needs_no_account(client):
    assert "/barrierefreiheit/melden" in client.get("/barrierefreiheit").text
    data = {
        "csrf_token": form_token(client, "/barrierefreiheit/melden"),
        "place": "/orte",
        "text": "Das Menü geht nicht auf.",
    }
    assert client.post("/barrierefreiheit/melden", data=data).status_code == 303
    letter = db.session.query(Letter).one()
    mail = render(letter)
    assert letter.recipient == "dialog@localhost"
    assert "Das Menü geht nicht auf." in mail.text
    assert "/orte" in mail.text


@pytest.mark.one_database
def test_a_report_of_a_barrier_keeps_what_was_typed(client):
    token = form_token(client, "/barrierefreiheit/melden")
    answer = client.post("/barrierefreiheit/melden", data={"csrf_token": token, "place": "Karte", "email": "kein@"})
    assert answer.status_code == 422
    assert 'value="Karte"' in answer.text
    filled = {"csrf_token": token, "text": "x", "homepage": "https://spam.example"}
    assert client.post("/barrierefreiheit/melden", data=filled).status_code == 303
    assert db.session.query(Letter).count() == 0


@pytest.mark.one_database
def test_the_statement_names_norm_feedback_and_enforcement(client):
    page = client.get("/barrierefreiheit").text
    for word in ("WCAG 2.2", "EN 301 549", "Durchsetzungs", "Eine Barriere melden"):
        assert word in page


@pytest.mark.one_database
def test_leichte_sprache_says_whether_its_readers_reviewed_it(client, monkeypatch):
    assert "noch keine Prüfgruppe" in client.get("/leichte-sprache").text
    monkeypatch.setattr(info, "EASY_REVIEWED", now().date())
    assert "noch keine Prüfgruppe" not in client.get("/leichte-sprache").text


# Sorbian laws of Saxony and Brandenburg


@pytest.mark.parametrize("lang", ["hsb", "dsb"])
def test_a_contribution_in_sorbian_counts_fully(app, lang):
    thread, author = dialogue.thread(), user()
    dialogue.comment(thread, author, kind=CommentKind.FOR, lang="de")
    before = (thread.comment_count, thread.root_count, thread.dafuer)
    dialogue.comment(thread, author, body="To je naša wjes.", kind=CommentKind.FOR, lang=lang)
    db.session.refresh(thread)
    assert (thread.comment_count, thread.root_count, thread.dafuer) == tuple(one + 1 for one in before)


@pytest.mark.parametrize("lang", ["hsb", "dsb"])
def test_a_proposal_in_sorbian_starts_the_same_deadline(app, lang):
    made = [proposals.proposal(lang=one, state=proposals.ProposalState.SUBMITTED) for one in ("de", lang)]
    german, sorbian = (one.check_due_at - one.submitted_at for one in made)
    assert abs(german - sorbian) < timedelta(seconds=1)
    assert made[1].number == made[0].number + 1


@pytest.mark.one_database
def test_nobody_is_asked_whether_they_are_a_sorb(app, client):
    asked = re.compile(r"sorb|serb|wend(e|isch)|ethni|volkszug|herkunft|abstammung|muttersprach", re.IGNORECASE)
    people = [table for table in models.metadata.tables.values() if "user_id" in table.columns or table.name == "users"]
    assert not [str(column) for table in people for column in table.columns if asked.search(column.name)]
    pages = [client.get("/konto/registrieren").text]
    log_in(client, user())
    pages.append(client.get("/konto/profil").text)
    for page in pages:
        main = page.split("<main")[1].split("</main")[0]
        labels = re.findall(r"<(?:label|legend)[^>]*>(.*?)</(?:label|legend)>", main, re.DOTALL)
        assert labels
        assert not [label for label in labels if asked.search(label)]


# The opinion picture


@pytest.mark.one_database
def test_nothing_calls_the_stances_representative(client):
    assert "nicht repräsentativ" in client.get("/so-funktioniert-es").text
    for path in (ROOT / "templates").rglob("*.html"):
        words = path.read_text(encoding="utf-8")
        assert not re.findall(r"(?<!nicht )repräsentativ", words), path.name


# Rate limits, durability


@pytest.mark.one_database
@pytest.mark.parametrize(("hops", "expected"), [(0, "10.0.0.9"), (1, "198.51.100.7"), (2, "203.0.113.5")])
def test_an_address_is_believed_of_exactly_so_many_proxies(tmp_path: Path, hops, expected):
    """`1.2.3.4` is what the caller made up; each proxy in front appends whom it saw."""
    environ = {"PARTICIPATION_MODE": "test", "INSTANCE": str(tmp_path), "PROXY_HOPS": str(hops)}
    app = create_app(config.load(environ))
    with app.test_request_context():
        pass
    seen = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(request.remote_addr) or "")
    headers = {"X-Forwarded-For": "1.2.3.4, 203.0.113.5, 198.51.100.7"}
    app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert seen == [expected]


def test_what_was_answered_is_on_disk(separate_app: Flask):
    with separate_app.app_context(), transaction():
        ask = lambda what: db.session.execute(text(what)).scalar()  # noqa: E731
        if db.engine.dialect.name == "sqlite":
            assert (ask("PRAGMA journal_mode"), ask("PRAGMA synchronous")) == ("wal", 2)
            assert ask("PRAGMA busy_timeout") >= 5000
        else:
            assert ask("SHOW synchronous_commit") == "on"


@pytest.mark.one_database
def test_a_redis_that_does_not_answer_holds_up_nobody(tmp_path: Path, databases):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        environ = {"PARTICIPATION_MODE": "test", "INSTANCE": str(tmp_path), "REDIS_URL": address}
        settings = config.load(environ | {"DATABASE_URL": databases.copy("sqlite")})
        settings.RATELIMIT_ENABLED = True
        app = create_app(settings)
        client = app.test_client()
        token = form_token(client, "/konto/anmelden")
        start = time.monotonic()
        data = {"csrf_token": token, "email": "a@example.org", "password": "falsch, aber lang"}
        assert client.post("/konto/anmelden", data=data).status_code == 422
        assert time.monotonic() - start < 4
        with app.app_context():
            db.engine.dispose()


# How to report


@pytest.mark.one_database
def test_security_txt_names_a_contact_and_has_not_expired(client):
    answer = client.get("/.well-known/security.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:dialog@localhost"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - now() < timedelta(days=365)
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"


def test_the_contact_for_weaknesses_is_set_or_refused_at_start():
    base = {"PARTICIPATION_MODE": "test"}
    assert config.load(base | {"CONTACT_MAIL": "amt@example.org"}).SECURITY_CONTACT == "mailto:amt@example.org"
    assert config.load(base | {"SECURITY_CONTACT": "https://x.example/s"}).SECURITY_CONTACT == "https://x.example/s"
    for nonsense in ("amt@example.org", "https://x\nExpires: never", "javascript:alert(1)"):
        with pytest.raises(config.ConfigError, match="SECURITY_CONTACT"):
            config.load(base | {"SECURITY_CONTACT": nonsense})
