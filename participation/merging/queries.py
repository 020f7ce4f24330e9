"""Where merging is due, what it suggests to those who write an outcome, and which outcomes can carry its wording."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.leitbild.wording import CARRYING
from participation.merging import weighing
from participation.merging.models import Merge, MergeStep
from participation.merging.policy import may_see_merge
from participation.merging.sheets import carried
from participation.merging.tables import OPEN, tables
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeState
from participation.proposals.models import Proposal, ProposalType
from participation.strategy.models import Node, TextState


@dataclass(frozen=True, slots=True)
class Waiting:
    """A node with open Textänderungen."""

    node_id: str
    title: str
    count: int
    since: datetime
    """When the discussion of the first of them ends, or when it was last touched."""
    edit: int
    """How many steps its merge has; 0 while nobody began."""


def waiting(viewer: User | None, *, near: str | None = None, least: int = 2, limit: int = 200) -> list[Waiting]:
    """Return nodes with at least so many open Textänderungen, what is due first on top; one statement, for moderators.

    `near` narrows it to a node and to what is talked about in its thread.
    """
    if not may_see_merge(viewer):
        return []
    count = func.count(Proposal.id)
    since = func.min(func.coalesce(Proposal.open_until, Proposal.updated_at))
    chosen = (
        select(Node.id, func.coalesce(Node.thread_title, Node.title), count, since, func.coalesce(Merge.edit, 0))
        .join(Proposal, Proposal.node_id == Node.id)
        .outerjoin(Merge, Merge.node_id == Node.id)
        .where(
            Proposal.type == ProposalType.TEXT,
            Proposal.state.in_(OPEN),
            Proposal.hidden_for.is_(None),
            Node.text_state.not_in((TextState.STRUCK, TextState.MERGED)),
        )
        .group_by(Node.id, Node.thread_title, Node.title, Merge.edit)
        .having(count >= least)
        .order_by(since, Node.id)
        .limit(limit)
    )
    if near is not None:
        chosen = chosen.where((Node.id == near) | (Node.thread_node_id == near))
    return [Waiting(*row) for row in db.session.execute(chosen)]


def suggested(proposal_ids: Collection[int]) -> dict[int, Fate | None]:
    """Return what merges make of proposals, for those a merge has decided about; None where one stays open.

    Three statements, however many; one where nothing is merged.
    """
    wanted = select(Proposal.node_id).where(Proposal.id.in_(proposal_ids), Proposal.type == ProposalType.TEXT)
    chosen = select(MergeStep, Node).join(
        Merge, (Merge.node_id == MergeStep.node_id) & (Merge.edit == MergeStep.number)
    )
    found = db.session.execute(chosen.join(Node, Node.id == Merge.node_id).where(Merge.node_id.in_(wanted))).all()
    if not found:
        return {}
    laid = tables([node for _step, node in found])
    fates: dict[int, Fate | None] = {}
    for last, node in found:
        kept = carried(last, laid[node.id]).decisions
        if kept:
            fates |= weighing.fates(laid[node.id].regions, kept)
    return {ident: fate for ident, fate in fates.items() if ident in proposal_ids}


def carrying_outcomes(node: Node) -> list[tuple[Outcome, bool]]:
    """Return approved outcomes that can carry a change of a node, newest first: of its talk, or of its proposals.

    With each, whether one of the node's proposals is among its evidence.
    """
    here = select(Proposal.id).where(Proposal.node_id == node.id)
    cited = select(Evidence.outcome_id).where(Evidence.proposal_id.in_(here))
    about = Outcome.node_id.in_({node.id, node.thread_node_id or node.id})
    chosen = (
        select(Outcome, Outcome.id.in_(cited))
        .where(
            Outcome.state == OutcomeState.APPROVED,
            Outcome.kind.in_(CARRYING),
            about | Outcome.proposal_id.in_(here) | Outcome.id.in_(cited),
        )
        .options(joinedload(Outcome.node), joinedload(Outcome.proposal))
        .order_by(Outcome.number.desc())
        .limit(12)
    )
    return [(outcome, bool(has)) for outcome, has in db.session.execute(chosen)]
