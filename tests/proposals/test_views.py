"""Pages of proposals, as people and browsers meet them."""

from __future__ import annotations

import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select

from participation.accounts.initiatives import end_mandate
from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import CommentKind
from participation.dialogue.operations import write_comment
from participation.proposals import operations
from participation.proposals.models import Proposal, ProposalState, ProposalSupport, ProposalType
from participation.proposals.queries import places_of
from participation.strategy.models import Node
from tests.factories import accounts, proposals, strategy
from tests.factories.accounts import log_in
from tests.web_helpers import form_token, token_in

S = ProposalState
T = ProposalType
pytestmark = pytest.mark.one_database
MEASURE = "lce-sofort-industrieparks"
NEW = f"/strategie/{MEASURE}/vorschlagen?typ=textaenderung"


@pytest.fixture
def resident(client: FlaskClient) -> User:
    person = accounts.user()
    db.session.commit()
    log_in(client, person)
    return person


def change_to(client: FlaskClient, person: User) -> None:
    """Log someone else in; Flask-Login remembers the first one in the context that the tests share."""
    g.pop("_login_user", None)
    log_in(client, person)


def stored(proposal: Proposal) -> Proposal:
    """Keep what a test prepared through a refusal, which rolls back."""
    db.session.commit()
    return proposal


def fields(client: FlaskClient, path: str, **changed: object) -> dict[str, object]:
    """Return a form as the page at `path` holds it, its text filled in."""
    page = client.get(path).text
    filled: dict[str, object] = {
        "title": "Abwärme für die Dörfer nennen",
        "wording": "Entwicklung der Kraftwerkstandorte, deren Abwärme die Dörfer heizt",
        "reason": "Peitz heizt seit Jahrzehnten mit dieser Wärme.",
        "benefit": "Weißwasser und Spremberg stehen vor derselben Frage.",
        "culture": "Keine Auswirkung, denn es werden keine Flächen beansprucht.",
        "speaker": "person",
        "lang": "de",
        "review": "1",
    }
    for name in ("csrf_token", "type", "seen", "submission_key"):
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
        filled[name] = found[1] if found else ""
    return {name: value for name, value in (filled | changed).items() if value is not None}


def everything() -> int:
    return db.session.scalar(select(func.count()).select_from(Proposal)) or 0


# --- Reading -----------------------------------------------------------------------------------------------------


def test_an_empty_list_invites(client: FlaskClient) -> None:
    page = client.get("/vorschlaege")
    assert page.status_code == 200
    assert "Noch hat niemand etwas vorgeschlagen" in page.text


def test_the_list_shows_tabs_with_counts_and_filters(client: FlaskClient) -> None:
    proposals.proposal(node=db.session.get_one(Node, MEASURE), title="In der Energie")
    proposals.proposal(title="Woanders", state=S.WITHDRAWN)
    page = client.get("/vorschlaege?stand=offen&cluster=lce&art=textaenderung&ort=&sortierung=mitgezeichnet")
    assert "In der Energie" in page.text
    assert "Woanders" not in page.text
    assert re.search(r"Offen <b>1</b>", page.text)
    assert "Hierzu gibt es noch keinen Vorschlag." in client.get("/vorschlaege?stand=eingearbeitet").text


@pytest.mark.parametrize("query", ["stand=x", "art=x", "nach=x", "sortierung=x", "ort=%00", "cluster=" + "x" * 500])
def test_made_up_filters_do_no_harm(client: FlaskClient, query: str) -> None:
    assert client.get(f"/vorschlaege?{query}").status_code == 200


def test_more_is_a_link_and_a_fragment(client: FlaskClient) -> None:
    node = strategy.node()
    for n in range(51):
        proposals.proposal(node=node, state=S.SUBMITTED, title=f"Vorschlag Nummer {n:02}")
    page = client.get("/vorschlaege").text
    more = re.search(r'href="(/vorschlaege\?nach=[^"]+)"', page)
    assert more
    assert "Vorschlag Nummer 00" not in page
    path = more[1].replace("&amp;", "&")
    assert "<h1" in client.get(path).text
    fragment = client.get(path, headers={"HX-Request": "true"}).text
    assert "Vorschlag Nummer 00" in fragment
    assert "<h1" not in fragment


