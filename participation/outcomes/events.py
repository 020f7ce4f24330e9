"""What happened to outcomes."""

from __future__ import annotations

from dataclasses import dataclass

from participation.accounts.models import User
from participation.outcomes.models import Outcome


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
    """An outcome is signed by two moderators and public; every author of its evidence has an answer now."""

    outcome: Outcome
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
