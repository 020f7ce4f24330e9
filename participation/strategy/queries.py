"""Read one node with all that stands around it. Lists of nodes are in `overview`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased, contains_eager

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import Anchor, AnchorState, Comment, CommentState, Thread
from participation.places.models import Place
from participation.strategy.lines import POINT, Line, columns, line, nest
from participation.strategy.models import Actor, Kind, Node, NodeActor, NodeNote, NodePlace, Relation

LEVELS = 4
"""How many levels below it a node's page shows."""

QUOTES = 30
"""How many different quotes a page marks, those most often quoted first."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place as it is named beside a node."""

    id: str
    name: str
    names: dict[str, str]
    official: list[str]
    land: str | None
    sorbian: bool
    """Whether Sorbian is at home there."""


@dataclass(frozen=True, slots=True)
class NodePage:
    """Everything about a node that the strategy itself knows."""

    node: Node
    note: NodeNote | None
    owner_id: str | None
    """The node in whose thread this one is talked about; itself if it has one."""
    owner_title: str | None
    moved_to_title: str | None
    has_taken: bool
    """Whether others were merged into it or split off from it."""
    path: list[Line]
    """Its ancestors, from the root down."""
    points: list[Line]
    """The points of its sentence, in order, struck ones included."""
    contents: list[Line]
    """What else stands below it, nested."""
    places: list[PlaceName]
    actors: list[str]
    related: list[tuple[str, Line]]
    """Pairs (relation, node), whichever side names the other."""
    quoted: dict[str, list[str]]
    """By node: words of its own and its points' wording that comments quote, as they read now."""


def node(node_id: str) -> Node | None:
    """Return a node with its kind, or None."""
    return db.session.scalars(
        select(Node).where(Node.id == node_id).join(Node.kind).options(contains_eager(Node.kind))
    ).first()


def has_dialogue() -> bool:
    """Whether anybody has contributed to a node; from then on the wording changes only through revisions."""
    return bool(db.session.scalar(select(exists().where(Thread.id.is_not(None)))))


def node_page(node_id: str, viewer: User | None) -> NodePage | None:
    """Return a node and what stands around it, in two statements; None if there is no such node."""
    found = db.session.execute(_here(), {"node": node_id}).first()
    if found is None:
        return None
    here, note, owner_id, owner_title, moved_to_title, has_taken = found
    nodes: dict[str, list[Line]] = {"above": [], "below": [], "ueberschneidung": [], "querbezug": []}
    places: list[PlaceName] = []
    actors: list[str] = []
    quoted: dict[str, list[str]] = {}
    for row in db.session.execute(_around(), {"node": node_id}):
        if row.role == "place":
            places.append(PlaceName(row.id, row.title, row.names, row.official, row.land, row.sorbian))
        elif row.role == "actor":
            actors.append(row.title)
        elif row.role == "quote":
            quoted.setdefault(row.id, []).append(row.title)
        else:
            nodes.setdefault(row.role, []).append(line(row))
    below = nest(nodes.pop("below"), node_id)
    path = nodes.pop("above")
    return NodePage(
        node=here,
        note=note,
        owner_id=owner_id,
        owner_title=owner_title,
        moved_to_title=moved_to_title,
        has_taken=has_taken,
        path=path,
        points=[item for item in below if item.kind_id == POINT],
        contents=[item for item in below if item.kind_id != POINT],
        places=places,
        actors=actors,
        related=[(relation, item) for relation, items in nodes.items() for item in items],
        quoted=quoted,
    )


@cache
def _here() -> Select[Node, NodeNote, str, str, str, bool]:
    """Select the node :node itself. Built once: putting such a statement together costs more than running it."""
    owner, target, taken = aliased(Node), aliased(Node), aliased(Node)
    return (
        select(Node, NodeNote, owner.id, owner.title, target.title, exists().where(taken.moved_to_id == Node.id))
        .join(Node.kind)
        .outerjoin(Node.thread)
        .outerjoin(NodeNote, NodeNote.node_id == Node.id)
        .outerjoin(owner, owner.id == Node.thread_node_id)
        .outerjoin(target, target.id == Node.moved_to_id)
        .where(Node.id == bindparam("node"))
        .options(contains_eager(Node.kind), contains_eager(Node.thread))
    )


