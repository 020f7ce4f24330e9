"""Steps in the life of a proposal, as moderators, evaluations and publications take them. None of it commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, require
from participation.proposals.events import ProposalAnswered, ProposalStepped
from participation.proposals.lifecycle import TRANSITIONS, Party
from participation.proposals.models import UNSETTLED, Proposal, ProposalState, ProposalStep
from participation.proposals.policy import may_answer, may_check, may_incorporate, may_merge, may_recommend, may_step
from participation.strategy.models import Node


class StepTaken(Conflict):
    """Someone else took the proposal into another state first."""

    default = _l("Der Vorschlag ist inzwischen einen Schritt weiter. Laden Sie die Seite neu.")


class ReasonMissing(DomainError):
    """A negative step without its reason."""

    default = _l("Dieser Schritt braucht eine Begründung. Sie steht danach öffentlich im Ablauf.")


class Revised(Conflict):
    """The author changed the text while a moderator read it."""

    default = _l(
        "Während Sie prüften, wurde der Vorschlag überarbeitet. Lesen Sie die neue Fassung, bevor Sie entscheiden."
    )


class UnfitTarget(DomainError):
    """A proposal cannot be merged into itself or into one that is settled."""

    default = _l("Zusammenführen geht nur mit einem anderen Vorschlag, der noch offen ist.")


def accept(
    actor: User, proposal: Proposal, *, open_period: timedelta, reason: str = "", read: datetime | None = None
) -> ProposalStep:
    """Finish the formal check: the proposal is open for discussion and signatures for a period.

    `read` is the `updated_at` of the text that the moderator read; if the author changed it since, Revised is raised.
    """
    db.session.refresh(proposal, ["state", "updated_at"], with_for_update=True)
    require(may_check(actor, proposal))
    if read is not None and read != proposal.updated_at:
        raise Revised
    return step(actor, proposal, ProposalState.OPEN, reason, open_until=now() + open_period, check_due_at=None)


def send_back(actor: User, proposal: Proposal, reason: str) -> ProposalStep:
    """Finish the formal check: give the proposal back to its author as a draft, saying what is missing."""
    require(may_check(actor, proposal))
    return step(actor, proposal, ProposalState.DRAFT, reason, check_due_at=None)


def begin_synthesis(actor: User, proposal: Proposal, reason: str = "") -> ProposalStep:
    """Take an open proposal into evaluation; from here on its author can no longer withdraw it."""
    require(may_step(actor, proposal, ProposalState.SYNTHESIS))
    return step(actor, proposal, ProposalState.SYNTHESIS, reason)


def recommend(actor: User, proposal: Proposal, recommended: bool, reason: str) -> ProposalStep:
    """Recommend a proposal after its evaluation, or recommend against it; the reason becomes its answer."""
    require(may_recommend(actor, proposal))
    target = ProposalState.RECOMMENDED if recommended else ProposalState.NOT_RECOMMENDED
    return step(actor, proposal, target, reason, answer=normalise(reason))


def answer(actor: User, proposal: Proposal, text: str) -> None:
    """Tell why a proposal was taken up or not, without a step: it was evidence in another thread's evaluation."""
    require(may_answer(actor, proposal))
    proposal.answer = normalise(text)
    db.session.flush()
    emit(ProposalAnswered(proposal))


def incorporate(actor: User, proposal: Proposal, revision_number: int, answer: str = "") -> ProposalStep:
    """Mark a proposal as part of a published revision; an earlier answer stays where none is given."""
    require(may_incorporate(actor, proposal))
    told = normalise(answer) or proposal.answer
    return step(actor, proposal, ProposalState.INCORPORATED, told, answer=told, revision_number=revision_number)


def merge_into(actor: User, proposal: Proposal, target: Proposal, reason: str) -> ProposalStep:
    """Merge a proposal into another that is not settled; both stay readable with their authors and supporters."""
    require(may_merge(actor, proposal))
    if target.id == proposal.id or target.state not in UNSETTLED:
        raise UnfitTarget
    return step(actor, proposal, ProposalState.MERGED, reason, merged_into_id=target.id, check_due_at=None)


def step(actor: User, proposal: Proposal, target: ProposalState, reason: str = "", **columns: Any) -> ProposalStep:
    """Enter a state: write the history, keep the node's counter, tell who listens. Policies were asked before.

    The state is compared and set in one statement, so of two people who step at the same time one is refused.
    """
    source = proposal.state
    transition = TRANSITIONS.get((source, target))
    if transition is None:
        raise StepTaken
    reason = normalise(reason)
    if transition.needs_reason and not reason:
        raise ReasonMissing
    db.session.flush()
    # First the node, then the proposal: in the order in which a publication locks them.
    _count_open(proposal, (target in UNSETTLED) - (source in UNSETTLED))
    here = (Proposal.id == proposal.id, Proposal.state == source)
    taken = db.session.execute(
        update(Proposal).where(*here).values(state=target, updated_at=now(), **columns).returning(Proposal.id),
        execution_options={"synchronize_session": False},
    ).first()
    if taken is None:
        raise StepTaken
    db.session.refresh(proposal)
    entry = ProposalStep(
        proposal_id=proposal.id,
        state=target,
        reason=reason,
        actor_id=actor.id,
        as_moderator=transition.party is Party.MODERATION,
    )
    db.session.add(entry)
    db.session.flush()
    emit(ProposalStepped(proposal, entry))
    return entry


def _count_open(proposal: Proposal, by: int) -> None:
    """Keep the node's number of proposals that still wait for something."""
    if by:
        db.session.execute(
            update(Node).where(Node.id == proposal.node_id).values(open_proposals=Node.open_proposals + by),
            execution_options={"synchronize_session": False},
        )
