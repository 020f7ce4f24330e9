"""Nodes as lines of a list or tree: plain rows, nested in reading order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func

from participation.base.text import shown
from participation.dialogue.models import Thread
from participation.strategy.models import Kind, Node, NodeNote, TextState

POINT = "punkt"
"""The kind of node that is part of its parent's sentence: shown there with a letter, and talked about there."""

FROM_WORDING = ("wortlaut", "gekuerzt", "zusammengesetzt")
"""Titles made of the wording: beside it they would say the same twice."""

GONE = (TextState.STRUCK, TextState.MERGED)


@dataclass(slots=True)
class Line:
    """A node in a list or tree, with what is counted in its own thread."""

    id: str
    parent_id: str | None
    kind_id: str
    kind: str
    title: str
    label: str
    """The title, or a clearer name where it is ambiguous outside of its place."""
    html: str
    number: int | None
    cluster_id: str | None
    horizon: str | None
    text_state: TextState
    since_revision: int
    has_thread: bool
    thread_node_id: str | None
    open_proposals: int
    comments: int
    title_source: str | None
    """How the title was made; see the content's vocabulary."""
    below: list[Line] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        """Whether the wording is part of the current Leitbild."""
        return self.text_state not in GONE

    @property
    def sentence(self) -> str:
        """The wording without marks where the title was only taken from it, else the title."""
        return self._text if self._is_told_by_wording else self.title

    @property
    def wording_html(self) -> str:
        """The wording as HTML where it says something else than the title, else nothing."""
        return "" if self._is_told_by_wording else self.html

    @property
    def _is_told_by_wording(self) -> bool:
        return bool(self.html) and (self.title_source in FROM_WORDING or self._text.startswith(self.title))

    @property
    def _text(self) -> str:
        return shown(self.html)

    @property
    def points(self) -> list[Line]:
        """The points of its sentence."""
        return [line for line in self.below if line.kind_id == POINT]

    @property
    def contents(self) -> list[Line]:
        """What stands below it and is no point of its sentence."""
        return [line for line in self.below if line.kind_id != POINT]


def columns() -> tuple[ColumnElement[Any], ...]:
    """Return what a line is made of; the statement must join `Kind`, outer-join `Thread` and `NodeNote`."""
    return (
        Node.id.expression,
        Node.parent_id.expression,
        Node.kind_id.expression,
        Kind.label.label("kind"),
        Node.title.expression,
        func.coalesce(Node.thread_title, Node.title).label("label"),
        Node.html.expression,
        Node.number.expression,
        Node.cluster_id.expression,
        Node.horizon.expression,
        Node.text_state.expression,
        Node.since_revision.expression,
        Node.has_thread.expression,
        Node.thread_node_id.expression,
        Node.open_proposals.expression,
        func.coalesce(Thread.comment_count, 0).label("comments"),
        NodeNote.title_source.expression,
    )


def line(row: Any) -> Line:
    """Return the line of a row that has `columns()`."""
    return Line(
        row.id,
        row.parent_id,
        row.kind_id,
        row.kind,
        row.title,
        row.label,
        row.html,
        row.number,
        row.cluster_id,
        row.horizon,
        row.text_state,
        row.since_revision,
        row.has_thread,
        row.thread_node_id,
        row.open_proposals,
        row.comments,
        row.title_source,
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