@pytest.mark.parametrize("number", [3, 55])
def test_a_list_of_fifty_takes_five_statements_at_most(client: FlaskClient, statements, number: int) -> None:
    node = strategy.node()
    for _ in range(number):
        proposals.proposal(node=node, state=S.SUBMITTED)
    db.session.expunge_all()
    with statements() as counted:
        assert client.get("/vorschlaege").status_code == 200
    assert counted.number <= 5, "\n".join(counted.texts)


@pytest.mark.parametrize("state", [state for state in S if state is not S.DRAFT])
def test_the_page_of_every_state(client: FlaskClient, state: S) -> None:
    proposal = proposals.proposal(state=state, supporters=1)
    page = client.get(f"/vorschlaege/{proposal.number}")
    assert page.status_code == 200
    assert proposal.title in page.text
    assert page.text.count("<h1") == 1


@pytest.mark.parametrize("kind", list(T))
@pytest.mark.parametrize("look", ["", "?ansicht=neu", "?ansicht=bisher", "?ansicht=x"])
def test_the_page_of_every_type(client: FlaskClient, kind: T, look: str) -> None:
    other = strategy.node("Fähren").id if kind is T.MERGE else None
    proposal = proposals.proposal(type=kind, other_node_id=other)
    assert client.get(f"/vorschlaege/{proposal.number}{look}").status_code == 200


def test_a_page_takes_the_same_number_of_statements_however_much_it_shows(client: FlaskClient, statements) -> None:
    small, large = proposals.proposal(), proposals.proposal(places=("guben", "cottbus"), supporters=5)
    for _ in range(3):
        one = proposals.proposal()
        operations.merge_into(accounts.moderator(), one, large, "Beide wollen dasselbe.")
    operations.thread_of(small)
    operations.thread_of(large)
    numbers = []
    for number in (small.number, large.number):
        db.session.expunge_all()
        with statements() as counted:
            assert client.get(f"/vorschlaege/{number}").status_code == 200
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= 8


@pytest.mark.parametrize("logged_in", [False, True])
def test_a_page_costs_the_same_with_few_and_many_contributions(
    client: FlaskClient, statements, logged_in: bool
) -> None:
    proposal = proposals.proposal()
    thread = operations.thread_of(proposal)
    number, person = proposal.number, accounts.user()
    if logged_in:
        log_in(client, person)
    numbers = []
    for more in (3, 30):
        for n in range(more):
            write_comment(accounts.user(), thread, body=f"Beitrag {more}-{n}", kind=CommentKind.QUESTION)
        db.session.commit()
        db.session.expunge_all()
        g.pop("_login_user", None)
        with statements() as counted:
            assert client.get(f"/vorschlaege/{number}").status_code == 200
        numbers.append(counted.number)
    assert numbers[0] == numbers[1] <= (10 if logged_in else 8), numbers


def test_reading_writes_nothing(client: FlaskClient, resident: User, statements) -> None:
    proposal = proposals.proposal()
    draft = proposals.draft(resident)
    with statements() as counted:
        for path in ("", f"/{proposal.number}", f"/entwurf/{draft.id}", f"/entwurf/{draft.id}/pruefen", "/entwuerfe"):
            assert client.get(f"/vorschlaege{path}").status_code == 200
        assert client.get(NEW).status_code == 200
    assert [one for one in counted.texts if not one.startswith(("SELECT", "WITH"))] == []


def test_what_people_wrote_is_never_markup(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script> und noch etwas Text dazu"
    proposal = proposals.proposal(title=evil, wording=evil, reason=evil, benefit=evil, culture=evil)
    for look in ("", "?ansicht=neu"):
        assert "<script>alert" not in client.get(f"/vorschlaege/{proposal.number}{look}").text
    assert "<script>alert" not in client.get("/vorschlaege").text


# --- Direct references -------------------------------------------------------------------------------------------


def test_nobody_else_reaches_a_draft(client: FlaskClient, resident: User) -> None:
    draft = stored(proposals.draft())
    token = form_token(client, NEW)
    for path in (f"/vorschlaege/entwurf/{draft.id}", f"/vorschlaege/entwurf/{draft.id}/pruefen"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"csrf_token": token, "title": "Meiner"}).status_code == 404
    assert client.post(f"/vorschlaege/entwurf/{draft.id}/loeschen", data={"csrf_token": token}).status_code == 404
    assert everything() == 1


