"""What a conversation about a node has led to, in one statement: outcomes, the changes behind what changed, moves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, String, bindparam, cast, func, literal, null, select, union_all

from participation.base.db import db
from participation.leitbild import moves
from participation.leitbild.models import Change, ChangeOutcome, ChangeState
from participation.leitbild.moves import Move
from participation.leitbild.provenance import Landing
from participation.outcomes.models import RUNNING, Outcome, OutcomeKind, OutcomeState


@dataclass(frozen=True, slots=True)
class Result:
    """An approved outcome in a list."""

    id: int
    number: int
    kind: OutcomeKind
    summary: str
    approved_at: datetime
    revision: Landing | None
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
    moves: tuple[Move, ...] = ()
    """Merged, split, struck: the node itself and others that led to it, in the order it happened."""

    @property
    def revisions(self) -> dict[int, Landing | None]:
        """By outcome: the revision it led to, if it did."""
        return {result.id: result.revision for result in self.results}


def node_effects(node_id: str | None, changed_ids: Collection[str], here: str | None = None) -> Effects:
    """Return what came of a node's conversation, the last change of each node that changed, the moves of node `here`.

    One statement, because the page of a node has many to make. Without `node_id` there are no outcomes.
    """
    values = {"node": node_id, "changed": list(changed_ids), "here": here}
    rows = db.session.execute(_effects(), values).all()
    results = [
        Result(
            row.id,
            row.number,
            row.kind,
            row.summary,
            row.approved_at,
            None if row.change_id is None else Landing(row.revision, row.change_id),
        )
        for row in rows
        if row.role == "outcome" and row.number is not None
    ]
    return Effects(
        tuple(sorted(results, key=lambda result: -result.number)),
        {row.node_id: row.change_id for row in rows if row.role == "change"},
        next((row.due_at for row in rows if row.role == "outcome" and row.number is None), None),
        tuple(sorted((moves.move(row) for row in rows if row.role == "move"), key=lambda move: move.change_id)),
    )


@cache
def _effects() -> CompoundSelect[*tuple[Any, ...]]:
    """Select the outcomes of :node, the last changes of the nodes :changed, the moves of the node :here.

    Built once: a run costs less. `role` says what a row is.
    """
    published = (
        select(Change.id)
        .join(ChangeOutcome, ChangeOutcome.change_id == Change.id)
        .where(ChangeOutcome.outcome_id == Outcome.id, Change.state == ChangeState.PUBLISHED)
        .order_by(Change.revision_number, Change.id)
        .limit(1)
        .correlate(Outcome)
    )
    moved = moves.columns()
    outcome: dict[str, ColumnElement[Any]] = {
        "id": Outcome.id.expression,
        "number": Outcome.number.expression,
        "kind": Outcome.kind.expression,
        "summary": Outcome.summary.expression,
        "approved_at": Outcome.approved_at.expression,
        "due_at": Outcome.due_at.expression,
        "revision": published.with_only_columns(Change.revision_number).scalar_subquery(),
        "change_id": published.scalar_subquery(),
    }
    change: dict[str, ColumnElement[Any]] = {"change_id": func.max(Change.id), "node_id": Change.node_id.expression}
    types = {name: column.type for name, column in (moved | change | outcome).items()}

    def columns(role: str, given: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        found = (given.get(name, cast(null(), kind)) for name, kind in types.items())
        return [literal(role).label("role"), *(column.label(name) for name, column in zip(types, found, strict=True))]

    outcomes = select(*columns("outcome", outcome)).where(
        Outcome.node_id == bindparam("node", type_=String), Outcome.state.in_((OutcomeState.APPROVED, *RUNNING))
    )
    changes = (
        select(*columns("change", change))
        .where(Change.node_id.in_(bindparam("changed", expanding=True)), Change.state == ChangeState.PUBLISHED)
        .group_by(Change.node_id)
    )
    return union_all(outcomes, changes, moves.chosen(select(*columns("move", moved))))
