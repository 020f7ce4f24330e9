"""Who may do what: role by action."""

from __future__ import annotations

import pytest
from flask import Flask

from participation.accounts.models import Role, User
from participation.proposals import policy
from participation.proposals.models import Proposal, ProposalState, ProposalType
from participation.strategy.models import TextState
from tests.factories import accounts, proposals, strategy

S = ProposalState
pytestmark = pytest.mark.one_database

WHO = ("visitor", "unconfirmed", "resident", "author", "moderator", "operator")


def actor(who: str, proposal: Proposal) -> User | None:
    return {
        "visitor": lambda: None,
        "unconfirmed": lambda: accounts.user(confirmed=False),
        "resident": accounts.user,
        "author": lambda: proposal.author,
        "moderator": accounts.moderator,
        "operator": lambda: accounts.user(role=Role.OPERATOR),
    }[who]()


TABLE = [
    (policy.may_edit, S.DRAFT, {"author"}),
    (policy.may_edit, S.SUBMITTED, {"author"}),
    (policy.may_edit, S.OPEN, set()),
    (policy.may_discard, S.DRAFT, {"author"}),
    (policy.may_discard, S.SUBMITTED, set()),
    (policy.may_submit, S.DRAFT, {"author"}),
    (policy.may_submit, S.SUBMITTED, set()),
    (policy.may_withdraw, S.DRAFT, set()),
    (policy.may_withdraw, S.SUBMITTED, {"author"}),
    (policy.may_withdraw, S.OPEN, {"author"}),
    (policy.may_withdraw, S.SYNTHESIS, set()),
    (policy.may_withdraw, S.INCORPORATED, set()),
    (policy.may_support, S.DRAFT, set()),
    (policy.may_support, S.SUBMITTED, {"resident", "moderator"}),
    (policy.may_support, S.OPEN, {"resident", "moderator"}),
    (policy.may_support, S.INCORPORATED, set()),
    (policy.may_support, S.WITHDRAWN, set()),
    (policy.may_discuss, S.DRAFT, set()),
    (policy.may_discuss, S.OPEN, {"resident", "author", "moderator"}),
    (policy.may_discuss, S.INCORPORATED, {"resident", "author", "moderator"}),
    (policy.may_vote, S.INCORPORATED, set()),
    (policy.may_vote, S.OPEN, {"resident", "author", "moderator"}),
    (policy.may_check, S.DRAFT, set()),
    (policy.may_check, S.SUBMITTED, {"moderator"}),
    (policy.may_check, S.OPEN, set()),
    (policy.may_merge, S.SUBMITTED, {"moderator"}),
    (policy.may_merge, S.OPEN, {"moderator"}),
    (policy.may_merge, S.RECOMMENDED, set()),
    (policy.may_recommend, S.OPEN, set()),
    (policy.may_recommend, S.SYNTHESIS, {"moderator"}),
    (policy.may_answer, S.DRAFT, set()),
    (policy.may_answer, S.OPEN, {"moderator"}),
    (policy.may_incorporate, S.RECOMMENDED, {"moderator"}),
    (policy.may_incorporate, S.OPEN, {"moderator"}),
    (policy.may_incorporate, S.WITHDRAWN, set()),
    (policy.may_incorporate, S.NOT_RECOMMENDED, set()),
]


def named(value: object) -> str:
    """Name a row's part; sets sorted, so that every process finds the same tests."""
    if isinstance(value, set):
        return "+".join(sorted(value)) or "nobody"
    return getattr(value, "__name__", None) or str(value)


@pytest.mark.parametrize(("rule", "state", "allowed"), TABLE, ids=named)
def test_who_may(app: Flask, rule, state: S, allowed: set[str]) -> None:
    proposal = proposals.proposal(state=state)
    for who in WHO:
        verdict = rule(actor(who, proposal), proposal)
        assert verdict.allowed is (who in allowed), who
        assert verdict.allowed or str(verdict.reason), f"{who} is not told why"


def test_logging_in_would_help_a_visitor_and_nobody_else(app: Flask) -> None:
    proposal = proposals.proposal()
    assert policy.may_support(None, proposal).login_helps
    assert not policy.may_support(accounts.user(confirmed=False), proposal).login_helps
    closed = proposals.proposal(state=S.WITHDRAWN)
    assert not policy.may_support(None, closed).login_helps


def test_moderators_do_not_judge_their_own_proposal(app: Flask) -> None:
    moderator = accounts.moderator()
    waiting = proposals.proposal(moderator, state=S.SUBMITTED)
    assert not policy.may_check(moderator, waiting)
    assert not policy.may_merge(moderator, waiting)
    evaluated = proposals.proposal(moderator, state=S.SYNTHESIS)
    assert not policy.may_recommend(moderator, evaluated)


@pytest.mark.parametrize("who", WHO)
def test_who_may_propose(app: Flask, who: str) -> None:
    person = actor(who, proposals.proposal())
    verdict = policy.may_propose(person, strategy.node())
    assert verdict.allowed is (who in {"resident", "author", "moderator"})


def test_the_kind_of_a_node_decides_what_may_be_proposed(app: Flask) -> None:
    person = accounts.user()
    node = strategy.node(kind=strategy.kind("textaenderung"))
    assert policy.may_propose(person, node, ProposalType.TEXT)
    assert not policy.may_propose(person, node, ProposalType.DELETION)
    assert not policy.may_propose(person, strategy.node(kind=strategy.kind()))


@pytest.mark.parametrize("state", [TextState.STRUCK, TextState.MERGED])
def test_nothing_is_proposed_to_a_node_that_is_gone(app: Flask, state: TextState) -> None:
    assert not policy.may_propose(accounts.user(), strategy.node(text_state=state))