@cache
def _around() -> CompoundSelect[Any]:
    """Select everything around the node :node; `role` says what a row is. Built once, as `_here` is."""
    node_id = bindparam("node", type_=String)
    up = select(Node.id, Node.parent_id).where(Node.id == node_id).cte("up", recursive=True)
    up = up.union_all(select(Node.id, Node.parent_id).where(Node.id == up.c.parent_id))
    down = select(Node.id, literal(0).label("level")).where(Node.id == node_id).cte("down", recursive=True)
    down = down.union_all(select(Node.id, down.c.level + 1).where(Node.parent_id == down.c.id, down.c.level < LEVELS))
    # Relations stand on both nodes; UNION without ALL shows each once.
    marked = union(
        select(literal("above").label("role"), up.c.id.label("id")).where(up.c.id != node_id),
        select(literal("below"), down.c.id).where(down.c.id != node_id),
        select(Relation.relation, Relation.other_id).where(Relation.node_id == node_id),
        select(Relation.relation, Relation.node_id).where(Relation.other_id == node_id),
    ).subquery("marked")
    nodes = (
        select(
            marked.c.role,
            Node.reading_order.label("sort"),
            *columns(),
            cast(null(), JSON).label("names"),
            cast(null(), JSON).label("official"),
            cast(null(), String).label("land"),
            cast(null(), Boolean).label("sorbian"),
        )
        .select_from(marked)
        .join(Node, Node.id == marked.c.id)
        .join(Kind, Kind.id == Node.kind_id)
        .outerjoin(Thread, Thread.id == Node.thread_id)
        .outerjoin(NodeNote, NodeNote.node_id == Node.id)
    )
    blank = [null().label(column.key) for column in columns()]
    # The points are part of the sentence, so what they name belongs to it.
    own = select(Node.id).where(or_(Node.id == node_id, and_(Node.parent_id == node_id, Node.kind_id == POINT)))
    named = select(NodePlace.place_id).where(NodePlace.node_id.in_(own))
    acting = select(NodeActor.actor_id).where(NodeActor.node_id.in_(own))
    places = select(
        literal("place"),
        literal(0),
        *_with_name(blank, Place.id, Place.name),
        Place.names,
        Place.official,
        Place.land,
        or_(Place.sorbian_area, Place.in_lausitz),
    ).where(Place.id.in_(named))
    actors = select(
        literal("actor"), literal(0), *_with_name(blank, Actor.id, Actor.name), null(), null(), null(), null()
    ).where(Actor.id.in_(acting))
    words = case((Anchor.state == AnchorState.CHANGED, Anchor.found), else_=Anchor.exact)
    most = (
        select(Anchor.subject.label("subject"), words.label("words"))
        .join(Comment, Comment.id == Anchor.comment_id)
        .where(Anchor.subject.in_(own), Anchor.is_quote, Anchor.state != AnchorState.GONE, words != "")
        .where(Comment.state == CommentState.VISIBLE)
        .group_by(Anchor.subject, words)
        .order_by(func.count().desc(), words)
        .limit(QUOTES)
        .subquery("quotes")
    )
    spoken = select(
        literal("quote"), literal(0), *_with_name(blank, most.c.subject, most.c.words), null(), null(), null(), null()
    )
    return union_all(nodes, places, actors, spoken).order_by("sort", "title")


def _with_name(blank: list[Any], ident: Any, name: Any) -> list[Any]:
    """Return the columns of a line with only id and title filled in."""
    filled = {"id": ident, "title": name}
    return [filled.get(column.key, column) for column in blank]
