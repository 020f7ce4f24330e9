"""Publishing: a draft becomes a revision, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import database_now, db
from participation.base.events import emit
from participation.base.text import plain, render, render_wording, shown
from participation.base.verdict import Conflict, require
from participation.dialogue import anchors
from participation.dialogue.models import Comment
from participation.leitbild.drafts import DraftEdited, StaleDraft, end_reading, locked, require_current
from participation.leitbild.events import Contribution, RevisionPublished
from participation.leitbild.first import write_entry, write_passages
from participation.leitbild.freeze import freeze
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Draft, DraftState, Revision
from participation.leitbild.policy import may_publish
from participation.leitbild.readiness import NotReady, obstacles, unread
from participation.leitbild.tracing import trace_revision
from participation.outcomes.models import Evidence, Fate, Outcome
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal
from participation.proposals.policy import may_incorporate
from participation.strategy.models import Kind, Node, TextState

ORDER_STEP = 1000
"""Room made for an added node where its neighbours stand too close."""

NO_READING = timedelta(0)
"""Drafts need not lie out in public before they are published."""

STATES = {
    ChangeKind.TEXT: TextState.CHANGED,
    ChangeKind.ADDITION: TextState.NEW,
    ChangeKind.DELETION: TextState.STRUCK,
    ChangeKind.MERGE: TextState.MERGED,
    ChangeKind.SPLIT: TextState.SPLIT,
}


class AlreadyPublished(Conflict):
    """A second moderator was faster."""

    default = _l("Dieser Entwurf ist schon veröffentlicht.")


def publish(actor: User, draft: Draft, *, expected_edit: int, reading: timedelta = NO_READING) -> Revision:
    """Publish a draft as the next revision: text, changes, proposals, passages, annex and a sealed entry of the log.

    `reading` is how long the operator has drafts lie out in public; unless it is nothing, one that never did is
    refused.

    Locks the draft and the nodes it changes. Of two who publish at once one is refused, at the latest by the database,
    which takes each previous hash only once.

    Raises:
        AlreadyPublished, StaleDraft, DraftEdited: if someone was faster.
        NotReady: naming everything that stands in the way, at once.
    """
    draft = locked(draft)
    if draft.state is DraftState.PUBLISHED:
        raise AlreadyPublished
    require(may_publish(actor, draft, at=db.session.scalar(select(database_now()))))
    if draft.edit != expected_edit:
        raise DraftEdited(draft)
    require_current(draft)
    changes = _lock(draft)
    if found := (*unread(draft, reading), *obstacles(draft)):
        raise NotReady(found)
    try:
        revision = _write_revision(actor, draft)
        _change_text(changes, revision.number)
        _follow_quotes(changes, revision.number)
        for change in changes:
            change.state, change.revision_number = ChangeState.PUBLISHED, revision.number
        draft.state, draft.revision_number = DraftState.PUBLISHED, revision.number
        draft.edit += 1
        db.session.flush()
        end_reading(draft, revision.published_at)
        write_passages(revision.number, {change.node_id: change.id for change in changes if change.node_id})
        freeze(revision)
        trace_revision(revision.number)
        write_entry(revision, tuple(change.id for change in changes))
    except IntegrityError as error:
        raise StaleDraft from error
    contributions = _contributions(changes)
    _incorporate(actor, contributions, revision.number)
    # After that: what went into this revision does not rest on the wording it brought itself.
    proposals.rebase(actor, [change.node_id for change in changes if change.node_id], revision.number)
    emit(RevisionPublished(revision.number, revision.title, actor.id, contributions))
    return revision


def _lock(draft: Draft) -> Sequence[Change]:
    """Return the draft's changes, locked together with the nodes they are about."""
    chosen = select(Change).where(Change.draft_id == draft.id).order_by(Change.id).with_for_update()
    changes = db.session.scalars(chosen.execution_options(populate_existing=True)).all()
    named = {name for c in changes for name in (c.node_id, c.parent_id, c.target_id) if name}
    nodes = select(Node).where(Node.id.in_(named)).order_by(Node.id).with_for_update()
    db.session.scalars(nodes.execution_options(populate_existing=True)).all()
    return changes


