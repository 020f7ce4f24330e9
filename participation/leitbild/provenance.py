"""Where a sentence comes from, and where a contribution went: passage → change → outcome → contributions, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, User
from participation.base.db import db
from participation.dialogue.models import Comment, CommentState
from participation.ledger.models import LogEntry
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Revision
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind
from participation.proposals.models import Proposal
from participation.strategy.models import Node, NodeNote


@dataclass(frozen=True, slots=True)
class Source:
    """One contribution an outcome rests on."""

    kind: str
    """comment or proposal."""
    id: int
    number: int | None
    """A proposal's number."""
    title: str
    """A proposal's title; empty for a comment."""
    who: str
    """The initiative it was written for, else the person; empty for a comment that is no longer shown."""
    place: str
    """Where the person lives; empty for an initiative."""
    version: int | None
    fate: Fate
    answer: str


@dataclass(frozen=True, slots=True)
class Ground:
    """An outcome a change rests on, with its contributions."""

    id: int
    number: int | None
    kind: OutcomeKind | None
    node_id: str | None
    yes: int
    no: int
    abstain: int
    minority: str
    approved_at: datetime | None
    sources: tuple[Source, ...] = ()

    @property
    def votes(self) -> int:
        """All stances together."""
        return self.yes + self.no + self.abstain


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a node in one revision."""

    change_id: int
    kind: ChangeKind
    revision_number: int
    published_at: datetime

    @property
    def reference(self) -> str:
        """The name people use: Ä-7."""
        return f"Ä-{self.change_id}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The whole way of a wording: from the lines of the presentation to the entry in the log."""

    node_id: str
    title: str
    seed_heading: str
    seed_lines: tuple[int, ...]
    thread_node_id: str | None
    change: Change | None = None
    """Empty for a passage that never changed."""
    author: str = ""
    approver: str = ""
    published_at: datetime | None = None
    log_number: int | None = None
    earlier: tuple[Step, ...] = ()
    grounds: tuple[Ground, ...] = field(default_factory=tuple)


def origin(change_id: int) -> Origin | None:
    """Return where the wording that a change brought comes from; five statements at most."""
    author, approver = aliased(User), aliased(User)
    row = db.session.execute(
        select(
            Change,
            author.display_name.label("author"),
            approver.display_name.label("approver"),
            Revision.published_at,
            LogEntry.number.label("log_number"),
        )
        .join(author, author.id == Change.author_id)
        .outerjoin(approver, approver.id == Change.approver_id)
        .outerjoin(Revision, Revision.number == Change.revision_number)
        .outerjoin(LogEntry, LogEntry.revision_number == Change.revision_number)
        .where(Change.id == change_id)
    ).one_or_none()
    if row is None:
        return None
    change: Change = row.Change
    # An addition that is not published yet has no node; a part that was split off goes back to where it came from.
    about = change.node_id if change.kind is not ChangeKind.ADDITION else change.target_id or change.node_id
    start = _start(about or change.parent_id or "")
    steps = changes_of_node(change.node_id) if change.node_id else []
    return Origin(
        node_id=change.node_id or change.new_node_id or "",
        title=change.new_title or start.title,
        seed_heading="" if about is None or about == change.new_node_id else start.seed_heading,
        seed_lines=() if about is None or about == change.new_node_id else start.seed_lines,
        thread_node_id=start.thread_node_id,
        change=change,
        author=row.author,
        approver=row.approver or "",
        published_at=row.published_at,
        log_number=row.log_number,
        earlier=tuple(step for step in steps if step.change_id < change.id),
        grounds=grounds([change.id])[change.id],
    )


def origin_of_node(node_id: str) -> Origin | None:
    """Return where a passage that never changed comes from: the lines of the presentation."""
    start = _start(node_id)
    return start if start.node_id else None


def _start(node_id: str) -> Origin:
    row = db.session.execute(
        select(Node.id, Node.title, Node.thread_node_id, NodeNote.seed_heading, NodeNote.seed_lines)
        .outerjoin(NodeNote, NodeNote.node_id == Node.id)
        .where(Node.id == node_id)
    ).one_or_none()
    if row is None:
        return Origin("", "", "", (), None)
    return Origin(row.id, row.title, row.seed_heading or "", tuple(row.seed_lines or ()), row.thread_node_id)


