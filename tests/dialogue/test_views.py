"""Conversations as pages: on the page of a node, and a comment on a page of its own."""

from __future__ import annotations

import gzip
import re

import pytest
from flask.testing import FlaskClient

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue import operations
from participation.dialogue.counters import recount
from participation.dialogue.models import Comment, CommentState, Stance, Thread
from participation.dialogue.operations import cast_vote, edit_comment, rate_comment
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories import accounts, dialogue

pytestmark = pytest.mark.one_database

NODE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{NODE}"
HTMX = {"HX-Request": "true"}
TEXT = "Bevor wir auf der grünen Wiese anfangen, nutzen wir, was schon dasteht: Gleise, Hallen, Menschen. " * 2


@pytest.fixture
def thread(app) -> Thread:
    return thread_of(db.session.get(Node, NODE))


@pytest.fixture
def person(client) -> User:
    someone = accounts.user("Anja S.")
    accounts.log_in(client, someone)
    return someone


def page_of(client: FlaskClient, path: str = PAGE, status: int = 200, **rest: object) -> str:
    answer = client.get(path, **rest)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)[1]


def send(client: FlaskClient, path: str, page: str | None = None, *, headers=None, **fields: str):
    """Send a form with the token of a page."""
    db.session.commit()  # a refusal rolls back
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page or page_of(client))[1]
    return client.post(path, data={"csrf_token": token, **fields}, headers=headers)


def write(client: FlaskClient, *, headers=None, **fields: str):
    page = page_of(client)
    typed = {"kind": "frage", "body": "Ab wann?", "lang": "de", "submission_key": hidden(page, "submission_key")}
    return send(client, f"{PAGE}/beitrag", page, headers=headers, **{**typed, **fields})


def ids(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<article [^>]*id=k-(\d+)", page)]


def test_an_empty_conversation_invites(client):
    page = page_of(client)
    assert "Hier hat noch niemand geschrieben." in page
    assert "Zum Schreiben brauchen Sie ein Konto." in page


def test_visitors_get_no_form_and_no_cookie(client, thread):
    dialogue.comment(thread)
    answer = client.get(PAGE)
    assert "csrf_token" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "?antwort=" not in answer.text
    assert f'/konto/anmelden?next={PAGE}%23abstimmung"' in answer.text.replace("%2F", "/")


def test_reading_writes_nothing(client, person, statements):
    with statements() as counted:
        page_of(client)
    assert all(statement.startswith(("SELECT", "WITH")) for statement in counted.texts)


def test_writing_without_javascript(client, person):
    answer = write(client, body="Ab **wann**?", kind="frage", lang="pl")
    made = db.session.query(Comment).one()
    assert answer.status_code == 303
    assert answer.location == f"{PAGE}#k-{made.id}"
    page = page_of(client)
    assert "Danke, Ihr Beitrag steht jetzt im Gespräch." in page
    assert '<div lang="pl"><p>Ab <strong>wann</strong>?</div>' in page
    assert (made.author_id, made.kind.value, made.lang) == (person.id, "frage", "pl")


def test_writing_with_htmx_answers_with_the_conversation_and_an_empty_form(client, person):
    answer = write(client, headers=HTMX, body="Ab wann denn?")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    assert "Danke, Ihr Beitrag steht jetzt im Gespräch." in answer.text
    assert answer.text.count("Ab wann denn?") == 1
    first = page_of(client)
    assert hidden(first, "submission_key") != hidden(answer.text, "submission_key")


@pytest.mark.parametrize("headers", [None, HTMX])
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"body": "  "}, "Schreiben Sie etwas"),
        ({"body": "ä" * 5001}, "Höchstens 5.000 Zeichen"),
        ({"kind": ""}, "Wählen Sie eine der fünf Arten."),
        ({"kind": "quatsch"}, "Wählen Sie eine der fünf Arten."),
        ({"anchor": "quatsch"}, "Bezieht sich auf"),
        ({"lang": "xx"}, "Sprache Ihres Textes"),
        ({"speaker": "99"}, "Sie schreiben"),
        ({"parent": "99999"}, "gibt es hier nicht"),
        ({"parent": "99999999999999"}, "gibt es hier nicht"),
        ({"parent": "x"}, "gibt es hier nicht"),
    ],
)
def test_what_cannot_be_taken_is_shown_again(client, person, headers, fields, error):
    answer = write(client, headers=headers, **{"body": "Mein langer Text", **fields})
    assert answer.status_code == 422
    assert error in answer.text
    if "body" not in fields:
        assert ">\r\nMein langer Text</textarea>" in answer.text or "Mein langer Text</textarea>" in answer.text
    assert db.session.query(Comment).count() == 0
    assert headers or "<title>Fehler: " in answer.text