def _write_revision(actor: User, draft: Draft) -> Revision:
    revision = Revision(
        number=draft.base_number + 1,
        title=draft.title,
        summary=draft.summary,
        summary_html=render(draft.summary).html,
        author_id=draft.author_id,
        approver_id=actor.id,
        published_at=now(),
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def _change_text(changes: Sequence[Change], number: int) -> None:
    """Bring the nodes to their new wording."""
    for change in changes:
        node = _add_node(change) if change.kind is ChangeKind.ADDITION else db.session.get_one(Node, change.node_id)
        if change.kind is not ChangeKind.ADDITION and node.title == node.body and change.after:
            # Where the title was the wording, lists would go on showing the old one.
            node.title = " ".join(plain(change.after).split())
        if change.new_title:
            node.title = change.new_title
        node.body = change.after
        node.html = render_wording(change.after).html if change.after else ""
        node.text_state = STATES[change.kind]
        node.since_revision = number
        if change.target_id:
            node.moved_to_id = change.target_id
        db.session.flush()


def _follow_quotes(changes: Sequence[Change], number: int) -> None:
    """Let the comments on what changed know what became of their passages."""
    nodes = [db.session.get_one(Node, change.node_id) for change in changes if change.kind is not ChangeKind.ADDITION]
    anchors.follow({node.id: shown(node.html) or None if node.is_current else None for node in nodes}, number)


def _add_node(change: Change) -> Node:
    """Add a node as the last child of its parent; the change is about this node from here on."""
    parent = db.session.get_one(Node, change.parent_id)
    kind = db.session.get_one(Kind, change.new_kind_id)
    last = db.session.execute(
        select(
            func.coalesce(func.max(Node.position), -1).label("position"), func.max(Node.horizon).label("horizon")
        ).where(Node.parent_id == parent.id)
    ).one()
    own_thread = kind.votable or parent.thread_node_id is None
    node = Node(
        id=change.new_node_id,
        kind_id=kind.id,
        parent_id=parent.id,
        position=last.position + 1,
        reading_order=_order_after(parent),
        depth=parent.depth + 1,
        cluster_id=parent.cluster_id,
        horizon=last.horizon if kind.has_status else None,
        title=change.new_title,
        body="",
        html="",
        has_thread=own_thread,
        thread_node_id=change.new_node_id if own_thread else parent.thread_node_id,
    )
    db.session.add(node)
    db.session.flush()
    change.node_id = node.id
    return node


def _order_after(parent: Node) -> int:
    """Return a place in reading order behind everything below a node; move what follows where there is none."""
    following = (
        select(Node.reading_order)
        .where(Node.reading_order > parent.reading_order, Node.depth <= parent.depth)
        .order_by(Node.reading_order)
        .limit(1)
    )
    next_order = db.session.scalar(following)
    before = select(func.max(Node.reading_order))
    if next_order is None:
        return (db.session.scalar(before) or 0) + ORDER_STEP
    last = db.session.scalar(before.where(Node.reading_order < next_order)) or 0
    if next_order - last < 2:
        db.session.execute(
            update(Node)
            .where(Node.reading_order >= next_order)
            .values(reading_order=Node.reading_order + ORDER_STEP)
            .execution_options(synchronize_session="fetch")
        )
        next_order += ORDER_STEP
    return (last + next_order) // 2


def _contributions(changes: Sequence[Change]) -> tuple[Contribution, ...]:
    """Return every contribution the changes rest on, each once: with the change that names its outcome first."""
    rows = db.session.execute(
        select(ChangeOutcome.change_id, Outcome.number, Evidence, Comment.author_id, Proposal.author_id)
        .join(Outcome, Outcome.id == ChangeOutcome.outcome_id)
        .join(Evidence, Evidence.outcome_id == Outcome.id)
        .outerjoin(Comment, Comment.id == Evidence.comment_id)
        .outerjoin(Proposal, Proposal.id == Evidence.proposal_id)
        .where(ChangeOutcome.change_id.in_([change.id for change in changes]))
        .order_by(Evidence.id, ChangeOutcome.change_id)
    )
    titles = {change.id: change.node.title for change in changes if change.node is not None}
    found: dict[int, Contribution] = {}
    for change_id, number, item, commenter, proposer in rows:
        contribution = Contribution(
            user_id=proposer if item.comment_id is None else commenter,
            kind="proposal" if item.comment_id is None else "comment",
            id=item.comment_id or item.proposal_id or 0,
            fate=item.fate,
            answer=item.answer,
            change_id=change_id,
            outcome_number=number or 0,
            passage=titles.get(change_id, ""),
        )
        found.setdefault(item.id, contribution)
    return tuple(found.values())


def _incorporate(actor: User, contributions: Sequence[Contribution], number: int) -> None:
    """Mark the proposals that went in, with what was answered; one that was withdrawn meanwhile stays withdrawn."""
    taken = {c.id: c.answer for c in contributions if c.kind == "proposal" and c.fate in (Fate.ADOPTED, Fate.PARTLY)}
    if not taken:
        return
    for proposal in db.session.scalars(select(Proposal).where(Proposal.id.in_(taken)).order_by(Proposal.id)):
        if may_incorporate(actor, proposal):
            proposals.incorporate(actor, proposal, number, taken[proposal.id])
