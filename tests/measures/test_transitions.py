"""Which state may follow which, and what a report must hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product

import pytest

from participation.base.clock import now
from participation.measures.transitions import CLOSED, EXITS, STEPS, Move, is_due, is_stale, move
from participation.measures.writing import is_web_address, problems
from participation.strategy.models import Status
from tests.factories.measures import TODAY, fields


def missing(status: Status = Status.EXAMINED, before: Status = Status.PROPOSED, after: date | None = None, **rest):
    return set(problems(fields(status, **rest).tidied(), before=before, before_since=after, today=TODAY))


def test_the_way_is_taken_step_by_step():
    for before, after in pairwise(STEPS):
        assert move(before, after) is Move.USUAL
    assert move(Status.PROPOSED, Status.RESOLVED) is Move.UNUSUAL
    assert move(Status.UNDER_WAY, Status.EXAMINED) is Move.UNUSUAL


def test_open_measures_may_leave_the_way_and_closed_ones_not():
    for before, after in product(Status, EXITS):
        if before is not after:
            assert (move(before, after) is Move.USUAL) == (before not in CLOSED), (before, after)
    assert move(Status.DONE, Status.DISCARDED) is Move.IMPOSSIBLE


def test_what_was_closed_is_taken_up_only_with_a_reason():
    for before, after in product(CLOSED, STEPS):
        if before is not after:
            assert move(before, after) is Move.UNUSUAL


def test_a_postponed_measure_goes_on_anywhere_but_at_the_end():
    assert {move(Status.POSTPONED, after) for after in STEPS[:-1]} == {Move.USUAL}
    assert move(Status.POSTPONED, Status.DONE) is Move.UNUSUAL


def test_every_state_may_be_reported_again():
    assert {move(state, state) for state in Status} == {Move.SAME}


def test_a_complete_report_lacks_nothing():
    for status in Status:
        assert missing(status, before=status) == set(), status


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.DISCARDED])
def test_a_resolution_is_compulsory_where_somebody_decided(status):
    assert "reference" in missing(status, before=status, reference="  ")


def test_every_lack_is_named_at_once():
    lacks = missing(Status.POSTPONED, after=date(2026, 9, 1), review_on=None, source="", next_step="")
    assert lacks == {"review_on", "since", "source", "next_step"}


def test_a_step_left_out_needs_its_reason():
    assert missing(Status.UNDER_WAY) == {"jump_reason"}
    assert missing(Status.UNDER_WAY, jump_reason="Der Landkreis begann ohne Beschluss.") == set()
    assert missing(Status.POSTPONED, before=Status.DONE) == {"status"}
    assert missing(Status.POSTPONED, before=Status.DONE, jump_reason="Trotzdem") == {"status"}


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(1889, 1, 1)])
def test_a_state_has_begun_by_today(day):
    lacks = problems(fields(since=day), before=Status.PROPOSED, before_since=None, today=TODAY)
    assert set(lacks) == {"since"}


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(2400, 1, 1)])
def test_what_is_postponed_comes_up_again_in_this_life(day):
    assert missing(Status.POSTPONED, review_on=day) == {"review_on"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,<b>",
        "//example.org",
        "example.org",
        "ftp://example.org",
        "https://",
        "https://user@example.org/",
        "https://example.org/ javascript:x",
        "https:/\\example.org",
        "http://[::1",
    ],
)
def test_only_addresses_of_the_web_are_sources(address):
    assert not is_web_address(address)
    assert missing(source_url=address) == {"source_url"}


def test_an_address_alone_is_source_enough():
    assert missing(source="", source_url="https://www.zittau.de/beschluss?id=3&x=y#seite") == set()


def test_only_what_is_still_to_come_goes_stale():
    long_ago, recently = now() - timedelta(days=366), now() - timedelta(days=364)
    assert is_stale(Status.UNDER_WAY, long_ago, now())
    assert not is_stale(Status.UNDER_WAY, recently, now())
    assert not is_stale(Status.DONE, long_ago, now())
    assert not is_stale(Status.PROPOSED, None, now())


def test_a_postponed_measure_is_due_from_its_day_on():
    assert is_due(Status.POSTPONED, TODAY, TODAY)
    assert not is_due(Status.POSTPONED, TODAY + timedelta(days=1), TODAY)
    assert not is_due(Status.UNDER_WAY, TODAY, TODAY)
