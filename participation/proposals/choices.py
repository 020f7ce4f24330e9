"""What can be chosen from: filters of the list, and places, partners and points around a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select, union_all

from participation.base.db import db
from participation.places.models import Place
from participation.proposals.labels import cluster_label
from participation.proposals.models import ProposalType
from participation.strategy.models import Kind, Node, NodePlace, Relation, TextState

POINT = "punkt"

_GONE = (TextState.STRUCK, TextState.MERGED)


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """Pairs (id, label)."""

    clusters: Sequence[tuple[str, str]]
    places: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Partners:
    """Nodes that another can be merged with: pairs (id, title)."""

    related: Sequence[tuple[str, str]]
    others: Mapping[str, Sequence[tuple[str, str]]]
    """By cluster, in reading order."""


def for_filters() -> FilterChoices:
    """Return clusters and places of the Lausitz; two statements."""
    clusters = select(Node.id, Node.title).where(Node.kind_id == "cluster").order_by(Node.reading_order)
    places = select(Place.id, Place.name).where(Place.in_lausitz).order_by(Place.name)
    return FilterChoices(
        [(ident, cluster_label(title)) for ident, title in db.session.execute(clusters)],
        [(ident, name) for ident, name in db.session.execute(places)],
    )


def places_for(node_id: str) -> list[tuple[str, str]]:
    """Return the places a proposal about a node may concern: those it names, then the rest of the Lausitz."""
    named = exists().where(NodePlace.place_id == Place.id, NodePlace.node_id == node_id)
    chosen = select(Place.id, Place.name).where(or_(Place.in_lausitz, named)).order_by(named.desc(), Place.name)
    return [(ident, name) for ident, name in db.session.execute(chosen)]


def points_of(node_id: str) -> list[tuple[str, str]]:
    """Return the points below a node, each of which has a wording of its own."""
    below = select(Node.id, Node.title).where(
        Node.parent_id == node_id, Node.kind_id == POINT, Node.text_state.not_in(_GONE)
    )
    return [(ident, title) for ident, title in db.session.execute(below.order_by(Node.position))]


def partners_for(node: Node) -> Partners:
    """Return what a node can be merged with: what it is related to, then every current node whose kind permits it."""
    either = union_all(
        select(Relation.other_id.label("id")).where(Relation.node_id == node.id),
        select(Relation.node_id.label("id")).where(Relation.other_id == node.id),
    ).subquery()
    near = set(db.session.scalars(select(either.c.id)))
    kinds = [
        ident
        for ident, permitted in db.session.execute(select(Kind.id, Kind.proposal_types))
        if ProposalType.MERGE.value in permitted
    ]
    chosen = (
        select(Node.id, Node.title, Node.cluster_id)
        .where(Node.kind_id.in_(kinds), Node.id != node.id, Node.text_state.not_in(_GONE))
        .order_by(Node.reading_order)
    )
    related: list[tuple[str, str]] = []
    others: dict[str, list[tuple[str, str]]] = {}
    for ident, title, cluster_id in db.session.execute(chosen):
        if ident in near:
            related.append((ident, title))
        else:
            others.setdefault(cluster_id or "", []).append((ident, title))
    return Partners(related, others)