def test_line_ends_of_browsers_do_not_count_twice(client, person):
    assert write(client, body="ä\r\n" * 2499 + "ä").status_code == 303


def test_the_same_form_twice_is_one_comment_and_no_complaint(client, person):
    page = page_of(client)
    typed = {"kind": "frage", "body": "Ab wann?", "lang": "de", "submission_key": hidden(page, "submission_key")}
    for _ in range(2):
        assert send(client, f"{PAGE}/beitrag", page, **typed).status_code == 303
    assert db.session.query(Comment).count() == 1
    refused = send(client, f"{PAGE}/beitrag", page, **{**typed, "body": "Etwas anderes"})
    assert refused.status_code == 422
    assert "Etwas anderes</textarea>" in refused.text
    again = send(
        client, f"{PAGE}/beitrag", refused.text, **{**typed, "submission_key": hidden(refused.text, "submission_key")}
    )
    assert again.status_code == 303


def test_an_answer_quotes_what_it_answers(client, person, thread):
    root = dialogue.comment(thread, accounts.user("Bernd"), "Was ich fragen wollte")
    page = page_of(client, f"{PAGE}?antwort={root.id}")
    assert "Antwort auf Bernd" in page
    assert page.count("Was ich fragen wollte") == 2
    answer = send(
        client,
        f"{PAGE}/beitrag",
        page,
        body="Ich weiß es",
        lang="de",
        parent=hidden(page, "parent"),
        submission_key="k",
    )
    reply = db.session.query(Comment).filter_by(parent_id=root.id).one()
    assert answer.location == f"{PAGE}#k-{reply.id}"


def test_an_answer_far_down_leads_to_its_own_page(client, person, thread):
    root = dialogue.comment(thread)
    for _ in range(5):
        dialogue.comment(thread, parent=root)
    answer = write(client, parent=str(root.id))
    newest = db.session.query(Comment).order_by(Comment.id.desc()).first()
    assert answer.location == f"/beitrag/{newest.id}"


def test_a_comment_of_another_conversation_is_not_answered_here(client, person, thread):
    other = dialogue.comment()
    assert "Ihre Antwort" not in page_of(client, f"{PAGE}?antwort={other.id}")
    assert write(client, parent=str(other.id)).status_code == 422


def test_an_answer_to_a_comment_beyond_the_page_works(client, person, thread):
    oldest = dialogue.many(thread, 40, author=accounts.user("Weit Hinten"))[0]
    assert "Antwort auf Weit Hinten" in page_of(client, f"{PAGE}?antwort={oldest}")


@pytest.mark.parametrize("query", ["antwort=x", "antwort=-1", "antwort=99999999999999", "art=x", "menge=7", "nach=%00"])
def test_nonsense_in_the_address_does_no_harm(client, person, thread, query):
    dialogue.comment(thread)
    assert len(ids(page_of(client, f"{PAGE}?{query}"))) == 1


def test_delegates_choose_for_whom_they_write(client, person):
    group = accounts.initiative(person, name="Radwege Neiße")
    assert "für Radwege Neiße" in page_of(client)
    write(client, speaker=str(group.id))
    assert db.session.query(Comment).one().initiative_id == group.id


def test_a_point_can_be_chosen(client, person):
    page = page_of(client)
    anchor, _label = re.findall(r'<option value="([^"]+)">([^<]+)</option>', page.split('id="anchor"')[1])[0]
    write(client, anchor=anchor)
    made = db.session.query(Comment).one()
    assert made.anchor == anchor
    assert made.anchor_text
    assert f'value="{anchor}"' in page_of(client, f"{PAGE}?bezug={anchor}").split("selected")[1]


def test_the_unconfirmed_read_why_they_cannot_write(client):
    accounts.log_in(client, accounts.user(confirmed=False))
    page = page_of(client)
    assert "Bestätigen Sie zuerst Ihre E-Mail-Adresse." in page
    assert f'action="{PAGE}/beitrag"' not in page


def test_writing_needs_a_token(client, person):
    assert client.post(f"{PAGE}/beitrag", data={"body": "x", "kind": "frage"}).status_code == 400
    assert client.post(f"{PAGE}/stimme", data={"stimme": "zustimmung"}).status_code == 400
    assert client.post("/beitrag/bewerten", data={"ja": "1"}).status_code == 400


def test_more_comments_come_by_link_and_by_htmx(client, thread):
    made = dialogue.many(thread, 70)
    page = page_of(client)
    assert ids(page) == made[::-1][:30]
    following = re.search(r'href="([^"]*nach=[^"]*)"', page)[1]
    assert ids(page_of(client, following)) == made[::-1][30:60]
    fragment = page_of(client, following, headers=HTMX)
    assert ids(fragment) == made[::-1][30:60]
    assert "<h1" not in fragment
    assert "<form" not in fragment
    assert 'id="weiter"' in fragment


