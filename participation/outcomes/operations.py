"""Writing outcomes: from the beginning of an evaluation to the approval by a second moderator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise, render
from participation.base.verdict import require
from participation.dialogue import operations as dialogue
from participation.dialogue.models import Comment, CommentState, Thread, ThreadState
from participation.dialogue.votes import locked_thread
from participation.outcomes.answers import EVALUABLE, answer_proposal
from participation.outcomes.events import (
    EvaluationAbandoned,
    EvaluationBegun,
    OutcomeApproved,
    OutcomeReturned,
    OutcomeSubmitted,
)
from participation.outcomes.models import RUNNING, Evidence, Fate, Outcome, OutcomeState
from participation.outcomes.pieces import proposals_in_reach
from participation.outcomes.policy import (
    may_abandon,
    may_approve_outcome,
    may_edit_outcome,
    may_evaluate,
    may_return,
    may_submit_outcome,
)
from participation.outcomes.writing import (
    ANSWER_LIMIT,
    LIMIT,
    TEXTS,
    AlreadyApproved,
    AlreadyEvaluating,
    IncompleteOutcome,
    NotEvaluable,
    NotEvidence,
    NothingToEvaluate,
    OutcomeFields,
    Pin,
    ReasonMissing,
    StaleOutcome,
    evidence_missing,
    outcome_missing,
)
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal, ProposalState
from participation.strategy.models import Node

_ATTEMPTS = 20
"""How often a number is tried for; each failure means that someone else got one."""


def begin_evaluation(
    actor: User, *, thread: Thread, due_at: datetime, node: Node | None = None, proposal: Proposal | None = None
) -> Outcome:
    """Begin to evaluate a thread: votes rest, the stances are frozen on a new draft. Name its node or its proposal.

    Locks the thread, so that no vote is lost between counting and resting.
    """
    require(may_evaluate(actor))
    thread = locked_thread(thread)
    running = select(Outcome.id).where(Outcome.thread_id == thread.id, Outcome.state.in_(RUNNING))
    if thread.state is not ThreadState.OPEN or db.session.scalar(running) is not None:
        raise AlreadyEvaluating
    if proposal is not None and proposal.state not in EVALUABLE:
        raise NotEvaluable
    if node is not None and not thread.comment_count and not proposals_in_reach(node_id=node.id):
        raise NothingToEvaluate
    outcome = Outcome(
        thread_id=thread.id,
        node_id=node.id if node is not None else None,
        proposal_id=proposal.id if proposal is not None else None,
        round=thread.round,
        votes_yes=thread.yes,
        votes_no=thread.no,
        votes_abstain=thread.abstain,
        votes_apart=thread.apart,
        started_at=now(),
        due_at=due_at,
        author_id=actor.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(outcome)
    except IntegrityError:
        raise AlreadyEvaluating from None
    dialogue.pause_votes(thread)
    if proposal is not None and proposal.state is ProposalState.OPEN:
        proposals.begin_synthesis(actor, proposal)
    db.session.flush()
    emit(EvaluationBegun(outcome, actor))
    return outcome


def save_outcome(actor: User, outcome: Outcome, fields: OutcomeFields, *, expected_edit: int) -> Outcome:
    """Store what was written; who saves is the author from here on.

    Raises:
        StaleOutcome: if someone saved, handed over or gave back in between.
        IncompleteOutcome: if a piece of evidence has no fate, or a "no" without an answer.
    """
    outcome = _locked(outcome)
    _require_edit(outcome, expected_edit)
    require(may_edit_outcome(actor, outcome))
    if missing := evidence_missing(fields.evidence):
        raise IncompleteOutcome(missing)
    _pin(outcome, fields.evidence)
    for name in TEXTS:
        text = normalise(getattr(fields, name), limit=LIMIT)
        setattr(outcome, name, text)
        setattr(outcome, f"{name}_html", render(text, limit=LIMIT).html)
    outcome.kind = fields.kind
    outcome.author_id = actor.id
    outcome.edit += 1
    outcome.updated_at = now()
    db.session.flush()
    return outcome


def submit_outcome(actor: User, outcome: Outcome) -> Outcome:
    """Hand an outcome to a second moderator.

    Raises:
        IncompleteOutcome: naming everything that is missing, at once.
    """
    outcome = _locked(outcome)
    require(may_submit_outcome(actor, outcome))
    if missing := outcome_missing(outcome, _evidence(outcome)):
        raise IncompleteOutcome(missing)
    outcome.state = OutcomeState.SUBMITTED
    outcome.returned_reason = ""
    outcome.edit += 1
    outcome.updated_at = now()
    db.session.flush()
    emit(OutcomeSubmitted(outcome, actor))
    return outcome


def approve_outcome(actor: User, outcome: Outcome, *, expected_edit: int | None = None) -> Outcome:
    """Sign an outcome as the second moderator: it gets its number, votes count again, proposals their recommendation.

    Name the edit that was read; another one in between is a conflict.
    """
    outcome = _locked(outcome)
    if outcome.state is OutcomeState.APPROVED:
        raise AlreadyApproved
    require(may_approve_outcome(actor, outcome))
    if expected_edit is not None:
        _require_edit(outcome, expected_edit)
    if missing := outcome_missing(outcome, _evidence(outcome)):
        raise IncompleteOutcome(missing)
    _number_and_sign(actor, outcome)
    dialogue.resume(outcome.thread)
    _answer_proposals(actor, outcome)
    db.session.flush()
    emit(OutcomeApproved(outcome, actor))
    return outcome


def return_outcome(actor: User, outcome: Outcome, reason: str = "") -> Outcome:
    """Send an outcome back to be written on; only its author, taking it back, may leave out the reason."""
    outcome = _locked(outcome)
    require(may_return(actor, outcome))
    reason = normalise(reason, limit=ANSWER_LIMIT)
    if not reason and actor.id != outcome.author_id:
        raise ReasonMissing
    outcome.state = OutcomeState.DRAFT
    outcome.returned_reason = reason
    outcome.edit += 1
    outcome.updated_at = now()
    db.session.flush()
    emit(OutcomeReturned(outcome, actor, reason))
    return outcome


def abandon_evaluation(actor: User, outcome: Outcome, reason: str) -> Outcome:
    """End an evaluation without an outcome: the draft stays readable for moderators, votes count again.

    A proposal stays in synthesis; the queue asks for its evaluation anew.
    """
    outcome = _locked(outcome)
    require(may_abandon(actor, outcome))
    reason = normalise(reason, limit=ANSWER_LIMIT)
    if not reason:
        raise ReasonMissing
    outcome.state = OutcomeState.ABANDONED
    outcome.returned_reason = reason
    outcome.edit += 1
    outcome.updated_at = now()
    dialogue.resume(outcome.thread)
    db.session.flush()
    emit(EvaluationAbandoned(outcome, actor, reason))
    return outcome


def _locked(outcome: Outcome) -> Outcome:
    """Return the outcome as it stands in the database now, locked until the transaction ends."""
    chosen = select(Outcome).where(Outcome.id == outcome.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def _require_edit(outcome: Outcome, expected: int) -> None:
    if outcome.edit != expected:
        raise StaleOutcome(outcome)


def _evidence(outcome: Outcome) -> list[Evidence]:
    return list(db.session.scalars(select(Evidence).where(Evidence.outcome_id == outcome.id).order_by(Evidence.id)))


def _pin(outcome: Outcome, pins: tuple[Pin, ...]) -> None:
    """Make the outcome's evidence what was chosen; what was pinned before stays, even if hidden since."""
    present = {piece.key: piece for piece in _evidence(outcome)}
    chosen = {pin.key: pin for pin in pins}
    reach = proposals_in_reach(node_id=outcome.node_id, proposal_id=outcome.proposal_id)
    threads = {outcome.thread_id, *(row.thread_id for row in reach)} - {None}
    comments = _comments(chosen.values(), threads, present)
    if (
        {pin.proposal_id for key, pin in chosen.items() if key not in present}
        - {row.proposal_id for row in reach}
        - {None}
    ):
        raise NotEvidence
    for key, piece in present.items():
        if key not in chosen:
            db.session.delete(piece)
    for key, pin in chosen.items():
        if key not in present:
            present[key] = Evidence(outcome_id=outcome.id, comment_id=pin.comment_id, proposal_id=pin.proposal_id)
            db.session.add(present[key])
        _fill(present[key], pin, comments.get(pin.comment_id) if pin.comment_id is not None else None)