def grounds(change_ids: Collection[int]) -> dict[int, tuple[Ground, ...]]:
    """Return the outcomes some changes rest on, with every contribution; two statements."""
    found: dict[int, tuple[Ground, ...]] = dict.fromkeys(change_ids, ())
    if not change_ids:
        return found
    sources = _sources(change_ids)
    rows = db.session.execute(
        select(
            ChangeOutcome.change_id,
            Outcome.id,
            Outcome.number,
            Outcome.kind,
            Outcome.node_id,
            Outcome.votes_yes,
            Outcome.votes_no,
            Outcome.votes_abstain,
            Outcome.minority,
            Outcome.approved_at,
        )
        .join(Outcome, Outcome.id == ChangeOutcome.outcome_id)
        .where(ChangeOutcome.change_id.in_(change_ids))
        .order_by(Outcome.number, Outcome.id)
    )
    for row in rows:
        ground = Ground(
            id=row.id,
            number=row.number,
            kind=row.kind,
            node_id=row.node_id,
            yes=row.votes_yes,
            no=row.votes_no,
            abstain=row.votes_abstain,
            minority=row.minority,
            approved_at=row.approved_at,
            sources=tuple(sources[row.id]),
        )
        found[row.change_id] = (*found[row.change_id], ground)
    return found


def _sources(change_ids: Collection[int]) -> dict[int, list[Source]]:
    """Return the evidence of the changes' outcomes by outcome, adopted first."""
    speaker = aliased(User)
    linked = select(ChangeOutcome.outcome_id).where(ChangeOutcome.change_id.in_(change_ids))
    rows = db.session.execute(
        select(
            Evidence.outcome_id,
            Evidence.comment_id,
            Evidence.proposal_id,
            Evidence.comment_version,
            Evidence.fate,
            Evidence.answer,
            Proposal.number,
            Proposal.title,
            Comment.state,
            speaker.display_name,
            speaker.residence_label,
            Initiative.name.label("initiative"),
        )
        .outerjoin(Comment, Comment.id == Evidence.comment_id)
        .outerjoin(Proposal, Proposal.id == Evidence.proposal_id)
        .join(speaker, speaker.id == func.coalesce(Comment.author_id, Proposal.author_id))
        .outerjoin(Initiative, Initiative.id == func.coalesce(Comment.initiative_id, Proposal.initiative_id))
        .where(Evidence.outcome_id.in_(linked))
        .order_by(Evidence.id)
    )
    found: dict[int, list[Source]] = defaultdict(list)
    for row in rows:
        shown = row.state in (None, CommentState.VISIBLE)
        found[row.outcome_id].append(
            Source(
                kind="comment" if row.comment_id is not None else "proposal",
                id=row.comment_id or row.proposal_id,
                number=row.number,
                title=row.title or "",
                who=(row.initiative or row.display_name) if shown else "",
                place=row.residence_label if shown and not row.initiative else "",
                version=row.comment_version,
                fate=row.fate,
                answer=row.answer,
            )
        )
    order = [Fate.ADOPTED, Fate.PARTLY, Fate.CONSIDERED]
    for items in found.values():
        items.sort(key=lambda item: order.index(item.fate))
    return found


def revisions_by_outcome(outcome_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return for outcomes that led to a published change: (revision number, change id), the earliest of each."""
    if not outcome_ids:
        return {}
    rows = db.session.execute(
        select(ChangeOutcome.outcome_id, Change.revision_number, Change.id)
        .join(Change, Change.id == ChangeOutcome.change_id)
        .where(ChangeOutcome.outcome_id.in_(outcome_ids), Change.state == ChangeState.PUBLISHED)
        .order_by(Change.revision_number.desc(), Change.id.desc())
    )
    return {outcome_id: (number or 0, change_id) for outcome_id, number, change_id in rows}


def changes_of_node(node_id: str) -> list[Step]:
    """Return the published changes of a node, oldest first."""
    rows = db.session.execute(
        select(Change.id, Change.kind, Revision.number, Revision.published_at)
        .join(Revision, Revision.number == Change.revision_number)
        .where(Change.node_id == node_id, Change.state == ChangeState.PUBLISHED)
        .order_by(Change.id)
    )
    return [Step(*row) for row in rows]