def test_tabs_and_orders(client, thread):
    dialogue.many(thread, 10)
    page = page_of(client, f"{PAGE}?art=dagegen&sortierung=aelteste")
    assert len(ids(page)) == 2
    assert ids(page) == sorted(ids(page))
    assert f'href="{PAGE}?sortierung=aelteste&amp;art=dafuer#gespraech"' in page


def test_a_vote_without_javascript_and_with_htmx(client, person):
    answer = send(client, f"{PAGE}/stimme", stimme="zustimmung")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#abstimmung")
    assert "Ihre Stimme: Zustimmung." in page_of(client)
    answer = send(client, f"{PAGE}/stimme", headers=HTMX, stimme="ablehnung")
    assert answer.text.lstrip().startswith("<section")
    assert "Ihre Stimme: Ablehnung." in answer.text
    answer = send(client, f"{PAGE}/stimme", headers=HTMX, stimme="")
    assert "Ihre Stimme" not in answer.text
    assert send(client, f"{PAGE}/stimme", stimme="vielleicht").status_code == 422
    assert recount() == []


def test_a_vote_on_a_resting_thread_says_why_not(client, person, thread):
    cast_vote(person, thread, Stance.YES)
    page = page_of(client)
    operations.pause_votes(thread)
    answer = send(client, f"{PAGE}/stimme", page, headers=HTMX, stimme="ablehnung")
    assert answer.status_code == 403
    assert "Die Abstimmung ruht" in answer.text
    assert "<button" not in answer.text
    assert send(client, f"{PAGE}/stimme", page, stimme="ablehnung").status_code == 403
    assert thread.yes == 1


def test_rating_without_javascript_and_with_htmx(client, person, thread):
    made = dialogue.comment(thread)
    page = page_of(client)
    came = {"Referer": f"http://localhost{PAGE}?art=frage"}
    answer = send(client, "/beitrag/bewerten", page, headers=came, ja=str(made.id))
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?art=frage#k-{made.id}")
    assert made.helpful == 1
    answer = send(client, "/beitrag/bewerten", page, headers=HTMX, nein=str(made.id))
    assert f'hx-swap-oob="outerHTML:#k-{made.id}&gt;footer"' in answer.text.replace(">footer", "&gt;footer")
    assert 'aria-pressed="true">Nicht hilfreich · 1' in answer.text
    assert f'href="{PAGE}?antwort={made.id}#schreiben"' in answer.text
    send(client, "/beitrag/bewerten", page, ohne=str(made.id))
    assert (made.helpful, made.unhelpful, made.score) == (0, 0, 0)
    assert send(client, "/beitrag/bewerten", page, ja="99999").status_code == 404
    assert send(client, "/beitrag/bewerten", page, ja="9" * 30).status_code == 404
    assert send(client, "/beitrag/bewerten", page).status_code == 404


def test_rating_leads_back_to_this_site_only(client, person, thread):
    made = dialogue.comment(thread)
    for headers in (
        {"Referer": "https://elsewhere.example/strategie", "Origin": "http://localhost"},
        {"Referer": "http://localhost//elsewhere.example"},
        {"Referer": ""},
    ):
        answer = send(client, "/beitrag/bewerten", headers=headers, ja=str(made.id))
        assert answer.location == f"/beitrag/{made.id}#k-{made.id}"


def test_ones_own_comment_has_no_rating_but_can_be_edited(client, person, thread):
    own, other = dialogue.comment(thread, person), dialogue.comment(thread)
    page = page_of(client)
    assert f"value={own.id}>" not in page
    assert f"value={other.id}>" in page
    assert f"/beitrag/{own.id}/bearbeiten" in page
    assert f"/beitrag/{other.id}/bearbeiten" not in page
    assert send(client, "/beitrag/bewerten", page, ja=str(own.id)).status_code == 403
    assert own.helpful == 0


def test_a_permanent_link_shows_the_comment_with_its_parent_and_its_place(client, thread):
    root = dialogue.comment(thread, body="Die Frage")
    reply = dialogue.comment(thread, parent=root, body="Die Antwort")
    dialogue.comment(thread, parent=reply, body="Die Nachfrage")
    page = page_of(client, f"/beitrag/{reply.id}")
    assert ids(page) == [root.id, reply.id, reply.id + 1]
    assert f'href="{PAGE}#k-{reply.id}"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("path", ["/beitrag/0", "/beitrag/999999", "/beitrag/" + "9" * 30, "/beitrag/x"])
@pytest.mark.parametrize("part", ["", "/verlauf", "/bearbeiten", "/zurueckziehen"])
def test_what_is_no_comment_is_not_found(client, person, path, part):
    page_of(client, path + part, 404)


