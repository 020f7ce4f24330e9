"""What happened to proposals."""

from __future__ import annotations

from dataclasses import dataclass

from participation.proposals.models import Proposal, ProposalStep, StepKind


@dataclass(frozen=True)
class ProposalStepped:
    """A proposal entered the state named in the step."""

    proposal: Proposal
    step: ProposalStep


@dataclass(frozen=True)
class ProposalAnswered:
    """A proposal received its answer without a step."""

    proposal: Proposal


@dataclass(frozen=True)
class CoAuthorInvited:
    """Somebody is invited by mail to hand a draft in together; the secret goes into the letter and nowhere else."""

    email: str
    by: str
    about: str
    """What the passage is called that the draft is about; the draft's own words stay out of mails to strangers."""
    days: int
    token: str


@dataclass(frozen=True)
class OrganisationInvited:
    """An organisation is invited to hand a draft in together."""

    proposal: Proposal
    initiative_id: int
    name: str
    by_id: int


@dataclass(frozen=True)
class CoAuthorAnswered:
    """Somebody joined a draft or consented to its text; or declined, or left it."""

    proposal: Proposal
    who: str
    """Empty for an invitation by mail that was declined: its author knows an address, not a name."""
    joined: bool
    by_id: int | None


@dataclass(frozen=True)
class CoAuthorRemoved:
    """An author goes on without somebody who had joined."""

    proposal: Proposal
    user_id: int


@dataclass(frozen=True)
class DraftReworded:
    """A draft has another text, or other files, than those that co-authors consented to."""

    proposal: Proposal
    user_ids: tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """A proposal whose text, or the ground it rests on, changed while its state stayed."""

    proposal: Proposal
    what: StepKind
    supporters: tuple[int, ...]
    """Who signed an earlier version, or the one that now collides."""


@dataclass(frozen=True)
class ProposalsMoved:
    """Proposals moved: one by its author, or all on the passages that a revision changed."""

    moves: tuple[Move, ...]
    actor_id: int | None
    """Who wrote a new text; empty where a revision set it off."""
    revision: int | None = None


@dataclass(frozen=True)
class ProposalReleased:
    """A moderator let a waiting proposal appear; its step followed."""

    proposal: Proposal
    moderator_id: int


@dataclass(frozen=True)
class ProposalReturned:
    """A waiting proposal went back to its author, because the passage it is about has a new wording."""

    proposal: Proposal
