"""Where a node went, and what it took up: merged, split, struck, with what stays readable at each origin.

Votes are told for each origin, with their number and the days they were cast on; nothing here adds them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from participation.accounts.models import User
from participation.dialogue.models import Ballot, Thread
from participation.leitbild.models import Change, ChangeKind, ChangeState, Revision
from participation.outcomes.models import Outcome
from participation.proposals.models import Proposal, ProposalState
from participation.strategy.models import Node


@dataclass(frozen=True, slots=True)
class Move:
    """A published change that took a node out of its place, or gave it one."""

    change_id: int
    change_kind: ChangeKind
    revision: int
    published_at: datetime
    author: str
    approver: str
    reason: str
    before: str
    """The wording until then; empty for an addition."""
    outcome_number: int | None
    """The outcome it mainly rests on."""
    node_id: str
    """The node that was merged, struck or split; of an addition, the new one."""
    title: str
    target_id: str | None
    """What took it up; of an addition, what it was split off from."""
    target_title: str | None
    comments: int
    """What is readable at the node itself: comments, proposals, votes."""
    proposals: int
    yes: int
    no: int
    abstain: int
    first_vote: datetime | None
    last_vote: datetime | None

    @property
    def reference(self) -> str:
        """The name people use: Ä-7."""
        return f"Ä-{self.change_id}"

    @property
    def votes(self) -> int:
        """All stances on the node itself."""
        return self.yes + self.no + self.abstain


def columns() -> dict[str, ColumnElement[Any]]:
    """Return what a move is made of, by name; for a statement that `chosen` gave its sources."""
    moved, target = _moved, _target
    cast = select(func.min(Ballot.cast_at)).where(Ballot.thread_id == moved.thread_id).correlate(moved)
    handed_in = (Proposal.node_id == moved.id, Proposal.state != ProposalState.DRAFT)
    return {
        "change_id": Change.id.expression,
        "change_kind": Change.kind.expression,
        "revision": Change.revision_number.expression,
        "published_at": Revision.published_at.expression,
        "author": _author.display_name.expression,
        "approver": _approver.display_name.expression,
        "reason": Change.reason.expression,
        "before": Change.before.expression,
        "outcome_number": Outcome.number.expression,
        "moved_id": moved.id.expression,
        "title": moved.title.expression,
        "target_id": target.id.expression,
        "target_title": target.title.expression,
        "comments": func.coalesce(Thread.comment_count, 0),
        "proposals": select(func.count()).where(*handed_in).correlate(moved).scalar_subquery(),
        "yes": func.coalesce(Thread.yes, 0),
        "no": func.coalesce(Thread.no, 0),
        "abstain": func.coalesce(Thread.abstain, 0),
        "first_vote": cast.scalar_subquery(),
        "last_vote": cast.with_only_columns(func.max(Ballot.cast_at)).scalar_subquery(),
    }


def chosen(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Give a statement of `columns` its sources: the moves of the node :here, and those that led to it."""
    here = bindparam("here", type_=String)
    # A change of the wording moves nothing, nor does an addition that was split off from nowhere.
    own = Change.kind.in_((ChangeKind.MERGE, ChangeKind.SPLIT, ChangeKind.DELETION)) | Change.target_id.is_not(None)
    return (
        statement.select_from(Change)
        .join(_moved, _moved.id == Change.node_id)
        .outerjoin(_target, _target.id == Change.target_id)
        .outerjoin(Thread, Thread.id == _moved.thread_id)
        .join(Revision, Revision.number == Change.revision_number)
        .join(Outcome, Outcome.id == Change.first_outcome_id)
        .join(_author, _author.id == Change.author_id)
        .outerjoin(_approver, _approver.id == Change.approver_id)
        .where(Change.state == ChangeState.PUBLISHED, or_((Change.node_id == here) & own, Change.target_id == here))
    )


def move(row: Any) -> Move:
    """Return the move of a row that has `columns`."""
    return Move(
        change_id=row.change_id,
        change_kind=row.change_kind,
        revision=row.revision,
        published_at=row.published_at,
        author=row.author,
        approver=row.approver or "",
        reason=row.reason,
        before=row.before,
        outcome_number=row.outcome_number,
        node_id=row.moved_id,
        title=row.title,
        target_id=row.target_id,
        target_title=row.target_title,
        comments=row.comments,
        proposals=row.proposals,
        yes=row.yes,
        no=row.no,
        abstain=row.abstain,
        first_vote=row.first_vote,
        last_vote=row.last_vote,
    )


_moved, _target, _author, _approver = aliased(Node), aliased(Node), aliased(User), aliased(User)
