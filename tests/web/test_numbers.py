"""Numbers that no column holds, in addresses and behind the question mark."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from participation.base.db import db
from participation.web.numbers import MAX_ID, number
from tests.factories.accounts import log_in, moderator
from tests.web_helpers import form_token

HUGE = (2**31, 2**63, 10**30)


@pytest.mark.parametrize("huge", HUGE)
def test_no_address_breaks_over_a_huge_number(app: Flask, huge: int) -> None:
    client = app.test_client()
    log_in(client, moderator())
    tried, reached = 0, []
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name, part in rule._converters.items():
            path = re.sub(rf"<[^<>]*\b{name}>", str(huge) if isinstance(part, IntegerConverter) else "x", path)
        if str(huge) not in path:
            continue
        tried += 1
        answer = client.get(path) if "GET" in rule.methods else client.post(path, data={"csrf_token": "x"})
        if answer.status_code not in (404, 405):
            reached.append((path, answer.status_code))
    assert tried > 20
    assert not reached


@pytest.mark.parametrize("value", [*HUGE, MAX_ID, "-1", "0", "1.5", "x", "\u0663", "\u00b2", ""])
@pytest.mark.parametrize(
    "path",
    [
        "/beitrag/1?nach=",
        "/beitrag/1/verlauf?vor=",
        "/ergebnisse?vor=",
        "/initiativen?nach=",
        "/leitbild/fassungen?vor=",
        "/leitbild/vergleich?von=1&bis=",
        "/leitbild?herkunft=",
        "/meine-beitraege?nach=",
        "/moderation/aenderungen/neu?ergebnis=",
        "/nachrichten?vor=",
        "/revisionslog?vor=",
        "/strategie/lce-sofort-industrieparks?antwort=",
        "/vorschlaege?nach=",
    ],
)
def test_no_page_breaks_over_a_strange_number(app: Flask, path: str, value: object) -> None:
    client = app.test_client()
    log_in(client, moderator())
    assert client.get(f"{path}{value}").status_code in (200, 303, 404)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("7", 7), ("0", 0), (str(MAX_ID), MAX_ID), (str(MAX_ID + 1), None), ("-1", None), ("\u0663", None), (None, None)],
)
def test_numbers_are_what_a_column_holds(text: str | None, meant: int | None) -> None:
    assert number(text) == meant


@pytest.mark.parametrize("strange", ["a\0b", "x" * 3000, str(10**30)])
def test_made_up_choices_of_a_change_are_refused_with_the_text(app: Flask, strange: str) -> None:
    client = app.test_client()
    log_in(client, moderator())
    db.session.commit()  # a refusal rolls back
    typed = dict.fromkeys(("node", "parent", "node_kind", "target", "outcomes", "edit", "since"), strange)
    typed |= {"csrf_token": form_token(client, "/konto/profil"), "kind": "ergaenzung", "reason": "Ein guter Grund."}
    for more in ({}, {"outcomes": "1"}, {"zeigen": "1"}, {"zeigen": "1", "outcomes": "1"}):
        answer = client.post("/moderation/aenderungen/neu", data=typed | more)
        assert answer.status_code in (200, 422)
        assert "Ein guter Grund." in answer.text
