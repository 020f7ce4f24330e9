"""Nodes as lines of a list or tree: plain rows, nested in reading order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func

from participation.dialogue.models import Thread
from participation.strategy.models import Kind, Node, TextState

POINT = "punkt"
"""The kind of node that is part of its parent's sentence: shown there with a letter, and talked about there."""

GONE = (TextState.STRUCK, TextState.MERGED)


@dataclass(slots=True)
class Line:
    """A node in a list or tree, with what is counted in its own thread."""

    id: str
    parent_id: str | None
    kind_id: str
    kind: str
    title: str
    html: str
    number: int | None
    cluster_id: str | None
    horizon: str | None
    text_state: TextState
    since_revision: int
    has_thread: bool
    open_proposals: int
    comments: int
    below: list[Line] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        """Whether the wording is part of the current Leitbild."""
        return self.text_state not in GONE

    @property
    def points(self) -> list[Line]:
        """The points of its sentence."""
        return [line for line in self.below if line.kind_id == POINT]

    @property
    def contents(self) -> list[Line]:
        """What stands below it and is no point of its sentence."""
        return [line for line in self.below if line.kind_id != POINT]


def columns() -> tuple[ColumnElement[Any], ...]:
    """Return what a line is made of; the statement must join `Kind` and outer-join `Thread`."""
    return (
        Node.id.expression,
        Node.parent_id.expression,
        Node.kind_id.expression,
        Kind.label.label("kind"),
        Node.title.expression,
        Node.html.expression,
        Node.number.expression,
        Node.cluster_id.expression,
        Node.horizon.expression,
        Node.text_state.expression,
        Node.since_revision.expression,
        Node.has_thread.expression,
        Node.open_proposals.expression,
        func.coalesce(Thread.comment_count, 0).label("comments"),
    )


def line(row: Any) -> Line:
    """Return the line of a row that has `columns()`."""
    return Line(
        row.id,
        row.parent_id,
        row.kind_id,
        row.kind,
        row.title,
        row.html,
        row.number,
        row.cluster_id,
        row.horizon,
        row.text_state,
        row.since_revision,
        row.has_thread,
        row.open_proposals,
        row.comments,
    )


def nest(lines: Iterable[Line], root: str | None) -> list[Line]:
    """Return the lines below `root`, each with its own below it; they must come in reading order."""
    by_id: dict[str, Line] = {}
    top: list[Line] = []
    for item in lines:
        by_id[item.id] = item
        if item.parent_id == root:
            top.append(item)
        elif item.parent_id in by_id:
            by_id[item.parent_id].below.append(item)
    return top
