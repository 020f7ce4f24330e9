"""Logging in by an account elsewhere, against a real provider in a process of its own."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import func, select, update

from config import Provider, load
from participation.accounts import factors
from participation.accounts.factor_models import Identity
from participation.accounts.identities import IdentityTaken, link
from participation.accounts.models import Login, User
from participation.accounts.operations import create_account
from participation.app import create_app
from participation.base.clock import now
from participation.base.db import db
from tests.factories.accounts import PASSWORD, log_in, user
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database
CLAIMS = {"email": "berta@example.org", "email_verified": True, "name": "Berta Buhl"}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Run a provider that knows one person, and return its issuer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = json.dumps({"sub": "buerger-17", **CLAIMS})
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", known]
    process = subprocess.Popen(
        [*command, "--require-nonce", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                requests.get(f"{issuer}/.well-known/openid-configuration", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            pytest.fail("the provider does not answer")
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def connected(databases, provider):
    """An application with two providers that are one: the first vouches for addresses, the second does not."""
    settings = databases.settings(databases.copy("sqlite"))
    scopes = "openid email profile"
    settings.OIDC_PROVIDERS = (
        Provider("stadt", "Konto der Stadt", provider, "dialog", "geheim", scopes, trust_email=True),
        Provider("land", "Konto des Landes", provider, "dialog", "geheim", scopes),
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def own_g(connected):
    """Begin every request with an empty `g`: one context lasts for the whole test."""
    from flask import g, request_started

    def empty(_sender: object, **_rest: object) -> None:
        g.__dict__.clear()

    with request_started.connected_to(empty):
        yield


@pytest.fixture
def visitor(connected):
    return connected.test_client()


def round_trip(client, name="stadt", subject="buerger-17", **query):
    """Go to the provider, log in there, and come back; return the answer."""
    away = client.get(f"/konto/anbieter/{name}", query_string=query)
    assert away.status_code == 302
    back = requests.post(away.location, data={"sub": subject}, allow_redirects=False, timeout=5).headers["Location"]
    return client.get(back)


def berta(**rest):
    person = create_account(email="berta@example.org", display_name="Berta", password=PASSWORD, **rest)
    db.session.commit()
    return person


def linked():
    person = berta()
    link(person, "stadt", "buerger-17")
    db.session.commit()
    return person


def test_the_way_there_carries_pkce_state_and_nonce(visitor):
    asked = parse_qs(urlsplit(visitor.get("/konto/anbieter/stadt").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == ["http://localhost/konto/anbieter/stadt/zurueck"]


def test_a_linked_account_logs_in_and_goes_where_it_was_meant_to(visitor):
    linked()
    answer = round_trip(visitor, next="/meine-beitraege")
    assert (answer.status_code, answer.location) == (303, "/meine-beitraege")
    assert "über einen anderen Anbieter" in visitor.get("/konto/profil").text


def test_a_second_factor_is_asked_for_here_too(connected, visitor):
    import pyotp

    person = linked()
    key = connected.config["SECRET_KEY"]
    factors.begin_totp(person, key)
    totp = pyotp.TOTP(factors.waiting_secret(person, key))
    factors.confirm_totp(person, totp.now(), key)
    db.session.commit()
    assert round_trip(visitor).location.startswith("/konto/zweiter-schritt")
    assert visitor.get("/konto/profil").status_code == 303


@pytest.mark.parametrize("name", ["stadt", "land"])
def test_an_address_never_opens_an_existing_account(visitor, name):
    berta()
    answer = round_trip(visitor, name)
    assert answer.location == "/konto/anbieter/neu"
    page = visitor.get("/konto/anbieter/neu")
    assert visitor.get("/konto/profil").status_code == 303
    data = {"csrf_token": token_in(page.text) if "csrf" in page.text else "", "display_name": "Berta Buhl"}
    assert visitor.post("/konto/anbieter/neu", data=data).status_code in (400, 422)
    assert visitor.get("/konto/profil").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0


def test_only_a_trusted_provider_makes_a_new_account(visitor):
    round_trip(visitor, "land")
    page = visitor.get("/konto/anbieter/neu").text
    assert "Konto anlegen" not in page
    assert "berta@example.org" not in page
    token = form_token(visitor, "/konto/anmelden")
    assert visitor.post("/konto/anbieter/neu", data={"csrf_token": token, "display_name": "Berta"}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
    round_trip(visitor, "stadt")
    page = visitor.get("/konto/anbieter/neu").text
    assert "Berta Buhl" in page
    data = {"csrf_token": token_in(page), "display_name": "Berta B."}
    assert visitor.post("/konto/anbieter/neu", data=data).status_code == 303
    person = db.session.scalars(select(User)).one()
    assert (person.email, person.display_name, person.is_confirmed) == ("berta@example.org", "Berta B.", True)
    assert visitor.get("/konto/profil").status_code == 200


def test_logging_in_once_links_both_after_a_click(visitor):
    person = berta()
    round_trip(visitor)
    login = visitor.get("/konto/anmelden").text
    data = {"email": "berta@example.org", "password": PASSWORD, "csrf_token": token_in(login)}
    assert visitor.post("/konto/anmelden", data=data).location == "/konto/anbieter/verknuepfen"
    page = visitor.get("/konto/anbieter/verknuepfen").text
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0, "not without the click"
    visitor.post("/konto/anbieter/verknuepfen", data={"csrf_token": token_in(page), "verknuepfen": "1"})
    assert db.session.scalars(select(Identity)).one().user_id == person.id
    shown = visitor.get("/konto/sicherheit").text
    assert "Verknüpfung lösen" in shown
    identity = re.search(r"/konto/anbieter/(\d+)/loesen", shown)[0]
    assert visitor.post(identity, data={"csrf_token": token_in(shown)}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0


def waiting_to_link(client):
    """Let somebody who is logged in come back from the provider, whose proof is older than the log-in allows."""
    person = berta()
    log_in(client, person)
    client.get("/konto/profil")
    assert round_trip(client, next="/vorschlaege").location == "/konto/anbieter/verknuepfen"
    page = client.get("/konto/anbieter/verknuepfen").text
    db.session.execute(update(Login).values(proven_at=now() - timedelta(hours=1)))
    db.session.commit()
    return person, token_in(page)


def later(client, minutes):
    """Let time pass for what waits in a session."""
    with client.session_transaction() as session:
        session["identity"] = session["identity"] | {"until": session["identity"]["until"] - 60 * minutes}


def test_a_proof_in_between_may_take_its_time_and_leads_back(visitor):
    person, token = waiting_to_link(visitor)
    later(visitor, 29)
    link_it = {"csrf_token": token, "verknuepfen": "1"}
    assert visitor.post("/konto/anbieter/verknuepfen", data=link_it).location == "/konto/nachweis"
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0, "not without the proof"
    later(visitor, 20)
    page = visitor.get("/konto/nachweis").text
    proof = {"csrf_token": token_in(page), "password": PASSWORD}
    assert visitor.post("/konto/nachweis", data=proof).location == "/konto/anbieter/verknuepfen"
    page = visitor.get("/konto/anbieter/verknuepfen").text
    again = visitor.post("/konto/anbieter/verknuepfen", data=link_it | {"csrf_token": token_in(page)})
    assert (again.status_code, again.location) == (303, "/vorschlaege")
    assert db.session.scalars(select(Identity)).one().user_id == person.id
    assert visitor.get("/konto/nachweis").location == "/konto/sicherheit", "nothing waits any more"


def test_one_that_waited_too_long_says_so_and_offers_to_begin_again(visitor):
    _person, token = waiting_to_link(visitor)
    later(visitor, 31)
    late = visitor.post("/konto/anbieter/verknuepfen", data={"csrf_token": token, "verknuepfen": "1"})
    assert late.status_code == 410
    assert "Es ist nichts geändert." in late.text
    assert 'href="/konto/anbieter/stadt?next=/vorschlaege"' in late.text
    assert db.session.scalar(select(func.count()).select_from(Identity)) == 0
    assert visitor.get("/konto/anbieter/verknuepfen").location == "/vorschlaege", "without it the way goes on"


def test_a_visitor_who_waited_too_long_is_told_so_too(visitor):
    round_trip(visitor)
    later(visitor, 31)
    late = visitor.get("/konto/anbieter/neu")
    assert late.status_code == 410
    assert "Anders anmelden" in late.text
    assert visitor.get("/konto/anbieter/neu").location == "/konto/anmelden"


def test_nobody_links_what_belongs_to_another(connected):
    linked()
    other = user()
    with pytest.raises(IdentityTaken):
        link(other, "stadt", "buerger-17")
    client = connected.test_client()
    log_in(client, other)
    token = form_token(client, "/konto/profil")
    round_trip(client)
    client.post("/konto/anbieter/verknuepfen", data={"csrf_token": token, "verknuepfen": "1"})
    assert db.session.scalars(select(Identity)).one().user_id != other.id


def test_what_was_typed_survives_the_way_there_and_back(visitor):
    linked()
    kept = '{"path": "/strategie/x/beitrag", "fields": [["body", "Mein langer Text"]]}'
    data = {"csrf_token": form_token(visitor, "/konto/anmelden"), "kept": kept}
    assert "Ihr Text wartet hier" in visitor.post("/konto/anbieter/stadt", data=data).text
    back = round_trip(visitor)
    assert "Jetzt absenden" in back.text
    assert "Mein langer Text" in back.text


def test_only_who_set_out_arrives(connected, visitor):
    linked()
    away = visitor.get("/konto/anbieter/stadt")
    answer = requests.post(away.location, data={"sub": "buerger-17"}, allow_redirects=False, timeout=5)
    back = answer.headers["Location"]
    stranger = connected.test_client()
    assert stranger.get(back).status_code == 502
    assert visitor.get(re.sub(r"state=\w+", "state=geraten", back)).status_code == 502
    assert visitor.get(back.replace("/stadt/", "/land/")).status_code == 502
    for client in (stranger, visitor):
        assert client.get("/konto/profil").status_code == 303


def test_a_provider_that_is_down_is_said_so_kindly(databases):
    settings = databases.settings(databases.copy("sqlite"))
    settings.OIDC_PROVIDERS = (Provider("stadt", "Konto der Stadt", "http://127.0.0.1:9", "dialog", "geheim"),)
    app = create_app(settings)
    with app.app_context():
        answer = app.test_client().get("/konto/anbieter/stadt")
        assert answer.status_code == 502
        assert "gerade nicht erreichbar" in answer.text
        assert app.test_client().get("/konto/anbieter/anderer").status_code == 404
        db.engine.dispose()


GOOD = {"name": "a", "label": "A", "issuer": "https://a.example", "client_id": "x", "client_secret": "y"}


def test_providers_come_from_the_environment_or_a_file(tmp_path):
    text = json.dumps([{**GOOD, "trust_email": True, "claims": {"subject": "bpk2"}}])
    (tmp_path / "providers.json").write_text(text)
    for source in (text, str(tmp_path / "providers.json")):
        found = load({"PARTICIPATION_MODE": "test", "OIDC_PROVIDERS": source}).OIDC_PROVIDERS
        assert (found[0].name, found[0].trust_email, found[0].claims) == ("a", True, {"subject": "bpk2"})


@pytest.mark.parametrize(
    "wrong",
    [
        [{**GOOD, "issuer": "http://a.example"}],
        [{**GOOD, "name": "../a"}],
        [{**GOOD, "client_secret": ""}],
        [{**GOOD, "scopes": "email"}],
        [{**GOOD, "claims": {"role": "x"}}],
        [{**GOOD, "trust_email": "ja"}],
        [{**GOOD, "unknown": 1}],
        [GOOD, GOOD],
        {"a": 1},
    ],
)
def test_malformed_providers_are_refused_at_start(wrong):
    from config import ConfigError

    with pytest.raises(ConfigError, match="OIDC_PROVIDERS"):
        load({"PARTICIPATION_MODE": "test", "OIDC_PROVIDERS": json.dumps(wrong)})
