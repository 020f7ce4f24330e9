"""Releasing what new accounts write first, or deciding against it: once, with reasons, told to whom it concerns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.dialogue import waiting
from participation.dialogue.anchors import Passage, Reference
from participation.dialogue.counters import recount
from participation.dialogue.models import (
    Anchor,
    AnchorState,
    AnswerRequest,
    Comment,
    CommentKind,
    CommentState,
    WaitingComment,
)
from participation.dialogue.queries import thread_page
from participation.dialogue.waiting import NotWaiting, contribute, edit_waiting, withdraw_waiting
from participation.moderation import admitting, appealing, openness
from participation.moderation.admitting import AlreadyDecided, TextMoved
from participation.moderation.deciding import FactsMissing, UnfitMeasure
from participation.moderation.models import Case, CaseState, Decision, Measure
from participation.moderation.queries import TaskKind, work_queue
from participation.notify.models import Letter, Notification
from participation.strategy.models import Node
from participation.watchbook.models import SecurityEvent
from tests.factories import dialogue
from tests.factories import moderation as moderating
from tests.factories.accounts import initiative, moderator, user
from tests.factories.outcomes import NODE
from tests.races import together

PERIODS = {name: timedelta(days=7) for name in ("verification", "evaluation", "approval", "status")}


def notes(person: User) -> list[str]:
    return list(db.session.scalars(select(Notification.kind).where(Notification.user_id == person.id)))


class TestRelease:
    def test_it_appears_counts_and_is_told(self, app):
        asked, person = user(), user("Jurij")
        parent = dialogue.comment(author=asked)
        thread = parent.thread
        made = dialogue.waiting(person, parent=parent)
        assert notes(asked) == []
        comment = admitting.release(moderator(), made, version=1)
        assert (comment.state, comment.parent_id, comment.root_id) == (CommentState.VISIBLE, parent.id, parent.id)
        assert comment.created_at >= made.written_at
        assert notes(asked) == ["reply"]
        assert notes(person) == ["contribution_released"]
        db.session.refresh(thread)
        assert thread.comment_count == 2
        assert recount() == []
        db.session.refresh(person)
        assert (person.admitted, person.waiting) == (1, 0)
        assert thread_page(thread, None).comments[0].replies[0].id == comment.id

    def test_whom_it_asks_for_an_answer_hears_of_it_only_now(self, app):
        delegate = user("Mira")
        addressed = initiative(delegate)
        person = user("Jurij")
        made = contribute(
            person,
            dialogue.thread(),
            body="Was sagen Sie dazu?",
            kind=CommentKind.QUESTION,
            needed=1,
            period=timedelta(days=1),
            asked=[addressed.id],
            answer_period=timedelta(days=20),
        )
        assert isinstance(made, WaitingComment)
        assert "answer_requested" not in notes(delegate)
        comment = admitting.release(moderator(), made, version=1)
        assert "answer_requested" in notes(delegate)
        request = db.session.get_one(AnswerRequest, (comment.id, addressed.id))
        assert request.due_at - request.asked_at == timedelta(days=20)

    def test_a_root_is_counted_by_its_kind(self, app):
        thread = dialogue.thread()
        made = dialogue.waiting(thread=thread, kind=CommentKind.EXPERIENCE, lang="hsb")
        comment = admitting.release(moderator(), made, version=1)
        db.session.refresh(thread)
        assert (thread.root_count, thread.erfahrung, thread.last_comment_at) == (1, 1, comment.created_at)
        assert comment.lang == "hsb"
        assert recount() == []

    def test_the_row_keeps_who_decided_and_no_text(self, app):
        person = moderator()
        made = dialogue.waiting(submission_key="k")
        comment = admitting.release(person, made, version=1)
        assert (made.body, made.html, made.submission_key) == ("", "", None)
        assert (made.decided_by_id, made.comment_id) == (person.id, comment.id)

    def test_the_next_one_does_not_wait(self, app):
        person, thread = user(), dialogue.thread()
        ways = {"needed": 1, "period": timedelta(days=1), "kind": CommentKind.FOR}
        admitting.release(moderator(), contribute(person, thread, body="Erster", **ways), version=1)
        assert isinstance(contribute(person, thread, body="Zweiter", **ways), Comment)

    def test_the_same_form_sent_again_later_is_the_same_comment(self, app):
        person, thread = user(), dialogue.thread()
        ways = {"needed": 1, "period": timedelta(days=1), "kind": CommentKind.FOR, "submission_key": "k"}
        comment = admitting.release(moderator(), contribute(person, thread, body="Eins", **ways), version=1)
        assert contribute(person, thread, body="Eins", **ways) is comment

    def test_nobody_else_releases_and_nobody_their_own(self, app):
        made = dialogue.waiting()
        for other in (user(), made.author):
            with pytest.raises(Denied):
                admitting.release(other, made, version=1)

    def test_it_stands_in_the_watch_book(self, app):
        person = moderator()
        comment = admitting.release(person, dialogue.waiting(), version=1)
        (entry,) = db.session.scalars(select(SecurityEvent).where(SecurityEvent.actor_id == person.id))
        assert "contribution_released" in str(entry.facts)
        assert str(comment.id) in str(entry.facts)

    def test_a_passage_that_changed_meanwhile_is_followed(self, app):
        node = db.session.get(Node, NODE)
        reference = Reference(Passage(NODE, "So stand es damals."), 1)
        made = dialogue.waiting(reference=reference, anchor=NODE, anchor_text="So stand es damals.")
        node.since_revision = 2
        comment = admitting.release(moderator(), made, version=1)
        anchor = db.session.get(Anchor, comment.id)
        assert (anchor.state, anchor.changed_in, anchor.revision) == (AnchorState.CHANGED, 2, 1)


class TestTwoAtOnce:
    def test_the_second_is_told_so(self, app):
        made = dialogue.waiting()
        admitting.release(moderator(), made, version=1)
        for again in (
            lambda: admitting.release(moderator(), made, version=1),
            lambda: admitting.refuse(moderator(), made, moderating.ruling(), version=1),
            lambda: admitting.take(moderator(), made),
        ):
            with pytest.raises(AlreadyDecided):
                again()

    def test_what_another_took_is_left_alone_for_half_an_hour(self, app):
        first, second = moderator("Wendt"), moderator()
        made = dialogue.waiting()
        admitting.take(first, made)
        for refused in (admitting.take, lambda actor, one: admitting.release(actor, one, version=1)):
            with pytest.raises(Denied) as caught:
                refused(second, made)
            assert "Wendt" in str(caught.value.message)
        made.taken_until = now() - timedelta(seconds=1)
        admitting.take(second, made)
        admitting.give_back(first, made)
        assert made.taken_by_id == second.id
        admitting.give_back(second, made)
        assert made.taken_by_id is None

    def test_a_text_edited_meanwhile_is_not_released_unread(self, app):
        made = dialogue.waiting()
        edit_waiting(made.author, made, "Etwas ganz anderes", expected_version=1)
        with pytest.raises(TextMoved):
            admitting.release(moderator(), made, version=1)
        assert admitting.release(moderator(), made, version=2).body == "Etwas ganz anderes"

    def test_what_was_withdrawn_cannot_be_released(self, app):
        made = dialogue.waiting()
        withdraw_waiting(made.author, made)
        with pytest.raises(NotWaiting):
            admitting.release(moderator(), made, version=1)

    def test_released_in_parallel_it_appears_once(self, separate_app):
        with separate_app.app_context():
            with transaction():
                made, people = dialogue.waiting().id, [moderator().id for _ in range(6)]

            def work(person: int):
                return lambda: admitting.release(db.session.get(User, person), waiting.find(made), version=1)

            done = together(separate_app, [work(person) for person in people])
            assert sum(isinstance(one, Comment) for one in done) == 1
            assert sum(isinstance(one, AlreadyDecided) for one in done) == 5
            assert db.session.scalar(select(func.count()).select_from(Comment)) == 1
            assert recount() == []
            assert (
                db.session.scalar(select(User.waiting).join(WaitingComment, WaitingComment.author_id == User.id)) == 0
            )


class TestRefuse:
    def test_nobody_reads_it_and_its_author_gets_the_reasons(self, app):
        person, asked = user("Jurij"), user()
        parent = dialogue.comment(author=asked)
        made = dialogue.waiting(person, parent=parent, body="Er wohnt in der Hauptstraße 3")
        decision = admitting.refuse(moderator(), made, moderating.ruling(), version=1)
        comment = db.session.get(Comment, made.comment_id)
        assert (comment.state, decision.hides) == (CommentState.HIDDEN, True)
        assert comment.state_reason == decision.ground
        assert notes(asked) == []
        assert notes(person) == ["decision_made"]
        letter = db.session.scalars(select(Letter).where(Letter.recipient == person.email)).one()
        assert letter.template == "moderation/statement"
        assert letter.params["token"]
        case = db.session.scalars(select(Case).where(Case.comment_id == comment.id)).one()
        assert (case.state, case.due_at) == (CaseState.DECIDED, made.due_at)
        assert recount() == []
        shown = thread_page(parent.thread, None).comments[0].replies[0]
        assert (shown.visible, shown.html, shown.author) == (False, "", "")
        db.session.refresh(person)
        assert (person.admitted, person.waiting) == (0, 0)

    @pytest.mark.parametrize("measure", [Measure.WARN, Measure.SUSPEND, Measure.CLOSE, Measure.REMOVE])
    def test_with_every_measure_it_stays_hidden(self, app, measure):
        made = dialogue.waiting()
        assert admitting.refuse(moderator(), made, moderating.ruling(measure), version=1).hides
        assert db.session.get(Comment, made.comment_id).state is CommentState.HIDDEN

    @pytest.mark.parametrize("measure", [Measure.NONE, Measure.RESTORE, Measure.EDIT])
    def test_what_would_show_it_is_no_refusal(self, app, measure):
        with pytest.raises(UnfitMeasure):
            admitting.refuse(moderator(), dialogue.waiting(), moderating.ruling(measure), version=1)

    def test_never_without_reasons(self, separate_app):
        with separate_app.app_context():
            with transaction():
                made, person = dialogue.waiting().id, moderator()
            with pytest.raises(FactsMissing), transaction():
                admitting.refuse(person, waiting.find(made), moderating.ruling(facts=" "), version=1)
            assert waiting.find(made).body
            assert db.session.scalar(select(func.count()).select_from(Comment)) == 0
            assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_an_objection_that_succeeds_shows_it(self, app):
        made = dialogue.waiting()
        decision = admitting.refuse(moderator(), made, moderating.ruling(), version=1)
        appeal = appealing.appeal(made.author, decision, "Es ist das Rathaus.", period=timedelta(days=14))
        appealing.decide_appeal(moderator(), appeal, upheld=True, answer="Stimmt.")
        assert db.session.get(Comment, made.comment_id).state is CommentState.VISIBLE
        assert recount() == []


class TestQueue:
    def test_by_due_date_with_who_is_at_it(self, app):
        me, other = moderator(), moderator("Wendt")
        dialogue.waiting(user("Zweite"), period=timedelta(days=2))
        first = dialogue.waiting(user("Erste"), period=timedelta(days=-1))
        admitting.take(other, first)
        tasks = [task for task in work_queue(me, now(), PERIODS) if task.kind is TaskKind.FIRST]
        assert [task.title for task in tasks] == ["Beitrag von Erste", "Beitrag von Zweite"]
        assert [task.overdue for task in tasks] == [True, False]
        assert [task.mine_not for task in tasks] == [True, False]
        assert str(tasks[0].note) == "Wendt ist daran."

    def test_what_is_decided_leaves_it(self, app):
        me = moderator()
        admitting.release(me, dialogue.waiting(), version=1)
        assert not [task for task in work_queue(me, now(), PERIODS) if task.kind is TaskKind.FIRST]

    def test_only_for_moderators(self, app):
        made = dialogue.waiting()
        assert work_queue(made.author, now(), PERIODS) == []


class TestFigures:
    def test_they_equal_what_happened(self, app):
        me, half = moderator(), openness.half_of(now())
        before = openness.figures(half)
        for _ in range(2):
            admitting.release(me, dialogue.waiting(), version=1)
        admitting.refuse(me, dialogue.waiting(), moderating.ruling(), version=1)
        dialogue.waiting()
        after = openness.figures(half)
        assert after.first_released - before.first_released == 2
        assert after.first_refused - before.first_refused == 1
        assert after.decisions[Measure.HIDE] - before.decisions[Measure.HIDE] == 1
        assert after.hidden - before.hidden == 1
        assert after.hours_to_release is not None
        assert openness.figures(half.before).first_released == 0
