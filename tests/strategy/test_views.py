"""The start page, the whole strategy, and every node's page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from participation.accounts.models import Role
from participation.base.db import db
from participation.dialogue.models import Ballot, Comment, Thread, ThreadState
from participation.outcomes.models import OutcomeKind, OutcomeState
from participation.strategy.models import Node, TextState
from participation.strategy.operations import thread_of
from tests.factories import accounts, dialogue, outcomes, proposals
from tests.factories.accounts import log_in
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database

MEASURE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{MEASURE}"
POINT = "lce-trend-dekarbonisierung-speicher"


def text_of(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def thread(node_id: str = MEASURE) -> Thread:
    return thread_of(db.session.get(Node, node_id))


def contribution(client, path: str, **fields: str) -> dict[str, str]:
    """The fields of a comment form as a person would send them."""
    page = client.get(path).get_data(as_text=True)
    key = page.split('name="submission_key"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    return {
        "csrf_token": token_in(page),
        "submission_key": key,
        "kind": "frage",
        "lang": "de",
        "body": "Wer zahlt die Gleise?",
        **fields,
    }


def test_every_node_has_a_page(app, client):
    nodes = db.session.execute(select(Node.id, Node.has_thread)).all()
    assert len(nodes) == 287
    for node_id, has_thread in nodes:
        page = text_of(client, f"/strategie/{node_id}")
        assert page.count("<h1") == 1
        assert ('id="schreiben"' in page) == has_thread
        assert ("Darüber wird hier gesprochen" in page) == (not has_thread)


def test_an_unknown_node_is_a_friendly_404(app, client):
    assert client.get("/strategie/gibt-es-nicht").status_code == 404


def test_wording_points_and_editorial_note_stand_apart(app, client):
    page = text_of(client, PAGE)
    frame = page.split('<div class="ld-wording"', 1)[1].split("</div>", 1)[0]
    assert 'data-key="a)"' in frame
    assert 'data-key="b)"' in frame
    assert "Auslegung" not in frame
    assert "Auslegung" in page
    assert '<span lang="dsb">Janšojce</span>' in page
    assert "Was ist daraus geworden" in page


def test_a_point_leads_to_its_conversation_with_its_anchor(app, client):
    page = text_of(client, f"/strategie/{POINT}")
    assert f'href="/strategie/lce-trends?bezug={POINT}#gespraech"' in page
    assert "stimme" not in page


@pytest.mark.parametrize(("who", "expected"), [("visitor", 6), ("resident", 9)])
@pytest.mark.parametrize(("shown", "in_thread"), [(10, 10), (100, 100), (100, 1000)])
def test_a_page_takes_as_many_statements_with_1000_comments_as_with_10(
    app, client, statements, shown, in_thread, who, expected
):
    dialogue.many(thread(), in_thread)
    proposals.proposal(node=db.session.get(Node, MEASURE))
    if who == "resident":
        log_in(client, accounts.user())
    db.session.commit()
    db.session.remove()
    with statements() as counted:
        assert text_of(client, f"{PAGE}?menge={shown}").count("class=ld-comment ") == min(in_thread, max(shown, 30))
    assert counted.number == expected, counted.texts


@pytest.mark.parametrize(("who", "limit"), [("visitor", 8), ("resident", 10), ("moderator", 10)])
def test_an_evaluated_and_changed_node_keeps_within_the_limit(app, client, statements, who, limit):
    where = thread()
    ids = dialogue.many(where, 100)
    outcomes.outcome(db.session.get(Comment, ids[-1]))
    where.round = 2
    db.session.execute(update(Node).where(Node.id == MEASURE).values(since_revision=2, text_state=TextState.CHANGED))
    if who != "visitor":
        log_in(client, accounts.user(role=Role(who)))
    db.session.commit()
    db.session.remove()
    with statements() as counted:
        page = text_of(client, f"{PAGE}?menge=100")
    assert "E-1" in page
    assert "Aufgenommen." in page
    assert counted.number <= limit, counted.texts


def test_start_and_list_are_cheap(app, client, statements):
    for node_id in db.session.scalars(select(Node.id).where(Node.has_thread).limit(60)):
        dialogue.many(thread(node_id), 2)
    outcomes.outcome(outcomes.node_comment())
    db.session.commit()
    for path, limit in (
        ("/", 10),
        ("/strategie", 5),
        ("/strategie?art=massnahme", 5),
        ("/orte", 5),
        ("/orte/dresden", 5),
    ):
        with statements() as counted:
            text_of(client, path)
        assert counted.number <= limit, (path, counted.texts)


def test_reading_writes_nothing(app, client, statements):
    with statements() as counted:
        for path in ("/", "/strategie", PAGE, "/strategie/lce", "/orte?q=guben", "/orte/guben"):
            text_of(client, path)
    assert not [text for text in counted.texts if not text.lstrip().upper().startswith(("SELECT", "WITH"))]


def test_the_start_page_invites_while_nothing_has_happened(app, client):
    page = text_of(client, "/")
    assert "Vier Cluster, 76 Maßnahmen" in page
    assert "Aufbauend auf der Geschichte der Lausitz als Energieregion" in page
    assert "Noch hat niemand geschrieben" in page
    assert "Leitbild, Fassung 1:" in page
    assert '<tspan class="two"' in page
    assert 'lang="hsb">Wojerecy</tspan>' in page


def test_the_start_page_shows_what_is_said_and_what_came_of_it(app, client):
    comment = outcomes.node_comment()
    outcomes.outcome(comment, kind=OutcomeKind.EXAMINE)
    page = text_of(client, "/")
    talk = page.split('id="gespraech"', 1)[1].split("</section>", 1)[0]
    assert f'href="{PAGE}"' in talk
    assert "1 Beitrag" in talk
    assert "E-1 · Prüfauftrag" in page
    assert "20 Maßnahmen · 1 Beitrag" in page


def test_the_whole_strategy_reads_in_order(app, client):
    page = text_of(client, "/strategie")
    order = [
        page.index(part) for part in ("Zukunft heute gestalten", "Leitsatz Energie", "Leitsatz Mobilität", "EIN Revier")
    ]
    assert order == sorted(order)
    assert page.count("<h1") == 1


def test_a_cluster_unfolds_below_its_guiding_sentence(app, client):
    dialogue.many(thread(), 3)
    db.session.commit()
    page = text_of(client, "/strategie")
    assert page.count('<details class="ld-fold">') == 4
    energy = page.split('id="lce"', 1)[1].split("</section>", 1)[0]
    before, folded = energy.split('<details class="ld-fold">', 1)
    assert "Leitsatz Energie" in before
    assert f'id="{MEASURE}"' not in before
    assert f'id="{MEASURE}"' in folded
    assert f'id="{POINT}"' in folded
    assert "20 Maßnahmen · 3 Beiträge" in folded.split("</summary>", 1)[0]
    unfolded = text_of(client, "/strategie?alles=1")
    assert unfolded.count('<details class="ld-fold" open>') == 4
    assert "Cluster zuklappen" in unfolded


def test_a_node_leads_back_to_its_line_in_the_whole_text(app, client):
    for node_id in (MEASURE, POINT):
        assert f'href="/strategie#{node_id}"' in text_of(client, f"/strategie/{node_id}")


def test_filters_list_what_they_leave(app, client):
    page = text_of(client, "/strategie?art=leitprojekt&cluster=lce")
    assert "4 Stellen gefunden" in page
    assert '<option value="leitprojekt" selected>' in page
    nothing = text_of(client, "/strategie?ort=jaenschwalde&cluster=lcm")
    assert "Zu dieser Auswahl steht nichts in der Strategie" in nothing
    ignored = text_of(client, "/strategie?cluster=%27--&art=quatsch")
    assert "Stellen gefunden" not in ignored


def test_a_resident_contributes_and_opens_the_thread(app, client):
    log_in(client, accounts.user())
    fields = contribution(client, PAGE, anchor=f"{MEASURE}-innovationen")
    response = client.post(f"{PAGE}/beitrag", data=fields)
    assert response.status_code == 303
    comment = db.session.scalars(select(Comment)).one()
    assert (comment.anchor, comment.anchor_text[:2]) == (f"{MEASURE}-innovationen", "b)")
    assert db.session.get(Node, MEASURE).thread_id == comment.thread_id
    assert "Wer zahlt die Gleise?" in text_of(client, PAGE)


def test_what_was_typed_survives_a_mistake(app, client):
    log_in(client, accounts.user())
    fields = contribution(client, PAGE, kind="")
    response = client.post(f"{PAGE}/beitrag", data=fields)
    assert response.status_code == 422
    page = response.get_data(as_text=True)
    assert "Wer zahlt die Gleise?" in page
    assert "<title>Fehler:" in page
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 0


@pytest.mark.parametrize(("who", "status"), [("visitor", 401), ("unconfirmed", 403), ("operator", 403)])
def test_only_people_with_a_confirmed_account_contribute(app, client, who, status):
    if who == "unconfirmed":
        log_in(client, accounts.user(confirmed=False))
    elif who == "operator":
        log_in(client, accounts.user(role=Role.OPERATOR))
    db.session.commit()
    token = form_token(client, "/konto/anmelden" if who == "visitor" else PAGE)
    fields = {"csrf_token": token, "kind": "frage", "lang": "de", "body": "Ohne Recht", "submission_key": "x"}
    assert client.post(f"{PAGE}/beitrag", data=fields).status_code == status
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 0
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 0


def test_a_node_without_a_conversation_takes_none(app, client):
    log_in(client, accounts.user())
    fields = contribution(client, PAGE)
    assert client.post(f"/strategie/{POINT}/beitrag", data=fields).status_code == 404
    assert client.post("/strategie/gibt-es-nicht/beitrag", data=fields).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 0


def test_a_vote_is_cast_changed_and_withdrawn(app, client):
    log_in(client, accounts.user())
    token = form_token(client, PAGE)
    for stance in ("zustimmung", "ablehnung"):
        answer = client.post(f"{PAGE}/stimme", data={"csrf_token": token, "stimme": stance})
        assert answer.status_code == 303
        assert [ballot.stance.value for ballot in db.session.scalars(select(Ballot))] == [stance]
    box = client.post(f"{PAGE}/stimme", data={"csrf_token": token, "stimme": ""}, headers={"HX-Request": "true"})
    assert box.status_code == 200
    assert "<html" not in box.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 0


@pytest.mark.parametrize("node_id", ["lce", "lce-trends", POINT])
def test_what_is_not_voted_on_takes_no_vote(app, client, node_id):
    log_in(client, accounts.user())
    token = form_token(client, PAGE)
    answer = client.post(f"/strategie/{node_id}/stimme", data={"csrf_token": token, "stimme": "zustimmung"})
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 0


def test_a_struck_measure_explains_itself_and_takes_no_vote(app, client):
    gone = {"text_state": TextState.STRUCK, "since_revision": 2}
    db.session.execute(update(Node).where(Node.id == MEASURE).values(**gone))
    log_in(client, accounts.user())
    page = text_of(client, PAGE)
    assert "Sie wurde in Fassung 2 gestrichen." in page
    assert 'id="abstimmung"' not in page
    assert "Etwas vorschlagen" not in page
    token = form_token(client, PAGE)
    answer = client.post(f"{PAGE}/stimme", data={"csrf_token": token, "stimme": "zustimmung"})
    assert answer.status_code == 403
    assert "Diese Stelle ist gestrichen." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_a_merged_measure_leads_to_where_it_went(app, client):
    target = "lce-handlung-sektorkopplung-wasserstoff"
    merged = {"text_state": TextState.MERGED, "since_revision": 2, "moved_to_id": target}
    db.session.execute(update(Node).where(Node.id == MEASURE).values(**merged))
    page = text_of(client, PAGE)
    assert "Sie wurde in Fassung 2 mit einer anderen Stelle zusammengeführt:" in page
    assert f'href="/strategie/{target}"' in page


@pytest.mark.parametrize(
    ("role", "spoken", "state", "offered"),
    [
        (Role.MODERATOR, True, ThreadState.OPEN, True),
        (Role.MODERATOR, False, ThreadState.OPEN, False),
        (Role.MODERATOR, True, ThreadState.EVALUATING, False),
        (Role.RESIDENT, True, ThreadState.OPEN, False),
        (Role.OPERATOR, True, ThreadState.OPEN, False),
    ],
)
def test_moderators_may_begin_an_evaluation_where_there_is_something_to_evaluate(
    app, client, role, spoken, state, offered
):
    where = thread()
    if spoken:
        dialogue.comment(where)
    where.state = state
    db.session.flush()
    log_in(client, accounts.user(role=role))
    assert ("Auswertung beginnen" in text_of(client, PAGE)) == offered


def test_proposals_about_a_node_are_listed_on_it(app, client):
    node = db.session.get(Node, MEASURE)
    made = proposals.proposal(node=node, title="Abwärme für die Dörfer nennen")
    proposals.draft(node=node, title="Ein Entwurf, den niemand sehen soll")
    page = text_of(client, PAGE)
    assert "Abwärme für die Dörfer nennen" in page
    assert f"V-{made.number}" in page
    assert "Ein Entwurf, den niemand sehen soll" not in page


def test_the_form_speaks_of_what_the_link_named(app, client):
    log_in(client, accounts.user())
    page = text_of(client, f"/strategie/lce-trends?bezug={POINT}")
    assert f'<option selected value="{POINT}">' in page
    assert '<option selected value="">' in text_of(client, "/strategie/lce-trends?bezug=fremd")


def test_the_question_of_its_kind_opens_a_conversation(app, client):
    question = "Was ist daraus geworden"
    assert question in text_of(client, PAGE)
    dialogue.comment(thread())
    assert question in text_of(client, PAGE)


def test_a_resting_vote_says_until_when(app, client):
    where = thread()
    dialogue.comment(where)
    running = outcomes.outcome(state=OutcomeState.DRAFT, due_at=datetime(2026, 12, 4, 12, tzinfo=UTC))
    where.state = ThreadState.EVALUATING
    db.session.flush()
    page = text_of(client, PAGE)
    assert "Die Abstimmung ruht bis zum 4. Dezember" in page
    assert running.summary not in page


class TestPreview:
    """What appears under a wording while it is written."""

    PATH = f"/strategie/{MEASURE}/vorschau"

    def ask(self, client, wording: str, person=None):
        if person is not None:
            log_in(client, person)
        token = form_token(client, "/konto/anmelden" if person is None else "/konto/profil")
        headers = {"HX-Request": "true", "X-CSRFToken": token}
        return client.post(self.PATH, data={"wording": wording}, headers=headers)

    def test_the_difference_is_shown_word_by_word(self, app, client):
        node = db.session.get(Node, MEASURE)
        person = accounts.user()
        answer = self.ask(client, f"{node.body} <b>und Parks</b>", person)
        assert answer.status_code == 200
        assert "<ins>" in answer.text
        assert "&lt;b&gt;und Parks&lt;/b&gt;" in answer.text
        assert self.ask(client, node.body, person).text.strip() == ""

    def test_a_refusal_leaves_the_page_as_it_is(self, app, client):
        assert self.ask(client, "anders").status_code == 204
        answer = self.ask(client, "x" * 60_000, accounts.user())
        assert answer.status_code == 204
        assert "HX-Retarget" not in answer.headers
