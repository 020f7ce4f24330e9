"""Who may do what: role × state × action."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.leitbild import policy
from participation.leitbild.models import ChangeState, DraftState

AUTHOR, OTHER = 1, 2


def person(role: Role | None, number: int = OTHER) -> User | None:
    return None if role is None else User(id=number, role=role, confirmed_at=now())


NOBODY = [None, Role.RESIDENT, Role.OPERATOR]


def change(state: ChangeState, draft_id: int | None = None) -> SimpleNamespace:
    return SimpleNamespace(state=state, author_id=AUTHOR, draft_id=draft_id, in_reading=False)


def draft(state: DraftState) -> SimpleNamespace:
    return SimpleNamespace(state=state, author_id=AUTHOR, reading=None)


CHANGE_RULES = {
    policy.may_edit_change: {ChangeState.DRAFT},
    policy.may_drop_change: {ChangeState.DRAFT},
    policy.may_approve_change: {ChangeState.SUBMITTED},
    policy.may_return_change: {ChangeState.SUBMITTED, ChangeState.APPROVED},
}
DRAFT_RULES = {
    policy.may_compile: {DraftState.OPEN},
    policy.may_return_draft: {DraftState.SUBMITTED},
    policy.may_publish: {DraftState.SUBMITTED},
}


@pytest.mark.parametrize("rule", CHANGE_RULES)
@pytest.mark.parametrize("state", ChangeState)
def test_changes_by_state(rule, state):
    verdict = rule(person(Role.MODERATOR), change(state))
    assert bool(verdict) is (state in CHANGE_RULES[rule])
    assert verdict or str(verdict.reason)
    for role in NOBODY:
        assert not rule(person(role), change(state))


@pytest.mark.parametrize("rule", DRAFT_RULES)
@pytest.mark.parametrize("state", DraftState)
def test_drafts_by_state(rule, state):
    verdict = rule(person(Role.MODERATOR), draft(state))
    assert bool(verdict) is (state in DRAFT_RULES[rule])
    assert verdict or str(verdict.reason)
    for role in NOBODY:
        assert not rule(person(role), draft(state))


def test_four_eyes():
    author = person(Role.MODERATOR, AUTHOR)
    assert not policy.may_approve_change(author, change(ChangeState.SUBMITTED))
    assert not policy.may_publish(author, draft(DraftState.SUBMITTED))
    assert policy.may_return_change(author, change(ChangeState.SUBMITTED))
    assert policy.may_return_draft(author, draft(DraftState.SUBMITTED))


def test_an_approved_change_in_a_draft_stays_there():
    assert not policy.may_return_change(person(Role.MODERATOR), change(ChangeState.APPROVED, draft_id=3))


@pytest.mark.parametrize("role", [*NOBODY, Role.MODERATOR])
def test_drafting_is_for_moderators(role):
    assert bool(policy.may_draft(person(role))) is (role is Role.MODERATOR)


@pytest.mark.parametrize("state", ChangeState)
def test_unpublished_changes_are_for_moderators(state):
    assert policy.may_see_change(person(Role.MODERATOR), change(state))
    for role in NOBODY:
        assert bool(policy.may_see_change(person(role), change(state))) is (state is ChangeState.PUBLISHED)


def test_an_unconfirmed_moderator_may_nothing():
    assert not policy.may_draft(User(id=5, role=Role.MODERATOR, confirmed_at=None))
