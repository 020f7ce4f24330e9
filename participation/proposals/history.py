"""What happened to a proposal: the steps it took, and every version that was public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import aliased, joinedload

from participation.accounts.models import Initiative, User
from participation.base.db import db, gathered
from participation.proposals.models import (
    ProposalConsent,
    ProposalState,
    ProposalStep,
    ProposalSupport,
    ProposalVersion,
    StepKind,
    VersionReason,
)
from participation.strategy.models import Node


@dataclass(frozen=True, slots=True)
class StepRow:
    """An entry of the public history."""

    state: ProposalState
    reason: str
    at: datetime
    actor: str
    as_moderator: bool
    what: StepKind | None
    """What happened where the state stayed the same."""
    version: int | None
    """The version that came with this step."""
    revision: int | None
    """The revision that led to it."""
    node_id: str | None
    """Where that version belonged."""
    node_title: str | None
    supporters: int
    """Signatures that are under that version now."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list of them."""

    version: int
    why: VersionReason
    title: str
    base_revision: int
    node_id: str
    node_title: str
    at: datetime
    by: str | None
    """Who wrote it; empty where it was brought onto a new wording by itself."""
    supporters: int
    """Signatures that are under this version now."""
    agreed: tuple[str, ...] = ()
    """The co-authors who consented to it, by name."""


def steps(proposal_id: int) -> list[StepRow]:
    """Return the public history of a proposal in its order; one statement."""
    step, came = ProposalStep, ProposalVersion
    written = (
        select(
            step.state,
            step.reason,
            step.at,
            User.display_name,
            step.as_moderator,
            step.what,
            step.version,
            step.revision,
            came.node_id,
            func.coalesce(Node.thread_title, Node.title),
            _supporters(),
        )
        .join(User, User.id == step.actor_id)
        .outerjoin(came, and_(came.proposal_id == step.proposal_id, came.version == step.version))
        .outerjoin(Node, Node.id == came.node_id)
        .where(step.proposal_id == proposal_id)
        .order_by(step.id)
    )
    return [StepRow(*row) for row in db.session.execute(written)]


def versions(proposal_id: int) -> list[VersionRow]:
    """Return what can be listed of every version of a proposal, the first one first; one statement."""
    listed = (
        select(
            ProposalVersion.version,
            ProposalVersion.why,
            ProposalVersion.title,
            ProposalVersion.base_revision,
            ProposalVersion.node_id,
            func.coalesce(Node.thread_title, Node.title),
            ProposalVersion.at,
            User.display_name,
            _supporters(),
            _agreed(),
        )
        .join(Node, Node.id == ProposalVersion.node_id)
        .outerjoin(User, User.id == ProposalVersion.by_id)
        .where(ProposalVersion.proposal_id == proposal_id)
        .order_by(ProposalVersion.version)
    )
    return [VersionRow(*row[:9], tuple(sorted(name for (name,) in row[9] or ()))) for row in db.session.execute(listed)]


def texts(proposal_id: int, *numbers: int) -> dict[int, ProposalVersion]:
    """Return versions of a proposal in full, by number, all of them unless some are named; one statement."""
    chosen = select(ProposalVersion).options(joinedload(ProposalVersion.node)).order_by(ProposalVersion.version)
    chosen = chosen.where(ProposalVersion.proposal_id == proposal_id)
    if numbers:
        chosen = chosen.where(ProposalVersion.version.in_(numbers))
    return {row.version: row for row in db.session.scalars(chosen)}


def _agreed() -> ScalarSelect[list[list[str]]]:
    """Gather the names of those who consented to the version of a row."""
    person, group = aliased(User), aliased(Initiative)
    return (
        select(gathered(func.coalesce(group.name, person.display_name)))
        .select_from(ProposalConsent)
        .join(person, person.id == ProposalConsent.user_id)
        .outerjoin(group, group.id == ProposalConsent.initiative_id)
        .where(
            ProposalConsent.proposal_id == ProposalVersion.proposal_id,
            ProposalConsent.version == ProposalVersion.version,
        )
        .correlate(ProposalVersion)
        .scalar_subquery()
    )


def _supporters() -> ScalarSelect[int]:
    """Count the signatures under the version of a row."""
    under = (
        ProposalSupport.proposal_id == ProposalVersion.proposal_id,
        ProposalSupport.version == ProposalVersion.version,
    )
    return select(func.count()).select_from(ProposalSupport).where(*under).correlate(ProposalVersion).scalar_subquery()