def test_moderators_do_not_reach_drafts_either(client: FlaskClient) -> None:
    draft = proposals.draft()
    log_in(client, accounts.moderator())
    assert client.get(f"/vorschlaege/entwurf/{draft.id}").status_code == 404


def test_a_returned_proposal_has_a_page_for_its_author_only(client: FlaskClient) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    moderator = accounts.moderator()
    operations.send_back(moderator, proposal, "Der Nutzen fehlt.")
    path = f"/vorschlaege/{proposal.number}"
    assert client.get(path).status_code == 404
    change_to(client, moderator)
    assert client.get(path).status_code == 404
    assert client.get(f"/moderation/vorschlaege/{proposal.number}").status_code == 404
    change_to(client, proposal.author)
    assert client.get(path).location == f"/vorschlaege/entwurf/{proposal.id}"


def test_nobody_else_edits_or_withdraws(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    db.session.commit()
    token = form_token(client, NEW)
    for path in ("bearbeiten", "zurueckziehen"):
        assert client.get(f"/vorschlaege/{proposal.number}/{path}").status_code == 403
        answer = client.post(f"/vorschlaege/{proposal.number}/{path}", data={"csrf_token": token})
        assert answer.status_code == 403
    assert proposal.state is S.SUBMITTED


@pytest.mark.parametrize("path", [NEW, "/vorschlaege/entwuerfe", "/vorschlaege/entwurf/1", "/moderation/vorschlaege/1"])
def test_visitors_are_led_to_the_log_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert "/konto/anmelden" in answer.location


def test_residents_do_not_check(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    assert client.get(f"/moderation/vorschlaege/{proposal.number}").status_code == 403


# --- Writing -----------------------------------------------------------------------------------------------------


def test_a_type_is_chosen_first(client: FlaskClient, resident: User) -> None:
    page = client.get(f"/strategie/{MEASURE}/vorschlagen").text
    for kind in ("textaenderung", "streichung", "zusammenfuehrung", "teilung"):
        assert f"typ={kind}" in page
    assert "typ=neue-massnahme" not in page


def test_the_wording_is_there_to_be_edited(client: FlaskClient, resident: User) -> None:
    assert db.session.get_one(Node, MEASURE).body in client.get(NEW).text


@pytest.mark.parametrize("kind", ["textaenderung", "streichung", "zusammenfuehrung", "teilung"])
def test_each_type_has_its_form(client: FlaskClient, resident: User, kind: str) -> None:
    page = client.get(f"/strategie/{MEASURE}/vorschlagen?typ={kind}").text
    assert ('name="wording"' in page) is (kind in {"textaenderung", "zusammenfuehrung"})
    assert ('name="part_1"' in page) is (kind == "teilung")
    assert ('name="other_node_id"' in page) is (kind == "zusammenfuehrung")


def test_no_node_no_form(client: FlaskClient, resident: User) -> None:
    assert client.get("/strategie/gibt-es-nicht/vorschlagen").status_code == 404


def test_from_form_to_number(client: FlaskClient, resident: User) -> None:
    typed = fields(client, NEW, places=["guben", "cottbus"])
    answer = client.post(NEW, data=typed)
    draft = db.session.scalars(select(Proposal)).one()
    assert answer.status_code == 303
    assert answer.location == f"/vorschlaege/entwurf/{draft.id}/pruefen"
    assert places_of(draft.id) == ("cottbus", "guben")
    review = client.get(answer.location).text
    assert "<ins>" in review
    assert "Einreichen" in review
    handed_in = client.post(answer.location, data={"csrf_token": typed["csrf_token"]})
    assert handed_in.location == f"/vorschlaege/{draft.number}"
    page = client.get(handed_in.location).text
    assert f"V-{draft.number} ist eingereicht" in page
    assert "Die Moderation prüft bis zum" in page


def test_a_double_click_makes_one_draft(client: FlaskClient, resident: User) -> None:
    typed = fields(client, NEW)
    assert client.post(NEW, data=typed).location == client.post(NEW, data=typed).location
    assert everything() == 1


def test_a_draft_may_be_saved_unfinished_and_taken_up_again(client: FlaskClient, resident: User) -> None:
    typed = fields(client, NEW, review=None, save="1", reason="Weil", benefit="", culture="")
    answer = client.post(NEW, data=typed)
    draft = db.session.scalars(select(Proposal)).one()
    assert answer.location == f"/vorschlaege/entwurf/{draft.id}"
    page = client.get(answer.location).text
    assert "Ihr Entwurf ist gespeichert" in page
    assert "Abwärme für die Dörfer nennen" in page
    assert "Abwärme für die Dörfer nennen" in client.get("/vorschlaege/entwuerfe").text
    review = client.get(f"/vorschlaege/entwurf/{draft.id}/pruefen").text
    assert "Zum Einreichen fehlt noch etwas" in review
    client.post(f"/vorschlaege/entwurf/{draft.id}/pruefen", data={"csrf_token": typed["csrf_token"]})
    assert draft.number is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "kurz"),
        ("title", "x" * 161),
        ("reason", "zu kurz"),
        ("reason", "x" * 5_001),
        ("wording", "x" * 5_001),
        ("benefit", ""),
        ("culture", "keine"),
        ("lang", "xx"),
        ("speaker", "99999"),
        ("places", "atlantis"),
    ],
)
def test_what_is_refused_comes_back_as_typed(client: FlaskClient, resident: User, field: str, value: str) -> None:
    typed = fields(client, NEW, **{field: value})
    page = client.post(NEW, data=typed)
    assert page.status_code == 422
    assert "<title>Fehler" in page.text
    for name in ("title", "reason", "benefit", "wording"):
        assert str(typed[name]) in page.text
    assert everything() == 0


