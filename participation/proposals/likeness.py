"""What already says nearly the same as a draft: passages of the strategy, and proposals that are not settled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.db import db
from participation.base.similar import HEAD, most_similar
from participation.proposals.models import UNSETTLED, Proposal, ProposalSupport
from participation.strategy.models import Node, TextState

CUTOFF = 0.55
NEWEST = 2_000
"""How many proposals are looked through; with more, the oldest are left out."""


@dataclass(frozen=True, slots=True)
class Similar:
    """A passage or a proposal that resembles a draft."""

    title: str
    text: str
    node_id: str
    number: int | None
    """Of the proposal; empty for a passage."""
    supporter_count: int
    author_id: int | None
    supported: bool
    """Whether the viewer signed with the proposal already."""
    version: int = 0
    """Of the proposal, as it is shown."""


def similar(draft: Proposal, viewer: User | None, *, limit: int = 5) -> list[Similar]:
    """Return up to `limit` passages and proposals most like a draft, the most similar first; two statements."""
    query = f"{draft.title}\n{draft.wording or draft.before}"
    candidates = [*_proposals(draft, viewer), *_passages(draft)]
    texts = ((position, f"{one.title}\n{one.text}") for position, one in enumerate(candidates))
    return [candidates[position] for position, _ in most_similar(query, texts, limit=limit, cutoff=CUTOFF)]


def _proposals(draft: Proposal, viewer: User | None) -> list[Similar]:
    signed = ProposalSupport.user_id.is_not(None)
    statement = (
        select(
            Proposal.title,
            func.substr(func.coalesce(func.nullif(Proposal.wording, ""), Proposal.before), 1, HEAD),
            Proposal.node_id,
            Proposal.number,
            Proposal.supporter_count,
            Proposal.author_id,
            signed,
            Proposal.version,
        )
        .outerjoin(
            ProposalSupport,
            (ProposalSupport.proposal_id == Proposal.id) & (ProposalSupport.user_id == (viewer.id if viewer else None)),
        )
        .where(Proposal.state.in_(UNSETTLED), Proposal.hidden_for.is_(None), Proposal.id != draft.id)
        .order_by(Proposal.number.desc())
        .limit(NEWEST)
    )
    return [Similar(*row) for row in db.session.execute(statement)]


def _passages(draft: Proposal) -> list[Similar]:
    own = [ident for ident in (draft.node_id, draft.other_node_id) if ident]
    statement = select(Node.title, Node.body, Node.id).where(
        Node.body != "", Node.id.not_in(own), Node.text_state.not_in([TextState.STRUCK, TextState.MERGED])
    )
    return [
        Similar(title, "" if text == title else text, ident, None, 0, None, False)
        for title, text, ident in db.session.execute(statement)
    ]
