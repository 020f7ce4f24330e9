"""From the beginning of an evaluation to the approval by a second moderator."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role
from participation.base import events
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.models import Stance, ThreadState
from participation.dialogue.operations import cast_vote, edit_comment, hide_comment, withdraw_comment
from participation.outcomes.events import EvaluationAbandoned, OutcomeApproved, OutcomeReturned
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind, OutcomeState
from participation.outcomes.operations import (
    abandon_evaluation,
    approve_outcome,
    begin_evaluation,
    return_outcome,
    save_outcome,
    submit_outcome,
)
from participation.outcomes.writing import (
    AlreadyApproved,
    AlreadyEvaluating,
    IncompleteOutcome,
    NotEvaluable,
    NotEvidence,
    NothingToEvaluate,
    OutcomeFields,
    Pin,
    ReasonMissing,
    StaleOutcome,
)
from participation.proposals.models import ProposalState
from participation.proposals.operations import thread_of as thread_of_proposal
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories import outcomes as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import quoted as proposal

DUE = timedelta(days=21)


@pytest.fixture
def heard(app):
    """Collect the events of a test, then put the real handlers back."""
    kept, found = dict(events._handlers), []
    kinds = (OutcomeApproved, OutcomeReturned, EvaluationAbandoned)
    events.connect(kept | {kind: [found.append] for kind in kinds})
    yield found
    events.connect(kept)


def begun(comment=None, actor=None):
    comment = comment or make.node_comment()
    node = db.session.get(Node, make.NODE)
    return begin_evaluation(actor or moderator(), node=node, thread=comment.thread, due_at=now() + DUE)


def fields(*pins, **changed):
    complete = OutcomeFields(
        kind=OutcomeKind.TEXT,
        summary="Die Standorte sollen **weitergenutzt** werden.",
        pros="Hallen sind da.",
        cons="Das Wasser fehlt.",
        minority="keine",
        evidence=pins,
    )
    return replace(complete, **changed)


def adopted(comment, **rest):
    return Pin(comment_id=comment.id, fate=Fate.ADOPTED, **rest)


def submitted(comment=None, author=None):
    author = author or moderator()
    comment = comment or make.node_comment()
    outcome = begun(comment, author)
    save_outcome(author, outcome, fields(adopted(comment)), expected_edit=outcome.edit)
    return submit_outcome(author, outcome)


class TestBegin:
    def test_freezes_the_stances_and_rests_the_vote(self, app):
        comment = make.node_comment()
        for stance in (Stance.YES, Stance.YES, Stance.NO):
            cast_vote(user(), comment.thread, stance)
        outcome = begun(comment)
        assert (outcome.votes_yes, outcome.votes_no, outcome.votes_abstain) == (2, 1, 0)
        assert outcome.round == 1
        assert comment.thread.state is ThreadState.EVALUATING
        with pytest.raises(Denied):
            cast_vote(user(), comment.thread, Stance.NO)
        assert outcome.votes_no == 1

    def test_once_at_a_time(self, app):
        outcome = begun()
        with pytest.raises(AlreadyEvaluating):
            begun(db.session.scalars(select(make.Comment)).first())
        assert db.session.scalar(select(func.count()).select_from(Outcome)) == 1
        assert outcome.state is OutcomeState.DRAFT

    def test_the_database_refuses_a_second_one_too(self, app):
        first = begun()
        with pytest.raises(IntegrityError):
            make.outcome(state=OutcomeState.DRAFT)
        db.session.rollback()
        assert first is not None

    def test_needs_something_to_evaluate(self, app):
        node = db.session.get(Node, make.NODE)
        thread = thread_of(node)
        with pytest.raises(NothingToEvaluate):
            begin_evaluation(moderator(), node=node, thread=thread, due_at=now() + DUE)
        assert thread.state is ThreadState.OPEN

    def test_a_proposal_on_the_node_is_enough(self, app):
        proposal()
        node = db.session.get(Node, make.NODE)
        assert begin_evaluation(moderator(), node=node, thread=thread_of(node), due_at=now() + DUE).id

    def test_takes_an_open_proposal_into_synthesis(self, app):
        subject = proposal()
        thread = thread_of_proposal(subject)
        outcome = begin_evaluation(moderator(), proposal=subject, thread=thread, due_at=now() + DUE)
        assert subject.state is ProposalState.SYNTHESIS
        assert (outcome.proposal_id, outcome.node_id) == (subject.id, None)

    @pytest.mark.parametrize("state", [ProposalState.SUBMITTED, ProposalState.WITHDRAWN, ProposalState.RECOMMENDED])
    def test_leaves_other_proposals_alone(self, app, state):
        subject = proposal(state)
        with pytest.raises(NotEvaluable):
            begin_evaluation(moderator(), proposal=subject, thread=thread_of_proposal(subject), due_at=now() + DUE)
        assert subject.state is state

    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_is_for_moderators(self, app, role):
        with pytest.raises(Denied):
            begun(actor=user(role=role))


class TestSave:
    def test_renders_counts_and_names_the_last_writer(self, app):
        comment = make.node_comment()
        outcome = begun(comment)
        second = moderator()
        save_outcome(second, outcome, fields(adopted(comment)), expected_edit=1)
        assert outcome.summary_html == "<p>Die Standorte sollen <strong>weitergenutzt</strong> werden.</p>\n"
        assert (outcome.edit, outcome.author_id) == (2, second.id)
        assert [(e.comment_id, e.comment_version, e.fate) for e in outcome.evidence] == [(comment.id, 1, Fate.ADOPTED)]

    def test_refuses_an_older_edit_and_loses_nothing(self, app):
        outcome = begun()
        save_outcome(moderator(), outcome, fields(summary="Zuerst"), expected_edit=1)
        with pytest.raises(StaleOutcome) as refused:
            save_outcome(moderator(), outcome, fields(summary="Danach"), expected_edit=1)
        assert refused.value.current.summary == "Zuerst"
        assert refused.value.status == 409

    def test_a_draft_may_be_nearly_empty(self, app):
        outcome = begun()
        save_outcome(moderator(), outcome, OutcomeFields(), expected_edit=1)
        assert outcome.kind is None

    def test_pins_the_version_that_was_read(self, app):
        author = user()
        comment = make.node_comment(author)
        outcome = begun(comment)
        edit_comment(author, comment, "Nun anders.", expected_version=1)
        save_outcome(moderator(), outcome, fields(adopted(comment, version=1)), expected_edit=1)
        assert outcome.evidence[0].comment_version == 1
        save_outcome(moderator(), outcome, fields(adopted(comment, version=2)), expected_edit=2)
        assert outcome.evidence[0].comment_version == 2
        save_outcome(moderator(), outcome, fields(adopted(comment, version=99)), expected_edit=3)
        assert outcome.evidence[0].comment_version == 2

    def test_lists_every_piece_without_fate_or_answer(self, app):
        one, two, three = (make.node_comment() for _ in range(3))
        outcome = begun(one)
        pins = (
            Pin(comment_id=one.id),
            Pin(comment_id=two.id, fate=Fate.CONSIDERED),
            Pin(comment_id=three.id, fate=Fate.PARTLY, answer=" "),
        )
        with pytest.raises(IncompleteOutcome) as refused:
            save_outcome(moderator(), outcome, fields(*pins), expected_edit=1)
        assert set(refused.value.missing) == {f"ausgang-k{one.id}", f"antwort-k{two.id}", f"antwort-k{three.id}"}
        assert outcome.edit == 1

    def test_evidence_can_be_taken_back(self, app):
        comment = make.node_comment()
        outcome = begun(comment)
        save_outcome(moderator(), outcome, fields(adopted(comment)), expected_edit=1)
        save_outcome(moderator(), outcome, fields(), expected_edit=2)
        assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0

    def test_comments_of_other_threads_are_no_evidence(self, app):
        outcome = begun()
        elsewhere = make.node_comment(node_id="lcg-sofort-kulturhauptstadt")
        with pytest.raises(NotEvidence):
            save_outcome(moderator(), outcome, fields(adopted(elsewhere)), expected_edit=1)

    def test_comments_on_a_proposal_about_the_node_are_evidence(self, app):
        from participation.dialogue.operations import write_comment

        about = proposal()
        comment = write_comment(user(), thread_of_proposal(about), body="Gut so", kind=make.CommentKind.FOR)
        outcome = begun()
        save_outcome(moderator(), outcome, fields(adopted(comment)), expected_edit=1)
        assert outcome.evidence[0].comment_id == comment.id

    @pytest.mark.parametrize("gone", ["hidden", "withdrawn"])
    def test_what_is_not_shown_cannot_be_pinned_but_stays_pinned(self, app, gone):
        author, other = user(), user()
        before, after = make.node_comment(author), make.node_comment(other)
        outcome = begun(before)
        save_outcome(moderator(), outcome, fields(adopted(before)), expected_edit=1)
        for person, comment in ((author, before), (other, after)):
            if gone == "hidden":
                hide_comment(moderator(), comment, "Regel 3")
            else:
                withdraw_comment(person, comment)
        with pytest.raises(NotEvidence):
            save_outcome(moderator(), outcome, fields(adopted(after)), expected_edit=2)
        save_outcome(moderator(), outcome, fields(adopted(before)), expected_edit=2)
        assert outcome.evidence[0].comment_id == before.id

    def test_a_drafted_proposal_is_no_evidence(self, app):
        draft = proposal(ProposalState.DRAFT)
        outcome = begun()
        pin = Pin(proposal_id=draft.id, fate=Fate.ADOPTED)
        with pytest.raises(NotEvidence):
            save_outcome(moderator(), outcome, fields(pin), expected_edit=1)

    def test_residents_cannot(self, app):
        outcome = begun()
        with pytest.raises(Denied):
            save_outcome(user(), outcome, fields(), expected_edit=1)


class TestSubmit:
    def test_names_everything_that_is_missing_at_once(self, app):
        outcome = begun()
        with pytest.raises(IncompleteOutcome) as refused:
            submit_outcome(moderator(), outcome)
        assert set(refused.value.missing) == {"kind", "summary", "pros", "cons", "minority", "evidence"}
        assert outcome.state is OutcomeState.DRAFT

    @pytest.mark.parametrize("left_out", ["kind", "summary", "pros", "cons", "minority"])
    def test_nothing_can_be_left_out(self, app, left_out):
        comment = make.node_comment()
        outcome = begun(comment)
        empty = {left_out: None if left_out == "kind" else "  "}
        save_outcome(moderator(), outcome, fields(adopted(comment), **empty), expected_edit=1)
        with pytest.raises(IncompleteOutcome) as refused:
            submit_outcome(moderator(), outcome)
        assert set(refused.value.missing) == {left_out}

    def test_the_subject_proposal_must_get_its_answer(self, app):
        subject = proposal()
        thread = thread_of_proposal(subject)
        comment = make.write_comment(user(), thread, body="Gut", kind=make.CommentKind.FOR)
        outcome = begin_evaluation(moderator(), proposal=subject, thread=thread, due_at=now() + DUE)
        save_outcome(moderator(), outcome, fields(adopted(comment)), expected_edit=1)
        with pytest.raises(IncompleteOutcome) as refused:
            submit_outcome(moderator(), outcome)
        assert set(refused.value.missing) == {"evidence"}
        pins = (adopted(comment), Pin(proposal_id=subject.id, fate=Fate.ADOPTED))
        save_outcome(moderator(), outcome, fields(*pins), expected_edit=2)
        assert submit_outcome(moderator(), outcome).state is OutcomeState.SUBMITTED

    def test_nobody_writes_on_what_was_handed_over(self, app):
        outcome = submitted()
        with pytest.raises(Denied):
            save_outcome(moderator(), outcome, fields(), expected_edit=outcome.edit)
        with pytest.raises(StaleOutcome):
            save_outcome(moderator(), outcome, fields(), expected_edit=outcome.edit - 1)
        with pytest.raises(Denied):
            submit_outcome(moderator(), outcome)


class TestApprove:
    def test_numbers_opens_the_next_round_and_tells(self, app, heard):
        outcome = submitted()
        second = moderator()
        approve_outcome(second, outcome, expected_edit=outcome.edit)
        assert outcome.state is OutcomeState.APPROVED
        assert (outcome.number, outcome.approver_id) == (1, second.id)
        assert (outcome.thread.state, outcome.thread.round) == (ThreadState.OPEN, 2)
        assert heard == [OutcomeApproved(outcome, second)]
        cast_vote(user(), outcome.thread, Stance.YES)

    def test_not_by_whoever_wrote_last(self, app, heard):
        author = moderator()
        outcome = submitted(author=author)
        with pytest.raises(Denied):
            approve_outcome(author, outcome)
        assert (outcome.number, heard) == (None, [])

    def test_the_database_demands_four_eyes(self, app):
        outcome = submitted()
        outcome.approver_id = outcome.author_id
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()

    def test_the_database_demands_an_approver_and_a_number(self, app):
        outcome = submitted()
        outcome.state = OutcomeState.APPROVED
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()

    def test_not_twice(self, app):
        outcome = submitted()
        approve_outcome(moderator(), outcome)
        with pytest.raises(AlreadyApproved):
            approve_outcome(moderator(), outcome)
        assert outcome.thread.round == 2

    def test_not_what_was_not_read(self, app):
        author = moderator()
        outcome = submitted(author=author)
        read = outcome.edit
        return_outcome(author, outcome)
        submit_outcome(moderator(), outcome)
        with pytest.raises(StaleOutcome):
            approve_outcome(moderator(), outcome, expected_edit=read)
        assert outcome.state is OutcomeState.SUBMITTED

    def test_not_a_draft_and_not_by_residents(self, app):
        outcome = begun()
        with pytest.raises(Denied):
            approve_outcome(moderator(), outcome)
        with pytest.raises(Denied):
            approve_outcome(user(), outcome)

    def test_numbers_run_on(self, app):
        make.outcome(make.node_comment(node_id="lcg-sofort-kulturhauptstadt"), node_id="lcg-sofort-kulturhauptstadt")
        outcome = submitted()
        approve_outcome(moderator(), outcome)
        assert outcome.number == 2

    @pytest.mark.parametrize(
        ("fate", "answer", "becomes"),
        [
            (Fate.ADOPTED, "", ProposalState.RECOMMENDED),
            (Fate.PARTLY, "Nur die Gleise.", ProposalState.RECOMMENDED),
            (Fate.CONSIDERED, "Zu teuer.", ProposalState.NOT_RECOMMENDED),
        ],
    )
    def test_proposals_get_their_recommendation(self, app, fate, answer, becomes):
        cited = proposal()
        outcome = begun(actor=(author := moderator()))
        pin = Pin(proposal_id=cited.id, fate=fate, answer=answer)
        save_outcome(author, outcome, fields(pin), expected_edit=1)
        submit_outcome(author, outcome)
        assert cited.state is ProposalState.OPEN
        approve_outcome(moderator(), outcome)
        assert cited.state is becomes
        assert cited.answer == (answer or "Übernommen in Ergebnis E-1.")

    @pytest.mark.parametrize("state", [ProposalState.SUBMITTED, ProposalState.INCORPORATED, ProposalState.MERGED])
    def test_other_proposals_are_only_quoted(self, app, state):
        cited = proposal(state)
        outcome = begun(actor=(author := moderator()))
        pin = Pin(proposal_id=cited.id, fate=Fate.CONSIDERED, answer="Nein.")
        save_outcome(author, outcome, fields(pin), expected_edit=1)
        approve_outcome(moderator(), submit_outcome(author, outcome))
        assert cited.state is state

    def test_nobody_judges_their_own_proposal(self, app):
        second = moderator()
        cited = proposal(author=second)
        outcome = begun(actor=(author := moderator()))
        save_outcome(author, outcome, fields(Pin(proposal_id=cited.id, fate=Fate.ADOPTED)), expected_edit=1)
        submit_outcome(author, outcome)
        with pytest.raises(Denied):
            approve_outcome(second, outcome)


class TestBack:
    def test_returns_with_a_reason(self, app, heard):
        outcome = submitted()
        second = moderator()
        return_outcome(second, outcome, "Die Minderheit fehlt.")
        assert (outcome.state, outcome.returned_reason) == (OutcomeState.DRAFT, "Die Minderheit fehlt.")
        assert heard == [OutcomeReturned(outcome, second, "Die Minderheit fehlt.")]
        assert outcome.thread.state is ThreadState.EVALUATING

    def test_only_the_author_may_leave_out_the_reason(self, app):
        author = moderator()
        outcome = submitted(author=author)
        with pytest.raises(ReasonMissing):
            return_outcome(moderator(), outcome, "  ")
        return_outcome(author, outcome)
        assert outcome.state is OutcomeState.DRAFT

    def test_abandoning_keeps_the_text_and_opens_the_thread(self, app, heard):
        comment = make.node_comment()
        outcome = begun(comment)
        save_outcome(moderator(), outcome, fields(adopted(comment)), expected_edit=1)
        abandon_evaluation(moderator(), outcome, "Es kommen noch Zahlen.")
        assert (outcome.state, outcome.number) == (OutcomeState.ABANDONED, None)
        assert outcome.summary
        assert outcome.evidence
        assert outcome.thread.state is ThreadState.OPEN
        assert [type(event) for event in heard] == [EvaluationAbandoned]
        assert begun(comment).id != outcome.id

    def test_abandoning_needs_a_reason_and_a_draft(self, app):
        outcome = submitted()
        with pytest.raises(Denied):
            abandon_evaluation(moderator(), outcome, "Doch nicht")
        return_outcome(moderator(), outcome, "Fehlt was")
        with pytest.raises(ReasonMissing):
            abandon_evaluation(moderator(), outcome, " ")
        with pytest.raises(Denied):
            abandon_evaluation(user(), outcome, "Doch nicht")
