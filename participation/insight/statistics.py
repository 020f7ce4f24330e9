"""Arithmetic of the figures; knows no table."""

from __future__ import annotations

import statistics
from collections.abc import Collection
from datetime import datetime

DAY = 24 * 60 * 60


def median(values: Collection[float]) -> float | None:
    """Return the middle value, of an even number the mean of the two in the middle, of none nothing."""
    return statistics.median(values) if values else None


def days_between(start: datetime, end: datetime) -> float:
    """Return how many days lie between two moments, with fractions; never less than 0."""
    return max((end - start).total_seconds(), 0) / DAY


def share(part: int, whole: int) -> int | None:
    """Return whole percent, of nothing nothing; 0 and 100 only where it is exactly none or all."""
    if not whole:
        return None
    if part in (0, whole):
        return 100 * part // whole
    return min(max(round(100 * part / whole), 1), 99)
