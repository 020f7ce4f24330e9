"""Proposals of new accounts: handed in, they stay drafts until a moderator has read them, so nobody else finds them.

Who may let them in is decided on a higher floor (moderation/admitting.py).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.accounts.queries import mandates
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import require
from participation.dialogue.policy import must_wait
from participation.dialogue.waiting import MOST, NotWaiting, TooManyWaiting
from participation.proposals.models import FirstProposal, Proposal, ProposalState
from participation.proposals.operations import checked_for_submission, submit
from participation.proposals.policy import may_submit


def waits_here(actor: User, proposal: Proposal, needed: int) -> bool:
    """Say whether a draft, handed in, waits for a moderator; never one of an initiative or one that was public."""
    if proposal.initiative_id is not None or proposal.number is not None or not must_wait(actor, needed):
        return False
    return must_wait(actor, needed, mandates(actor.id))


def hand_in(actor: User, proposal: Proposal, *, check_period: timedelta, needed: int, period: timedelta) -> bool:
    """Hand a draft in; return whether it is public now, or waits for a moderator who should look within `period`.

    Raises:
        TooManyWaiting: if MOST proposals of this account wait already.
        Incomplete, WordingChanged: as in `submit`.
    """
    if not waits_here(actor, proposal, needed):
        submit(actor, proposal, check_period=check_period)
        return True
    require(may_submit(actor, proposal))
    checked_for_submission(actor, proposal)
    others = select(func.count()).where(Proposal.author_id == actor.id, Proposal.waits_until.is_not(None))
    if (db.session.scalar(others.where(Proposal.id != proposal.id)) or 0) >= MOST:
        raise TooManyWaiting
    if proposal.waits_until is None:
        proposal.waits_until = now() + period
        first = desk(proposal)
        first.handed_in_at, first.taken_by_id, first.taken_until = now(), None, None
    db.session.flush()
    return False


def desk(proposal: Proposal) -> FirstProposal:
    """Return how far a waiting proposal is, as it stands now; the caller holds the proposal."""
    chosen = select(FirstProposal).where(FirstProposal.proposal_id == proposal.id)
    found = db.session.scalar(chosen, execution_options={"populate_existing": True})
    if found is None:
        found = FirstProposal(proposal_id=proposal.id, handed_in_at=proposal.updated_at)
        db.session.add(found)
    return found


def holder(proposal_id: int) -> FirstProposal | None:
    """Return how far a proposal is, with who is reading it."""
    chosen = select(FirstProposal).where(FirstProposal.proposal_id == proposal_id)
    return db.session.scalar(chosen.options(joinedload(FirstProposal.taken_by)))


def find(proposal_id: int) -> Proposal | None:
    """Return a proposal that was handed in or waits; other drafts are nobody's business but their author's."""
    chosen = select(Proposal).where(Proposal.id == proposal_id).options(joinedload(Proposal.author))
    found = db.session.scalar(chosen)
    return found if found is not None and (found.waits_until or found.number) else None


def locked(proposal: Proposal) -> Proposal:
    """Return a proposal as it stands now, locked until the transaction ends.

    Raises:
        NotWaiting: if its author threw it away or took it up again in the meantime.
    """
    query = select(Proposal).where(Proposal.id == proposal.id).with_for_update(of=Proposal)
    found = db.session.scalar(query, execution_options={"populate_existing": True})
    if found is None or (found.state is ProposalState.DRAFT and found.waits_until is None):
        raise NotWaiting
    return found
