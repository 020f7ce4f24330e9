"""Answers to contributions: what an outcome makes of a proposal, and answers that come after its approval."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import require
from participation.dialogue.models import Comment
from participation.outcomes.events import ContributionAnswered
from participation.outcomes.models import Evidence, Fate, Outcome
from participation.outcomes.policy import may_answer_evidence
from participation.outcomes.writing import ANSWER_LIMIT, AlreadyAnswered, IncompleteOutcome, Pin, evidence_missing
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal, ProposalState

EVALUABLE = (ProposalState.OPEN, ProposalState.SYNTHESIS)
"""States in which a proposal can be evaluated."""


def answer_evidence(actor: User, piece: Evidence, fate: Fate | None, answer: str) -> Evidence:
    """Answer a contribution that an approved outcome left open; its author is told. Answers given never change.

    Raises:
        IncompleteOutcome: if it has no fate, or a "no" without a reason.
        AlreadyAnswered: if someone was faster.
    """
    chosen = select(Evidence).where(Evidence.id == piece.id).with_for_update()
    piece = db.session.scalars(chosen.execution_options(populate_existing=True)).one()
    require(may_answer_evidence(actor, piece.outcome))
    if piece.fate is not Fate.OPEN:
        raise AlreadyAnswered
    answer = normalise(answer, limit=ANSWER_LIMIT)
    given = Pin(piece.comment_id, piece.proposal_id, fate=None if fate is Fate.OPEN else fate, answer=answer)
    if given.fate is None or evidence_missing([given]):
        raise IncompleteOutcome(evidence_missing([given]))
    piece.fate, piece.answer = given.fate, answer
    piece.answered_at, piece.answered_by_id = now(), actor.id
    db.session.flush()
    proposal = piece.proposal
    if proposal is not None and proposal.state in EVALUABLE:
        answer_proposal(actor, piece.outcome, piece, proposal)
    emit(ContributionAnswered(piece.outcome, piece, _author(piece), actor))
    return piece


def answer_proposal(actor: User, outcome: Outcome, piece: Evidence, proposal: Proposal) -> None:
    """Recommend a proposal that still waits for it, or not, as an outcome says."""
    if proposal.state is ProposalState.OPEN:
        proposals.begin_synthesis(actor, proposal)
    if piece.fate is Fate.CONSIDERED:
        proposals.recommend(actor, proposal, False, piece.answer)
    else:
        reason = piece.answer or str(_l("Übernommen in Ergebnis %(reference)s.", reference=outcome.reference))
        proposals.recommend(actor, proposal, True, reason)


def _author(piece: Evidence) -> int:
    table, number = (Proposal, piece.proposal_id) if piece.comment_id is None else (Comment, piece.comment_id)
    return db.session.scalars(select(table.author_id).where(table.id == number)).one()
