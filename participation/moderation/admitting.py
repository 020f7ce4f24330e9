"""Looking at what new accounts write first: take it, release it, or decide against it with a statement of reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import shown
from participation.base.verdict import Conflict, require
from participation.dialogue import anchors, waiting
from participation.dialogue.asking import ask
from participation.dialogue.comments import count_admitted
from participation.dialogue.events import AnswerRequested, CommentWritten, ContributionReleased
from participation.dialogue.models import Comment, WaitingComment, WaitingState
from participation.moderation.deciding import LOCK, Ruling, UnfitMeasure, decide
from participation.moderation.models import Decision, Measure
from participation.moderation.policy import may_admit, may_admit_proposal
from participation.moderation.reporting import join
from participation.moderation.targets import of_comment, of_proposal
from participation.proposals import waiting as waiting_proposals
from participation.proposals.events import ProposalReleased, ProposalReturned
from participation.proposals.models import FirstProposal, Proposal, ProposalState
from participation.proposals.operations import submit
from participation.proposals.writing import WordingChanged
from participation.strategy.models import Node

MEASURES = (Measure.HIDE, Measure.REMOVE, Measure.WARN, Measure.SUSPEND, Measure.CLOSE)
"""What a decision against a waiting contribution can be; with each of them its place shows the ground."""


class AlreadyDecided(Conflict):
    """Another moderator decided in the meantime."""

    default = _l("Jemand war schneller: Über diesen Beitrag ist schon entschieden.")


class TextMoved(Conflict):
    """The author changed the text since the moderator read it."""

    default = _l("Der Text wurde geändert, während Sie lasen. Lesen Sie ihn noch einmal, dann entscheiden Sie.")


def take(actor: User, contribution: WaitingComment) -> None:
    """Take a waiting contribution for half an hour, or for half an hour more."""
    found = _held(actor, contribution)
    found.taken_by_id, found.taken_until = actor.id, now() + LOCK
    db.session.flush()


def give_back(actor: User, contribution: WaitingComment) -> None:
    """Give back a contribution that one has taken."""
    found = waiting.locked(contribution)
    if found.taken_by_id == actor.id:
        found.taken_by_id = found.taken_until = None
        db.session.flush()


def release(actor: User, contribution: WaitingComment, *, version: int) -> Comment:
    """Let a contribution appear in its conversation: from now on it counts, and those it answers are told.

    Of two moderators at once one releases, the other is told so.

    Raises:
        AlreadyDecided, TextMoved: as they say.
        NotWaiting: if its author withdrew it.
    """
    found, at = _held(actor, contribution, version), now()
    parent, author, subject, revision = found.parent, found.author, found.subject, found.revision
    asked = tuple(found.asked)
    comment = waiting.let_in(found, actor, WaitingState.RELEASED, at)
    count_admitted(author)
    _follow(subject, revision)
    emit(ContributionReleased(comment, actor.id))
    emit(CommentWritten(comment, parent))
    if asked:
        ask(comment, asked, timedelta(days=found.answer_days))
        emit(AnswerRequested(comment, asked))
    return comment


def refuse(actor: User, contribution: WaitingComment, ruling: Ruling, *, version: int) -> Decision:
    """Decide against a waiting contribution: nobody gets to read it, its place says why, its author gets the reasons.

    The decision is one like any other, and can be objected to; if it is reversed the contribution appears.

    Raises:
        AlreadyDecided, TextMoved, NotWaiting: as in `release`.
        UnknownRule, FactsMissing, UnfitMeasure: if the ruling is incomplete.
    """
    found, at = _held(actor, contribution, version), now()
    if ruling.measure not in MEASURES:
        raise UnfitMeasure
    due_at, subject, revision = found.due_at, found.subject, found.revision
    target = of_comment(waiting.let_in(found, actor, WaitingState.REFUSED, at))
    _follow(subject, revision)
    return decide(actor, join(target, None, due_at, at), replace(ruling, hides=True))


def take_proposal(actor: User, proposal: Proposal) -> None:
    """Take a waiting proposal for half an hour, or for half an hour more."""
    _found, first = _held_proposal(actor, proposal)
    first.taken_by_id, first.taken_until = actor.id, now() + LOCK
    db.session.flush()


def give_back_proposal(actor: User, proposal: Proposal) -> None:
    """Give back a proposal that one has taken."""
    first = waiting_proposals.desk(waiting_proposals.locked(proposal))
    if first.taken_by_id == actor.id:
        first.taken_by_id = first.taken_until = None
        db.session.flush()


def release_proposal(actor: User, proposal: Proposal, *, waits_until: str, check_period: timedelta) -> bool:
    """Let a proposal appear: handed in by its author, and up for the formal check. `waits_until` as it was read.

    Where the passage has a new wording it goes back to its author, who is told so; then the answer is False.

    Raises:
        AlreadyDecided, TextMoved, NotWaiting: as in `release`.
    """
    found, first = _held_proposal(actor, proposal, waits_until)
    try:
        with db.session.begin_nested():
            submit(found.author, found, check_period=check_period)
    except WordingChanged:
        found.waits_until = first.taken_by_id = first.taken_until = None
        db.session.flush()
        emit(ProposalReturned(found))
        return False
    _settle(first, WaitingState.RELEASED)
    count_admitted(found.author)
    emit(ProposalReleased(found, actor.id))
    return True


def refuse_proposal(
    actor: User, proposal: Proposal, ruling: Ruling, *, waits_until: str, check_period: timedelta
) -> Decision:
    """Decide against a waiting proposal: it gets its number, its place says why, its author gets the reasons.

    Raises:
        AlreadyDecided, TextMoved, NotWaiting: as in `release`.
        UnknownRule, FactsMissing, UnfitMeasure: if the ruling is incomplete.
        WordingChanged: if the passage has a new wording.
    """
    (found, first), at = _held_proposal(actor, proposal, waits_until), now()
    if ruling.measure not in MEASURES:
        raise UnfitMeasure
    due_at = found.waits_until or at
    submit(found.author, found, check_period=check_period)
    _settle(first, WaitingState.REFUSED)
    return decide(actor, join(of_proposal(found), None, due_at, at), replace(ruling, hides=True))


def _settle(first: FirstProposal, state: WaitingState) -> None:
    first.state, first.decided_at = state, now()
    first.taken_by_id = first.taken_until = None
    db.session.flush()


def _held_proposal(actor: User, proposal: Proposal, waits_until: str | None = None) -> tuple[Proposal, FirstProposal]:
    """Return a proposal locked, once this moderator may decide about it in this wording, and how far it is."""
    found = waiting_proposals.locked(proposal)
    if found.state is not ProposalState.DRAFT or found.waits_until is None:
        raise AlreadyDecided
    first = waiting_proposals.desk(found)
    require(may_admit_proposal(actor, found, first, now()))
    # Whoever saves a draft anew has to hand it in anew, and gets another date.
    if waits_until is not None and found.waits_until.isoformat() != waits_until:
        raise TextMoved
    return found, first


def _held(actor: User, contribution: WaitingComment, version: int | None = None) -> WaitingComment:
    """Return a contribution locked, once this moderator may decide about it in this wording."""
    found = waiting.locked(contribution)
    if found.state is not WaitingState.WAITING:
        raise AlreadyDecided
    require(may_admit(actor, found, now()))
    if version is not None and found.version != version:
        raise TextMoved
    return found


def _follow(subject: str, revision: int | None) -> None:
    """Look for the passage in the present wording, if that changed while the contribution waited."""
    node = db.session.get(Node, subject) if subject else None
    if node is not None and node.since_revision > (revision or 0):
        anchors.follow({subject: shown(node.html) or None if node.is_current else None}, node.since_revision)
