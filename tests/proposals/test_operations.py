"""Writing, handing in, signing with, withdrawing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.initiatives import end_mandate
from participation.accounts.models import InitiativeState
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.text import TextTooLong
from participation.base.verdict import Denied
from participation.dialogue.models import Thread
from participation.proposals import operations, steps
from participation.proposals.models import Proposal, ProposalState, ProposalStep, ProposalSupport, ProposalType
from participation.proposals.operations import AlreadySubmitted, UnfitPartner
from participation.proposals.queries import places_of
from participation.proposals.writing import Incomplete, WordingChanged
from participation.strategy.models import Node, TextState
from tests.factories import accounts, proposals, strategy
from tests.factories.proposals import MONTH, WEEK, writing
from tests.races import together

S = ProposalState
T = ProposalType


def history(proposal: Proposal) -> list[ProposalStep]:
    return list(
        db.session.scalars(
            select(ProposalStep).where(ProposalStep.proposal_id == proposal.id).order_by(ProposalStep.id)
        )
    )


def open_proposals(node: Node) -> int:
    return db.session.scalar(select(Node.open_proposals).where(Node.id == node.id)) or 0


# --- Drafts ------------------------------------------------------------------------------------------------------


def test_a_draft_keeps_the_wording_before_and_the_comparison(app: Flask) -> None:
    node = strategy.node("Radwege an der Neiße ausbauen")
    draft = operations.save_draft(accounts.user(), node, writing(), base_revision=3)
    assert (draft.state, draft.number, draft.base_revision) == (S.DRAFT, None, 3)
    assert draft.before == "Radwege an der Neiße ausbauen"
    assert "<ins>" in draft.diff_html
    assert "und an der Spree" in draft.diff_html
    assert draft.reason_html == "<p>An der Spree fehlen die Radwege genauso.</p>\n"
    assert not history(draft)
    assert open_proposals(node) == 0


def test_markup_in_what_is_typed_stays_text(app: Flask) -> None:
    draft = proposals.draft(wording="<script>alert(1)</script>", reason="<img src=x onerror=alert(1)> weil das so ist")
    assert "<script" not in draft.diff_html
    assert "<img" not in draft.reason_html


def test_a_draft_may_be_incomplete(app: Flask) -> None:
    draft = proposals.draft(title="", wording="", reason="", benefit="", culture="")
    assert draft.id


def test_too_long_is_refused(app: Flask) -> None:
    with pytest.raises(TextTooLong):
        proposals.draft(reason="x" * 5_001)


def test_the_same_form_twice_is_one_draft_with_the_later_text(app: Flask) -> None:
    author, node = accounts.user(), strategy.node()
    first = operations.save_draft(author, node, writing(), base_revision=1, submission_key="k")
    again = operations.save_draft(author, node, writing(title="Zweiter Titel"), base_revision=1, submission_key="k")
    assert again.id == first.id
    assert first.title == "Zweiter Titel"
    other = operations.save_draft(accounts.user(), node, writing(), base_revision=1, submission_key="k")
    assert other.id != first.id


def test_the_same_form_after_handing_in_is_refused(app: Flask) -> None:
    author, node = accounts.user(), strategy.node()
    draft = operations.save_draft(author, node, writing(), base_revision=1, submission_key="k")
    operations.submit(author, draft, check_period=WEEK)
    with pytest.raises(AlreadySubmitted):
        operations.save_draft(author, node, writing(), base_revision=1, submission_key="k")


def test_places_are_replaced_and_unknown_ones_left_out(app: Flask) -> None:
    author, node = accounts.user(), strategy.node()
    draft = operations.save_draft(author, node, writing(places=("guben", "nirgendwo")), base_revision=1)
    assert places_of(draft.id) == ("guben",)
    operations.save_draft(author, node, writing(places=()), base_revision=1, draft=draft)
    assert places_of(draft.id) == ()


def test_nobody_saves_someone_elses_draft(app: Flask) -> None:
    draft = proposals.draft()
    with pytest.raises(Denied):
        operations.save_draft(accounts.user(), draft.node, writing(), base_revision=1, draft=draft)


def test_a_type_that_the_kind_does_not_permit_is_refused(app: Flask) -> None:
    node = strategy.node(kind=strategy.kind("textaenderung"))
    with pytest.raises(Denied):
        proposals.draft(node=node, type=T.DELETION)


@pytest.mark.parametrize("kind", [T.MEASURE, T.ADDITION])
def test_something_new_starts_from_nothing(app: Flask, kind: T) -> None:
    draft = proposals.draft(type=kind)
    assert draft.before == ""
    assert "<del>" not in draft.diff_html


def test_a_deletion_has_no_wording(app: Flask) -> None:
    draft = proposals.draft(type=T.DELETION, wording="wird nicht gebraucht")
    assert draft.wording == ""
    assert "<ins>" not in draft.diff_html


def test_a_merge_compares_with_both_wordings(app: Flask) -> None:
    other = strategy.node("Fähren über die Neiße")
    draft = proposals.draft(type=T.MERGE, other_node_id=other.id)
    assert draft.other_node_id == other.id
    assert "Fähren" in draft.diff_html


def test_a_merge_needs_a_fitting_partner(app: Flask) -> None:
    node = strategy.node()
    gone = strategy.node(text_state=TextState.STRUCK)
    for partner in (None, node.id, gone.id, "gibt-es-nicht"):
        with pytest.raises(UnfitPartner):
            proposals.draft(node=node, type=T.MERGE, other_node_id=partner)


def test_another_type_forgets_the_partner(app: Flask) -> None:
    draft = proposals.draft(other_node_id=strategy.node().id)
    assert draft.other_node_id is None


def test_parts_of_a_split_are_tidied(app: Flask) -> None:
    draft = proposals.draft(type=T.SPLIT, wording=" eins \n----\n\n---\nzwei ")
    assert draft.wording == "eins\n---\nzwei"


def test_delegates_write_for_their_initiative_and_nobody_else_does(app: Flask) -> None:
    delegate = accounts.user()
    initiative = accounts.initiative(delegate)
    assert proposals.draft(delegate, initiative_id=initiative.id).initiative_id == initiative.id
    with pytest.raises(Denied):
        proposals.draft(initiative_id=initiative.id)
    applied = accounts.initiative(delegate, state=InitiativeState.APPLIED)
    with pytest.raises(Denied):
        proposals.draft(delegate, initiative_id=applied.id)


def test_after_the_mandate_nothing_more_is_proposed_for_the_initiative(app: Flask) -> None:
    delegate, colleague = accounts.user(), accounts.user()
    initiative = accounts.initiative(delegate, colleague)
    draft = proposals.draft(delegate, initiative_id=initiative.id)
    handed_in = proposals.proposal(delegate, initiative_id=initiative.id, state=S.SUBMITTED)
    end_mandate(colleague, initiative, delegate.id)
    with pytest.raises(Denied):
        operations.submit(delegate, draft, check_period=WEEK)
    assert draft.number is None
    for ident in (initiative.id, None):
        with pytest.raises(Denied):
            operations.edit(delegate, handed_in, writing(initiative_id=ident, title="Anders"), base_revision=1)
    operations.save_draft(delegate, draft.node, writing(), base_revision=1, draft=draft)
    operations.submit(delegate, draft, check_period=WEEK)
    assert draft.initiative_id is None


def test_a_draft_can_be_thrown_away_by_its_author_only(app: Flask) -> None:
    draft = proposals.draft(places=("guben",))
    with pytest.raises(Denied):
        operations.discard_draft(accounts.user(), draft)
    operations.discard_draft(draft.author, draft)
    assert db.session.get(Proposal, draft.id) is None


def test_what_was_handed_in_once_is_withdrawn_and_not_deleted(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    operations.send_back(accounts.moderator(), proposal, "Der Nutzen fehlt.")
    with pytest.raises(Denied):
        operations.discard_draft(proposal.author, proposal)
    operations.withdraw(proposal.author, proposal)
    assert proposal.state is S.WITHDRAWN


# --- Another wording in between ----------------------------------------------------------------------------------


def test_a_wording_that_changed_while_writing_is_told_and_nothing_is_saved(app: Flask) -> None:
    node = strategy.node("alt")
    draft = proposals.draft(node=node, wording="meins")
    node.body = "neu"
    db.session.flush()
    with pytest.raises(WordingChanged) as refused:
        operations.save_draft(
            draft.author, node, writing(wording="meins, besser"), base_revision=2, seen="alt", draft=draft
        )
    assert (refused.value.seen, refused.value.current, refused.value.status) == ("alt", "neu", 409)
    assert (draft.wording, draft.before) == ("meins", "alt")


def test_the_author_may_adopt_the_new_wording(app: Flask) -> None:
    node = strategy.node("alt")
    draft = proposals.draft(node=node, wording="meins")
    node.body = "neu"
    operations.save_draft(draft.author, node, writing(wording="meins"), base_revision=2, seen="neu", draft=draft)
    assert (draft.before, draft.base_revision) == ("neu", 2)
    operations.submit(draft.author, draft, check_period=WEEK)


def test_submitting_against_an_old_wording_is_refused(app: Flask) -> None:
    node = strategy.node("alt")
    draft = proposals.draft(node=node)
    node.body = "neu"
    with pytest.raises(WordingChanged):
        operations.submit(draft.author, draft, check_period=WEEK)
    assert (draft.state, draft.number) == (S.DRAFT, None)


def test_something_new_does_not_mind_another_wording_above_it(app: Flask) -> None:
    node = strategy.node("alt")
    draft = proposals.draft(node=node, type=T.MEASURE)
    node.body = "neu"
    operations.submit(draft.author, draft, check_period=WEEK)


# --- Handing in --------------------------------------------------------------------------------------------------


def test_handing_in_gives_number_date_and_history(app: Flask) -> None:
    node = strategy.node()
    draft = proposals.draft(node=node)
    earlier = db.session.scalar(select(func.max(Proposal.number))) or 0
    operations.submit(draft.author, draft, check_period=timedelta(days=7))
    assert draft.number == earlier + 1
    assert draft.check_due_at is not None
    assert abs(draft.check_due_at - now() - timedelta(days=7)) < timedelta(minutes=1)
    assert [(step.state, step.as_moderator) for step in history(draft)] == [(S.SUBMITTED, False)]
    assert open_proposals(node) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "kurz"),
        ("wording", ""),
        ("wording", "Radwege an der Neiße ausbauen"),
        ("reason", "zu kurz"),
        ("benefit", ""),
        ("culture", ""),
        ("culture", "Keine Auswirkung."),
        ("culture", "keine Auswirkungen"),
    ],
)
@pytest.mark.one_database
def test_what_is_missing_is_named(app: Flask, field: str, value: str) -> None:
    draft = proposals.draft(**{field: value})
    with pytest.raises(Incomplete) as refused:
        operations.submit(draft.author, draft, check_period=WEEK)
    assert list(refused.value.problems) == [field]
    assert draft.number is None


@pytest.mark.one_database
@pytest.mark.parametrize("wording", ["nur eins", "a\n---\nb\n---\nc\n---\nd\n---\ne"])
def test_a_split_has_two_to_four_parts(app: Flask, wording: str) -> None:
    draft = proposals.draft(type=T.SPLIT, wording=wording)
    with pytest.raises(Incomplete):
        operations.submit(draft.author, draft, check_period=WEEK)


def test_nobody_hands_in_someone_elses_draft(app: Flask) -> None:
    draft = proposals.draft()
    for person in (accounts.user(), accounts.moderator()):
        with pytest.raises(Denied):
            operations.submit(person, draft, check_period=WEEK)


def test_a_returned_proposal_keeps_its_number(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    number = proposal.number
    operations.send_back(accounts.moderator(), proposal, "Der Nutzen fehlt.")
    assert (proposal.state, proposal.check_due_at, open_proposals(proposal.node)) == (S.DRAFT, None, 0)
    operations.submit(proposal.author, proposal, check_period=WEEK)
    assert (proposal.number, open_proposals(proposal.node)) == (number, 1)
    assert [step.state for step in history(proposal)] == [S.SUBMITTED, S.DRAFT, S.SUBMITTED]


def test_a_submitted_proposal_can_be_revised_and_shows_it(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    operations.edit(proposal.author, proposal, writing(title="Neuer Titel"), base_revision=1)
    assert proposal.title == "Neuer Titel"
    assert [step.state for step in history(proposal)] == [S.SUBMITTED, S.SUBMITTED]
    with pytest.raises(Incomplete):
        operations.edit(proposal.author, proposal, writing(reason=""), base_revision=1)


def test_a_checked_proposal_cannot_be_revised(app: Flask) -> None:
    proposal = proposals.proposal(state=S.OPEN)
    with pytest.raises(Denied):
        operations.edit(proposal.author, proposal, writing(title="Neuer Titel"), base_revision=1)


# --- Signing with ------------------------------------------------------------------------------------------------


def test_signing_twice_counts_once(app: Flask) -> None:
    proposal, person = proposals.proposal(), accounts.user()
    operations.support(person, proposal)
    operations.support(person, proposal)
    assert proposal.supporter_count == 1
    operations.unsupport(person, proposal)
    operations.unsupport(person, proposal)
    assert proposal.supporter_count == 0


def test_nobody_signs_with_their_own(app: Flask) -> None:
    proposal = proposals.proposal()
    with pytest.raises(Denied):
        operations.support(proposal.author, proposal)


def test_the_thread_is_opened_once(app: Flask) -> None:
    proposal = proposals.proposal()
    thread = operations.thread_of(proposal)
    assert thread.votable
    assert operations.thread_of(proposal).id == thread.id
    assert proposal.thread is thread


# --- Two at once -------------------------------------------------------------------------------------------------


@pytest.fixture
def race(separate_app: Flask) -> Iterator[Flask]:
    with separate_app.app_context():
        yield separate_app


def test_race_for_numbers_gives_each_its_own(race: Flask) -> None:
    with transaction():
        node = strategy.node()
        drafts = [proposals.draft(node=node).id for _ in range(5)]
    node_id = node.id
    db.session.remove()

    def hand_in(ident: int):
        def work() -> int | None:
            draft = db.session.get_one(Proposal, ident)
            operations.submit(draft.author, draft, check_period=WEEK)
            return draft.number

        return work

    numbers = together(race, [hand_in(ident) for ident in drafts])
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert db.session.scalar(select(Node.open_proposals).where(Node.id == node_id)) == 5


def test_race_of_one_persons_signatures_counts_once(race: Flask) -> None:
    with transaction():
        proposal, person = proposals.proposal(), accounts.user()
    ids = (proposal.id, person.id)
    db.session.remove()

    def sign() -> None:
        operations.support(db.session.get_one(type(person), ids[1]), db.session.get_one(Proposal, ids[0]))

    assert together(race, [sign] * 5) == [None] * 5
    assert db.session.scalar(select(Proposal.supporter_count).where(Proposal.id == ids[0])) == 1
    assert db.session.scalar(select(func.count()).select_from(ProposalSupport)) == 1


def test_race_for_the_thread_leaves_one(race: Flask) -> None:
    with transaction():
        ident = proposals.proposal().id
    db.session.remove()

    def first_word() -> int:
        return operations.thread_of(db.session.get_one(Proposal, ident)).id

    found = together(race, [first_word] * 4)
    assert len(set(found)) == 1
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 1


def test_race_of_two_moderators_is_won_by_one(race: Flask) -> None:
    with transaction():
        proposal, moderator = proposals.proposal(state=S.SUBMITTED), accounts.moderator()
    ids = (proposal.id, moderator.id)
    db.session.remove()

    def accept() -> S:
        waiting = db.session.get_one(Proposal, ids[0])
        return operations.accept(db.session.get_one(type(moderator), ids[1]), waiting, open_period=MONTH).state

    results = together(race, [accept, accept])
    assert sum(result is S.OPEN for result in results) == 1
    assert sum(isinstance(result, steps.StepTaken | Denied) for result in results) == 1
    assert db.session.scalar(select(func.count()).where(ProposalStep.state == S.OPEN)) == 1
