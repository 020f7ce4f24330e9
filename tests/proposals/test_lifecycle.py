"""The table of transitions."""

from __future__ import annotations

from participation.proposals.lifecycle import GROUPS, TRANSITIONS, Party
from participation.proposals.models import ProposalState as S


def test_every_state_but_drafts_is_in_exactly_one_group() -> None:
    grouped = [state for states in GROUPS.values() for state in states]
    assert sorted(grouped, key=str) == sorted(set(S) - {S.DRAFT}, key=str)


def test_negatives_by_moderators_need_a_reason() -> None:
    negative = {S.DRAFT, S.NOT_RECOMMENDED, S.MERGED}
    for step in TRANSITIONS.values():
        if step.target in negative:
            assert step.party is Party.MODERATION
            assert step.needs_reason


def test_authors_withdraw_until_the_evaluation_and_not_after() -> None:
    assert {source for source, target in TRANSITIONS if target is S.WITHDRAWN} == {S.DRAFT, S.SUBMITTED, S.OPEN}


def test_nothing_leaves_a_final_state() -> None:
    assert not {S.INCORPORATED, S.WITHDRAWN, S.MERGED} & {source for source, _ in TRANSITIONS}


def test_no_moderator_writes_for_an_author() -> None:
    assert TRANSITIONS[S.DRAFT, S.SUBMITTED].party is Party.AUTHOR
    assert all(step.party is Party.AUTHOR for (_, target), step in TRANSITIONS.items() if target is S.WITHDRAWN)
