"""Reading outcomes, their evidence, and what became of contributions. Before approval only moderators see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from participation.accounts.models import User
from participation.base.db import db
from participation.outcomes.models import RUNNING, Evidence, Fate, Outcome, OutcomeKind, OutcomeState
from participation.outcomes.policy import may_see_outcome
from participation.proposals.models import SHOWN_TITLE, Proposal
from participation.strategy.models import Node

_Author = aliased(User)
_Approver = aliased(User)
_Cluster = aliased(Node)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one contribution. The revision is filled in by higher floors, which know the Leitbild."""

    outcome_number: int
    outcome_id: int
    fate: Fate
    answer: str
    revision_number: int | None = None
    change_id: int | None = None


def receipts_for_comments(comment_ids: Collection[int]) -> dict[int, Receipt]:
    """Return what approved outcomes made of comments; the latest answer where there are several."""
    return _receipts(Evidence.comment_id, comment_ids)


def receipts_for_proposals(proposal_ids: Collection[int]) -> dict[int, Receipt]:
    """Return what approved outcomes made of proposals; the latest answer where there are several."""
    return _receipts(Evidence.proposal_id, proposal_ids)


def _receipts(column: Any, ids: Collection[int]) -> dict[int, Receipt]:
    if not ids:
        return {}
    rows = db.session.execute(_answered(column), {"ids": list(ids)})
    return {row[0]: Receipt(*row[1:]) for row in rows}


@cache
def _answered(column: Any) -> Select[*tuple[Any, ...]]:
    """Select what became of the contributions :ids in a column. Built once for each column."""
    return (
        select(column, Outcome.number, Outcome.id, Evidence.fate, Evidence.answer)
        .join(Outcome, Outcome.id == Evidence.outcome_id)
        .where(column.in_(bindparam("ids", expanding=True)), Outcome.state == OutcomeState.APPROVED)
        .order_by(Evidence.fate != Fate.OPEN, Outcome.number)
    )


