"""What people do with proposals: write, hand in, revise, withdraw. None of it commits."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.accounts.queries import require_mandate
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import render
from participation.base.verdict import Conflict, DomainError, require
from participation.dialogue.models import Thread
from participation.dialogue.operations import open_thread
from participation.places.models import Place
from participation.proposals import writing as written
from participation.proposals.attaching import drop_files
from participation.proposals.events import Move, ProposalsMoved
from participation.proposals.models import (
    Proposal,
    ProposalPlace,
    ProposalState,
    ProposalStep,
    ProposalType,
    StepKind,
    VersionReason,
)
from participation.proposals.policy import may_discard, may_edit, may_propose, may_submit, may_withdraw
from participation.proposals.rebasing import adopt_wording, rebase
from participation.proposals.steps import (
    accept,
    answer,
    begin_synthesis,
    incorporate,
    merge_into,
    recommend,
    send_back,
    step,
)
from participation.proposals.supporting import carry_support, keep_support, support, unsupport
from participation.proposals.together import ask_again, drop_coauthors, note_consents, require_consents
from participation.proposals.versions import fingerprint, renew, signers
from participation.proposals.writing import Incomplete, WordingChanged, Writing
from participation.strategy.models import Node

__all__ = [
    "accept",
    "adopt_wording",
    "answer",
    "begin_synthesis",
    "carry_support",
    "discard_draft",
    "edit",
    "incorporate",
    "keep_support",
    "merge_into",
    "rebase",
    "recommend",
    "save_draft",
    "send_back",
    "submit",
    "support",
    "thread_of",
    "unsupport",
    "withdraw",
]

_ATTEMPTS = 50
"""How often a number is tried for; each failure means that someone else got one."""


class AlreadySubmitted(Conflict):
    """The same form was sent again after the proposal had been handed in."""

    default = _l("Diesen Entwurf haben Sie inzwischen eingereicht. Öffnen Sie den Vorschlag, um ihn zu bearbeiten.")


class UnfitPartner(DomainError):
    """A merge names no other passage, itself, or one that is no longer current."""

    default = _l("Wählen Sie die andere Stelle, mit der diese zusammengeführt werden soll.")


def save_draft(
    actor: User,
    node: Node,
    writing: Writing,
    *,
    base_revision: int,
    seen: str | None = None,
    draft: Proposal | None = None,
    submission_key: str | None = None,
    complete: bool = False,
) -> Proposal:
    """Create a draft, or save an existing one; it may be incomplete, unless it is to be `complete`.

    `seen` is the wording of the node that the author had before them; if it is no longer the current one,
    WordingChanged is raised and nothing is saved. The same `submission_key` twice is the same draft.
    """
    require(may_propose(actor, node, writing.type))
    if draft is None and submission_key:
        draft = _by_key(actor, submission_key)
        if draft is not None and draft.state is not ProposalState.DRAFT:
            raise AlreadySubmitted
    if draft is not None:
        # Locked, so that nobody opens it for discussion while its text changes.
        db.session.refresh(draft, ["state"], with_for_update=True)
        require(may_edit(actor, draft))
    current = written.before(writing.type, node)
    if seen is not None and seen != current:
        raise WordingChanged(seen, current)
    writing = writing.tidied()
    if complete and (missing := written.problems(writing, current)):
        raise Incomplete(missing)
    proposal = draft or Proposal(author_id=actor.id, node_id=node.id, submission_key=submission_key)
    earlier = fingerprint(draft) if draft is not None else ""
    _write(actor, proposal, node, writing, base_revision=base_revision, keep=draft)
    if draft is None:
        proposal = _added(actor, proposal, submission_key)
    elif draft.state is ProposalState.DRAFT:
        ask_again(actor, draft, earlier)
    _set_places(proposal, writing.places)
    return proposal


def edit(actor: User, proposal: Proposal, writing: Writing, *, base_revision: int, seen: str | None = None) -> Proposal:
    """Change a proposal that was handed in and not checked yet.

    What it said before stays readable as an earlier version, and whoever signed that one is asked.
    """
    require(may_edit(actor, proposal))
    _hold(proposal.node)
    save_draft(actor, proposal.node, writing, base_revision=base_revision, seen=seen, draft=proposal, complete=True)
    if proposal.state is ProposalState.SUBMITTED:
        _revised(actor, proposal)
    return proposal


def discard_draft(actor: User, proposal: Proposal) -> None:
    """Delete a draft that was never handed in."""
    require(may_discard(actor, proposal))
    drop_files(proposal.id)
    db.session.execute(delete(ProposalPlace).where(ProposalPlace.proposal_id == proposal.id))
    drop_coauthors(proposal)
    db.session.delete(proposal)
    db.session.flush()


def submit(actor: User, proposal: Proposal, *, check_period: timedelta) -> ProposalStep:
    """Hand a draft in: it gets its number, and a date by which the formal check is due.

    Raises Incomplete where something is missing, WordingChanged where the node was rewritten since, and NotYetAgreed
    while a co-author has not consented to the text.
    """
    require(may_submit(actor, proposal))
    checked_for_submission(actor, proposal)
    proposal.waits_until = None
    if proposal.number is None:
        _number(proposal)
    first = proposal.version == 0
    fresh = renew(proposal, VersionReason.SUBMITTED if first else VersionReason.REVISED, actor.id)
    moment = now()
    entry = step(actor, proposal, ProposalState.SUBMITTED, submitted_at=moment, check_due_at=moment + check_period)
    if fresh is not None:
        entry.version = fresh.version
        db.session.flush()
        if not first:
            _tell_signers(actor, proposal)
    note_consents(proposal)
    return entry


def checked_for_submission(actor: User, proposal: Proposal) -> None:
    """Raise what keeps a draft from being handed in; its node stands still until the transaction ends."""
    require_mandate(actor, proposal.initiative_id)
    _hold(proposal.node)
    require(may_propose(actor, proposal.node, proposal.type))
    current = written.before(proposal.type, proposal.node)
    if proposal.before != current:
        raise WordingChanged(proposal.before, current)
    missing = written.problems(written.of(proposal), proposal.before)
    if missing:
        raise Incomplete(missing)
    db.session.refresh(proposal, ["state"], with_for_update=True)
    require_consents(proposal)


def withdraw(actor: User, proposal: Proposal, reason: str = "") -> ProposalStep:
    """Withdraw a proposal; number, text and thread stay."""
    require(may_withdraw(actor, proposal))
    return step(actor, proposal, ProposalState.WITHDRAWN, reason)


def thread_of(proposal: Proposal) -> Thread:
    """Return the proposal's thread, opened now if it has none; two at once get the same one."""
    if proposal.thread_id is None:
        thread = open_thread(votable=True)
        free = (Proposal.id == proposal.id, Proposal.thread_id.is_(None))
        won = db.session.execute(
            update(Proposal).where(*free).values(thread_id=thread.id).returning(Proposal.id),
            execution_options={"synchronize_session": False},
        ).first()
        if won is None:
            db.session.delete(thread)
            db.session.flush()
        db.session.refresh(proposal, ["thread_id", "thread"])
    return db.session.get_one(Thread, proposal.thread_id)