def test_a_split_with_one_part_comes_back(client: FlaskClient, resident: User) -> None:
    path = f"/strategie/{MEASURE}/vorschlagen?typ=teilung"
    typed = fields(client, path, wording=None, part_1="Nur ein einziger Teil")
    page = client.post(path, data=typed)
    assert page.status_code == 422
    assert "zwei bis vier Teile" in page.text
    assert "Nur ein einziger Teil" in page.text
    typed["part_2"] = "Und noch einer"
    assert client.post(path, data=typed).status_code == 303
    assert db.session.scalars(select(Proposal)).one().wording == "Nur ein einziger Teil\n---\nUnd noch einer"


def test_a_merge_without_the_other_passage_comes_back(client: FlaskClient, resident: User) -> None:
    path = f"/strategie/{MEASURE}/vorschlagen?typ=zusammenfuehrung"
    page = client.post(path, data=fields(client, path, other_node_id=""))
    assert page.status_code == 422
    assert "Wählen Sie die andere Stelle" in page.text
    assert client.post(path, data=fields(client, path, other_node_id=MEASURE)).status_code == 422
    other = "lce-strukturwandel" if db.session.get(Node, "lce-strukturwandel") else None
    other = other or db.session.scalar(select(Node.id).where(Node.kind_id == "massnahme").limit(1))
    assert client.post(path, data=fields(client, path, other_node_id=other)).status_code == 303


def test_a_deletion_needs_no_wording(client: FlaskClient, resident: User) -> None:
    path = f"/strategie/{MEASURE}/vorschlagen?typ=streichung"
    assert client.post(path, data=fields(client, path, wording=None)).status_code == 303


def test_another_wording_meanwhile_is_shown_and_can_be_adopted(client: FlaskClient, resident: User) -> None:
    typed = fields(client, NEW)
    node = db.session.get_one(Node, MEASURE)
    node.body = "Ganz neuer Wortlaut der Industrieparks"
    db.session.commit()
    page = client.post(NEW, data=typed)
    assert page.status_code == 409
    assert "Während Sie schrieben, hat sich der Wortlaut geändert" in page.text
    assert str(typed["wording"]) in page.text
    assert "Ganz neuer Wortlaut" in page.text
    assert everything() == 0
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page.text)
    assert seen
    assert seen[1] == node.body
    again = client.post(NEW, data=typed | {"seen": seen[1]})
    assert again.status_code == 303
    assert db.session.scalars(select(Proposal)).one().before == node.body


