"""How versions stand with the bodies, by the operator's periods."""

from __future__ import annotations

from collections.abc import Collection

from flask import current_app

from participation.base.clock import now
from participation.resolutions import queries
from participation.resolutions.standing import Standing


def standings(numbers: Collection[int]) -> dict[int, Standing]:
    """Return how versions stand with the bodies they need; one statement."""
    return queries.standings(numbers, period=current_app.config["PERIODS"]["resolution"], at=now())


def standing(number: int) -> Standing:
    """Return how one version stands."""
    return standings([number])[number]
