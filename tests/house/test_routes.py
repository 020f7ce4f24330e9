"""Every route says who may use it, and every write is guarded."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from participation.web.access import declared
from participation.web.shell import UNASKED
from tests.factories.accounts import log_in, moderator, user

pytestmark = pytest.mark.one_database
KNOWN = {"public", "resident", "moderator", "operator"}
SAFE = {"GET", "HEAD", "OPTIONS"}
WITHOUT_TOKEN = {
    "ledger.cosignatures": "a witness is a program without a session; its signature counts, not a cookie",
}
"""The only writes that take no CSRF token, each with its reason."""


PROBES = ("ops.readyz", "ops.metrics")
"""They ask in a thread of their own, which sees nothing of a test's transaction: tests/ops/test_health.py."""


def rules(app: Flask) -> list[Rule]:
    """Return every route that a test inside a transaction can walk."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ("static", *PROBES)]


def address(app: Flask, rule: Rule) -> str:
    """Build an address for a rule with plausible values for its parts."""
    values = {name: 1 if isinstance(part, IntegerConverter) else "x" for name, part in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, values, method=min(rule.methods - {"HEAD", "OPTIONS"})
        )


def test_every_route_declares_who_may_use_it(app):
    undeclared = [rule.endpoint for rule in rules(app) if declared(rule.endpoint) not in KNOWN]
    assert not undeclared
    assert len(rules(app)) > 40


def test_a_view_without_declaration_answers_nobody(app):
    app.view_functions["info.how"], original = (lambda: "secret"), app.view_functions["info.how"]
    try:
        answer = app.test_client().get("/so-funktioniert-es")
        assert answer.status_code != 200
        assert b"secret" not in answer.data
    finally:
        app.view_functions["info.how"] = original


def test_visitors_reach_only_what_is_public(app):
    client = app.test_client()
    reached = []
    for rule in rules(app):
        if declared(rule.endpoint) == "public" or "GET" not in rule.methods:
            continue
        answer = client.get(address(app, rule))
        if answer.status_code != 303 or "/konto/anmelden" not in answer.headers.get("Location", ""):
            reached.append((rule.rule, answer.status_code))
    assert not reached


def test_residents_do_not_reach_the_workspace(app):
    client = app.test_client()
    log_in(client, user())
    guarded = [rule for rule in rules(app) if declared(rule.endpoint) in ("moderator", "operator")]
    assert guarded
    reached = [
        (rule.rule, status)
        for rule in guarded
        if "GET" in rule.methods and (status := client.get(address(app, rule)).status_code) != 403
    ]
    assert not reached


@pytest.mark.parametrize("who", ["resident", "moderator"])
def test_every_write_needs_a_csrf_token(app, who):
    client = app.test_client()
    log_in(client, moderator() if who == "moderator" else user())
    writes = [rule for rule in rules(app) if rule.methods - SAFE]
    assert len(writes) > 20
    unguarded = []
    for rule in writes:
        if declared(rule.endpoint) not in ("public", "resident", who) or rule.endpoint in WITHOUT_TOKEN:
            continue
        answer = client.open(address(app, rule), method=min(rule.methods - SAFE), data={"text": "ohne Marke"})
        if answer.status_code != (204 if rule.endpoint in UNASKED else 400):
            unguarded.append((rule.rule, answer.status_code))
    assert not unguarded


def test_writes_without_a_token_take_nothing_from_a_session(app):
    assert list(WITHOUT_TOKEN) == ["ledger.cosignatures"]
    visitor, member = app.test_client(), app.test_client()
    log_in(member, moderator())
    answers = [client.post("/log/cosignatures", data="ohne Marke") for client in (visitor, member)]
    assert [(one.status_code, one.data) for one in answers] == [(422, answers[0].data)] * 2


def test_writes_are_never_open_to_get(app):
    """A rule whose name is a deed takes POST only, or shows a form on GET; none may change anything on GET."""
    deeds = ("/stimme", "/beitrag", "/abmelden", "/bewerten", "/mitzeichnen")
    wrong = [rule.rule for rule in rules(app) if rule.rule.endswith(deeds) and "GET" in rule.methods]
    assert not wrong
