"""What happened to outcomes."""

from __future__ import annotations

from dataclasses import dataclass

from participation.accounts.models import User
from participation.outcomes.models import Evidence, Outcome


@dataclass(frozen=True, slots=True)
class EvaluationBegun:
    """A thread rests for votes while it is summed up."""

    outcome: Outcome
    actor: User


@dataclass(frozen=True, slots=True)
class OutcomeSubmitted:
    """An outcome waits for a second moderator."""

    outcome: Outcome
    actor: User


@dataclass(frozen=True, slots=True)
class OutcomeApproved:
    """An outcome is signed by two moderators and public."""

    outcome: Outcome
    actor: User


@dataclass(frozen=True, slots=True)
class ContributionAnswered:
    """A contribution that an approved outcome had left open has its answer."""

    outcome: Outcome
    piece: Evidence
    author_id: int
    """Whose contribution it is."""
    actor: User


@dataclass(frozen=True, slots=True)
class OutcomeReturned:
    """An outcome goes back to being written."""

    outcome: Outcome
    actor: User
    reason: str


@dataclass(frozen=True, slots=True)
class EvaluationAbandoned:
    """An evaluation ended without an outcome; votes count again."""

    outcome: Outcome
    actor: User
    reason: str
