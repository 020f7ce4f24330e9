"""The workroom's pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from participation.accounts.models import InitiativeState, Role
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import CommentState
from participation.moderation.models import Decision
from participation.moderation.operations import hide
from participation.moderation.queries import Task, TaskKind
from participation.moderation.rules import RULES
from participation.outcomes.models import OutcomeState
from participation.web.moderation.agenda import grouped
from tests.factories import outcomes as make
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
        db.session.commit()
        with statements() as counted:
            page(client)
        assert counted.number <= 7


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


class TestComment:
    def post(self, client, comment, **form):
        path = f"/moderation/beitrag/{comment.id}"
        return client.post(path, data={"csrf_token": form_token(client, path), **form})

    def test_hide_and_show_again(self, app, client, me):
        comment = make.node_comment(user("Jens"), body="Adresse: Hauptstraße 3")
        db.session.commit()
        answer = self.post(client, comment, rule="3", facts="Nennt eine Adresse.", ausblenden="1")
        assert answer.status_code == 303
        db.session.refresh(comment)
        assert comment.state is CommentState.HIDDEN
        text = page(client, f"/moderation/beitrag/{comment.id}")
        for said in ("ausgeblendet", "Regel 3, Nichts über Private.", "Nennt eine Adresse.", "Anna Wendt"):
            assert said in text
        assert self.post(client, comment, facts="Die des Rathauses.", einblenden="1").status_code == 303
        db.session.refresh(comment)
        assert comment.state is CommentState.VISIBLE

    @pytest.mark.parametrize("form", [{"rule": "", "facts": "Weil"}, {"rule": "3", "facts": ""}, {"rule": "9"}])
    def test_a_refused_form_keeps_what_was_typed(self, app, client, me, form):
        comment = make.node_comment()
        db.session.commit()
        answer = self.post(client, comment, ausblenden="1", **{"facts": "Weil das so ist", **form})
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert "<title>Fehler:" in text
        assert form.get("facts", "Weil das so ist") in text
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_the_public_placeholder_names_the_rule(self, app, client, me):
        comment = make.node_comment(body="Etwas Privates")
        hide(me, comment, 3, "Nennt eine Adresse.")
        db.session.commit()
        text = page(client, f"/beitrag/{comment.id}")
        assert "Regel 3" in text
        assert "Etwas Privates" not in text

    def test_who_was_slower_sees_how_it_stands(self, app, client, me):
        comment = make.node_comment()
        hide(moderator(), comment, 3, "Nennt eine Adresse.")
        db.session.commit()
        answer = self.post(client, comment, rule="1", facts="Weil", ausblenden="1")
        assert answer.status_code == 303
        assert "Jemand war schneller" in page(client, answer.location)
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 1

    def test_ones_own_comment_is_for_others(self, app, client, me):
        comment = make.node_comment(me)
        other = make.node_comment()
        db.session.commit()
        assert "entscheidet eine andere Person" in page(client, f"/moderation/beitrag/{comment.id}")
        token = form_token(client, f"/moderation/beitrag/{other.id}")
        form = {"csrf_token": token, "rule": "1", "facts": "Weil", "ausblenden": "1"}
        assert client.post(f"/moderation/beitrag/{comment.id}", data=form).status_code == 403
        db.session.refresh(comment)
        assert comment.state is CommentState.VISIBLE

    def test_not_for_residents(self, app, client):
        comment = make.node_comment()
        person = user()
        log_in(client, person)
        path = f"/moderation/beitrag/{comment.id}"
        form = {"rule": "1", "facts": "Weil", "ausblenden": "1", "csrf_token": form_token(client, "/ergebnisse")}
        assert client.get(path).status_code == 403
        assert client.post(path, data=form).status_code == 403
        assert comment.state is CommentState.VISIBLE

    def test_not_without_a_token(self, app, client, me):
        comment = make.node_comment()
        db.session.commit()
        form = {"rule": "1", "facts": "Weil", "ausblenden": "1"}
        assert client.post(f"/moderation/beitrag/{comment.id}", data=form).status_code == 400
        assert comment.state is CommentState.VISIBLE

    def test_cites_the_rules_as_their_page_tells_them(self, app, client):
        text = page(client, "/regeln")
        for number, (title, _text) in RULES.items():
            assert f'id="regel-{number}"' in text
            assert f"Regel {number}: </span>{title}" in text
        assert f'id="regel-{len(RULES) + 1}"' not in text

    def test_an_unknown_one(self, app, client, me):
        assert client.get("/moderation/beitrag/99").status_code == 404
