"""Where the bodies diverge about a revision, change by change."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from participation.base.db import db
from participation.leitbild.models import Change
from participation.leitbild.queries import changes_of_revision
from participation.places.models import Place
from participation.resolutions.models import Decision, Reason, Resolution, ResolutionState
from participation.resolutions.standing import Standing
from participation.strategy.models import NodePlace

SHARED = frozenset({"schwarze-pumpe"})
"""Places on both sides of the border between the Länder, so a matter for both bodies whatever Land they are listed in;
see the note in content/places.yaml."""


class View(enum.Enum):
    """What a body says about one change."""

    ACCEPTED = "accepted"
    """It adopted the revision, or returned it without a word against this change."""
    OBJECTED = "objected"
    OPEN = "open"


class Group(enum.Enum):
    """How far the bodies agree about a change."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one body says about one change, and why."""

    body: str
    view: View
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A change with what every body says about it."""

    change: Change
    cluster_id: str | None
    places: tuple[tuple[str, str], ...]
    """Id and name of the places that its node or the node above names."""
    cells: tuple[Cell, ...]
    group: Group

    @property
    def is_shared(self) -> bool:
        """Whether it is about a place that lies in both Länder."""
        return any(ident in SHARED for ident, _name in self.places)


def comparison(standing: Standing) -> list[Row]:
    """Return the changes of a revision in reading order, each with the bodies' views; three statements."""
    changes = changes_of_revision(standing.number)
    places, reasons = _places(changes), _reasons(standing.number)
    rows = []
    for change in changes:
        cells = tuple(
            Cell(vote.short, *_view(vote.decision, reasons[vote.body_id].get(change.id, ""))) for vote in standing.votes
        )
        node = change.node
        rows.append(
            Row(
                change=change,
                cluster_id=node.cluster_id if node else None,
                places=tuple(sorted(places[change.id], key=lambda place: place[1])),
                cells=cells,
                group=group_of(cell.view for cell in cells),
            )
        )
    return rows


def group_of(views: Iterable[View]) -> Group:
    """Return how far some views agree: accepted by all, by some, by none, or not yet decided."""
    said = list(views)
    accepted = said.count(View.ACCEPTED)
    if accepted == len(said):
        return Group.ALL if said else Group.OPEN
    if accepted:
        return Group.SOME
    return Group.OPEN if View.OPEN in said else Group.NONE


def _view(decision: Decision | None, reason: str) -> tuple[View, str]:
    if decision is None:
        return View.OPEN, ""
    return (View.OBJECTED, reason) if decision is Decision.RETURNED and reason else (View.ACCEPTED, "")


def _reasons(number: int) -> Mapping[str, dict[int, str]]:
    """Return what each body has against which change of a revision."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    rows = db.session.execute(
        select(Resolution.body_id, Reason.change_id, Reason.reason)
        .join(Reason, Reason.resolution_id == Resolution.id)
        .where(Resolution.revision_number == number, Resolution.state == ResolutionState.SIGNED)
    )
    for body_id, change_id, reason in rows:
        found[body_id][change_id] = reason
    return found


def _places(changes: Sequence[Change]) -> Mapping[int, set[tuple[str, str]]]:
    """Return the places of each change: those its node names, and those of the measure it is a point of."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    about = {
        change.id: {change.node.id, change.node.parent_id, change.node.thread_node_id}
        for change in changes
        if change.node is not None
    }
    named = {ident for idents in about.values() for ident in idents if ident}
    if not named:
        return found
    by_node: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = db.session.execute(
        select(NodePlace.node_id, Place.id, Place.name)
        .join(Place, Place.id == NodePlace.place_id)
        .where(NodePlace.node_id.in_(named))
    )
    for node_id, place_id, name in rows:
        by_node[node_id].add((place_id, name))
    for change_id, idents in about.items():
        for ident in idents:
            found[change_id] |= by_node.get(ident or "", set())
    return found
