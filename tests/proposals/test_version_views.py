"""Pages of versions, of three wordings, and of signatures under earlier versions."""

from __future__ import annotations

import re

import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db
from participation.notify.queries import notifications
from participation.proposals import operations
from participation.proposals.models import Proposal, ProposalState, ProposalSupport, ProposalType
from participation.strategy.models import Node, TextState
from tests.factories import accounts, proposals, strategy
from tests.factories.accounts import log_in
from tests.web_helpers import token_in

pytestmark = pytest.mark.one_database
S = ProposalState
T = ProposalType
BODY = "Der Radweg von Guben nach Forst wird gebaut."
WISH = "Der Rad- und Fußweg von Guben nach Forst wird gebaut."
CLASH = "Der <b>Wanderweg</b> von Guben nach Forst wird gebaut."
FITS = "Der Radweg von Guben nach Forst wird bald gebaut."


@pytest.fixture
def anna(client: FlaskClient) -> User:
    person = accounts.user("Anna")
    db.session.commit()
    log_in(client, person)
    return person


def change_to(client: FlaskClient, person: User) -> None:
    g.pop("_login_user", None)
    log_in(client, person)


def after(node: Node, wording: str, number: int = 2) -> None:
    """Change a node's wording as a publication does, and keep it through a refusal."""
    node.body, node.since_revision = wording, number
    db.session.flush()
    operations.rebase(accounts.moderator(), [node.id], number)
    db.session.commit()


def colliding(author: User | None = None, **rest: object) -> Proposal:
    node = strategy.node(BODY)
    made = proposals.proposal(author, node, wording=WISH, **rest)
    after(node, CLASH)
    return made


def adopt(client: FlaskClient, proposal: Proposal, **changed: str):
    page = client.get(f"/vorschlaege/{proposal.number}/vergleich").text
    form = {"csrf_token": token_in(page), "seen": CLASH, "wording": WISH} | changed
    return client.post(f"/vorschlaege/{proposal.number}/uebernehmen", data=form)


def test_the_list_of_versions_compares_each_with_the_one_before(client: FlaskClient) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(node=node, wording=WISH, supporters=2)
    after(node, FITS)
    page = client.get(f"/vorschlaege/{proposal.number}/versionen").text
    assert page.index("Version 2</a>") < page.index("Version 1</a>")
    assert "bald" in re.findall(r"<ins>.*?</ins>", page)[0]
    assert "2 Mitzeichnungen" in page
    assert "von selbst, weil beide Änderungen zusammenpassen" in page


def test_every_version_has_an_address_of_its_own(client: FlaskClient) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(node=node, wording=WISH)
    after(node, FITS)
    first = client.get(f"/vorschlaege/{proposal.number}/versionen/1").text
    assert WISH in first
    assert "Das ist eine frühere Version." in first
    assert WISH not in client.get(f"/vorschlaege/{proposal.number}").text
    assert client.get(f"/vorschlaege/{proposal.number}/versionen/2").status_code == 200
    assert client.get(f"/vorschlaege/{proposal.number}/versionen/3").status_code == 404


@pytest.mark.parametrize("kind", list(T))
def test_versions_of_every_type(client: FlaskClient, kind: T) -> None:
    other = strategy.node("Fähren").id if kind is T.MERGE else None
    proposal = proposals.proposal(type=kind, other_node_id=other)
    for page in ("versionen", "versionen/1", "vergleich"):
        assert client.get(f"/vorschlaege/{proposal.number}/{page}").status_code == 200


@pytest.mark.parametrize("kind", list(T))
@pytest.mark.parametrize("fate", ["changed", "struck", "merged"])
def test_three_wordings_of_every_type_and_fate(client: FlaskClient, anna: User, kind: T, fate: str) -> None:
    node, target = strategy.node(BODY), strategy.node("Wege für alle.")
    other = strategy.node("Fähren").id if kind is T.MERGE else None
    wording = "Der Radweg.\n---\nVon Guben nach Forst." if kind is T.SPLIT else WISH
    proposal = proposals.proposal(anna, node, type=kind, other_node_id=other, wording=wording)
    if fate != "changed":
        node.text_state = TextState.STRUCK if fate == "struck" else TextState.MERGED
        node.moved_to_id = target.id if fate == "merged" else None
    after(node, CLASH if fate == "changed" else "")
    for path in ("", "/vergleich", "/versionen"):
        assert client.get(f"/vorschlaege/{proposal.number}{path}").status_code == 200


@pytest.mark.parametrize("path", ["versionen", "versionen/1", "vergleich"])
def test_what_was_given_back_is_nobodys_business(client: FlaskClient, path: str) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    operations.send_back(accounts.moderator(), proposal, "Der Nutzen fehlt.")
    assert client.get(f"/vorschlaege/{proposal.number}/{path}").status_code == 404


def test_a_collision_is_shown_to_everyone_and_offered_to_its_author(client: FlaskClient) -> None:
    proposal = colliding()
    page = client.get(f"/vorschlaege/{proposal.number}").text
    assert "Grundlage veraltet" in page
    assert "Passt Ihr Vorschlag noch?" not in page
    assert "Grundlage veraltet" in client.get("/vorschlaege").text
    compared = client.get(f"/vorschlaege/{proposal.number}/vergleich").text
    assert "Eine Stelle, an der beide etwas anderes wollen" in compared
    assert "&lt;b&gt;Wanderweg&lt;/b&gt;" in compared
    assert "<b>Wanderweg</b>" not in compared
    assert "Diesen Wortlaut übernehmen" not in compared
    change_to(client, proposal.author)
    assert "Passt Ihr Vorschlag noch?" in client.get(f"/vorschlaege/{proposal.number}").text
    assert "Diesen Wortlaut übernehmen" in client.get(f"/vorschlaege/{proposal.number}/vergleich").text


