"""Objecting: by whom, how long, who decides, and what a reversal brings back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import format_datetime
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role, User
from participation.accounts.policy import may_take_part
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied, NotFound
from participation.dialogue.models import CommentState
from participation.dialogue.operations import rate_comment
from participation.moderation import appealing, deciding
from participation.moderation.appealing import AlreadyDecided, LinkEnded, ReasonMissing, RulingMissing
from participation.moderation.models import Appeal, AppealState, CaseState, Decision, Measure
from participation.moderation.policy import APPEAL_PERIOD, may_appeal
from participation.moderation.targets import of_comment, of_proposal
from participation.notify.models import Letter, Notification
from tests.factories import moderation as make
from tests.factories import proposals
from tests.factories.accounts import moderator, user
from tests.factories.dialogue import comment as write
from tests.factories.outcomes import node_comment
from tests.races import together

WEEKS = timedelta(days=14)


def object_to(decision: Decision, person: User | None = None) -> Appeal:
    return appealing.appeal(person or decision.case.author, decision, "Es ist die Adresse des Rathauses.", period=WEEKS)


def uphold(appeal: Appeal, by: User | None = None, **rest: object) -> Appeal:
    return appealing.decide_appeal(by or moderator(), appeal, upheld=True, answer="Das stimmt.", **rest)


def token(recipient: str) -> str:
    chosen = select(Letter).where(
        Letter.recipient == recipient, Letter.template.in_(("moderation/statement", "moderation/result"))
    )
    return db.session.scalars(chosen).one().params["token"]


class TestReversal:
    def test_it_comes_back_with_place_replies_and_votes(self, app):
        root = node_comment()
        comment = write(parent=root, body="Eine Antwort")
        reply = write(parent=comment, body="Darauf noch eine")
        rate_comment(user(), comment, helpful=True)
        before = (comment.id, comment.root_id, comment.parent_id, comment.thread_id, comment.helpful, comment.html)
        count = comment.thread.comment_count
        decision = make.decision(of_comment(comment))
        appeal = object_to(decision)
        assert decision.case.state is CaseState.APPEALED
        uphold(appeal)
        db.session.refresh(comment)
        assert (comment.state, comment.state_reason) == (CommentState.VISIBLE, "")
        assert before == (
            comment.id,
            comment.root_id,
            comment.parent_id,
            comment.thread_id,
            comment.helpful,
            comment.html,
        )
        assert reply.parent_id == comment.id
        assert comment.thread.comment_count == count
        assert decision.case.state is CaseState.DECIDED
        assert appeal.decided_at >= appeal.at

    def test_a_proposal_too(self, app):
        proposal = proposals.proposal(supporters=3)
        uphold(object_to(make.decision(of_proposal(proposal))))
        assert (proposal.hidden_for, proposal.supporter_count) == (None, 3)

    @pytest.mark.parametrize("measure", [Measure.SUSPEND, Measure.CLOSE])
    def test_an_account_is_free_again(self, app, measure):
        decision = make.decision(measure=measure, hides=True)
        author, comment = decision.case.author, decision.case.comment
        assert not may_take_part(author)
        uphold(object_to(decision))
        assert may_take_part(author)
        assert author.restricted_for == ""
        assert comment.state is CommentState.VISIBLE

    def test_another_suspension_stays(self, app):
        author = user()
        first = make.decision(of_comment(node_comment(author)), measure=Measure.SUSPEND, days=30)
        comment = first.case.comment
        case = deciding.open_case(moderator(), of_comment(comment), due=WEEKS)
        second = deciding.decide(moderator(), case, make.ruling(Measure.SUSPEND, days=3))
        uphold(object_to(first))
        assert not may_take_part(author)
        assert author.suspended_until == second.until

    def test_what_a_later_decision_hid_stays_hidden(self, app):
        comment = node_comment()
        first = make.hide(comment)
        make.hide(comment, measure=Measure.RESTORE)
        make.hide(comment)
        uphold(object_to(first))
        assert comment.state is CommentState.HIDDEN

    def test_rejected_it_stays(self, app):
        decision = make.decision()
        appeal = object_to(decision)
        appealing.decide_appeal(moderator(), appeal, upheld=False, answer="Es ist eine private Adresse.")
        assert appeal.state is AppealState.REJECTED
        assert decision.case.comment.state is CommentState.HIDDEN

    def test_both_sides_are_told(self, app):
        decision = make.decision(email="gast@example.org")
        uphold(object_to(decision))
        told = set(db.session.scalars(select(Letter.recipient).where(Letter.template == "moderation/appeal")))
        assert told == {"gast@example.org", decision.case.author.email}


class TestReporters:
    def test_somebody_who_reported_gets_another_decision(self, app):
        reporter, comment = user(), node_comment()
        decision = make.decision(of_comment(comment), measure=Measure.NONE, reporter=reporter)
        appeal = object_to(decision, reporter)
        with pytest.raises(RulingMissing), db.session.begin_nested():
            uphold(appeal)
        db.session.refresh(appeal)
        second = moderator()
        uphold(appeal, second, ruling=make.ruling(Measure.HIDE))
        assert comment.state is CommentState.HIDDEN
        assert appeal.follow_up.moderator_id == second.id
        assert object_to(appeal.follow_up).state is AppealState.OPEN

    def test_a_stricter_one_replaces_the_first(self, app):
        reporter, comment = user(), node_comment()
        appeal = object_to(make.decision(of_comment(comment), reporter=reporter), reporter)
        uphold(appeal, ruling=make.ruling(Measure.REMOVE))
        assert comment.state_reason.endswith("entfernt")

    def test_by_a_single_use_link_without_an_account(self, app):
        decision = make.decision(measure=Measure.NONE, email="gast@example.org")
        secret = token("gast@example.org")
        assert appealing.by_link(secret).report.email == "gast@example.org"
        with pytest.raises(ReasonMissing):
            appealing.appeal_by_link(secret, " ", period=WEEKS)
        appeal = appealing.appeal_by_link(secret, "Doch, es ist verboten.", period=WEEKS)
        assert (appeal.decision_id, appeal.report.email) == (decision.id, "gast@example.org")
        with pytest.raises(LinkEnded):
            appealing.by_link(secret)
        with pytest.raises(LinkEnded):
            appealing.appeal_by_link("erfunden", "Noch einmal", period=WEEKS)

    def test_whose_account_is_closed_objects_by_link(self, app):
        decision = make.decision(measure=Measure.CLOSE)
        appeal = appealing.appeal_by_link(token(decision.case.author.email), "Das war ich nicht.", period=WEEKS)
        assert appeal.report_id is None


class TestPolicy:
    def test_strangers_do_not_object(self, app):
        with pytest.raises(NotFound):
            object_to(make.decision(), user())

    def test_once_and_for_six_months(self, app):
        decision = make.decision()
        assert may_appeal(decision, None, (), decision.at + timedelta(days=183))
        assert not may_appeal(decision, None, (), decision.at + APPEAL_PERIOD + timedelta(seconds=1))
        object_to(decision)
        with pytest.raises(Denied):
            object_to(decision)

    def test_nothing_to_object_to(self, app):
        decision = make.decision(measure=Measure.NONE)
        with pytest.raises(Denied):
            object_to(decision)

    def test_never_who_decided_first(self, app):
        first = moderator()
        appeal = object_to(make.decision(by=first))
        with pytest.raises(Denied):
            uphold(appeal, first)
        assert appeal.state is AppealState.OPEN

    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_moderators(self, app, role):
        with pytest.raises(Denied):
            uphold(object_to(make.decision()), user(role=role))

    def test_never_the_author_or_who_reported(self, app):
        author, reporter = moderator(), moderator()
        decision = make.decision(of_comment(node_comment(author)), reporter=reporter)
        appeal = object_to(decision)
        for person in (author, reporter):
            with pytest.raises(Denied):
                uphold(appeal, person)

    def test_the_database_keeps_the_first_moderator_out(self, app):
        decision = make.decision()
        appeal, other = object_to(decision), moderator()
        closing = {"state": AppealState.UPHELD, "decided_at": now(), "answer": "Ja"}
        for wrong in (
            {**closing, "decided_by_id": decision.moderator_id},
            {**closing, "decided_by_id": decision.moderator_id, "first_moderator_id": other.id},
            {**closing, "decided_by_id": other.id, "answer": ""},
            {"state": AppealState.UPHELD},
        ):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                db.session.execute(update(Appeal).where(Appeal.id == appeal.id).values(**wrong))

    def test_two_decide_the_same_objection(self, separate_app):
        app = separate_app
        with app.app_context():
            ident, people = object_to(make.decision()).id, [moderator().id for _ in range(4)]
            db.session.commit()

            def one(who: int):
                return uphold(db.session.get_one(Appeal, ident), db.session.get_one(User, who))

            found = together(app, [lambda who=who: one(who) for who in people])
            assert sum(isinstance(one, Appeal) for one in found) == 1
            assert all(isinstance(one, Appeal | AlreadyDecided | Denied) for one in found)

    def test_a_link_used_twice_at_once(self, separate_app):
        app = separate_app
        with app.app_context():
            make.decision(measure=Measure.NONE, email="gast@example.org")
            secret = token("gast@example.org")
            db.session.commit()
            found = together(app, [lambda: appealing.appeal_by_link(secret, "Doch.", period=WEEKS)] * 4)
            assert sum(isinstance(one, Appeal) for one in found) == 1
            assert db.session.scalar(select(func.count()).select_from(Appeal)) == 1


class TestReceipt:
    def receipts(self) -> dict[str, dict]:
        chosen = select(Letter).where(Letter.template == "moderation/appeal_receipt")
        return {letter.recipient: letter.params for letter in db.session.scalars(chosen)}

    def test_the_author_gets_one_with_the_day_of_the_answer(self, app):
        decision = make.decision()
        appeal = object_to(decision)
        author = decision.case.author
        told = self.receipts()
        assert set(told) == {author.email}
        assert told[author.email]["due"] == format_datetime(appeal.due_at, "d. MMMM yyyy")
        note = select(Notification).where(Notification.user_id == author.id, Notification.kind == "appeal_received")
        assert db.session.scalars(note).one().link == f"/entscheidung/{decision.id}"

    def test_so_does_who_reported_without_an_account(self, app):
        decision = make.decision(email="gast@example.org", measure=Measure.NONE)
        appealing.appeal_by_link(token("gast@example.org"), "Doch, das ist ihre Adresse.", period=WEEKS)
        told = self.receipts()
        assert set(told) == {"gast@example.org"}
        assert told["gast@example.org"]["reference"].startswith("M-")
        assert decision.case.author.email not in told
