"""Steps by moderators, evaluations and publications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from participation.base import events
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.proposals import operations
from participation.proposals.events import ProposalAnswered, ProposalStepped
from participation.proposals.models import ProposalState
from participation.proposals.steps import ReasonMissing, Revised, UnfitTarget
from participation.strategy.models import Node
from tests.factories import accounts, proposals
from tests.factories.proposals import MONTH

S = ProposalState


@pytest.fixture
def heard() -> Iterator[list[object]]:
    before = dict(events._handlers)
    told: list[object] = []
    events.connect({ProposalStepped: [told.append], ProposalAnswered: [told.append]})
    yield told
    events.connect(before)


def open_proposals(node: Node) -> int:
    return db.session.scalar(select(Node.open_proposals).where(Node.id == node.id)) or 0


def test_the_formal_check_opens_a_proposal_for_a_period(app: Flask, heard: list[object]) -> None:
    proposal, moderator = proposals.proposal(state=S.SUBMITTED), accounts.moderator()
    heard.clear()
    step = operations.accept(moderator, proposal, open_period=MONTH, reason="Alles ist genannt.")
    assert (proposal.state, proposal.check_due_at, step.as_moderator) == (S.OPEN, None, True)
    assert proposal.open_until is not None
    assert abs(proposal.open_until - now() - MONTH) < timedelta(minutes=1)
    assert heard == [ProposalStepped(proposal, step)]


def test_a_text_revised_meanwhile_is_not_opened_unread(app: Flask) -> None:
    proposal = proposals.proposal(state=S.SUBMITTED)
    read = proposal.updated_at
    operations.edit(proposal.author, proposal, proposals.writing(title="Ganz anderer Titel"), base_revision=1)
    with pytest.raises(Revised):
        operations.accept(accounts.moderator(), proposal, open_period=MONTH, read=read)
    operations.accept(accounts.moderator(), proposal, open_period=MONTH, read=proposal.updated_at)
    assert proposal.state is S.OPEN


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_negatives_need_a_reason_and_change_nothing_without(app: Flask, reason: str) -> None:
    moderator = accounts.moderator()
    waiting = proposals.proposal(state=S.SUBMITTED)
    evaluated = proposals.proposal(state=S.SYNTHESIS)
    with pytest.raises(ReasonMissing):
        operations.send_back(moderator, waiting, reason)
    with pytest.raises(ReasonMissing):
        operations.recommend(moderator, evaluated, recommended=False, reason=reason)
    with pytest.raises(ReasonMissing):
        operations.merge_into(moderator, waiting, evaluated, reason)
    assert (waiting.state, evaluated.state) == (S.SUBMITTED, S.SYNTHESIS)


def test_residents_take_no_moderators_step(app: Flask) -> None:
    person = accounts.user()
    waiting, opened = proposals.proposal(state=S.SUBMITTED), proposals.proposal()
    for attempt in (
        lambda: operations.accept(person, waiting, open_period=MONTH),
        lambda: operations.send_back(person, waiting, "Nein."),
        lambda: operations.begin_synthesis(person, opened),
        lambda: operations.incorporate(person, opened, 2),
        lambda: operations.merge_into(person, opened, waiting, "gleich"),
        lambda: operations.answer(person, opened, "Nein."),
    ):
        with pytest.raises(Denied):
            attempt()
    assert (waiting.state, opened.state) == (S.SUBMITTED, S.OPEN)


def test_no_moderator_withdraws_for_the_author(app: Flask) -> None:
    with pytest.raises(Denied):
        operations.withdraw(accounts.moderator(), proposals.proposal())


def test_the_nodes_counter_follows_each_step(app: Flask) -> None:
    moderator = accounts.moderator()
    proposal = proposals.proposal(state=S.SUBMITTED)
    node = proposal.node
    counts = [open_proposals(node)]
    operations.accept(moderator, proposal, open_period=MONTH)
    counts.append(open_proposals(node))
    operations.begin_synthesis(moderator, proposal)
    counts.append(open_proposals(node))
    operations.recommend(moderator, proposal, recommended=False, reason="Der Bedarf ist nicht belegt.")
    counts.append(open_proposals(node))
    assert counts == [1, 1, 1, 0]
    other = proposals.proposal(node=node)
    assert open_proposals(node) == 1
    operations.withdraw(other.author, other, "Ist überholt.")
    assert open_proposals(node) == 0


def test_the_reason_of_a_recommendation_is_the_answer(app: Flask) -> None:
    proposal = proposals.proposal(state=S.NOT_RECOMMENDED)
    assert proposal.answer == "Der Bedarf ist nicht belegt."


@pytest.mark.parametrize("state", [S.SUBMITTED, S.OPEN, S.SYNTHESIS, S.RECOMMENDED, S.ACCEPTED])
def test_a_publication_marks_what_waits(app: Flask, state: S) -> None:
    proposal = proposals.proposal(state=state)
    operations.incorporate(accounts.moderator(), proposal, 2, "Übernommen.")
    assert (proposal.state, proposal.revision_number, proposal.answer) == (S.INCORPORATED, 2, "Übernommen.")


def test_a_publication_keeps_an_earlier_answer(app: Flask) -> None:
    proposal = proposals.proposal(state=S.RECOMMENDED)
    operations.incorporate(accounts.moderator(), proposal, 2)
    assert proposal.answer == "Beide Flüsse gehören dazu."


@pytest.mark.parametrize("state", [S.WITHDRAWN, S.NOT_RECOMMENDED, S.MERGED, S.INCORPORATED])
def test_a_publication_does_not_touch_what_is_settled(app: Flask, state: S) -> None:
    with pytest.raises(Denied):
        operations.incorporate(accounts.moderator(), proposals.proposal(state=state), 3)


def test_a_moderator_may_publish_their_own_proposal(app: Flask) -> None:
    moderator = accounts.moderator()
    proposal = proposals.proposal(moderator)
    operations.incorporate(moderator, proposal, 2)
    assert proposal.state is S.INCORPORATED


def test_merging_keeps_both(app: Flask) -> None:
    one, other = proposals.proposal(supporters=1), proposals.proposal()
    operations.merge_into(accounts.moderator(), one, other, "Beide wollen dasselbe.")
    assert (one.state, one.merged_into_id, one.supporter_count) == (S.MERGED, other.id, 1)
    assert (other.state, other.supporter_count) == (S.OPEN, 0)


def test_merging_goes_only_into_another_that_waits(app: Flask) -> None:
    proposal, moderator = proposals.proposal(), accounts.moderator()
    for target in (proposal, proposals.proposal(state=S.WITHDRAWN), proposals.proposal(state=S.DRAFT)):
        with pytest.raises(UnfitTarget):
            operations.merge_into(moderator, proposal, target, "gleich")


def test_an_answer_without_a_step(app: Flask, heard: list[object]) -> None:
    proposal = proposals.proposal()
    heard.clear()
    operations.answer(accounts.moderator(), proposal, "Erwogen, aber der Bedarf ist nicht belegt.")
    assert (proposal.state, proposal.answer) == (S.OPEN, "Erwogen, aber der Bedarf ist nicht belegt.")
    assert heard == [ProposalAnswered(proposal)]