def test_an_older_draft_shows_what_changed_and_is_not_handed_in(client: FlaskClient, resident: User) -> None:
    node = strategy.node("alter Wortlaut")
    draft = proposals.draft(resident, node)
    node.body = "neuer Wortlaut"
    db.session.commit()
    review = f"/vorschlaege/entwurf/{draft.id}/pruefen"
    assert "Seit Ihrem Entwurf gibt es eine neue Fassung" in client.get(review).text
    token = form_token(client, f"/vorschlaege/entwurf/{draft.id}")
    client.post(review, data={"csrf_token": token})
    assert draft.number is None
    assert "hat sich der Wortlaut geändert" in client.get(f"/vorschlaege/entwurf/{draft.id}").text


def test_a_delegate_may_write_for_the_initiative(client: FlaskClient, resident: User) -> None:
    initiative = accounts.initiative(resident, name="Energiedorf")
    accounts.initiative(name="Fremde Initiative")
    page = client.get(NEW).text
    assert "für Energiedorf" in page
    assert "Fremde Initiative" not in page
    client.post(NEW, data=fields(client, NEW, speaker=str(initiative.id)))
    assert db.session.scalars(select(Proposal)).one().initiative_id == initiative.id


def test_a_draft_goes_on_as_ones_own_after_the_mandate(client: FlaskClient, resident: User) -> None:
    colleague = accounts.user()
    initiative = accounts.initiative(resident, colleague, name="Energiedorf")
    client.post(NEW, data=fields(client, NEW, speaker=str(initiative.id)))
    draft = db.session.scalars(select(Proposal)).one()
    end_mandate(colleague, initiative, resident.id)
    db.session.commit()
    path = f"/vorschlaege/entwurf/{draft.id}"
    token = form_token(client, f"{path}/pruefen")
    assert client.post(f"{path}/pruefen", data={"csrf_token": token}).status_code == 403
    page = client.get(path).text
    assert "für Energiedorf" not in page
    assert client.post(path, data=fields(client, path)).status_code == 303
    assert client.post(f"{path}/pruefen", data={"csrf_token": token}).status_code == 303
    assert draft.initiative_id is None


def test_similar_ones_can_be_signed_instead(client: FlaskClient, resident: User) -> None:
    node = strategy.node()
    other = proposals.proposal(node=node)
    draft = proposals.draft(resident, node)
    page = client.get(f"/vorschlaege/entwurf/{draft.id}/pruefen").text
    assert "Mitzeichnen statt neu einreichen" in page
    assert f'action="/vorschlaege/{other.number}/mitzeichnen"' in page


def test_a_draft_can_be_thrown_away(client: FlaskClient, resident: User) -> None:
    draft = proposals.draft(resident)
    token = form_token(client, f"/vorschlaege/entwurf/{draft.id}")
    client.post(f"/vorschlaege/entwurf/{draft.id}/loeschen", data={"csrf_token": token})
    assert everything() == 0


def test_a_submitted_proposal_is_revised(client: FlaskClient, resident: User) -> None:
    proposal = stored(proposals.proposal(resident, state=S.SUBMITTED))
    path = f"/vorschlaege/{proposal.number}/bearbeiten"
    assert client.post(path, data=fields(client, path, review=None, save="1", benefit="")).status_code == 422
    answer = client.post(path, data=fields(client, path, review=None, save="1"))
    assert answer.location == f"/vorschlaege/{proposal.number}"
    assert proposal.title == "Abwärme für die Dörfer nennen"
    assert "überarbeitet" in client.get(answer.location).text


# --- Joining in --------------------------------------------------------------------------------------------------