def test_one_click_adopts(client: FlaskClient, anna: User) -> None:
    proposal = colliding(anna)
    answer = adopt(client, proposal)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/vorschlaege/{proposal.number}")
    assert (proposal.version, proposal.before, proposal.conflict_revision) == (2, CLASH, None)
    assert WISH in client.get(f"/vorschlaege/{proposal.number}/versionen/1").text


def test_a_stranger_adopts_nothing(client: FlaskClient, anna: User) -> None:
    proposal = colliding(accounts.user())
    page = client.get(f"/strategie/{proposal.node_id}/vorschlagen?typ=textaenderung").text
    form = {"csrf_token": token_in(page), "seen": CLASH, "wording": "Meins"}
    assert client.post(f"/vorschlaege/{proposal.number}/uebernehmen", data=form).status_code == 403
    assert (proposal.version, proposal.wording) == (1, WISH)


def test_what_was_typed_survives_another_change(client: FlaskClient, anna: User) -> None:
    proposal = colliding(anna)
    typed = "Mein eigener Satz über den Weg."
    page = client.get(f"/vorschlaege/{proposal.number}/vergleich").text
    after(proposal.node, "Der Steg von Guben nach Forst wird gebaut.", 3)
    form = {"csrf_token": token_in(page), "seen": CLASH, "wording": typed}
    answer = client.post(f"/vorschlaege/{proposal.number}/uebernehmen", data=form)
    assert answer.status_code == 409
    assert typed in answer.text
    assert "Der Wortlaut hat sich noch einmal geändert" in answer.text
    assert proposal.version == 1
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    assert seen
    again = client.post(f"/vorschlaege/{proposal.number}/uebernehmen", data=form | {"seen": seen[1]})
    assert again.status_code == 303
    assert proposal.wording == typed


@pytest.mark.parametrize("words", ["", CLASH, "x" * 5_001])
def test_a_wording_that_does_not_do_comes_back(client: FlaskClient, anna: User, words: str) -> None:
    proposal = colliding(anna)
    answer = adopt(client, proposal, wording=words)
    assert answer.status_code == 422
    assert "kern-error" in answer.text
    assert proposal.version == 1


def test_line_ends_of_browsers_are_no_change(client: FlaskClient, anna: User) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(anna, node, wording=WISH)
    after(node, CLASH + "\n\nMit Bänken.")
    answer = adopt(client, proposal, seen=CLASH + "\r\n\r\nMit Bänken.")
    assert answer.status_code == 303


def test_who_signed_an_earlier_version_is_asked_on_the_page(client: FlaskClient, anna: User) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(node=node, wording=WISH, supporters=1)
    operations.support(anna, proposal)
    after(node, FITS)
    assert "hat einen neuen Wortlaut" in notifications(anna)[0].text
    page = client.get(f"/vorschlaege/{proposal.number}").text
    assert "Sie haben die frühere Version 1 unterstützt." in page
    assert re.search(r"2 Menschen haben\s*<a", page)
    form = {"csrf_token": token_in(page), "version": "2", "uebertragen": "1"}
    assert client.post(f"/vorschlaege/{proposal.number}/mitzeichnen", data=form).status_code == 303
    assert proposal.supporter_count == 1
    page = client.get(f"/vorschlaege/{proposal.number}").text
    assert "Sie haben die frühere" not in page
    assert re.search(r"1 Mensch hat\s*<a", page)


def test_a_signature_that_rests_is_not_asked_again(client: FlaskClient, anna: User) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(node=node, wording=WISH)
    operations.support(anna, proposal)
    after(node, FITS)
    page = client.get(f"/vorschlaege/{proposal.number}").text
    form = {"csrf_token": token_in(page), "version": "2", "belassen": "1"}
    answer = client.post(f"/vorschlaege/{proposal.number}/mitzeichnen", data=form, headers={"HX-Request": "true"})
    assert "Ihre Mitzeichnung bleibt bei Version 1." in answer.text
    assert "Bei Version 1 bleiben" not in answer.text
    assert db.session.scalars(select(ProposalSupport.version)).all() == [1]


def test_signing_what_one_did_not_read_is_refused(client: FlaskClient, anna: User) -> None:
    node = strategy.node(BODY)
    proposal = proposals.proposal(node=node, wording=WISH)
    db.session.commit()
    token = token_in(client.get(f"/vorschlaege/{proposal.number}").text)
    after(node, FITS)
    answer = client.post(f"/vorschlaege/{proposal.number}/mitzeichnen", data={"csrf_token": token, "version": "1"})
    assert answer.status_code == 409
    assert "neuen Wortlaut" in answer.text
    assert db.session.scalars(select(ProposalSupport.version)).all() == []


def test_moderators_see_it_in_the_queue_and_the_editor(client: FlaskClient) -> None:
    chair = accounts.moderator()
    log_in(client, chair)
    waiting = colliding(state=S.SUBMITTED)
    assert "Grundlage veraltet" in client.get("/moderation").text
    assert "Grundlage veraltet" in client.get(f"/moderation/vorschlaege/{waiting.number}").text


def test_the_list_of_versions_takes_as_many_statements_for_many(client: FlaskClient, statements) -> None:
    numbers = []
    for many in (1, 20):
        proposal = proposals.proposal(state=S.SUBMITTED)
        for n in range(many):
            writing = proposals.writing(title=f"Ein neuer Titel {n}")
            operations.edit(proposal.author, proposal, writing, base_revision=1)
        number = proposal.number
        db.session.expunge_all()
        with statements() as counted:
            assert client.get(f"/vorschlaege/{number}/versionen").status_code == 200
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 4
