"""Outcomes for tests, written straight into the tables; `node_comment` gives them something to rest on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import Comment, CommentKind, Thread
from participation.dialogue.operations import write_comment
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind, OutcomeState
from participation.proposals.models import Proposal, ProposalState, ProposalType, VersionReason
from participation.proposals.operations import thread_of as thread_of_proposal
from participation.proposals.versions import keep
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from tests.factories.accounts import moderator, user

NODE = "lce-sofort-industrieparks"


def node_comment(author: User | None = None, *, node_id: str = NODE, body: str = "Die Hallen stehen schon.") -> Comment:
    """Add a comment to a node's thread, by a new resident unless told otherwise."""
    thread = thread_of(db.session.get(Node, node_id))
    return write_comment(author or user(), thread, body=body, kind=CommentKind.FOR)


def quoted(state: ProposalState = ProposalState.OPEN, number: int = 1, author: User | None = None) -> Proposal:
    """Add a proposal about NODE, straight into its table, in whatever state."""
    row = Proposal(
        number=number,
        type=ProposalType.TEXT,
        state=state,
        node_id=NODE,
        base_revision=1,
        title="Gleise erhalten",
        wording="Neu",
        reason="Weil",
        reason_html="<p>Weil</p>",
        author_id=(author or user()).id,
        submitted_at=now(),
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    keep(row, VersionReason.SUBMITTED, row.author_id)
    db.session.flush()
    return row


def pin(
    outcome: Outcome,
    source: Comment | Proposal,
    *,
    fate: Fate = Fate.ADOPTED,
    answer: str = "Weil es überzeugt.",
) -> Evidence:
    """Make a comment in its current version, or a proposal, evidence of an outcome."""
    piece = Evidence(outcome_id=outcome.id, fate=fate, answer=answer)
    if isinstance(source, Comment):
        piece.comment_id, piece.comment_version = source.id, source.version
    else:
        piece.proposal_id = source.id
    db.session.add(piece)
    db.session.flush()
    return piece


def outcome(
    *evidence: Comment | Proposal,
    node_id: str = NODE,
    proposal: Proposal | None = None,
    state: OutcomeState = OutcomeState.APPROVED,
    kind: OutcomeKind = OutcomeKind.TEXT,
    author: User | None = None,
    approver: User | None = None,
    fate: Fate = Fate.ADOPTED,
    **rest: object,
) -> Outcome:
    """Add a complete outcome, approved and numbered unless told otherwise; its thread is left as it is."""
    thread = _thread(node_id, proposal)
    number = None
    if state is OutcomeState.APPROVED:
        approver = approver or moderator()
        number = (db.session.scalar(select(func.max(Outcome.number))) or 0) + 1
    record = Outcome(
        number=number,
        thread_id=thread.id,
        node_id=None if proposal else node_id,
        proposal_id=proposal.id if proposal else None,
        round=thread.round,
        state=state,
        kind=kind,
        author_id=(author or moderator()).id,
        approver_id=approver.id if approver else None,
        approved_at=now() if number else None,
        **{"due_at": now() + timedelta(days=21), **_texts(), **rest},
    )
    db.session.add(record)
    db.session.flush()
    for source in evidence:
        pin(record, source, fate=fate)
    return record


def _texts() -> dict[str, str]:
    texts = {
        "summary": "Die Standorte sollen weitergenutzt werden.",
        "pros": "Hallen und Gleise sind vorhanden.",
        "cons": "Der Wasserbedarf ist ungeklärt.",
        "minority": "keine",
    }
    return texts | {f"{name}_html": f"<p>{text}</p>" for name, text in texts.items()}


def _thread(node_id: str, proposal: Proposal | None) -> Thread:
    if proposal is None:
        return thread_of(db.session.get(Node, node_id))
    return thread_of_proposal(proposal)
