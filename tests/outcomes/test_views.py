"""Pages of outcomes: reading, writing without losing anything, handing over, approving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from participation.accounts.models import Role
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import Comment, Thread, ThreadState
from participation.dialogue.operations import edit_comment, hide_comment
from participation.outcomes.models import Fate, Outcome, OutcomeKind, OutcomeState
from participation.strategy.models import Node
from tests.factories import outcomes as make
from tests.factories.accounts import log_in, moderator, user
from tests.web_helpers import form_token, token_in

pytestmark = pytest.mark.one_database


def draft(*evidence, **rest) -> Outcome:
    outcome = make.outcome(*evidence, state=OutcomeState.DRAFT, **rest)
    outcome.thread.state = ThreadState.EVALUATING
    db.session.commit()
    return outcome


def submitted(*evidence, **rest) -> Outcome:
    outcome = draft(*(evidence or (make.node_comment(),)), **rest)
    outcome.state = OutcomeState.SUBMITTED
    db.session.commit()
    return outcome


def desk(outcome: Outcome) -> str:
    return f"/moderation/ergebnisse/{outcome.id}"


def sent(client, outcome: Outcome, **changed) -> dict[str, object]:
    form = {
        "csrf_token": form_token(client, desk(outcome)),
        "edit": "1",
        "seen": now().isoformat(),
        "shown": "30",
        "kind": "textaenderung",
        "summary": "Zusammengefasst",
        "pros": "Dafür",
        "cons": "Dagegen",
        "minority": "keine",
    }
    return {key.replace("_k", "-k").replace("_v", "-v"): value for key, value in {**form, **changed}.items()}


@pytest.fixture
def me(client):
    person = moderator("Anna Wendt")
    log_in(client, person)
    return person


class TestReading:
    def test_a_record_with_everything(self, app, client):
        author = user("Jens Rehbein")
        comment = make.node_comment(author, body="Die Gleise <b>liegen</b> schon.")
        cited = make.quoted()
        outcome = make.outcome(comment, cited, fate=Fate.CONSIDERED, votes_yes=2, votes_no=1, author=moderator("Anna"))
        page = client.get(f"/ergebnisse/{outcome.number}").get_data(as_text=True)
        for said in ("E-1", "Textänderung", "Die Standorte sollen", "Jens Rehbein", "Die Gleise &lt;b&gt;", "V-1"):
            assert said in page
        assert page.count("Erwogen, nicht übernommen.") == 2
        assert f"/beitrag/{comment.id}" in page
        assert "3 Stimmen am" in page
        assert "Anna" in page
        assert "noch nicht geändert" in page

    def test_marks_what_happened_to_evidence_since(self, app, client):
        author = user()
        edited, hidden = make.node_comment(author), make.node_comment(author, body="Etwas Privates")
        outcome = make.outcome(edited, hidden)
        edit_comment(author, edited, "Neu", expected_version=1)
        hide_comment(moderator(), hidden, "Regel 3")
        page = client.get(f"/ergebnisse/{outcome.number}").get_data(as_text=True)
        assert "danach bearbeitet" in page
        assert "Die Hallen stehen schon." in page
        assert "Später ausgeblendet" in page
        assert "Etwas Privates" not in page

    def test_drafts_are_nowhere(self, app, client):
        outcome = draft()
        assert client.get("/ergebnisse/1").status_code == 404
        assert client.get(desk(outcome)).status_code == 303
        page = client.get("/ergebnisse").get_data(as_text=True)
        assert "Die Standorte sollen weitergenutzt" not in page
        assert "Gerade in Auswertung" in page

    def test_the_list_continues_by_link_and_by_htmx(self, app, client):
        for _ in range(22):
            make.outcome()
        page = client.get("/ergebnisse").get_data(as_text=True)
        assert "E-22<" in page
        assert "E-2<" not in page
        assert "/ergebnisse?vor=3" in page
        rest = client.get("/ergebnisse?vor=3", headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "E-2<" in rest
        assert "<html" not in rest
        assert "Von vorn" in client.get("/ergebnisse?vor=3").get_data(as_text=True)

    @pytest.mark.parametrize("size", [1, 8])
    def test_statements_do_not_depend_on_the_amount(self, app, client, statements, size):
        outcome = make.outcome(*(make.node_comment() for _ in range(size)), make.quoted())
        client.get("/ergebnisse")
        with statements() as counted:
            client.get(f"/ergebnisse/{outcome.number}")
        assert counted.number <= 5
        with statements() as counted:
            client.get("/ergebnisse")
        assert counted.number <= 4


class TestBegin:
    def begin(self, client, **form):
        token = form_token(client, "/moderation/beitrag/1") if db.session.get(Comment, 1) else ""
        return client.post("/moderation/auswertung/beginnen", data={"csrf_token": token, **form})

    def test_from_a_node(self, app, client, me):
        comment = make.node_comment()
        answer = self.begin(client, node=make.NODE)
        outcome = db.session.scalars(select(Outcome)).one()
        assert (answer.status_code, answer.location) == (303, desk(outcome))
        assert timedelta(days=20) < outcome.due_at - now() <= timedelta(days=21)
        assert comment.thread.state is ThreadState.EVALUATING

    def test_from_a_point_it_is_the_owners_thread(self, app, client, me):
        make.node_comment()
        point = db.session.scalars(
            select(Node).where(Node.thread_node_id == make.NODE, Node.id != make.NODE).limit(1)
        ).one()
        self.begin(client, node=point.id)
        assert db.session.scalars(select(Outcome.node_id)).one() == make.NODE

    def test_from_a_proposal(self, app, client, me):
        make.node_comment()
        cited = make.quoted()
        db.session.commit()
        self.begin(client, proposal=str(cited.id))
        assert db.session.scalars(select(Outcome.proposal_id)).one() == cited.id

    def test_a_second_time_leads_to_the_running_one(self, app, client, me):
        make.node_comment()
        first = self.begin(client, node=make.NODE)
        again = self.begin(client, node=make.NODE)
        assert (again.status_code, again.location) == (303, first.location)
        assert db.session.scalar(select(func.count()).select_from(Outcome)) == 1

    def test_nothing_said_nothing_to_evaluate(self, app, client, me):
        make.node_comment(node_id="lcg-sofort-kulturhauptstadt")
        db.session.commit()
        answer = self.begin(client, node=make.NODE)
        assert answer.status_code == 409
        assert "noch niemand geschrieben" in answer.get_data(as_text=True)
        assert db.session.scalar(select(func.count()).select_from(Thread)) == 1

    def test_not_for_residents(self, app, client):
        make.node_comment()
        resident = user()
        log_in(client, resident)
        token = form_token(client, "/ergebnisse")
        answer = client.post("/moderation/auswertung/beginnen", data={"node": make.NODE, "csrf_token": token})
        assert answer.status_code == 403
        assert db.session.scalar(select(func.count()).select_from(Outcome)) == 0

    @pytest.mark.parametrize("form", [{"node": "gibt-es-nicht"}, {"proposal": "77"}, {"proposal": "x"}, {}])
    def test_unknown_subjects(self, app, client, me, form):
        make.node_comment()
        assert self.begin(client, **form).status_code == 404


class TestWriting:
    def test_saves_text_and_evidence(self, app, client, me):
        comment = make.node_comment()
        outcome = draft()
        form = sent(client, outcome, beleg=f"k{comment.id}.1", **{f"ausgang_k{comment.id}": "adopted"})
        answer = client.post(desk(outcome), data=form)
        assert (answer.status_code, answer.location) == (303, desk(outcome))
        db.session.refresh(outcome)
        assert (outcome.summary, outcome.kind, outcome.author_id) == ("Zusammengefasst", OutcomeKind.TEXT, me.id)
        assert [piece.comment_id for piece in outcome.evidence] == [comment.id]
        assert "Gespeichert." in client.get(desk(outcome)).get_data(as_text=True)

    def test_missing_answers_keep_everything_typed(self, app, client, me):
        comment = make.node_comment()
        outcome = draft()
        form = sent(
            client, outcome, summary="Mein <Text>", beleg=f"k{comment.id}.1", **{f"ausgang_k{comment.id}": "considered"}
        )
        answer = client.post(desk(outcome), data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Mein &lt;Text&gt;" in page
        assert f'href="#antwort-k{comment.id}"' in page
        assert "Schreiben Sie dazu, warum" in page
        assert 'data-unsaved="kept"' in page
        assert f'id="wahl-k{comment.id}" checked' in page
        db.session.refresh(outcome)
        assert outcome.edit == 1

    def test_handing_over_saves_and_lists_what_is_missing(self, app, client, me):
        outcome = draft()
        form = sent(client, outcome, kind="", summary="Nur das", pros="", minority="", abgeben="1")
        answer = client.post(desk(outcome), data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        for said in ("Gespeichert, aber noch nicht", "Wählen Sie, was herauskam", "mindestens einen Beleg"):
            assert said in page
        db.session.refresh(outcome)
        assert (outcome.summary, outcome.state, outcome.edit) == ("Nur das", OutcomeState.DRAFT, 2)
        assert 'name="edit" value="2"' in page

    def test_handing_over(self, app, client, me):
        comment = make.node_comment()
        outcome = draft()
        form = sent(client, outcome, beleg=f"k{comment.id}.1", abgeben="1", **{f"ausgang_k{comment.id}": "adopted"})
        answer = client.post(desk(outcome), data=form)
        assert (answer.status_code, answer.location) == (303, "/moderation")
        db.session.refresh(outcome)
        assert outcome.state is OutcomeState.SUBMITTED

    def test_a_conflict_shows_both_texts(self, app, client, me):
        other = moderator("Pawoł Nowak")
        comment = make.node_comment()
        outcome = draft(comment, author=other, edit=4, summary="Von Pawoł geschrieben")
        form = sent(client, outcome, edit="3", summary="Von Anna geschrieben")
        answer = client.post(desk(outcome), data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Pawoł Nowak gespeichert" in page
        assert ">Von Anna geschrieben</textarea>" in page.replace("\r\n", "")
        assert "Pawoł</del>" in page
        assert "Inzwischen gespeichert: Übernommen." in page.replace("</span>", "").replace("\n", "")
        db.session.refresh(outcome)
        assert outcome.summary == "Von Pawoł geschrieben"
        again = client.post(desk(outcome), data={**form, "csrf_token": token_in(page), "edit": "4"})
        assert again.status_code == 303
        db.session.refresh(outcome)
        assert outcome.summary == "Von Anna geschrieben"

    def test_a_conflict_with_a_handing_over_keeps_the_text(self, app, client, me):
        outcome = draft()
        form = sent(client, outcome, summary="Zu spät")
        outcome.state, outcome.edit = OutcomeState.SUBMITTED, 2
        db.session.commit()
        answer = client.post(desk(outcome), data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Zu spät" in page
        assert "liegt zur Freigabe" in page
        assert 'name="abgeben"' not in page

    def test_says_what_came_meanwhile(self, app, client, me):
        outcome = draft()
        form = sent(client, outcome, seen=(now() - timedelta(minutes=1)).isoformat(), kind="")
        make.node_comment()
        db.session.commit()
        form["beleg"] = "k1.1"
        page = client.post(desk(outcome), data=form).get_data(as_text=True)
        assert "Während Sie schrieben, kam etwas dazu" in page
        assert "ein neuer Beitrag" in page
        del form["beleg"]
        client.post(desk(outcome), data=form)
        assert "ein neuer Beitrag" in client.get(desk(outcome)).get_data(as_text=True)

    def test_adds_a_reply_by_its_address_and_saves_nothing(self, app, client, me):
        comment = make.node_comment()
        reply = make.write_comment(user("Antwortender"), comment.thread, body="Ja", kind=None, parent=comment)
        elsewhere = make.node_comment(node_id="lcg-sofort-kulturhauptstadt")
        outcome = draft()
        form = sent(client, outcome, summary="Ungespeichert", dazu="1", more=f"http://localhost/beitrag/{reply.id}")
        page = client.post(f"{desk(outcome)}/auswahl", data=form).get_data(as_text=True)
        assert f'id="wahl-k{reply.id}" checked' in page
        assert "Ungespeichert" in page
        page = client.post(f"{desk(outcome)}/auswahl", data={**form, "more": str(elsewhere.id)}).get_data(as_text=True)
        assert "Diesen Beitrag gibt es hier nicht" in page
        db.session.refresh(outcome)
        assert outcome.edit == 1

    def test_shows_more_on_demand(self, app, client, me):
        for _ in range(31):
            last = make.node_comment()
        outcome = draft()
        page = client.get(desk(outcome)).get_data(as_text=True)
        assert page.count('name="beleg"') == 30
        assert 'name="mehr"' in page
        form = sent(client, outcome, mehr="1")
        page = client.post(f"{desk(outcome)}/auswahl", data=form).get_data(as_text=True)
        assert page.count('name="beleg"') == 31
        assert last.id

    def test_an_edited_comment_can_be_pinned_anew(self, app, client, me):
        author = user()
        comment = make.node_comment(author)
        outcome = draft(comment)
        edit_comment(author, comment, "Neu", expected_version=1)
        db.session.commit()
        page = client.get(desk(outcome)).get_data(as_text=True)
        assert f'value="k{comment.id}.1"' in page
        assert "Den neuen Text festhalten" in page
        fate = {f"ausgang_k{comment.id}": "adopted"}
        form = sent(client, outcome, beleg=f"k{comment.id}.1", neu=f"k{comment.id}.2", **fate)
        client.post(desk(outcome), data=form)
        db.session.refresh(outcome.evidence[0])
        assert outcome.evidence[0].comment_version == 2

    def test_malformed_fields_are_nothing(self, app, client, me):
        outcome = draft()
        form = sent(client, outcome, edit="x", seen="gestern", shown="99999", beleg="k1;drop", kind="was")
        assert client.post(desk(outcome), data=form).status_code == 409
        assert client.post(desk(outcome), data={**form, "edit": "1"}).status_code == 303

    @pytest.mark.parametrize("size", [1, 12])
    def test_statements_do_not_depend_on_the_amount(self, app, client, me, statements, size):
        outcome = draft(*(make.node_comment() for _ in range(size)), make.quoted())
        with statements() as counted:
            assert client.get(desk(outcome)).status_code == 200
        assert counted.number <= 26


class TestApproving:
    def post(self, client, outcome, step, **form):
        token = form_token(client, desk(outcome))
        return client.post(f"{desk(outcome)}/{step}", data={"csrf_token": token, "edit": str(outcome.edit), **form})

    def test_by_a_second_moderator(self, app, client, me):
        comment = make.node_comment()
        outcome = submitted(comment)
        answer = self.post(client, outcome, "freigeben")
        assert (answer.status_code, answer.location) == (303, "/ergebnisse/1")
        db.session.refresh(outcome)
        assert (outcome.state, outcome.approver_id) == (OutcomeState.APPROVED, me.id)
        assert client.get(desk(outcome)).location == "/ergebnisse/1"

    def test_not_by_its_author(self, app, client, me):
        outcome = submitted(author=me)
        page = client.get(desk(outcome)).get_data(as_text=True)
        assert "Freigeben muss eine zweite Person" in page
        assert "/freigeben" not in page
        assert self.post(client, outcome, "freigeben").status_code == 403
        db.session.refresh(outcome)
        assert outcome.state is OutcomeState.SUBMITTED

    def test_not_what_was_not_read(self, app, client, me):
        outcome = submitted()
        assert self.post(client, outcome, "freigeben", edit="7").status_code == 409
        db.session.refresh(outcome)
        assert outcome.number is None

    def test_giving_back_needs_a_reason_and_keeps_it(self, app, client, me):
        outcome = submitted()
        assert self.post(client, outcome, "zurueckgeben", reason=" ").status_code == 422
        assert self.post(client, outcome, "zurueckgeben", reason="Die Minderheit fehlt.").status_code == 303
        page = client.get(desk(outcome)).get_data(as_text=True)
        assert "Die Minderheit fehlt." in page

    def test_giving_up_is_visible(self, app, client, me):
        outcome = draft(make.node_comment())
        assert self.post(client, outcome, "abbrechen", reason="").status_code == 422
        assert self.post(client, outcome, "abbrechen", reason="Es fehlen Zahlen.").status_code == 303
        assert "Es fehlen Zahlen." in client.get(desk(outcome)).get_data(as_text=True)
        assert "Es fehlen Zahlen." in client.get("/ergebnisse").get_data(as_text=True)

    @pytest.mark.parametrize("step", ["", "/auswahl", "/freigeben", "/zurueckgeben", "/abbrechen"])
    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_moderators_reach_the_desk(self, app, client, role, step):
        outcome = submitted()
        person = user(role=role)
        log_in(client, person)
        token = form_token(client, "/ergebnisse")
        answer = client.post(f"{desk(outcome)}{step}", data={"csrf_token": token, "edit": "1", "reason": "Weil"})
        assert answer.status_code == 403
        db.session.refresh(outcome)
        assert outcome.state is OutcomeState.SUBMITTED

    def test_every_step_needs_the_token(self, app, client, me):
        outcome = submitted()
        for step in ("", "/auswahl", "/freigeben", "/zurueckgeben", "/abbrechen"):
            assert client.post(f"{desk(outcome)}{step}", data={"edit": "1"}).status_code == 400


class TestAnswers:
    def left_open(self, *comments: Comment) -> Outcome:
        record = make.outcome(*comments, fate=Fate.OPEN)
        db.session.commit()
        return record

    def test_the_record_says_what_is_open_and_leads_moderators_there(self, app, client):
        record = self.left_open(make.node_comment())
        page = client.get(f"/ergebnisse/{record.number}").get_data(as_text=True)
        assert "Noch offen, Antwort folgt." in page
        assert f"{desk(record)}/antworten" not in page
        log_in(client, moderator())
        assert f"{desk(record)}/antworten" in client.get(f"/ergebnisse/{record.number}").get_data(as_text=True)

    def test_answers_are_given_together(self, app, client, me):
        one, two = make.node_comment(), make.node_comment(body="Und das Wasser?")
        record = self.left_open(one, two)
        address = f"{desk(record)}/antworten"
        form = {"csrf_token": form_token(client, address), f"ausgang-k{one.id}": "adopted"}
        assert client.post(address, data=form).headers["Location"] == address
        form |= {f"ausgang-k{two.id}": "considered", f"antwort-k{two.id}": "Das prüft das Land."}
        assert client.post(address, data=form).headers["Location"] == f"/ergebnisse/{record.number}"
        assert "Das prüft das Land." in client.get(f"/ergebnisse/{record.number}").get_data(as_text=True)

    def test_nothing_is_saved_and_nothing_lost_while_a_reason_is_missing(self, app, client, me):
        one, two = make.node_comment(), make.node_comment(body="Und das Wasser?")
        record = self.left_open(one, two)
        address = f"{desk(record)}/antworten"
        form = {
            "csrf_token": form_token(client, address),
            f"ausgang-k{one.id}": "adopted",
            f"antwort-k{one.id}": "Danke dafür.",
            f"ausgang-k{two.id}": "partly",
        }
        answer = client.post(address, data=form)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "Schreiben Sie dazu, warum." in page
        assert "Danke dafür." in page
        db.session.expire_all()
        assert [piece.fate for piece in record.evidence] == [Fate.OPEN, Fate.OPEN]

    def test_what_was_typed_survives_a_faster_colleague(self, app, client, me):
        comment = make.node_comment()
        record = self.left_open(comment)
        address = f"{desk(record)}/antworten"
        form = {"csrf_token": form_token(client, address), f"antwort-k{comment.id}": "Mein langer Text."}
        (piece,) = record.evidence
        piece.fate, piece.answer = Fate.ADOPTED, "Schon beantwortet."
        db.session.commit()
        page = client.post(address, data={**form, f"ausgang-k{comment.id}": "adopted"}).get_data(as_text=True)
        assert "Mein langer Text." in page
        assert "Schon beantwortet." in page

    def test_residents_have_no_business_there(self, app, client):
        record = self.left_open(make.node_comment())
        log_in(client, user())
        assert client.get(f"{desk(record)}/antworten").status_code == 403
