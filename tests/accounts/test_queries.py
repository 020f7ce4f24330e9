"""What became of contributions, and pages whose statements do not grow with what they show."""

from __future__ import annotations

import re

import pytest

from participation.accounts.models import InitiativeState
from participation.accounts.queries import initiative, mandates, person, residence_choices
from participation.base.db import db
from participation.dialogue.models import CommentKind, Stance
from participation.dialogue.operations import cast_vote, open_thread, withdraw_comment, write_comment
from participation.leitbild.provenance import Landing
from participation.outcomes.models import Fate
from participation.outcomes.queries import Receipt
from participation.web.accounts import contributions
from tests.factories.accounts import initiative as group_of
from tests.factories.accounts import log_in, moderator, user
from tests.factories.outcomes import node_comment, outcome


def comment(author, thread, body="Der Radweg fehlt.", **rest):
    return write_comment(author, thread, body=body, kind=CommentKind.EXPERIENCE, **rest)


def thread_with_node():
    from participation.strategy.models import Node
    from participation.strategy.operations import thread_of

    return thread_of(db.session.get(Node, "lce-sofort-industrieparks"))


def test_only_confirmed_people_exist_for_others(app):
    assert person(user().id) is not None
    assert person(user(confirmed=False).id) is None


def test_mandates_are_those_of_verified_initiatives(app):
    anna = user()
    group_of(anna, name="Geprüft")
    group_of(anna, name="Offen", state=InitiativeState.APPLIED)
    assert [mandate.name for mandate in mandates(anna.id)] == ["Geprüft"]


def test_who_sees_an_application(app):
    anna = user()
    group = group_of(anna, state=InitiativeState.APPLIED)
    assert initiative(group.slug) is None
    assert initiative(group.slug, user()) is None
    assert initiative(group.slug, anna) is group
    assert initiative(group.slug, moderator()) is group


@pytest.mark.one_database
def test_sorbian_names_stand_where_they_are_official(app):
    labels = {choice.id: choice.label for choice in residence_choices()}
    assert labels["jaenschwalde"] == "Jänschwalde/Janšojce"
    assert labels["bautzen"] == "Bautzen/Budyšin"
    assert labels["gubin"] == "Gubin"
    assert labels["landkreis-spree-neisse"] == "Landkreis Spree-Neiße/Wokrejs Sprjewja-Nysa"


def test_others_see_neither_withdrawn_comments_nor_votes(app):
    anna = user()
    thread = thread_with_node()
    kept, gone = comment(anna, thread), comment(anna, thread, "Doch nicht.")
    withdraw_comment(anna, gone)
    cast_vote(anna, thread, Stance.NO)
    rows, _next = contributions.comments(None, author_id=anna.id)
    assert [row.comment.id for row in rows] == [kept.id]
    assert rows[0].subject.path == "/strategie/lce-sofort-industrieparks"
    rows, _next = contributions.comments(anna, author_id=anna.id)
    assert [row.comment.id for row in rows] == [gone.id, kept.id]
    (vote,), _next = contributions.votes(anna)
    assert (vote.stance, vote.subject.kind) == (Stance.NO, "node")
    assert contributions.votes(user()) == ([], None)


def test_votes_are_paged(app):
    anna = user()
    for _ in range(contributions.SIZE + 3):
        cast_vote(anna, open_thread(votable=True), Stance.YES)
    first, after = contributions.votes(anna)
    rest, end = contributions.votes(anna, after=after)
    assert (len(first), len(rest), end) == (contributions.SIZE, 3, None)
    assert len({row.thread_id for row in (*first, *rest)}) == contributions.SIZE + 3


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fate", "revision", "kind", "title", "url"),
    [
        (Fate.ADOPTED, Landing(2, 5, "Industrieparks"), "in", "Eingeflossen in Fassung 2.", "/leitbild/aenderung/5"),
        (Fate.PARTLY, Landing(2, 5), "in", "Teilweise eingeflossen in Fassung 2.", "/leitbild/aenderung/5"),
        (Fate.ADOPTED, None, "in", "Aufgenommen.", "/ergebnisse/4"),
        (Fate.CONSIDERED, Landing(2, 5), "not", "Erwogen, nicht übernommen.", "/ergebnisse/4"),
        (Fate.OPEN, Landing(2, 5), "open", "Noch offen.", "/ergebnisse/4"),
    ],
)
def test_receipts_say_what_became_of_a_contribution(app, monkeypatch, fate, revision, kind, title, url):
    monkeypatch.setattr(contributions, "revisions_by_outcome", lambda _ids: {9: revision} if revision else {})
    with app.test_request_context():
        (told,) = contributions.tell({1: Receipt(4, 9, fate, "weil der Wasserbedarf geprüft wird")}).values()
    assert (told.kind, told.title, told.url) == (kind, title, url)
    assert ("Wasserbedarf" in told.text) == (fate is not Fate.OPEN)
    assert ("Passage „Industrieparks“" in told.text) == (revision is not None and revision.passage != "")


@pytest.mark.one_database
def test_statements_do_not_grow_with_what_a_page_shows(app, client, statements):
    anna = user()
    thread = thread_with_node()
    group = group_of(anna)
    db.session.commit()
    paths = [f"/personen/{anna.id}", f"/initiativen/{group.slug}", "/initiativen", "/meine-beitraege"]
    paths += ["/meine-beitraege?ansicht=vorschlaege", "/meine-beitraege?ansicht=stimmen"]

    def measured() -> dict[str, int]:
        result = {}
        for path in paths:
            log_in(client, anna)
            with statements() as counted:
                assert client.get(path).status_code == 200
            result[path] = counted.number
        return result

    comment(anna, thread, initiative_id=group.id)
    cast_vote(anna, thread, Stance.YES)
    cast_vote(anna, open_thread(votable=True), Stance.YES)
    few = measured()
    for number in range(30):
        comment(anna, thread, f"Nummer {number}", initiative_id=group.id)
        cast_vote(anna, open_thread(votable=True), Stance.YES)
        group_of(user())
    assert measured() == few
    assert max(few.values()) <= 11, few


@pytest.mark.one_database
def test_the_next_page_goes_on_plainly_and_for_htmx(app, client):
    anna = user()
    thread = thread_with_node()
    for number in range(contributions.SIZE + 2):
        comment(anna, thread, f"Nummer {number} von vielen")
    db.session.commit()
    page = client.get(f"/personen/{anna.id}").get_data(as_text=True)
    assert "Nummer 21 von" in page
    assert "Nummer 1 von" not in page
    further = re.search(r'data-hx-get="([^"]+)"', page)[1].replace("&amp;", "&")
    plain = client.get(further).get_data(as_text=True)
    assert "Nummer 1 von" in plain
    assert "<h1" in plain
    assert "Von vorn" in plain
    part = client.get(further, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Nummer 1 von" in part
    assert "<h1" not in part


def test_a_comment_without_an_answer_says_so_and_whether_it_was_passed_over(app):
    anna = user()
    early = node_comment(anna)
    outcome(node_comment())
    node_comment(anna, body="Nach der Auswertung geschrieben.")
    with app.test_request_context():
        (late, first), _next = contributions.comments(anna, author_id=anna.id)
    assert first.comment.id == early.id
    assert (first.receipt.kind, first.receipt.url) == ("open", "/ergebnisse/1")
    assert (late.receipt.kind, late.receipt.url) == ("open", None)
