"""What a conversation about a node has led to, in one statement: its outcomes, and the changes behind what changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import cast, func, literal, null, select, union_all
from sqlalchemy.types import String

from participation.base.db import db
from participation.leitbild.models import Change, ChangeState
from participation.outcomes.models import Outcome, OutcomeKind, OutcomeState


@dataclass(frozen=True, slots=True)
class Result:
    """An approved outcome in a list."""

    number: int
    kind: OutcomeKind
    summary: str
    approved_at: datetime

    @property
    def reference(self) -> str:
        """The name people use: E-4."""
        return f"E-{self.number}"


def node_effects(node_id: str | None, changed_ids: Collection[str]) -> tuple[list[Result], dict[str, int]]:
    """Return a node's approved outcomes, newest first, and for nodes that changed the change that did it last.

    Without `node_id` there are no outcomes. One statement, because the page of a node has many to make.
    """
    outcomes = select(
        Outcome.number.label("number"),
        Outcome.kind.label("kind"),
        Outcome.summary.label("summary"),
        Outcome.approved_at.label("approved_at"),
        cast(null(), String).label("node_id"),
    ).where(Outcome.node_id == node_id, Outcome.state == OutcomeState.APPROVED)
    changes = (
        select(func.max(Change.id), null(), literal(""), null(), Change.node_id)
        .where(Change.node_id.in_(changed_ids), Change.state == ChangeState.PUBLISHED)
        .group_by(Change.node_id)
    )
    rows = db.session.execute(union_all(outcomes, changes)).all()
    results = [Result(*row[:4]) for row in rows if row.node_id is None]
    results.sort(key=lambda result: -result.number)
    return results, {row.node_id: row.number for row in rows if row.node_id is not None}
