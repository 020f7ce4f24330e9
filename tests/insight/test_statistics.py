"""The arithmetic of the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from participation.insight.statistics import days_between, median, share

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "middle"),
    [([], None), ([4.0], 4), ([9.0, 1.0, 2.0], 2), ([10.0, 1.0, 4.0, 2.0], 3), ([0.0, 0.0], 0)],
)
def test_median(values, middle):
    assert median(values) == middle


def test_days_have_fractions_and_never_run_backwards():
    assert days_between(NOON, NOON + timedelta(days=2, hours=12)) == 2.5
    assert days_between(NOON, NOON - timedelta(days=1)) == 0


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 7, 0), (7, 7, 100), (1, 3, 33), (2, 3, 67), (1, 1000, 1), (999, 1000, 99)],
)
def test_a_share_says_none_and_all_only_where_it_is_true(part, whole, percent):
    assert share(part, whole) == percent
