"""Pages of nodes that were merged, split or struck, and comments on quoted words."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from participation.base.db import db
from participation.base.text import shown
from participation.dialogue.models import Anchor, AnchorState, Ballot, Comment, Stance
from participation.dialogue.operations import hide_comment
from participation.dialogue.votes import cast_vote
from participation.leitbild.models import ChangeKind
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories import accounts, dialogue, outcomes, proposals
from tests.factories import leitbild as make
from tests.factories.accounts import log_in
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database

MEASURE = "lce-sofort-industrieparks"
PAGE = f"/strategie/{MEASURE}"
POINT = f"{MEASURE}-versorgungssicherheit"


def page_of(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:1000]
    return answer.text


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)[1]


def fields(page: str, **rest: str) -> dict[str, str]:
    return {
        "csrf_token": token_in(page),
        "submission_key": hidden(page, "submission_key"),
        "seen": hidden(page, "seen"),
        "kind": "frage",
        "lang": "de",
        "body": "Warum genau so?",
        **rest,
    }


def send(client, page: str, **rest: str):
    db.session.commit()  # a refusal rolls back
    return client.post(f"{PAGE}/beitrag", data=fields(page, **rest))


@pytest.fixture
def person(client):
    someone = accounts.user("Anja S.")
    log_in(client, someone)
    return someone


def written() -> tuple[Comment, Anchor | None]:
    made = db.session.scalars(select(Comment).where(Comment.body != "Die Hallen stehen schon.")).one()
    return made, db.session.get(Anchor, made.id)


def reword(node_id: str = POINT, after: str = "Versorgungssicherheit (Speicher)") -> None:
    make.revision(make.approved(db.session.get(Node, node_id), after=after))
    db.session.commit()


# --- quotes --------------------------------------------------------------------------------------------------------


def test_a_quote_is_taken_without_javascript(client, person):
    page = page_of(client, PAGE)
    assert "Zitat" in page
    assert send(client, page, quote="„Gaskraftwerke mit\r\nWärmekopplung“").status_code == 303
    made, anchor = written()
    assert (anchor.subject, anchor.exact, anchor.revision) == (POINT, "Gaskraftwerke mit Wärmekopplung", 1)
    assert made.anchor == POINT
    assert '<p>zu <span class="ld-serif">„Gaskraftwerke mit Wärmekopplung“</span></p>' in page_of(client, PAGE)


def test_what_is_quoted_is_marked_in_the_wording(client, person):
    page = page_of(client, PAGE)
    assert "ld-spoken" not in page
    send(client, page, quote="Gaskraftwerke mit Wärmekopplung")
    mark = '<mark class="ld-spoken">Gaskraftwerke mit Wärmekopplung</mark>'
    assert page_of(client, PAGE).count(mark) == 1
    made, _anchor = written()
    hide_comment(accounts.moderator(), made, "Regel 3")
    db.session.commit()
    assert "ld-spoken" not in page_of(client, PAGE)


def test_the_chosen_point_is_taken_down_as_a_whole(client, person):
    send(client, page_of(client, PAGE), anchor=POINT)
    _made, anchor = written()
    assert (anchor.subject, anchor.is_quote) == (POINT, False)
    assert anchor.exact == shown(db.session.get(Node, POINT).html)
    assert '<p>zu <span class="ld-serif">a) ' in page_of(client, PAGE)


def test_words_of_the_sentence_itself_name_no_point(client, person):
    send(client, page_of(client, PAGE), anchor=POINT, quote="Schwarze Pumpe, Boxberg")
    made, anchor = written()
    assert (made.anchor, anchor.subject, anchor.is_quote) == (None, MEASURE, True)


def test_words_that_are_not_there_are_refused_kindly(client, person):
    refused = send(client, page_of(client, PAGE), quote="Gaskraftwerk mit einer Wärmekopplung", body="Mein Text")
    assert refused.status_code == 422
    assert "Diese Worte stehen nicht im heutigen Wortlaut." in refused.text
    assert "Mein Text</textarea>" in refused.text
    assert "Gaskraftwerk mit einer Wärmekopplung</textarea>" in refused.text
    assert db.session.scalar(select(Comment)) is None
    offered = re.search(r'name="statt" value="([^"]+)"', refused.text)[1]
    assert "Wärmekopplung" in offered
    again = send(client, refused.text, quote="Gaskraftwerk mit einer Wärmekopplung", body="Mein Text", statt=offered)
    assert again.status_code == 303
    assert written()[1].exact == offered


@pytest.mark.parametrize(
    ("quote", "error"), [("x" * 501, "Höchstens 500 Zeichen"), ("Pilgerweg nach Santiago", "stehen nicht")]
)
def test_what_cannot_be_quoted_is_refused_without_an_offer(client, person, quote, error):
    refused = send(client, page_of(client, PAGE), quote=quote, body="Mein Text")
    assert refused.status_code == 422
    assert error in refused.text
    assert 'name="statt"' not in refused.text
    assert "Mein Text</textarea>" in refused.text


def test_markup_in_a_quote_is_only_text(client, person):
    refused = send(client, page_of(client, PAGE), quote="<script>alert(1)</script>")
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text


def test_a_reply_has_no_quote(client, person):
    root = dialogue.comment(thread_of(db.session.get(Node, MEASURE)))
    page = page_of(client, f"{PAGE}?antwort={root.id}")
    assert 'name="quote"' not in page
    assert send(client, page, parent=str(root.id), quote="Unsinn").status_code == 303
    assert db.session.scalar(select(Anchor)) is None


def test_a_wording_that_changed_while_writing_is_shown_before_sending(client, person):
    page = page_of(client, PAGE)
    reword()
    sent = {"body": "Mein Text", "quote": "Gaskraftwerke mit Wärmekopplung"}
    refused = send(client, page, **sent)
    assert refused.status_code == 409
    assert "Während Sie schrieben, hat sich der Wortlaut geändert." in refused.text
    assert '<del><span class="ld-hide">gelöscht: </span>' in refused.text
    assert "Mein Text</textarea>" in refused.text
    assert "Gaskraftwerke mit Wärmekopplung</textarea>" in refused.text
    assert db.session.query(Comment).filter_by(author_id=person.id).count() == 0
    assert send(client, refused.text, **sent).status_code == 422
    assert send(client, refused.text, body="Mein Text").status_code == 303
    assert written()[0].body == "Mein Text"


def test_a_change_elsewhere_stops_nobody(client, person):
    page = page_of(client, PAGE)
    reword(make.measure(3).id, "Etwas anderes")
    assert send(client, page, body="Mein Text").status_code == 303


def test_what_became_of_a_passage_is_said_in_words(client, person):
    page = page_of(client, PAGE)
    send(client, page, quote="Gaskraftwerke mit Wärmekopplung")
    reword(after="Versorgungssicherheit (neue Gaskraftwerke und Wärmekopplung)")
    page = page_of(client, PAGE)
    assert "<b>Passage geändert</b> in Fassung 2." in page
    assert f'<a href="/leitbild/fassung/1#{POINT}">So stand es in Fassung 1:</a>' in page
    assert "„Gaskraftwerke mit Wärmekopplung“" in page
    assert "Heute: <span" in page
    assert f'id="{POINT}"' in page_of(client, "/leitbild/fassung/1")
    reword(after="Radwege")
    page = page_of(client, PAGE)
    assert "<b>Passage entfallen</b> mit Fassung 3." in page
    assert "„Gaskraftwerke mit Wärmekopplung“" in page
    made, anchor = written()
    assert anchor.state is AnchorState.GONE
    assert "Passage entfallen" in page_of(client, f"/beitrag/{made.id}")


def test_a_page_with_quotes_takes_no_more_statements(client, person, statements):
    numbers = []
    for count in (1, 9):
        for _ in range(count):
            send(client, page_of(client, PAGE), quote="Gaskraftwerke mit Wärmekopplung")
        page_of(client, PAGE)
        db.session.commit()
        db.session.remove()
        with statements() as counted:
            assert page_of(client, PAGE).count("„Gaskraftwerke mit") >= count
        numbers.append(counted.number)
    assert numbers == [9, 9]


# --- merged, split, struck ------------------------------------------------------------------------------------------


def merged() -> tuple[Node, Node, Comment]:
    node, target = make.measure(3), make.measure(4)
    said = dialogue.comment(thread_of(node), accounts.user("Bernd H."), "Das steht zweimal da.")
    for n in range(5):
        cast_vote(accounts.user(), thread_of(node), Stance.YES if n else Stance.NO)
    for _ in range(3):
        cast_vote(accounts.user(), thread_of(target), Stance.YES)
    proposals.proposal(node=node, title="Beides zusammen denken")
    make.revision(make.approved(node, kind=ChangeKind.MERGE, target_id=target.id, reason="Beide meinen dasselbe."))
    db.session.commit()
    return node, target, said


def test_the_old_address_leads_on_and_keeps_everything(client):
    wording = make.measure(3).body
    node, target, said = merged()
    page = page_of(client, f"/strategie/{node.id}")
    assert f'mit einer anderen Stelle zusammengeführt: <a href="/strategie/{target.id}">' in page
    assert "Begründung: Beide meinen dasselbe." in page
    assert re.search(r"Entworfen von Person \d+, freigegeben von Person \d+, veröffentlicht am", page)
    assert '<a href="/leitbild/aenderung/1">Änderung Ä-1</a>' in page
    assert '<a href="/ergebnisse/1">Ergebnis E-1</a>' in page
    assert f'<a href="/leitbild/fassung/1#{node.id}">' in page
    assert wording in page
    assert "Das steht zweimal da." in page
    assert "Beides zusammen denken" in page
    assert "Hierüber wird nicht mehr abgestimmt. So standen die Stimmen." in page
    assert "5 Stimmen am" in page
    assert "Abgegeben am" in page
    assert f"id=k-{said.id}" in page
    assert page_of(client, f"/beitrag/{said.id}").count("Das steht zweimal da.") == 1


def test_nothing_new_comes_to_what_is_gone(client, person):
    node, target, said = merged()
    path = f"/strategie/{node.id}"
    token = form_token(client, PAGE)
    page = page_of(client, path)
    for gone in (f'action="{path}/beitrag"', f'action="{path}/stimme"', "?antwort=", "vorschlaege/neu", "#schreiben"):
        assert gone not in page
    assert "Etwas vorschlagen" not in page
    assert f'<a href="/strategie/{target.id}">Weiter bei „' in page
    assert "?antwort=" not in page_of(client, f"/beitrag/{said.id}")
    db.session.commit()
    said_now = {"csrf_token": token, "kind": "frage", "lang": "de", "body": "Noch ein Wort dazu"}
    refused = client.post(f"{path}/beitrag", data=said_now)
    assert refused.status_code == 403
    assert "in einer anderen aufgegangen" in refused.text
    assert "Noch ein Wort dazu" in refused.text
    reply = client.post(f"{path}/beitrag", data={**said_now, "parent": str(said.id)})
    assert reply.status_code == 403
    votes = db.session.query(Ballot).count()
    voted = client.post(f"{path}/stimme", data={"csrf_token": token, "stimme": "zustimmung"})
    assert voted.status_code == 403
    assert "in einer anderen aufgegangen" in voted.text
    assert client.post(f"{path}/beitrag", data={**said_now, "kind": "", "body": "Mit Fehler"}).status_code == 403
    assert client.get(f"/vorschlaege/neu/{node.id}").status_code in (403, 404)
    assert (db.session.query(Comment).count(), db.session.query(Ballot).count()) == (2, votes)


def test_the_target_names_its_origins_and_adds_nothing_up(client):
    node, target, _said = merged()
    page = page_of(client, f"/strategie/{target.id}")
    part = page.split('id="aufgenommen"', 1)[1].split("</section>", 1)[0]
    assert f'<a href="/strategie/{node.id}">' in part
    assert f'<a href="/strategie/{node.id}#gespraech">2 Beiträge</a>' in part
    assert f'<a href="/strategie/{node.id}#vorschlaege">1 Vorschlag</a>' in part
    assert "5 Stimmen dort, am" in part
    assert "4 dafür, 1 dagegen, 0 enthalten." in part
    assert "3 Stimmen am" in page
    for path in (
        f"/strategie/{target.id}",
        "/",
        "/strategie",
        "/wirkung",
        "/leitbild",
        "/leitbild/fassung/2/massnahmen",
    ):
        assert "8 Stimmen" not in page_of(client, path), path


def test_a_merged_page_keeps_within_the_limit(app, client, statements):
    node, target, said = merged()
    for about in (node, target):
        outcomes.outcome(dialogue.comment(thread_of(about)), node_id=about.id)
        thread_of(about).round = 2
    for who, limit in ((None, 8), (accounts.user(), 10)):
        if who is not None:
            log_in(client, who)
        db.session.commit()
        for about in (node, target):
            path = f"/strategie/{about.id}"
            db.session.remove()
            with statements() as counted:
                page_of(client, path)
            assert counted.number <= limit, counted.texts
    assert said.id


def test_an_outcome_and_an_evaluation_keep_their_links(client):
    node, target, said = merged()
    page = page_of(client, "/ergebnisse/1")
    assert f'href="/strategie/{node.id}' in page
    assert f"/strategie/{target.id}" in page_of(client, "/leitbild/aenderung/1")
    assert f'href="/strategie/{node.id}"' in page_of(client, "/leitbild")
    assert said.id


def test_what_is_struck_stays_with_its_reason(client, person):
    node = make.measure(3)
    wording = node.body
    make.revision(make.approved(node, kind=ChangeKind.DELETION, reason="Das ist erledigt."))
    db.session.commit()
    page = page_of(client, f"/strategie/{node.id}")
    assert "Sie wurde in Fassung 2 gestrichen." in page
    assert "Begründung: Das ist erledigt." in page
    assert wording in page
    assert "Weiter geht es hier:" in page
    assert "Die Hallen stehen schon." in page
    assert 'name="body"' not in page


def test_both_parts_of_a_split_name_each_other(client, person):
    node = make.measure(4)
    split = make.approved(node, kind=ChangeKind.SPLIT, after="Nur noch das.")
    part = make.approved(
        kind=ChangeKind.ADDITION, parent_id=node.parent_id, target_id=node.id, node_kind="massnahme", title="Der Rest"
    )
    make.revision(split, part)
    db.session.commit()
    origin, rest = page_of(client, f"/strategie/{node.id}"), page_of(client, f"/strategie/{part.new_node_id}")
    assert f'href="/strategie/{part.new_node_id}">Der Rest</a>' in origin.split('id="abgeteilt"', 1)[1]
    assert "Durch Teilung in Fassung 2 entstanden aus:" in rest
    assert f'<a href="/strategie/{node.id}">' in rest
    for page in (origin, rest):
        assert 'name="body"' in page
