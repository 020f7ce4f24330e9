"""Waiting contributions as pages: their author finds them in place, moderators at their desk, nobody else anywhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter

from participation.accounts.models import Initiative, User
from participation.base.db import db
from participation.dialogue.counters import recount
from participation.dialogue.models import Comment, CommentKind, CommentState, Thread, WaitingComment
from participation.dialogue.waiting import edit_waiting
from participation.moderation import admitting
from participation.moderation.models import Decision
from participation.places.models import Place
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from participation.web.access import declared
from tests.factories import accounts, dialogue
from tests.factories.accounts import log_in, moderator, user
from tests.web_helpers import token_in

pytestmark = pytest.mark.one_database

NODE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{NODE}"
HTMX = {"HX-Request": "true"}
WORD = "Quittenbaumkrone"
ELSEWHERE = ("static", "ops.healthz", "ops.readyz", "ops.metrics")
"""Files, and probes that open connections of their own: no texts."""


@pytest.fixture(autouse=True)
def _first_contributions_wait(app: Flask):
    app.config["FIRST_CONTRIBUTION_WAITS"], before = 1, app.config["FIRST_CONTRIBUTION_WAITS"]
    yield
    app.config["FIRST_CONTRIBUTION_WAITS"] = before


@pytest.fixture
def thread(app):
    return thread_of(db.session.get(Node, NODE))


@pytest.fixture
def person(client) -> User:
    someone = accounts.user("Anja S.")
    log_in(client, someone)
    return someone


def other(app: Flask, who: User | None = None) -> FlaskClient:
    """Return another browser, with somebody logged in or a visitor."""
    client = app.test_client()
    if who is not None:
        log_in(client, who)
    return client


def send(client: FlaskClient, path: str, page: str, headers=None, **fields: str):
    db.session.commit()  # a refusal rolls back
    return client.post(path, data={"csrf_token": token_in(client.get(page).text), **fields}, headers=headers)


def write(client: FlaskClient, headers=None, **fields: str):
    key = re.search(r'name="submission_key" type="hidden" value="([^"]*)"', client.get(PAGE).text)[1]
    typed = {"kind": "frage", "body": f"Ab wann blüht die {WORD}?", "lang": "de", "submission_key": key}
    return send(client, f"{PAGE}/beitrag", PAGE, headers, **{**typed, **fields})


def only() -> WaitingComment:
    return db.session.scalars(select(WaitingComment)).one()


class TestItsAuthor:
    def test_is_told_before_writing(self, app, client, person):
        assert "Sie schreiben hier zum ersten Mal." in client.get(PAGE).text
        known = other(app, user(admitted=1))
        assert "zum ersten Mal" not in known.get(PAGE).text
        assert "zum ersten Mal" not in app.test_client().get(PAGE).text
        app.config["FIRST_CONTRIBUTION_WAITS"] = 0
        assert "zum ersten Mal" not in client.get(PAGE).text

    def test_finds_it_in_its_place(self, client, person):
        answer = write(client)
        made = only()
        assert (answer.status_code, answer.location) == (303, f"{PAGE}#w-{made.id}")
        page = client.get(PAGE).text
        assert "Ihr Beitrag ist gespeichert. Er wartet jetzt auf die Moderation." in page
        assert f'id="w-{made.id}"' in page
        assert WORD in page
        assert "Bis dahin sehen es nur Sie und die Moderation." in page
        assert "zum ersten Mal" not in page.split('id="gespraech"')[1].split("ld-write")[1]
        assert "Hier hat noch niemand geschrieben" not in page

    def test_htmx_gets_the_thread_with_it(self, client, person):
        answer = write(client, HTMX)
        assert answer.status_code == 200
        assert f'id="w-{only().id}"' in answer.text
        assert "gespeichert" in answer.text

    def test_a_reply_stands_under_what_it_answers(self, client, person, thread):
        root = dialogue.comment(thread, body="Eine Frage").id
        assert write(client, kind="", parent=str(root)).status_code == 303
        page = client.get(PAGE).text
        assert page.index(f"id=k-{root} ") < page.index("ld-replies") < page.index(f'id="w-{only().id}"')

    def test_a_long_wait_is_admitted(self, client, person, thread):
        made = dialogue.waiting(person, thread, period=timedelta(hours=-2))
        db.session.commit()
        for path in (PAGE, f"/beitrag/wartend/{made.id}"):
            assert "das haben wir nicht geschafft" in client.get(path).text

    def test_has_it_among_their_contributions(self, client, person, thread):
        made = dialogue.waiting(person, thread)
        db.session.commit()
        page = client.get("/meine-beitraege").text
        assert f"/beitrag/wartend/{made.id}" in page
        assert "Sie haben noch nichts geschrieben" not in page

    def test_edits_it(self, client, person, thread):
        made = dialogue.waiting(person, thread).id
        own = f"/beitrag/wartend/{made}"
        assert send(client, own, own, version="1", body="Neu gefasst").location == own
        assert "Neu gefasst" in client.get(own).text
        for body, status in (("  ", 422), ("x" * 5001, 422)):
            answer = send(client, own, own, version="2", body=body)
            assert answer.status_code == status
        answer = send(client, own, own, version="1", body="Von einem alten Fenster aus")
        assert answer.status_code == 409
        assert "Von einem alten Fenster aus" in answer.text
        assert send(client, own, own, version="2", body="Von einem alten Fenster aus").status_code == 303

    def test_withdraws_it(self, client, person, thread):
        made = dialogue.waiting(person, thread).id
        own = f"/beitrag/wartend/{made}/zurueckziehen"
        assert "Im Gespräch bleibt nichts davon stehen" in client.get(own).text
        assert send(client, own, own).location == PAGE
        assert db.session.scalar(select(func.count()).select_from(WaitingComment)) == 0
        assert client.get(f"/beitrag/wartend/{made}").status_code == 404

    def test_nothing_is_lost_when_three_wait(self, client, person):
        for _ in range(3):
            assert write(client).status_code == 303
        answer = write(client, body="Mein vierter Gedanke")
        assert answer.status_code == 409
        assert "Mein vierter Gedanke" in answer.text
        assert "Drei Beiträge von Ihnen warten schon" in answer.text

    def test_is_led_to_it_once_it_is_released(self, client, person, thread):
        made = dialogue.waiting(person, thread)
        comment = admitting.release(moderator(), made, version=1)
        db.session.commit()
        for path in (f"/beitrag/wartend/{made.id}", f"/beitrag/wartend/{made.id}/zurueckziehen"):
            assert client.get(path).location == f"/beitrag/{comment.id}"
        assert "ist freigegeben. Alle können ihn jetzt lesen." in client.get("/nachrichten").text

    def test_costs_one_statement_more_and_others_none(self, app, client, person, thread, statements):
        dialogue.comment(thread)
        db.session.commit()
        with statements() as before:
            client.get(PAGE)
        dialogue.waiting(person, thread)
        dialogue.waiting(person, thread)
        db.session.commit()
        with statements() as after:
            client.get(PAGE)
        assert after.number == before.number + 1


class TestNobodyElse:
    """Walks every route there is, as everybody who is not its author, looking for one word."""

    def hidden_away(self, thread) -> WaitingComment:
        asked = dialogue.comment(thread, user("Fragende"), "Eine Frage, die alle lesen")
        person = user("Anja")
        dialogue.waiting(person, parent=asked, body=f"Antwort von der {WORD}")
        return dialogue.waiting(person, thread, f"Eine {WORD} blüht", anchor=NODE, anchor_text=f"{WORD} im Park")

    def paths(self, app: Flask, made: WaitingComment, audience: tuple[str, ...]) -> list[str]:
        """Return every address that can be read, filled in with what the contribution has to do with."""
        comment = db.session.scalars(select(Comment.id)).first()
        known = {
            "node_id": NODE,
            "place_id": db.session.scalars(select(Place.id)).first(),
            "slug": db.session.scalars(select(Initiative.slug)).first() or "x",
        }
        found = []
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or declared(rule.endpoint) not in audience or rule.endpoint in ELSEWHERE:
                continue
            for number in {1, comment, made.id, made.author_id}:
                parts = rule._converters.items()
                whole = {name for name, part in parts if isinstance(part, IntegerConverter)}
                values = {name: number if name in whole else known.get(name, "x") for name, _part in parts}
                found.append(app.url_map.bind("localhost").build(rule.endpoint, values, method="GET"))
        views = ("nach=x", "sortierung=meistbesprochene", "art=frage", f"antwort={made.id}")
        return [*dict.fromkeys(found), *(f"{PAGE}?{view}" for view in views), f"/strategie?q={WORD}"]

    @pytest.mark.parametrize("who", ["visitor", "resident", "initiative"])
    def test_reads_a_word_of_it(self, app, thread, who):
        made = self.hidden_away(thread)
        reader = None if who == "visitor" else user("Leserin")
        if who == "initiative":
            accounts.initiative(reader)
        db.session.commit()
        client, audience = other(app, reader), ("public",) if reader is None else ("public", "resident")
        paths = self.paths(app, made, audience)
        told, opened = [], 0
        for path in paths:
            for headers in ({}, HTMX):
                answer = client.get(path, headers=headers)
                opened += answer.status_code == 200
                # What was looked for may be repeated, nothing else.
                text = answer.get_data().decode("utf-8", "replace").replace(f"q={WORD}", "")
                if WORD in text.replace(f'value="{WORD}"', "").replace(f"„{WORD}“", ""):
                    told.append(path)
        assert told == []
        assert opened > 80

    def test_counts_it(self, app, thread):
        self.hidden_away(thread)
        db.session.commit()
        page = app.test_client().get(PAGE).text
        assert "1 Beitrag" in page
        assert "2 Beiträge" not in page
        assert recount() == []
        assert db.session.get(Thread, thread.id).comment_count == 1

    def test_reaches_its_pages(self, app, thread):
        made = self.hidden_away(thread)
        db.session.commit()
        for who in (user(), moderator()):
            client = other(app, who)
            assert client.get(f"/beitrag/wartend/{made.id}").status_code == 404
            assert client.get(f"/beitrag/wartend/{made.id}/zurueckziehen").status_code == 404
        assert other(app, user()).get(f"/moderation/erster-beitrag/{made.id}").status_code == 403

    def test_can_answer_it(self, app, client, person, thread):
        made = self.hidden_away(thread)
        person.admitted = 1
        db.session.commit()
        comments = set(db.session.scalars(select(Comment.id)))
        missing = made.id + max(comments)
        answer = write(client, kind="", parent=str(missing))
        assert answer.status_code == 422
        assert "gibt es hier nicht" in answer.text


RULING = {"measure": "hide", "rule": "3", "facts": "Nennt eine Adresse.", "passage": "Hauptstraße 3"}


class TestTheDesk:
    @pytest.fixture
    def me(self, client) -> User:
        person = moderator("Wendt")
        log_in(client, person)
        return person

    @pytest.fixture
    def desk(self, app, thread) -> str:
        made = dialogue.waiting(user("Jurij"), thread, f"Eine {WORD}", kind=CommentKind.FOR)
        db.session.commit()
        return f"/moderation/erster-beitrag/{made.id}"

    def test_the_queue_leads_there(self, client, me, desk):
        page = client.get("/moderation").text
        assert desk in page
        assert "Beitrag von Jurij" in page
        assert WORD in client.get(desk).text

    def test_one_click_releases(self, app, client, me, desk):
        assert send(client, f"{desk}/freigeben", desk, version="1").location == "/moderation"
        assert WORD in app.test_client().get(PAGE).text
        assert "freigegeben" in client.get(desk).text

    def test_the_second_is_told_so(self, app, client, me, desk):
        second = other(app, moderator("Nowak"))
        token = token_in(second.get(desk).text)
        send(client, f"{desk}/freigeben", desk, version="1")
        for path in (f"{desk}/freigeben", desk):
            answer = second.post(path, data={"csrf_token": token, "version": "1", **RULING})
            assert answer.status_code == 409
            assert "Jemand war schneller" in answer.text
        assert db.session.scalar(select(func.count()).select_from(Comment)) == 1
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_taken_by_another_it_is_left_alone(self, app, client, me, desk):
        second = other(app, moderator("Nowak"))
        token = token_in(second.get(desk).text)
        assert send(client, f"{desk}/uebernehmen", desk).location == desk
        assert "Sie haben diesen Beitrag bis" in client.get(desk).text
        page = second.get(desk).text
        assert "Wendt hat diesen Beitrag übernommen" in page
        assert "Beitrag freigeben" not in page
        assert second.post(f"{desk}/freigeben", data={"csrf_token": token, "version": "1"}).status_code == 409
        assert send(client, f"{desk}/zurueckgeben", desk).location == "/moderation"
        assert "Beitrag freigeben" in second.get(desk).text

    def test_a_text_edited_meanwhile_is_read_again(self, client, me, desk):
        made = only()
        edit_waiting(made.author, made, "Etwas ganz anderes", expected_version=1)
        answer = send(client, f"{desk}/freigeben", desk, version="1")
        assert answer.status_code == 409
        assert "Der Text wurde geändert, während Sie lasen." in answer.text
        assert "Etwas ganz anderes" in answer.text

    def test_what_was_withdrawn_leads_back(self, client, me, desk):
        page = client.get(desk).text
        made = only()
        made.author.waiting = 0
        db.session.delete(made)
        db.session.commit()
        answer = client.post(f"{desk}/freigeben", data={"csrf_token": token_in(page), "version": "1"})
        assert answer.status_code == 404

    def test_a_decision_against_it_needs_reasons_and_keeps_what_was_typed(self, client, me, desk):
        answer = send(client, desk, desk, version="1", **RULING | {"facts": ""})
        assert answer.status_code == 422
        assert "Hauptstraße 3" in answer.text
        answer = send(client, desk, desk, version="1", **RULING | {"rule": ""})
        assert answer.status_code == 422
        assert "Nennt eine Adresse." in answer.text
        assert only().body
        answer = send(client, desk, desk, version="1", **RULING | {"measure": "none"})
        assert answer.status_code == 422
        assert only().body

    def test_a_decision_against_it(self, app, client, me, desk):
        answer = send(client, desk, desk, version="1", **RULING)
        assert answer.status_code == 303
        assert answer.location.startswith("/entscheidung/")
        page = app.test_client().get(PAGE).text
        assert "Regel 3, Nichts über Private" in page
        assert WORD not in page
        assert db.session.scalars(select(Comment.state)).all() == [CommentState.HIDDEN]
        author = other(app, db.session.get(User, only().author_id))
        assert "Nennt eine Adresse." in author.get(answer.location).text
        assert "Regel 3" in app.test_client().get("/moderationslog").text

    def test_the_figures_are_public(self, app, client, me, desk):
        send(client, f"{desk}/freigeben", desk, version="1")
        key = re.search(r"/transparenz/(\d{4}-\d)", client.get("/transparenz").text)[1]
        assert "Erste Beiträge neuer Konten" in app.test_client().get(f"/transparenz/{key}").text
