"""Read many nodes at once: the whole tree, what a filter leaves of it, the clusters with their figures, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, exists, func, select

from participation.base.db import db
from participation.dialogue.models import Thread
from participation.places.models import Place
from participation.strategy.lines import GONE, Line, columns, line, nest
from participation.strategy.models import MEASURES, Kind, Node, NodeNote, NodePlace


@dataclass(frozen=True, slots=True)
class Filters:
    """What the strategy is narrowed to; None leaves a filter out."""

    cluster: str | None = None
    kind: str | None = None
    horizon: str | None = None
    place: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return any((self.cluster, self.kind, self.horizon, self.place))


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be filtered by: pairs (id, label) in their usual order."""

    clusters: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]
    horizons: Sequence[str]
    places: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """A cluster with its guiding sentence and what goes on in it."""

    id: str
    title: str
    sentence_html: str
    measures: int
    comments: int
    open_proposals: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """A place with how many nodes name it and how much is said about them."""

    id: str
    name: str
    names: Mapping[str, str]
    official: Sequence[str]
    land: str | None
    lat: float
    lon: float
    in_lausitz: bool
    sorbian_area: bool
    on_map: bool
    nodes: int
    comments: int


def tree() -> list[Line]:
    """Return the whole strategy, nested, in one statement."""
    return nest((line(row) for row in db.session.execute(_lines())), None)


def found(filters: Filters) -> list[Line]:
    """Return the nodes that a filter leaves, flat and in reading order, in one statement."""
    statement = _lines()
    for column, value in (
        (Node.cluster_id, filters.cluster),
        (Node.kind_id, filters.kind),
        (Node.horizon, filters.horizon),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if filters.place is not None:
        statement = statement.where(_names(filters.place))
    return [line(row) for row in db.session.execute(statement)]


def choices() -> Choices:
    """Return what can be filtered by, in three statements: only what some node has."""
    used = select(Node.id, Node.title, Node.kind_id, Node.horizon).where(
        (Node.kind_id == "cluster") | Node.horizon.is_not(None)
    )
    rows = db.session.execute(used.order_by(Node.reading_order)).all()
    kinds = select(Kind.id, Kind.plural).where(exists().where(Node.kind_id == Kind.id)).order_by(Kind.position)
    places = select(Place.id, Place.name).where(exists().where(NodePlace.place_id == Place.id)).order_by(Place.name)
    return Choices(
        clusters=[(row.id, row.title) for row in rows if row.kind_id == "cluster"],
        kinds=[(row.id, row.plural) for row in db.session.execute(kinds)],
        horizons=list(dict.fromkeys(row.horizon for row in rows if row.horizon is not None)),
        places=[(row.id, row.name) for row in db.session.execute(places)],
    )


def clusters() -> tuple[list[ClusterCard], int]:
    """Return the clusters with their guiding sentence and figures, and how many measures there are in all.

    Two statements; some measures belong to no cluster.
    """
    counted = (
        select(
            Node.cluster_id,
            func.sum(case((Node.kind_id.in_(MEASURES) & Node.text_state.not_in(GONE), 1), else_=0)).label("measures"),
            func.coalesce(func.sum(Thread.comment_count), 0).label("comments"),
            func.sum(Node.open_proposals).label("open_proposals"),
        )
        .outerjoin(Thread, Thread.id == Node.thread_id)
        .group_by(Node.cluster_id)
    )
    figures = {row.cluster_id: row for row in db.session.execute(counted)}
    heads = select(Node.id, Node.kind_id, Node.parent_id, Node.title, Node.html)
    heads = heads.where(Node.kind_id.in_(("cluster", "leitsatz"))).order_by(Node.reading_order)
    rows = db.session.execute(heads).all()
    sentences = {row.parent_id: row.html for row in rows if row.kind_id == "leitsatz"}
    cards = [
        ClusterCard(
            row.id,
            row.title,
            sentences.get(row.id, ""),
            int(figures[row.id].measures),
            int(figures[row.id].comments),
            int(figures[row.id].open_proposals),
        )
        for row in rows
        if row.kind_id == "cluster"
    ]
    return cards, sum(int(row.measures) for row in figures.values())


def at_place(place_id: str) -> list[Line]:
    """Return the nodes whose own wording names a place, in reading order."""
    return found(Filters(place=place_id))


def places() -> list[PlaceCount]:
    """Return every place with how many nodes name it, in one statement."""
    counted: Select[*tuple[Any, ...]] = (
        select(
            Place.id,
            Place.name,
            Place.names,
            Place.official,
            Place.land,
            Place.lat,
            Place.lon,
            Place.in_lausitz,
            Place.sorbian_area,
            Place.on_map,
            func.coalesce(_named.c.nodes, 0),
            func.coalesce(_named.c.comments, 0),
        )
        .outerjoin(_named, _named.c.place_id == Place.id)
        .order_by(Place.name)
    )
    return [PlaceCount(*row) for row in db.session.execute(counted)]


_named = (
    select(
        NodePlace.place_id,
        func.count(distinct(NodePlace.node_id)).label("nodes"),
        func.sum(func.coalesce(Thread.comment_count, 0)).label("comments"),
    )
    .join(Node, Node.id == NodePlace.node_id)
    .outerjoin(Thread, Thread.id == Node.thread_id)
    .group_by(NodePlace.place_id)
    .subquery("named")
)


def _lines() -> Select[Any]:
    """Select all nodes as lines, in reading order."""
    return (
        select(*columns())
        .join(Kind, Kind.id == Node.kind_id)
        .outerjoin(Thread, Thread.id == Node.thread_id)
        .outerjoin(NodeNote, NodeNote.node_id == Node.id)
        .order_by(Node.reading_order)
    )


def _names(place_id: str) -> ColumnElement[bool]:
    return exists().where(NodePlace.node_id == Node.id, NodePlace.place_id == place_id)
