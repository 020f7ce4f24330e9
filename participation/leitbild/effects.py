"""What a conversation about a node has led to, in one statement: its outcomes, and the changes behind what changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, String, bindparam, cast, func, literal, null, select, union_all

from participation.base.db import db
from participation.leitbild.models import Change, ChangeOutcome, ChangeState
from participation.outcomes.models import RUNNING, Outcome, OutcomeKind, OutcomeState


@dataclass(frozen=True, slots=True)
class Result:
    """An approved outcome in a list."""

    id: int
    number: int
    kind: OutcomeKind
    summary: str
    approved_at: datetime
    revision: tuple[int, int] | None
    """The revision it led to, and by which change; as `provenance.revisions_by_outcome` tells."""

    @property
    def reference(self) -> str:
        """The name people use: E-4."""
        return f"E-{self.number}"


@dataclass(frozen=True, slots=True)
class Effects:
    """What came of a conversation so far."""

    results: tuple[Result, ...] = ()
    """Newest first."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """By node: the change that brought its current wording."""
    due_at: datetime | None = None
    """When the evaluation that is running is due."""

    @property
    def revisions(self) -> dict[int, tuple[int, int] | None]:
        """By outcome: the revision it led to, if it did."""
        return {result.id: result.revision for result in self.results}


def node_effects(node_id: str | None, changed_ids: Collection[str]) -> Effects:
    """Return what came of a node's conversation, and the last change of each of the nodes that changed.

    One statement, because the page of a node has many to make. Without `node_id` there are no outcomes.
    """
    rows = db.session.execute(_effects(), {"node": node_id, "changed": list(changed_ids)}).all()
    results = [
        Result(
            row.id,
            row.number,
            row.kind,
            row.summary,
            row.approved_at,
            None if row.change_id is None else (row.revision, row.change_id),
        )
        for row in rows
        if row.node_id is None and row.number is not None
    ]
    return Effects(
        tuple(sorted(results, key=lambda result: -result.number)),
        {row.node_id: row.change_id for row in rows if row.node_id is not None},
        next((row.due_at for row in rows if row.node_id is None and row.number is None), None),
    )


@cache
def _effects() -> CompoundSelect[*tuple[Any, ...]]:
    """Select the outcomes of :node and the last changes of the nodes :changed. Built once: a run costs less."""
    published = (
        select(Change.id)
        .join(ChangeOutcome, ChangeOutcome.change_id == Change.id)
        .where(ChangeOutcome.outcome_id == Outcome.id, Change.state == ChangeState.PUBLISHED)
        .order_by(Change.revision_number, Change.id)
        .limit(1)
        .correlate(Outcome)
    )
    outcomes = select(
        Outcome.id.label("id"),
        Outcome.number.label("number"),
        Outcome.kind.label("kind"),
        Outcome.summary.label("summary"),
        Outcome.approved_at.label("approved_at"),
        Outcome.due_at.label("due_at"),
        published.with_only_columns(Change.revision_number).scalar_subquery().label("revision"),
        published.scalar_subquery().label("change_id"),
        cast(null(), String).label("node_id"),
    ).where(Outcome.node_id == bindparam("node", type_=String), Outcome.state.in_((OutcomeState.APPROVED, *RUNNING)))
    changes = (
        select(null(), null(), null(), literal(""), null(), null(), null(), func.max(Change.id), Change.node_id)
        .where(Change.node_id.in_(bindparam("changed", expanding=True)), Change.state == ChangeState.PUBLISHED)
        .group_by(Change.node_id)
    )
    return union_all(outcomes, changes)
