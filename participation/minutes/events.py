"""What happened to minutes."""

from __future__ import annotations

from dataclasses import dataclass

from participation.minutes.models import Minutes, MinutesVersion


@dataclass(frozen=True, slots=True)
class MinutesApproved:
    """A second moderator approved a version: it is public now."""

    version: MinutesVersion


@dataclass(frozen=True, slots=True)
class MinutesWithdrawn:
    """A moderator withdrew minutes; the reason stands on them."""

    minutes: Minutes