def last_rounds(thread_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """Return for threads that were evaluated the number of their last outcome and when its evaluation began."""
    if not thread_ids:
        return {}
    rows = db.session.execute(
        select(Outcome.thread_id, Outcome.number, Outcome.started_at)
        .where(Outcome.thread_id.in_(thread_ids), Outcome.state == OutcomeState.APPROVED)
        .order_by(Outcome.number)
    )
    return {thread_id: (number or 0, started_at) for thread_id, number, started_at in rows}


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """An outcome in a list, with what it is about."""

    id: int
    number: int | None
    kind: OutcomeKind | None
    state: OutcomeState
    summary: str
    """Without marks."""
    round: int
    thread_id: int
    node_id: str
    """The node talked about; for a proposal the one it wants to change."""
    title: str
    """The name of the node or proposal that was talked about."""
    proposal_number: int | None
    cluster_id: str | None
    cluster_title: str | None
    author_id: int
    author: str
    due_at: datetime
    approved_at: datetime | None
    updated_at: datetime
    returned_reason: str
    is_example: bool

    @property
    def reference(self) -> str:
        """The name people use: E-4, or empty before approval."""
        return f"E-{self.number}" if self.number else ""


def approved(*, before: int | None = None, size: int = 20) -> list[OutcomeRow]:
    """Return approved outcomes, newest first, one more than `size` if there are more; `before` is a number."""
    chosen = _rows().where(Outcome.number.is_not(None))
    if before is not None:
        chosen = chosen.where(Outcome.number < before)
    return _read(chosen.order_by(Outcome.number.desc()).limit(size + 1))


def for_node(node_id: str) -> list[OutcomeRow]:
    """Return the approved outcomes of a node's own thread, newest first."""
    return _approved_where(Outcome.node_id == node_id)


def for_thread(thread_id: int) -> list[OutcomeRow]:
    """Return the approved outcomes of a thread, newest first."""
    return _approved_where(Outcome.thread_id == thread_id)


def running(thread_id: int | None = None) -> list[OutcomeRow]:
    """Return evaluations that are not finished, of one thread or of all, what is due first on top."""
    chosen = _rows().where(Outcome.state.in_(RUNNING))
    if thread_id is not None:
        chosen = chosen.where(Outcome.thread_id == thread_id)
    return _read(chosen.order_by(Outcome.due_at, Outcome.id).limit(100))


def abandoned(*, size: int = 5) -> list[OutcomeRow]:
    """Return the evaluations given up last; their drafts are for moderators, the reason is public."""
    chosen = _rows().where(Outcome.state == OutcomeState.ABANDONED)
    return _read(chosen.order_by(Outcome.id.desc()).limit(size))


def _approved_where(condition: Any) -> list[OutcomeRow]:
    return _read(_rows().where(condition, Outcome.state == OutcomeState.APPROVED).order_by(Outcome.id.desc()).limit(50))


def _rows() -> Select[*tuple[Any, ...]]:
    about = aliased(Node)
    return (
        select(
            Outcome.id,
            Outcome.number,
            Outcome.kind,
            Outcome.state,
            Outcome.summary_html,
            Outcome.round,
            Outcome.thread_id,
            about.id,
            func.coalesce(SHOWN_TITLE, about.thread_title, about.title),
            Proposal.number,
            about.cluster_id,
            _Cluster.title,
            Outcome.author_id,
            _Author.display_name,
            Outcome.due_at,
            Outcome.approved_at,
            Outcome.updated_at,
            Outcome.returned_reason,
            Outcome.is_example,
        )
        .outerjoin(Proposal, Proposal.id == Outcome.proposal_id)
        .join(about, about.id == func.coalesce(Outcome.node_id, Proposal.node_id))
        .outerjoin(_Cluster, _Cluster.id == about.cluster_id)
        .join(_Author, _Author.id == Outcome.author_id)
    )


def _read(chosen: Select[*tuple[Any, ...]]) -> list[OutcomeRow]:
    rows = [OutcomeRow(*row) for row in db.session.execute(chosen)]
    # Sanitised when it was written; here it only loses its tags.
    return [replace(row, summary=str(Markup(row.summary).striptags())) for row in rows]  # noqa: S704


@dataclass(frozen=True, slots=True)
class Record:
    """An outcome with the names and the subject that its page shows."""

    outcome: Outcome
    author: str
    approver: str | None
    subject: str
    """The node's or the proposal's title."""
    node_id: str
    """The node talked about; for a proposal the one it wants to change."""
    proposal_number: int | None
    cluster_id: str | None
    cluster_title: str | None


def by_number(number: int) -> Record | None:
    """Return an approved outcome by its number."""
    return _record(Outcome.number == number)


def record(outcome_id: int, viewer: User | None) -> Record | None:
    """Return an outcome by its id as far as the viewer may see it."""
    found = _record(Outcome.id == outcome_id)
    return found if found is not None and may_see_outcome(viewer, found.outcome) else None


def _record(condition: Any) -> Record | None:
    about = aliased(Node)
    row = db.session.execute(
        select(
            Outcome,
            _Author.display_name,
            _Approver.display_name,
            about,
            Proposal.number,
            SHOWN_TITLE,
            _Cluster.title,
        )
        .outerjoin(Proposal, Proposal.id == Outcome.proposal_id)
        .join(about, about.id == func.coalesce(Outcome.node_id, Proposal.node_id))
        .outerjoin(_Cluster, _Cluster.id == about.cluster_id)
        .join(_Author, _Author.id == Outcome.author_id)
        .outerjoin(_Approver, _Approver.id == Outcome.approver_id)
        .where(condition)
    ).one_or_none()
    if row is None:
        return None
    outcome, author, approver, node, number, title, cluster = row
    return Record(outcome, author, approver, title or node.label, node.id, number, node.cluster_id, cluster)
