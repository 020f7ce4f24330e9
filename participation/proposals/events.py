"""What happened to proposals."""

from __future__ import annotations

from dataclasses import dataclass

from participation.proposals.models import Proposal, ProposalStep


@dataclass(frozen=True)
class ProposalStepped:
    """A proposal entered the state named in the step."""

    proposal: Proposal
    step: ProposalStep


@dataclass(frozen=True)
class ProposalAnswered:
    """A proposal received its answer without a step."""

    proposal: Proposal
