"""What is told about regions never tells about fewer than ten people."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.dialogue.mood import breakdown
from participation.dialogue.queries import RegionTally
from participation.places.models import Region

pytestmark = pytest.mark.one_database

counts = st.integers(0, 40)
polls = st.lists(st.tuples(counts, counts, counts), min_size=4, max_size=4).map(
    lambda rows: [RegionTally(region, *row) for region, row in zip(Region, rows, strict=True)]
)


@given(polls, st.integers(1, 30))
def test_nothing_small_is_shown_or_can_be_computed(poll, minimum):
    total = sum(tally.votes for tally in poll)
    shown = breakdown(poll, minimum)
    assert all(share.votes >= minimum for share in shown)
    some = chain.from_iterable(combinations(shown, n) for n in range(len(shown) + 1))
    for subset in some:
        rest = total - sum(share.votes for share in subset)
        assert rest == 0 or rest >= minimum or not shown


@given(polls)
def test_the_groups_add_up_to_the_total(poll):
    shown = breakdown(poll)
    for name in ("yes", "no", "abstain"):
        total = sum(getattr(tally, name) for tally in poll)
        assert not shown or sum(getattr(share, name) for share in shown) == total


@given(polls)
def test_nothing_is_hidden_that_may_be_shown(poll):
    voting = [tally for tally in poll if tally.votes]
    if voting and all(tally.votes >= 10 for tally in voting):
        assert [share.region for share in breakdown(poll)] == [tally.region for tally in voting]


def test_small_regions_are_folded_together():
    poll = [
        RegionTally(Region.BRANDENBURG, 40, 5, 3),
        RegionTally(Region.SACHSEN, 20, 9, 1),
        RegionTally(Region.NEIGHBOURS, 4, 3, 0),
        RegionTally(Region.ELSEWHERE, 2, 1, 1),
    ]
    assert [(share.region, share.votes) for share in breakdown(poll)] == [
        (Region.BRANDENBURG, 48),
        (Region.SACHSEN, 30),
        (None, 11),
    ]


def test_one_small_region_takes_another_with_it():
    poll = [
        RegionTally(Region.BRANDENBURG, 40, 5, 3),
        RegionTally(Region.SACHSEN, 20, 9, 1),
        RegionTally(Region.NEIGHBOURS, 1, 0, 0),
    ]
    assert [(share.region, share.votes) for share in breakdown(poll)] == [(Region.BRANDENBURG, 48), (None, 31)]


def test_where_no_region_is_left_only_the_total_is_told():
    assert breakdown([RegionTally(Region.SACHSEN, 20, 9, 1), RegionTally(Region.NEIGHBOURS, 1, 0, 0)]) == ()
    assert breakdown([RegionTally(Region.SACHSEN, 9, 0, 0)]) == ()
    assert breakdown([]) == ()
