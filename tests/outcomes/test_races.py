"""Two moderators at the same moment, with real threads and real commits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import DomainError
from participation.dialogue.models import Thread, ThreadState
from participation.outcomes.models import Outcome, OutcomeState
from participation.outcomes.operations import approve_outcome, begin_evaluation, save_outcome
from participation.outcomes.writing import AlreadyApproved, AlreadyEvaluating, OutcomeFields, StaleOutcome
from participation.strategy.models import Node
from tests.factories import outcomes as make
from tests.factories.accounts import moderator
from tests.races import together

OTHER = "lcg-sofort-kulturhauptstadt"


def kinds(came: list[object]) -> list[object]:
    """Return what came of a race with each refusal by its class."""
    return [type(one) if isinstance(one, DomainError) else one for one in came]


@pytest.fixture
def here(separate_app):
    with separate_app.app_context():
        with transaction():
            people = [moderator().id for _ in range(4)]
        yield separate_app, people


def waiting(node_id: str = make.NODE) -> int:
    with transaction():
        comment = make.node_comment(node_id=node_id)
        comment.thread.state = ThreadState.EVALUATING
        return make.outcome(comment, node_id=node_id, state=OutcomeState.SUBMITTED).id


def approve(outcome_id: int, person: int) -> Callable[[], object]:
    return lambda: approve_outcome(db.session.get(User, person), db.session.get(Outcome, outcome_id)).number


def test_two_approvals_of_one_outcome_give_one_number(here):
    app, people = here
    outcome_id = waiting()
    came = kinds(together(app, [approve(outcome_id, person) for person in people]))
    db.session.rollback()
    outcome = db.session.get(Outcome, outcome_id, populate_existing=True)
    assert (outcome.number, outcome.thread.round) == (1, 2)
    assert set(came) == {1, AlreadyApproved}


def test_two_outcomes_approved_at_once_get_two_numbers(here):
    app, people = here
    one, two = waiting(), waiting(OTHER)
    assert sorted(together(app, [approve(one, people[0]), approve(two, people[1])])) == [1, 2]


def test_two_evaluations_of_one_thread_become_one(here):
    app, people = here
    with transaction():
        thread_id = make.node_comment().thread_id

    def begin(person: int) -> Callable[[], object]:
        return lambda: (
            begin_evaluation(
                db.session.get(User, person),
                node=db.session.get(Node, make.NODE),
                thread=db.session.get(Thread, thread_id),
                due_at=now() + timedelta(days=21),
            ).thread_id
        )

    came = kinds(together(app, [begin(person) for person in people]))
    assert came.count(thread_id) == 1
    assert set(came) == {thread_id, AlreadyEvaluating}


def test_two_saves_at_once_lose_nothing_silently(here):
    app, people = here
    with transaction():
        outcome_id = make.outcome(state=OutcomeState.DRAFT).id

    def save(person: int) -> Callable[[], object]:
        fields = OutcomeFields(summary=f"Von {person}")
        return lambda: (
            save_outcome(
                db.session.get(User, person), db.session.get(Outcome, outcome_id), fields, expected_edit=1
            ).author_id
        )

    came = kinds(together(app, [save(person) for person in people]))
    winners = [person for person in came if person is not StaleOutcome]
    assert len(winners) == 1
    db.session.rollback()
    assert db.session.get(Outcome, outcome_id, populate_existing=True).summary == f"Von {winners[0]}"
