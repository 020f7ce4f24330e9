"""What bodies decided."""

from __future__ import annotations

from dataclasses import dataclass

from participation.resolutions.models import Resolution


@dataclass(frozen=True)
class ResolutionSigned:
    """A body's resolution is signed and stands in the log."""

    resolution: Resolution
    actor_id: int
    adopted: bool
    """Whether the revision is adopted by all with it."""
