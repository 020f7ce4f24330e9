"""Pages from memory: quick while nothing changes, never out of date, never anybody else's."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, event

from participation.base import data_version
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.dialogue.comments import write_comment
from participation.dialogue.models import CommentKind
from participation.strategy.models import Node
from participation.strategy.operations import contribute_to
from tests.conftest import Databases
from tests.factories import accounts

NODE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{NODE}"


@pytest.fixture
def served(databases: Databases, backend: str) -> Iterator[Flask]:
    """An application as it is served, with pages in memory, on a database of its own."""
    with databases.app(databases.copy(backend), PAGE_CACHE_MB=1) as app:
        yield app


def say(app: Flask, body: str) -> None:
    """Write a comment as another process would."""
    with app.app_context(), transaction():
        node = db.session.get_one(Node, NODE)
        write_comment(accounts.user(), contribute_to(node), body=body, kind=CommentKind.ADDITION)


def statements_of(client, path: str, **options) -> tuple[int, object]:
    told: list[str] = []

    def record(_connection, _cursor, statement: str, *_rest: object) -> None:
        told.append(statement)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        answer = client.get(path, **options)
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    return len(told), answer


@pytest.mark.one_database  # of the other, a snapshot tells also of what its other databases do
def test_the_second_visit_asks_no_table(served):
    drawn, first = statements_of(served.test_client(), PAGE)
    again, second = statements_of(served.test_client(), PAGE)
    assert drawn > 0
    assert again == 0
    assert second.data == first.data
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_a_change_shows_at_once(served):
    visitor = served.test_client()
    before = visitor.get(PAGE)
    say(served, "Die Versorgung mit Wasser fehlt hier.")
    after = visitor.get(PAGE)
    assert "Die Versorgung mit Wasser" not in before.text
    assert "Die Versorgung mit Wasser" in after.text
    assert visitor.get(PAGE, headers={"If-None-Match": before.headers["ETag"]}).status_code == 200


def test_what_is_rolled_back_never_shows(served):
    visitor = served.test_client()
    with served.app_context():
        node = db.session.get_one(Node, NODE)
        write_comment(accounts.user(), contribute_to(node), body="Das wird nie gesagt.", kind=CommentKind.QUESTION)
        db.session.flush()
        db.session.rollback()
    assert "Das wird nie gesagt" not in visitor.get(PAGE).text


def test_a_change_elsewhere_keeps_the_tag(served):
    visitor = served.test_client()
    tag = visitor.get("/spielregeln").headers["ETag"]
    say(served, "Anderswo geschieht etwas.")
    assert visitor.get("/spielregeln", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.one_database
def test_who_is_logged_in_gets_a_page_of_their_own(served):
    with served.app_context(), transaction():
        person = accounts.user()
        db.session.flush()
        member = served.test_client()
        accounts.log_in(member, person)
        name = person.display_name
    served.test_client().get(PAGE)
    own = member.get(PAGE)
    assert name in own.text
    assert name not in served.test_client().get(PAGE).text
    assert own.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.one_database
def test_a_page_with_a_token_is_drawn_for_each(served):
    tokens = {
        re.search(r'name="csrf_token"[^>]*value="([^"]+)"', served.test_client().get("/konto/anmelden").text)[1]
        for _ in range(2)
    }
    assert len(tokens) == 2


@pytest.mark.one_database
@pytest.mark.parametrize("logged_in", [False, True])
def test_packed_and_whole_say_the_same(served, logged_in):
    client = served.test_client()
    if logged_in:
        with served.app_context(), transaction():
            person = accounts.user()
            db.session.flush()
            accounts.log_in(client, person)
    client.get(PAGE)  # a token is in the session from here on
    with time_machine.travel(now(), tick=False):  # a token says when it was made, to the second
        packed = client.get("/leitbild", headers={"Accept-Encoding": "gzip, br"})
        whole = client.get("/leitbild")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in whole.headers
    assert gzip.decompress(packed.data) == whole.data
    assert len(packed.data) < len(whole.data) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.data)


@pytest.mark.one_database
def test_head_tells_the_same_and_sends_nothing(served):
    client = served.test_client()
    first, page, again = client.head(PAGE), client.get(PAGE), client.head(PAGE)
    assert first.data == again.data == b""
    assert first.headers["Content-Length"] == again.headers["Content-Length"] == str(len(page.data))
    assert first.headers["ETag"] == page.headers["ETag"]


@pytest.mark.one_database
def test_a_date_answers_only_when_it_can_be_sure(served, time_machine):
    time_machine.move_to("2026-11-23 10:00:00.200+00:00", tick=False)
    client = served.test_client()
    asked = {"If-Modified-Since": client.get(PAGE).headers["Last-Modified"]}
    assert client.get(PAGE, headers=asked).status_code == 200  # the same second may bring another change
    time_machine.move_to("2026-11-23 10:00:40+00:00", tick=False)
    assert client.get(PAGE, headers=asked).status_code == 304
    say(served, "Jetzt ist etwas neu.")
    assert client.get(PAGE, headers=asked).status_code == 200


@pytest.mark.one_database
def test_the_memory_is_bounded(served):
    delivery = served.wsgi_app
    for number in range(90):
        served.test_client().get(f"{PAGE}?nichts={number}")
    assert 0 < len(delivery.pages) < 90
    assert delivery.used == sum(page.size for page in delivery.pages.values()) <= 1_000_000


def test_without_an_answer_of_the_database_nothing_comes_from_memory(served, monkeypatch):
    client = served.test_client()
    client.get(PAGE)
    monkeypatch.setattr(data_version.DataVersion, "question", "SELECT nothing FROM nowhere")
    drawn, answer = statements_of(client, PAGE)
    assert drawn > 0
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/gibt-es-nicht", "/strategie/gibt-es-nicht", "/konto"])
@pytest.mark.one_database
def test_refusals_are_not_kept(served, path):
    client = served.test_client()
    statuses = {client.get(path).status_code for _ in range(2)}
    assert len(statuses) == 1
    assert not served.wsgi_app.pages
