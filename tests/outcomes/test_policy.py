"""Who may do what with an outcome: role × action × state."""

from __future__ import annotations

import pytest

from participation.accounts.models import Role
from participation.outcomes import policy
from participation.outcomes.models import Outcome, OutcomeState
from tests.factories.accounts import moderator, user

pytestmark = pytest.mark.one_database

D, S, A, X = OutcomeState.DRAFT, OutcomeState.SUBMITTED, OutcomeState.APPROVED, OutcomeState.ABANDONED
ALLOWED = {
    # action: states in which the (author, another moderator) may
    "may_edit_outcome": ({D}, {D}),
    "may_submit_outcome": ({D}, {D}),
    "may_approve_outcome": (set(), {S}),
    "may_return": ({S}, {S}),
    "may_abandon": ({D}, {D}),
    "may_see_outcome": ({D, S, A, X}, {D, S, A, X}),
}


@pytest.mark.parametrize("state", OutcomeState)
@pytest.mark.parametrize("action", ALLOWED)
def test_moderators(app, action, state):
    author, other = moderator(), moderator()
    outcome = Outcome(state=state, author_id=author.id)
    rule = getattr(policy, action)
    assert [bool(rule(author, outcome)), bool(rule(other, outcome))] == [state in may for may in ALLOWED[action]]


@pytest.mark.parametrize("state", OutcomeState)
@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("who", ["visitor", "resident", "operator", "unconfirmed moderator"])
def test_everyone_else_only_reads_what_is_approved(app, action, state, who):
    actor = {
        "visitor": lambda: None,
        "resident": user,
        "operator": lambda: user(role=Role.OPERATOR),
        "unconfirmed moderator": lambda: user(role=Role.MODERATOR, confirmed=False),
    }[who]()
    outcome = Outcome(state=state, author_id=moderator().id)
    verdict = getattr(policy, action)(actor, outcome)
    assert bool(verdict) is (action == "may_see_outcome" and state is A)
    if not verdict:
        assert str(verdict.reason)
        assert verdict.login_helps is (actor is None)


@pytest.mark.parametrize("state", OutcomeState)
@pytest.mark.parametrize("action", ALLOWED)
def test_every_no_says_why(app, action, state):
    author = moderator()
    verdict = getattr(policy, action)(author, Outcome(state=state, author_id=author.id))
    assert verdict or str(verdict.reason)


def test_evaluating_is_for_moderators(app):
    assert policy.may_evaluate(moderator())
    assert not policy.may_evaluate(user())
    assert not policy.may_evaluate(user(role=Role.OPERATOR))
    assert policy.may_evaluate(None).login_helps