def test_signing_and_taking_it_back(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal()
    path = f"/vorschlaege/{proposal.number}"
    token = form_token(client, path)
    assert client.post(f"{path}/mitzeichnen", data={"csrf_token": token}).status_code == 303
    assert "Mitzeichnung zurücknehmen" in client.get(path).text
    fragment = client.post(
        f"{path}/mitzeichnen", data={"csrf_token": token, "zuruecknehmen": "1"}, headers={"HX-Request": "true"}
    ).text
    assert "Vorschlag mitzeichnen" in fragment
    assert "<h1" not in fragment
    assert db.session.scalar(select(func.count()).select_from(ProposalSupport)) == 0


def test_signing_without_a_token_is_refused(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal()
    assert client.post(f"/vorschlaege/{proposal.number}/mitzeichnen").status_code == 400
    assert proposal.supporter_count == 0


def test_one_does_not_sign_ones_own(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(resident)
    path = f"/vorschlaege/{proposal.number}"
    assert "Mitzeichnen können ihn andere" in client.get(path).text
    token = form_token(client, path)
    assert client.post(f"{path}/mitzeichnen", data={"csrf_token": token}).status_code == 403


def test_visitors_are_told_how_to_sign(client: FlaskClient) -> None:
    proposal = proposals.proposal()
    page = client.get(f"/vorschlaege/{proposal.number}").text
    assert "Vorschlag mitzeichnen" not in page
    assert f"/konto/anmelden?next=/vorschlaege/{proposal.number}" in page


def test_voting_and_writing(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal()
    path = f"/vorschlaege/{proposal.number}"
    token = form_token(client, path)
    assert client.post(f"{path}/stimme", data={"csrf_token": token, "stimme": "zustimmung"}).status_code == 303
    thread = operations.thread_of(proposal)
    assert (thread.yes, thread.votes) == (1, 1)
    key = re.search(r'name="submission_key"[^>]*value="([^"]*)"', client.get(path).text)
    written = {"csrf_token": token, "kind": "frage", "body": "Was heißt umliegend?", "lang": "de"}
    answer = client.post(f"{path}/beitrag", data=written | {"submission_key": key[1] if key else ""})
    assert answer.status_code == 303
    assert "Was heißt umliegend?" in client.get(path).text, answer.location
    empty = client.post(f"{path}/beitrag", data={"csrf_token": token, "kind": "frage", "body": ""})
    assert empty.status_code == 422


def test_a_settled_proposal_takes_no_votes(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(state=S.WITHDRAWN)
    token = form_token(client, NEW)
    path = f"/vorschlaege/{proposal.number}/stimme"
    assert client.post(path, data={"csrf_token": token, "stimme": "zustimmung"}).status_code == 403


def test_withdrawing_asks_first(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(resident)
    path = f"/vorschlaege/{proposal.number}/zurueckziehen"
    token = form_token(client, path)
    assert proposal.state is S.OPEN
    client.post(path, data={"csrf_token": token, "reason": "Ist überholt."})
    assert proposal.state is S.WITHDRAWN
    assert "Ist überholt." in client.get(f"/vorschlaege/{proposal.number}").text


# --- The formal check --------------------------------------------------------------------------------------------


@pytest.fixture
def moderator(client: FlaskClient) -> User:
    person = accounts.moderator()
    db.session.commit()
    log_in(client, person)
    return person


def check_fields(client: FlaskClient, path: str, **decided: str) -> dict[str, str]:
    page = client.get(path).text
    read = re.search(r'name="read"[^>]*value="([^"]*)"', page)
    return {"csrf_token": token_in(page), "read": read[1] if read else "", **decided}


def test_a_text_revised_meanwhile_is_not_opened_unread(client: FlaskClient, moderator: User) -> None:
    proposal = stored(proposals.proposal(state=S.SUBMITTED))
    path = f"/moderation/vorschlaege/{proposal.number}"
    decided = check_fields(client, path, decision="open", reason="Alles ist genannt.")
    operations.edit(proposal.author, proposal, proposals.writing(title="Ganz anderer Titel"), base_revision=1)
    db.session.commit()
    page = client.post(path, data=decided)
    assert page.status_code == 409
    assert "Ganz anderer Titel" in page.text
    assert "Alles ist genannt." in page.text
    assert proposal.state is S.SUBMITTED
    assert client.post(path, data=check_fields(client, path, decision="open")).status_code == 303


def test_the_check_opens(client: FlaskClient, moderator: User) -> None:
    proposal = stored(proposals.proposal(state=S.SUBMITTED))
    path = f"/moderation/vorschlaege/{proposal.number}"
    assert f'href="{path}"' in client.get(f"/vorschlaege/{proposal.number}").text
    answer = client.post(path, data=check_fields(client, path, decision="open"))
    assert (answer.status_code, proposal.state) == (303, S.OPEN)


def test_giving_back_needs_a_reason_and_keeps_the_choice(client: FlaskClient, moderator: User) -> None:
    proposal = stored(proposals.proposal(state=S.SUBMITTED))
    path = f"/moderation/vorschlaege/{proposal.number}"
    token = form_token(client, path)
    page = client.post(path, data={"csrf_token": token, "decision": "return", "reason": ""})
    assert page.status_code == 422
    assert "braucht eine Begründung" in page.text
    assert re.search(r'checked[^>]*value="return"|value="return"[^>]*checked', page.text)
    client.post(path, data={"csrf_token": token, "decision": "return", "reason": "Der Nutzen fehlt."})
    assert proposal.state is S.DRAFT


def test_merging_into_another(client: FlaskClient, moderator: User) -> None:
    proposal, other = proposals.proposal(state=S.SUBMITTED), stored(proposals.proposal())
    path = f"/moderation/vorschlaege/{proposal.number}"
    token = form_token(client, path)
    merge = {"csrf_token": token, "decision": "merge", "reason": "Beide wollen dasselbe."}
    for target in ("", "abc", str(proposal.number), "99999"):
        assert client.post(path, data=merge | {"target": target}).status_code == 422
    client.post(path, data=merge | {"target": str(other.number)})
    assert (proposal.state, proposal.merged_into_id) == (S.MERGED, other.id)
    assert proposal.title in client.get(f"/vorschlaege/{other.number}").text


def test_a_check_twice_is_refused(client: FlaskClient, moderator: User) -> None:
    proposal = stored(proposals.proposal(state=S.SUBMITTED))
    path = f"/moderation/vorschlaege/{proposal.number}"
    decided = check_fields(client, path, decision="open")
    client.post(path, data=decided)
    assert client.post(path, data=decided).status_code in (403, 409, 422)
    assert proposal.state is S.OPEN


def test_an_open_proposal_leads_to_its_evaluation(client: FlaskClient, moderator: User) -> None:
    proposal = stored(proposals.proposal())
    page = client.get(f"/vorschlaege/{proposal.number}").text
    assert "Auswertung beginnen" in page
    assert f'name="proposal" value="{proposal.id}"' in page


def test_residents_see_nothing_of_the_workroom(client: FlaskClient, resident: User) -> None:
    for state in (S.SUBMITTED, S.OPEN):
        page = client.get(f"/vorschlaege/{proposals.proposal(state=state).number}").text
        assert "Werkstatt" not in page
        assert "Auswertung beginnen" not in page


def test_an_open_proposal_can_still_be_merged(client: FlaskClient, moderator: User) -> None:
    proposal = proposals.proposal()
    page = client.get(f"/moderation/vorschlaege/{proposal.number}").text
    assert 'value="merge"' in page
    assert 'value="open"' not in page


def test_no_moderator_checks_their_own(client: FlaskClient, moderator: User, app: Flask) -> None:
    proposal = proposals.proposal(moderator, state=S.SUBMITTED)
    path = f"/moderation/vorschlaege/{proposal.number}"
    assert "Das ist Ihr eigener Vorschlag" in client.get(path).text
    token = form_token(client, NEW)
    assert client.post(path, data={"csrf_token": token, "decision": "open"}).status_code in (403, 422)
    assert proposal.state is S.SUBMITTED


def test_a_decided_proposal_shows_its_votes_and_no_buttons(client: FlaskClient, resident: User) -> None:
    proposal = proposals.proposal(state=S.OPEN)
    operations.thread_of(proposal)
    db.session.commit()
    path = f"/vorschlaege/{proposal.number}"
    assert 'name="stimme"' in client.get(path).text
    proposal.state = S.REJECTED
    db.session.commit()
    page = client.get(path).text
    assert 'name="stimme"' not in page
    assert "Über diesen Vorschlag ist entschieden. So standen die Stimmen." in page
