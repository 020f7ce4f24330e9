"""Limits count people, not the network of the workshop they sit in, and nothing typed is lost over one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from participation.app import create_app
from participation.base.db import transaction
from participation.web.security import limiter
from tests.factories.accounts import user
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
        one, other = user().get_id(), user().get_id()
    clients = []
    for ident in (one, other):
        clients.append(limited.test_client())
        with clients[-1].session_transaction() as session:
            session["_user_id"], session["_fresh"] = ident, True
    typed = {"csrf_token": form_token(clients[0], NODE), "kind": "frage", "lang": "de"}
    sent = [clients[0].post(f"{NODE}/beitrag", data={**typed, "body": f"Frage Nummer {n}?"}) for n in range(11)]
    assert [answer.status_code for answer in sent] == [303] * 10 + [429]
    assert "Frage Nummer 10?" in sent[-1].text
    typed["csrf_token"] = form_token(clients[1], NODE)
    assert clients[1].post(f"{NODE}/beitrag", data={**typed, "body": "Und ich?"}).status_code == 303