def _hold(node: Node) -> None:
    """Wait for a publication that is changing a node, and read what it left; none can begin until we are done."""
    known = ["title", "body", "text_state", "moved_to_id", "since_revision"]
    db.session.refresh(node, known, with_for_update={"key_share": True})


def _revised(actor: User, proposal: Proposal) -> None:
    """Write a revision into the public history, and ask whoever signed what the proposal said before."""
    fresh = renew(proposal, VersionReason.REVISED, actor.id)
    db.session.add(
        ProposalStep(
            proposal_id=proposal.id,
            state=proposal.state,
            what=StepKind.REVISED,
            version=fresh.version if fresh else None,
            actor_id=actor.id,
        )
    )
    db.session.flush()
    if fresh:
        _tell_signers(actor, proposal)


def _tell_signers(actor: User, proposal: Proposal) -> None:
    people = signers([proposal.id]).get(proposal.id, ())
    emit(ProposalsMoved((Move(proposal, StepKind.REVISED, people),), actor.id))


def _write(
    actor: User, proposal: Proposal, node: Node, writing: Writing, *, base_revision: int, keep: Proposal | None
) -> None:
    """Set the columns of a proposal from its fields; for an initiative only delegates write, whenever they save."""
    require_mandate(actor, writing.initiative_id)
    if keep is not None and keep.number is not None:
        # Others have read it as the initiative's: without a mandate nobody takes that away either.
        require_mandate(actor, keep.initiative_id)
    other = _partner(node, writing)
    proposal.type = writing.type
    proposal.other_node_id = other.id if other else None
    proposal.base_revision = base_revision
    proposal.before = written.before(writing.type, node)
    proposal.other_before = other.body if other else ""
    proposal.conflict_revision = proposal.fulfilled_revision = proposal.waits_until = None
    proposal.title = writing.title
    proposal.wording = writing.wording
    proposal.diff_html = written.compared(writing.type, proposal.before, writing.wording, other)
    proposal.reason = writing.reason
    proposal.reason_html = render(writing.reason).html
    proposal.benefit = writing.benefit
    proposal.culture = writing.culture
    proposal.lang = writing.lang
    proposal.initiative_id = writing.initiative_id
    proposal.updated_at = now()


def _partner(node: Node, writing: Writing) -> Node | None:
    if writing.other_node_id is None:
        if writing.type is ProposalType.MERGE:
            raise UnfitPartner
        return None
    other = db.session.get(Node, writing.other_node_id)
    if other is None or other.id == node.id or not other.is_current:
        raise UnfitPartner
    return other


def _by_key(actor: User, key: str) -> Proposal | None:
    mine = (Proposal.author_id == actor.id, Proposal.submission_key == key)
    return db.session.scalar(select(Proposal).where(*mine))


def _added(actor: User, proposal: Proposal, key: str | None) -> Proposal:
    """Insert a draft; where the same form arrived twice at the same time, return the one that was first."""
    try:
        with db.session.begin_nested():
            db.session.add(proposal)
    except IntegrityError:
        first = _by_key(actor, key) if key else None
        if first is None:
            raise
        return first
    return proposal


def _set_places(proposal: Proposal, places: tuple[str, ...]) -> None:
    """Replace the places; unknown ids are left out."""
    db.session.flush()
    db.session.execute(delete(ProposalPlace).where(ProposalPlace.proposal_id == proposal.id))
    known = db.session.scalars(select(Place.id).where(Place.id.in_(places))) if places else ()
    rows = [{"proposal_id": proposal.id, "place_id": place} for place in known]
    if rows:
        db.session.execute(insert(ProposalPlace), rows)


def _number(proposal: Proposal) -> None:
    """Give the next number; two at once try again, because the number is unique."""
    db.session.flush()
    following = select(func.coalesce(func.max(Proposal.number), 0) + 1).scalar_subquery()
    for attempt in range(_ATTEMPTS):
        try:
            with db.session.begin_nested():
                db.session.execute(
                    update(Proposal).where(Proposal.id == proposal.id).values(number=following),
                    execution_options={"synchronize_session": False},
                )
            break
        except IntegrityError:
            if attempt == _ATTEMPTS - 1:
                raise
    db.session.refresh(proposal, ["number"])
