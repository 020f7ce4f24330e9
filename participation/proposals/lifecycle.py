"""The life of a proposal: which state may follow which, who takes the step, and when it needs a reason.

The two Lenkungsgremien will decide later (accepted, postponed, rejected); until then moderators take a proposal from
its evaluation into a revision. Publication may also meet a proposal that was evidence in the thread of its node and
never had a round of its own, so every waiting state leads to `incorporated`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from participation.proposals.models import ProposalState as S


class Party(enum.Enum):
    """Who takes a step."""

    AUTHOR = "author"
    MODERATION = "moderation"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that may be taken."""

    source: S
    target: S
    party: Party
    needs_reason: bool = False


_TABLE = (
    Transition(S.DRAFT, S.SUBMITTED, Party.AUTHOR),
    Transition(S.DRAFT, S.WITHDRAWN, Party.AUTHOR),
    Transition(S.SUBMITTED, S.WITHDRAWN, Party.AUTHOR),
    Transition(S.OPEN, S.WITHDRAWN, Party.AUTHOR),
    Transition(S.SUBMITTED, S.OPEN, Party.MODERATION),
    Transition(S.SUBMITTED, S.DRAFT, Party.MODERATION, needs_reason=True),
    Transition(S.SUBMITTED, S.MERGED, Party.MODERATION, needs_reason=True),
    Transition(S.OPEN, S.MERGED, Party.MODERATION, needs_reason=True),
    Transition(S.SYNTHESIS, S.MERGED, Party.MODERATION, needs_reason=True),
    Transition(S.OPEN, S.SYNTHESIS, Party.MODERATION),
    Transition(S.SYNTHESIS, S.RECOMMENDED, Party.MODERATION, needs_reason=True),
    Transition(S.SYNTHESIS, S.NOT_RECOMMENDED, Party.MODERATION, needs_reason=True),
    Transition(S.SUBMITTED, S.INCORPORATED, Party.MODERATION),
    Transition(S.OPEN, S.INCORPORATED, Party.MODERATION),
    Transition(S.SYNTHESIS, S.INCORPORATED, Party.MODERATION),
    Transition(S.RECOMMENDED, S.INCORPORATED, Party.MODERATION),
    Transition(S.ACCEPTED, S.INCORPORATED, Party.MODERATION),
)

TRANSITIONS: Mapping[tuple[S, S], Transition] = {(step.source, step.target): step for step in _TABLE}

GROUPS: Mapping[str, tuple[S, ...]] = {
    "offen": (S.SUBMITTED, S.OPEN),
    "auswertung": (S.SYNTHESIS, S.RECOMMENDED, S.ACCEPTED),
    "eingearbeitet": (S.INCORPORATED,),
    "abgeschlossen": (S.NOT_RECOMMENDED, S.POSTPONED, S.REJECTED, S.WITHDRAWN, S.MERGED),
}
"""The states as lists show them; drafts are in none."""
