"""Where a sentence comes from, and where a contribution went: passage → change → outcome → contributions, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, case, func, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, User
from participation.base.db import db
from participation.dialogue.models import Comment, CommentState
from participation.ledger.models import LogEntry
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Revision
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind
from participation.proposals.models import SHOWN_TITLE, Proposal
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
    """Return where the wording that a change brought comes from; two statements."""
    author, approver = aliased(User), aliased(User)
    earlier, brought = aliased(Change), aliased(Revision)
    # An addition that is not published yet has no node; a part that was split off goes back to where it came from.
    about = case(
        (Change.kind == ChangeKind.ADDITION, func.coalesce(Change.target_id, Change.node_id)), else_=Change.node_id
    )
    rows = db.session.execute(
        select(
            Change,
            author.display_name.label("author"),
            approver.display_name.label("approver"),
            Revision.published_at,
            LogEntry.number.label("log_number"),
            about.label("about"),
            Node.title,
            Node.thread_node_id,
            NodeNote.seed_heading,
            NodeNote.seed_lines,
            earlier.id.label("earlier_id"),
            earlier.kind.label("earlier_kind"),
            brought.number.label("earlier_number"),
            brought.published_at.label("earlier_at"),
        )
        .join(author, author.id == Change.author_id)
        .outerjoin(approver, approver.id == Change.approver_id)
        .outerjoin(Revision, Revision.number == Change.revision_number)
        .outerjoin(LogEntry, LogEntry.revision_number == Change.revision_number)
        .outerjoin(Node, Node.id == func.coalesce(about, Change.parent_id))
        .outerjoin(NodeNote, NodeNote.node_id == Node.id)
        .outerjoin(
            earlier,
            (earlier.node_id == Change.node_id) & (earlier.id < Change.id) & (earlier.state == ChangeState.PUBLISHED),
        )
        .outerjoin(brought, brought.number == earlier.revision_number)
        .where(Change.id == change_id)
        .order_by(earlier.id)
    ).all()
    if not rows:
        return None
    row = rows[0]
    change: Change = row.Change
    is_new = row.about is None or row.about == change.new_node_id
    return Origin(
        node_id=change.node_id or change.new_node_id or "",
        title=change.new_title or row.title or "",
        seed_heading="" if is_new else row.seed_heading or "",
        seed_lines=() if is_new else tuple(row.seed_lines or ()),
        thread_node_id=row.thread_node_id,
        change=change,
        author=row.author,
        approver=row.approver or "",
        published_at=row.published_at,
        log_number=row.log_number,
        earlier=tuple(
            Step(one.earlier_id, one.earlier_kind, one.earlier_number, one.earlier_at)
            for one in rows
            if one.earlier_id is not None
        ),
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
    """Return the outcomes some changes rest on, with every contribution, adopted first; one statement."""
    found: dict[int, tuple[Ground, ...]] = dict.fromkeys(change_ids, ())
    if not change_ids:
        return found
    resting: dict[int, dict[int, Row[*tuple[Any, ...]]]] = defaultdict(dict)
    sources: dict[tuple[int, int], list[Source]] = defaultdict(list)
    for row in db.session.execute(_grounds(), {"changes": list(change_ids)}):
        resting[row.change_id][row.id] = row
        if row.evidence_id is not None:
            sources[row.change_id, row.id].append(_source(row))
    for change_id, outcomes in resting.items():
        found[change_id] = tuple(_ground(row, sources[change_id, row.id]) for row in outcomes.values())
    return found


@cache
def _grounds() -> Select[*tuple[Any, ...]]:
    speaker = aliased(User)
    return (
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
            Evidence.id.label("evidence_id"),
            Evidence.comment_id,
            Evidence.proposal_id,
            Evidence.comment_version,
            Evidence.fate,
            Evidence.answer,
            Proposal.number.label("proposal_number"),
            SHOWN_TITLE.label("title"),
            Comment.state,
            Proposal.hidden_for,
            speaker.display_name,
            speaker.residence_label,
            Initiative.name.label("initiative"),
        )
        .join(Outcome, Outcome.id == ChangeOutcome.outcome_id)
        .outerjoin(Evidence, Evidence.outcome_id == Outcome.id)
        .outerjoin(Comment, Comment.id == Evidence.comment_id)
        .outerjoin(Proposal, Proposal.id == Evidence.proposal_id)
        .outerjoin(speaker, speaker.id == func.coalesce(Comment.author_id, Proposal.author_id))
        .outerjoin(Initiative, Initiative.id == func.coalesce(Comment.initiative_id, Proposal.initiative_id))
        .where(ChangeOutcome.change_id.in_(bindparam("changes", expanding=True)))
        .order_by(Outcome.number, Outcome.id, Evidence.id)
    )


_ORDER = [Fate.ADOPTED, Fate.PARTLY, Fate.CONSIDERED, Fate.OPEN]


def _ground(row: Row[*tuple[Any, ...]], sources: list[Source]) -> Ground:
    return Ground(
        id=row.id,
        number=row.number,
        kind=row.kind,
        node_id=row.node_id,
        yes=row.votes_yes,
        no=row.votes_no,
        abstain=row.votes_abstain,
        minority=row.minority,
        approved_at=row.approved_at,
        sources=tuple(sorted(sources, key=lambda source: _ORDER.index(source.fate))),
    )


def _source(row: Row[*tuple[Any, ...]]) -> Source:
    shown = row.state in (None, CommentState.VISIBLE) and row.hidden_for is None
    return Source(
        kind="comment" if row.comment_id is not None else "proposal",
        id=row.comment_id or row.proposal_id,
        number=row.proposal_number,
        title=row.title or "",
        who=(row.initiative or row.display_name) if shown else "",
        place=row.residence_label if shown and not row.initiative else "",
        version=row.comment_version,
        fate=row.fate,
        answer=row.answer,
    )


class Landing(NamedTuple):
    """Where an outcome went in: the revision, the change, and the name of the passage if it was asked for."""

    number: int
    change_id: int
    passage: str = ""


def revisions_by_outcome(outcome_ids: Collection[int]) -> dict[int, Landing]:
    """Return where outcomes that led to a published change went in, the earliest of each."""
    if not outcome_ids:
        return {}
    rows = db.session.execute(
        select(ChangeOutcome.outcome_id, Change.revision_number, Change.id, Node.title)
        .join(Change, Change.id == ChangeOutcome.change_id)
        .outerjoin(Node, Node.id == Change.node_id)
        .where(ChangeOutcome.outcome_id.in_(outcome_ids), Change.state == ChangeState.PUBLISHED)
        .order_by(Change.revision_number.desc(), Change.id.desc())
    )
    return {outcome_id: Landing(number or 0, change_id, title or "") for outcome_id, number, change_id, title in rows}