def _fill(piece: Evidence, pin: Pin, comment: Comment | None) -> None:
    """Set what a piece of evidence says, and pin a comment to the version that was read."""
    if comment is not None:
        seen = min(max(pin.version or comment.version, 1), comment.version)
        if seen != piece.comment_version:
            piece.comment_version = seen
            piece.pinned_at = now()
    if pin.fate is not None:
        piece.fate = pin.fate
    piece.answer = normalise(pin.answer, limit=ANSWER_LIMIT)


def _comments(pins: Iterable[Pin], threads: set[int | None], present: Mapping[str, Evidence]) -> dict[int, Comment]:
    """Return the chosen comments; new ones must be visible, in a thread that the outcome can rest on."""
    ids = {pin.comment_id for pin in pins if pin.comment_id is not None}
    if not ids:
        return {}
    rows = db.session.scalars(select(Comment).where(Comment.id.in_(ids)))
    found = {
        row.id: row
        for row in rows
        if f"k{row.id}" in present or (row.thread_id in threads and row.state is CommentState.VISIBLE)
    }
    if set(found) != ids:
        raise NotEvidence
    return found


def _number_and_sign(actor: User, outcome: Outcome) -> None:
    """Give the next free number; two approvals at the same time meet UNIQUE(number), and the later one counts on."""
    highest = select(func.max(Outcome.number))
    for attempt in range(_ATTEMPTS):
        number = (db.session.scalar(highest) or 0) + 1
        try:
            with db.session.begin_nested():
                outcome.number = number
                outcome.state = OutcomeState.APPROVED
                outcome.approver_id = actor.id
                outcome.approved_at = outcome.updated_at = now()
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _answer_proposals(actor: User, outcome: Outcome) -> None:
    """Recommend the proposals among the evidence or not, if they still wait for it; others are only quoted."""
    rows = db.session.execute(
        select(Evidence, Proposal)
        .join(Proposal, Proposal.id == Evidence.proposal_id)
        .where(Evidence.outcome_id == outcome.id, Evidence.fate != Fate.OPEN, Proposal.state.in_(EVALUABLE))
        .order_by(Evidence.id)
    )
    for piece, proposal in rows.all():
        answer_proposal(actor, outcome, piece, proposal)
