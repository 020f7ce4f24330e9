"""The workroom's pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_babel import format_date
from sqlalchemy import func, select

from participation.accounts.models import InitiativeState, Role
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import CommentState
from participation.moderation import appealing, deciding
from participation.moderation.models import Appeal, Case, Category, Decision, Measure, Report
from participation.moderation.policy import APPEAL_PERIOD
from participation.moderation.queries import Task, TaskKind
from participation.moderation.targets import of_comment, of_proposal
from participation.notify.models import Letter
from participation.outcomes.models import OutcomeState
from participation.web.moderation.agenda import grouped
from participation.web.postman import render
from tests.factories import moderation as moderating
from tests.factories import outcomes as make
from tests.factories import proposals
from tests.factories.accounts import initiative, log_in, moderator, user
from tests.web_helpers import form_token

pytestmark = pytest.mark.one_database


@pytest.fixture
def me(client):
    person = moderator("Anna Wendt")
    log_in(client, person)
    return person


def page(client, path="/moderation") -> str:
    return client.get(path).get_data(as_text=True)


class TestQueue:
    def test_empty_it_invites(self, app, client, me):
        assert "Nichts wartet." in page(client)

    def test_groups_and_marks_in_words(self, app, client, me):
        initiative(user(), state=InitiativeState.APPLIED, name="Radweg").created_at = now() - timedelta(days=9)
        make.outcome(state=OutcomeState.SUBMITTED, author=me)
        make.outcome(node_id="lcg-sofort-kulturhauptstadt", state=OutcomeState.DRAFT, due_at=now() + timedelta(days=30))
        db.session.commit()
        text = page(client)
        order = [text.index(part) for part in ("Überfällig", "Radweg", "Diese Woche", "Nicht für Sie", "Später")]
        assert order == sorted(order)
        assert "seit 2 Tagen überfällig" in text
        assert "3 Aufgaben, davon 1 überfällig" in text

    def test_threats_first_and_who_is_at_it(self, app, client, me):
        moderating.report(category=Category.RULES)
        threat = moderating.case(category=Category.THREAT)
        deciding.take(moderator("Bert Nowak"), threat)
        appealing.appeal((hidden := moderating.decision(by=me)).case.author, hidden, "Nein.", period=timedelta(days=14))
        db.session.commit()
        text = page(client)
        order = [
            text.index(part) for part in ("Gefahr für ein Leben: Beitrag", "Verstößt gegen eine Spielregel: Beitrag")
        ]
        assert order == sorted(order)
        assert "Bert Nowak ist daran." in text
        assert "Sie haben zuerst entschieden" in text

    @pytest.mark.parametrize("role", [None, Role.RESIDENT, Role.OPERATOR])
    def test_only_for_moderators(self, app, client, role):
        if role is None:
            assert client.get("/moderation").status_code == 303
            return
        person = user(role=role)
        log_in(client, person)
        assert client.get("/moderation").status_code == 403

    @pytest.mark.parametrize("much", [1, 20])
    def test_statements_do_not_depend_on_the_amount(self, app, client, me, statements, much):
        for _ in range(much):
            initiative(user(), state=InitiativeState.APPLIED)
            moderating.report()
        db.session.commit()
        with statements() as counted:
            page(client)
        assert counted.number <= 18


class TestAgenda:
    AT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # 23:30 in the Lausitz

    def group(self, app, due_at):
        task = Task(TaskKind.WRITE, "x", due_at, due_at < self.AT, "moderation.queue", {})
        with app.test_request_context():
            (found,) = grouped([task], self.AT)
            return found.title.split(",")[0], found.items[0].due

    @pytest.mark.parametrize(
        ("after", "title", "due"),
        [
            (timedelta(days=-3), "Überfällig", "seit 3 Tagen überfällig"),
            (timedelta(hours=-25), "Überfällig", "seit 1 Tag überfällig"),
            (timedelta(hours=-2), "Überfällig", "seit 2 Stunden überfällig"),
            (timedelta(minutes=-1), "Überfällig", "seit 1 Stunde überfällig"),
            (timedelta(minutes=15), "Heute", "bis 23:45 Uhr"),
            (timedelta(minutes=45), "Diese Woche", "bis 23. November"),
            (timedelta(days=7), "Diese Woche", "bis 29. November"),
            (timedelta(days=8), "Später", "bis 30. November"),
        ],
    )
    def test_days_are_those_of_the_region(self, app, after, title, due):
        assert self.group(app, self.AT + after) == (title, due)


RULING = {"measure": "hide", "rule": "3", "facts": "Nennt eine Adresse.", "passage": "Hauptstraße 3"}
REPORT = {"category": "personal_data", "explanation": "Nennt die Adresse meiner Nachbarin."}


def send(client, path: str, /, page_path: str = "", **form: str):
    return client.post(path, data={"csrf_token": form_token(client, page_path or path), **form})


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


class TestReporting:
    def test_without_an_account(self, app, client):
        comment = make.node_comment(user("Jens"))
        db.session.commit()
        assert f"/melden/beitrag/{comment.id}" in page(client, f"/beitrag/{comment.id}")
        answer = send(client, f"/melden/beitrag/{comment.id}", **REPORT)
        assert answer.status_code == 303
        (report,) = db.session.scalars(select(Report))
        assert answer.location == f"/meldung/{report.reference}"
        text = page(client, answer.location)
        assert report.reference in text
        assert report.explanation not in text
        assert comment.body not in text

    def test_a_proposal(self, app, client):
        proposal = proposals.proposal()
        db.session.commit()
        assert f"/melden/vorschlag/{proposal.id}" in page(client, f"/vorschlaege/{proposal.number}")
        assert send(client, f"/melden/vorschlag/{proposal.id}", **REPORT).status_code == 303

    @pytest.mark.parametrize(
        "wrong", [{"category": ""}, {"explanation": "kurz"}, {"email": "niemand@"}, {"category": "erfunden"}]
    )
    def test_a_refused_form_keeps_what_was_typed(self, app, client, wrong):
        comment = make.node_comment()
        db.session.commit()
        answer = send(client, f"/melden/beitrag/{comment.id}", **(REPORT | wrong))
        assert answer.status_code == 422
        assert (REPORT | wrong)["explanation"] in answer.text
        assert "<title>Fehler:" in answer.text
        assert count(Report) == 0

    def test_the_field_for_machines(self, app, client):
        comment = make.node_comment()
        db.session.commit()
        answer = send(client, f"/melden/beitrag/{comment.id}", **REPORT, homepage="https://spam.example")
        assert answer.location == "/melden/danke"
        assert count(Report) == 0
        assert client.get(answer.location).status_code == 200

    def test_a_double_click_reports_once(self, app, client):
        comment = make.node_comment()
        db.session.commit()
        for _ in range(2):
            send(
                client,
                f"/melden/beitrag/{comment.id}",
                **REPORT,
                form_key="derselbe-und-lang-genug",
                email="gast@example.org",
            )
        assert (count(Report), count(Letter)) == (1, 1)

    def test_not_what_is_hidden_nor_drafts(self, app, client):
        comment, draft = make.node_comment(body="Geheimes"), proposals.draft()
        moderating.hide(comment)
        db.session.commit()
        answer = client.get(f"/melden/beitrag/{comment.id}")
        assert answer.status_code == 409
        assert "Geheimes" not in answer.text
        assert client.get(f"/melden/vorschlag/{draft.id}").status_code == 404
        assert client.get("/melden/beitrag/99999").status_code == 404
        assert client.get("/meldung/M-AAAAA-AAAAA").status_code == 404


class TestHiddenThings:
    def test_the_placeholder_names_the_ground(self, app, client):
        comment = make.node_comment(body="Etwas Privates")
        moderating.hide(comment)
        db.session.commit()
        text = page(client, f"/beitrag/{comment.id}")
        assert "Regel 3" in text
        assert "Etwas Privates" not in text

    def test_a_hidden_proposal_shows_nowhere(self, app, client):
        author = user("Jens Autor")
        proposal = proposals.proposal(author, title="Unsägliche Überschrift", reason="Unsägliche Begründung.")
        moderating.decision(of_proposal(proposal))
        db.session.commit()
        here = f"/vorschlaege/{proposal.number}"
        paths = (here, "/vorschlaege", f"/strategie/{proposal.node_id}", f"/personen/{author.id}", "/")
        for path in paths:
            text = page(client, path)
            assert "Unsägliche" not in text, path
        assert "Jens Autor" not in page(client, here)
        assert "Regel 3" in page(client, here)
        assert "Ausgeblendeter Vorschlag" in page(client, "/vorschlaege")
        assert client.get(f"{here}/versionen").status_code == 403
        assert client.get(f"{here}/versionen/1").status_code == 403
        log_in(client, author)
        assert "Unsägliche Begründung" in page(client, here)

    def test_nobody_acts_on_a_hidden_proposal(self, app, client):
        proposal = proposals.proposal()
        moderating.decision(of_proposal(proposal))
        db.session.commit()
        log_in(client, user())
        here = f"/vorschlaege/{proposal.number}"
        token = form_token(client, "/vorschlaege")
        for path, form in (("mitzeichnen", {}), ("stimme", {"stimme": "zustimmung"}), ("beitrag", {"body": "Ja"})):
            answer = client.post(f"{here}/{path}", data={"csrf_token": token, **form})
            assert answer.status_code == 403, path


class TestDesk:
    def test_open_take_decide(self, app, client, me):
        comment = make.node_comment(user("Jens"), body="Adresse: Hauptstraße 3")
        db.session.commit()
        path = f"/moderation/beitrag/{comment.id}"
        answer = send(client, "/moderation/fall", path, art="beitrag", id=str(comment.id))
        assert answer.status_code == 303
        assert "Sie haben diesen Fall" in page(client, answer.location)
        decided = send(client, answer.location, **RULING)
        assert decided.status_code == 303
        db.session.refresh(comment)
        assert comment.state is CommentState.HIDDEN
        text = page(client, path)
        for said in ("ausgeblendet", "Regel 3, Nichts über Private.", "Nennt eine Adresse.", "Anna Wendt"):
            assert said in text
        assert "Hauptstraße 3" in page(client, decided.location)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"measure": ""},
            {"rule": ""},
            {"facts": ""},
            {"rule": "99"},
            {"measure": "suspend", "days": "5"},
            {"rule": "gesetz", "law": " "},
        ],
    )
    def test_a_refused_form_keeps_what_was_typed(self, app, client, me, wrong):
        case = moderating.case()
        db.session.commit()
        answer = send(client, f"/moderation/fall/{case.id}", **(RULING | wrong))
        assert answer.status_code == 422
        assert "<title>Fehler:" in answer.text
        assert "Hauptstraße 3" in answer.text
        assert count(Decision) == 0

    def test_whose_case_it_is(self, app, client, me):
        case = moderating.case()
        deciding.take(moderator("Bert Nowak"), case)
        db.session.commit()
        path = f"/moderation/fall/{case.id}"
        assert "Bert Nowak hat diesen Fall übernommen" in page(client, path)
        token = form_token(client, "/moderation/beitrag/" + str(case.comment_id))
        answer = client.post(path, data={"csrf_token": token, **RULING})
        assert answer.status_code == 409
        assert count(Decision) == 0
        client.post(f"{path}/uebernehmen", data={"csrf_token": token})
        db.session.refresh(case)
        assert case.taken_by_id != me.id

    def test_take_and_give_back(self, app, client, me):
        case = moderating.case()
        db.session.commit()
        path = f"/moderation/fall/{case.id}"
        token = form_token(client, path)
        client.post(f"{path}/uebernehmen", data={"csrf_token": token})
        db.session.refresh(case)
        assert case.taken_by_id == me.id
        client.post(f"{path}/zurueckgeben", data={"csrf_token": token})
        db.session.refresh(case)
        assert case.taken_by_id is None

    def test_ones_own_is_for_others(self, app, client, me):
        case = moderating.case(of_comment(make.node_comment(me)))
        db.session.commit()
        assert "entscheidet eine andere Person" in page(client, f"/moderation/fall/{case.id}")
        token = form_token(client, "/moderation")
        form = {"csrf_token": token, "art": "beitrag", "id": str(case.comment_id)}
        assert client.post("/moderation/fall", data=form).status_code == 403
        assert client.post(f"/moderation/fall/{case.id}", data={"csrf_token": token, **RULING}).status_code == 409
        assert count(Decision) == 0

    @pytest.mark.parametrize("much", [1, 12])
    def test_statements_do_not_depend_on_the_amount(self, app, client, me, statements, much):
        target = of_comment(make.node_comment())
        for _ in range(much):
            moderating.report(target)
        db.session.commit()
        case = db.session.scalars(select(Case)).one()
        with statements() as counted:
            page(client, f"/moderation/fall/{case.id}")
        assert counted.number <= 15

    def test_unknown(self, app, client, me):
        for path in (
            "/moderation/beitrag/99999",
            "/moderation/vorschlag/9",
            "/moderation/fall/9",
            "/moderation/widerspruch/9",
        ):
            assert client.get(path).status_code == 404


class TestStatement:
    def test_only_its_author_and_moderators_read_it(self, app, client):
        decision = moderating.decision()
        db.session.commit()
        path = f"/entscheidung/{decision.id}"
        assert client.get(path).status_code == 303
        log_in(client, user())
        assert client.get(path).status_code == 404

    def test_its_author_objects_once(self, app, client):
        decision = moderating.decision()
        db.session.commit()
        log_in(client, decision.case.author)
        path = f"/entscheidung/{decision.id}"
        text = page(client, path)
        for said in (
            decision.facts,
            decision.passage,
            "Ein Mensch hat geprüft",
            "/spielregeln/1#regel-3",
            "widersprechen",
        ):
            assert said in text
        assert send(client, path, reason=" ").status_code == 422
        assert send(client, path, reason="Es ist das Rathaus.").status_code == 303
        assert "Widerspruch läuft" in page(client, path)
        assert "Widerspruch einlegen" not in page(client, path)
        assert count(Appeal) == 1

    def test_a_link_acts_on_post_only(self, app, client):
        moderating.decision(measure=Measure.NONE, email="gast@example.org")
        db.session.commit()
        letter = db.session.scalars(select(Letter).where(Letter.template == "moderation/result")).one()
        last = format_date(db.session.scalars(select(Decision.at)).one() + APPEAL_PERIOD, "d. MMMM yyyy")
        assert f"Sie können bis zum {last} kostenlos widersprechen." in render(letter).text
        path = f"/widerspruch/{letter.params['token']}"
        for _ in range(3):
            assert client.get(path).status_code == 200
        assert count(Appeal) == 0
        assert send(client, path, reason="Doch.").status_code == 303
        assert count(Appeal) == 1
        assert client.get(path).status_code == 410
        assert client.get("/widerspruch/erfunden").status_code == 410

    def test_a_reporter_with_an_account_objects(self, app, client):
        reporter = user()
        moderating.decision(measure=Measure.NONE, reporter=reporter)
        db.session.commit()
        reference = db.session.scalars(select(Report.reference)).one()
        path = f"/meldung/{reference}/widerspruch"
        assert client.get(path).status_code == 303
        log_in(client, reporter)
        assert send(client, path, reason="Doch.").status_code == 303
        assert count(Appeal) == 1

    def test_another_moderator_decides(self, app, client, me):
        decision = moderating.decision()
        found = appealing.appeal(decision.case.author, decision, "Nein.", period=timedelta(days=14))
        db.session.commit()
        path = f"/moderation/widerspruch/{found.id}"
        assert send(client, path, result="", answer="Ja").status_code == 422
        assert send(client, path, result="ja", answer="Es ist das Rathaus.").status_code == 303
        db.session.expire_all()
        assert decision.case.comment.state is CommentState.VISIBLE
        assert "Es ist das Rathaus." in page(client, path)

    def test_not_the_first_one(self, app, client, me):
        decision = moderating.decision(by=me)
        found = appealing.appeal(decision.case.author, decision, "Nein.", period=timedelta(days=14))
        db.session.commit()
        path = f"/moderation/widerspruch/{found.id}"
        assert "Sie haben zuerst entschieden" in page(client, path)
        token = form_token(client, "/moderation")
        form = {"csrf_token": token, "result": "ja", "answer": "Ja."}
        assert client.post(path, data=form).status_code == 409
        db.session.expire_all()
        assert decision.case.comment.state is CommentState.HIDDEN


class TestRules:
    def test_the_page_shows_the_version_that_decisions_cite(self, app, client):
        text = page(client, "/spielregeln")
        assert 'id="regel-8"' in text
        assert 'id="regel-9"' not in text
        assert "Version 1" in text
        assert client.get("/spielregeln/1").status_code == 200
        assert client.get("/spielregeln/9").status_code == 404
        assert client.get("/regeln").location == "/spielregeln"

    def test_closed_accounts_are_told_why_and_stay_out(self, app, client):
        from participation.accounts.passwords import hash_password

        decision = moderating.decision(measure=Measure.CLOSE)
        author = decision.case.author
        author.password_hash = hash_password("drei Birken am Tagebausee")
        db.session.commit()
        answer = send(client, "/konto/anmelden", email=author.email, password="drei Birken am Tagebausee")
        assert answer.status_code == 403
        assert "geschlossen" in answer.text
        assert client.get("/konto/profil").status_code == 303
