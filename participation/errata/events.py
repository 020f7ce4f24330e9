"""What happened to what was published."""

from __future__ import annotations

from dataclasses import dataclass

from participation.errata.models import Correction, Objection


@dataclass(frozen=True)
class TextErased:
    """Texts are gone; whoever kept a copy replaces it by the mark."""

    texts: frozenset[str]
    mark: str
    revisions: frozenset[int] = frozenset()
    """Versions that said one of them somewhere."""


@dataclass(frozen=True)
class ObjectionAnswered:
    """A moderator answered an objection."""

    objection: Objection
    actor_id: int


@dataclass(frozen=True)
class CorrectionConfirmed:
    """A correction stands in the log."""

    correction: Correction
    actor_id: int


@dataclass(frozen=True)
class CorrectionWithdrawn:
    """A correction was given up."""

    correction: Correction
    actor_id: int