def test_editing_keeps_what_was_typed_through_a_conflict(client, person, thread):
    made = dialogue.comment(thread, person, "Erst so")
    path = f"/beitrag/{made.id}/bearbeiten"
    page = page_of(client, path)
    assert "Erst so</textarea>" in page
    edit_comment(person, made, "Anderswo geändert", expected_version=1)
    answer = send(client, path, page, version="1", body="Mein neuer Text")
    assert answer.status_code == 409
    assert "Während Sie schrieben" in answer.text
    assert "Mein neuer Text</textarea>" in answer.text
    assert '<span class="ld-hide">gelöscht: </span>' in answer.text
    assert made.body == "Anderswo geändert"
    answer = send(
        client, path, answer.text, version=re.search(r'name="version" value="(\d+)"', answer.text)[1], body="Mein"
    )
    assert answer.status_code == 303
    assert made.body == "Mein"
    assert send(client, path, page, version="3", body=" ").status_code == 422


def test_nobody_opens_the_edit_form_of_another(client, person, thread):
    made = dialogue.comment(thread)
    db.session.commit()
    for part in ("bearbeiten", "zurueckziehen"):
        page_of(client, f"/beitrag/{made.id}/{part}", 403)
        assert send(client, f"/beitrag/{made.id}/{part}", version="1", body="Deins").status_code == 403
    assert (made.body, made.state) == ("Ein Gedanke zum Strukturwandel", CommentState.VISIBLE)


def test_withdrawing_asks_first_and_leaves_a_placeholder(client, person, thread):
    made = dialogue.comment(thread, person, "Geheimnis")
    dialogue.comment(thread, parent=made, body="Die Antwort bleibt")
    path = f"/beitrag/{made.id}/zurueckziehen"
    page = page_of(client, path)
    assert made.state is CommentState.VISIBLE
    assert send(client, path, page).status_code == 303
    for where in (PAGE, f"/beitrag/{made.id}"):
        shown = page_of(client, where)
        assert "Dieser Beitrag wurde zurückgezogen." in shown
        assert "Geheimnis" not in shown
        assert "Die Antwort bleibt" in shown
    page_of(client, f"/beitrag/{made.id}/verlauf", 404)


def test_a_hidden_comment_shows_its_reason_only(client, thread):
    made = dialogue.comment(thread, accounts.user("Anja S."), "Geheimnis")
    edit_comment(made.author, made, "Geheimnis zwei", expected_version=1)
    operations.hide_comment(accounts.moderator(), made, "Regel 3, Angaben über eine private Person")
    for where in (PAGE, f"/beitrag/{made.id}"):
        shown = page_of(client, where)
        assert "Grund: Regel 3, Angaben über eine private Person" in shown
        assert "Geheimnis" not in shown
        assert "Anja S." not in shown
    page_of(client, f"/beitrag/{made.id}/verlauf", 404)


def test_the_history_marks_what_changed(client, thread):
    made = dialogue.comment(thread, body="Ein Weg <b>")
    edit_comment(made.author, made, "Ein neuer Weg <b>", expected_version=1)
    page = page_of(client, f"/beitrag/{made.id}/verlauf")
    assert '<ins><span class="ld-hide">eingefügt: </span>' in page
    assert "&lt;b&gt;" in page
    assert "bearbeitet</a>" in page_of(client)


def test_a_permanent_link_costs_the_same_for_a_long_branch(client, thread, statements):
    numbers = []
    for replies in (2, 200):
        (root,) = dialogue.many(thread, 1, replies)
        with statements() as counted:
            page_of(client, f"/beitrag/{root}")
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 8


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_conversation_costs_a_page_few_statements(client, thread, statements, logged_in):
    if logged_in:
        accounts.log_in(client, accounts.user())
    dialogue.many(thread, 10)
    numbers = []
    for more in (0, 990):
        dialogue.many(thread, more) if more else None
        db.session.commit()
        with statements() as counted:
            page_of(client, f"{PAGE}?menge=100")
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= (10 if logged_in else 8)


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_hundred_comments_are_a_light_page(client, thread, logged_in):
    if logged_in:
        accounts.log_in(client, accounts.user("Sabine Muster"))
    writers = [accounts.user(f"Sabine Muster-{n}", residence_label="Spremberg/Grodk") for n in range(10)]
    for n in range(100):
        made = dialogue.comment(thread, writers[n % 10], TEXT[:200])
        if n % 3 == 0:
            rate_comment(writers[(n + 1) % 10], made, True)
    answer = page_of(client, f"{PAGE}?menge=100")
    assert len(ids(answer)) == 100
    assert len(answer.encode()) <= 82_000
    assert len(gzip.compress(answer.encode(), 6, mtime=0)) <= 14_000
