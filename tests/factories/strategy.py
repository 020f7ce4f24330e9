"""Small trees of nodes for tests that do not want the real strategy, which every test database has as well."""

from __future__ import annotations

import itertools

from sqlalchemy import func, select

from participation.base.db import db
from participation.strategy.models import Kind, Node

_numbers = itertools.count(1)
ALL_TYPES = ["textaenderung", "neue-massnahme", "ergaenzung", "streichung", "zusammenfuehrung", "teilung"]


def kind(*proposal_types: str, votable: bool = True) -> Kind:
    """Add a kind of node that permits the given types of proposals, none if none is given."""
    n = next(_numbers)
    made = Kind(
        id=f"art-{n}",
        label=f"Art {n}",
        plural=f"Arten {n}",
        description="",
        votable=votable,
        has_status=False,
        proposal_types=list(proposal_types),
        question=None,
        position=1000 + n,
    )
    db.session.add(made)
    db.session.flush()
    return made


def node(
    body: str = "Radwege an der Neiße ausbauen", *, parent: Node | None = None, kind: Kind | None = None, **rest: object
) -> Node:
    """Add a node that carries a thread and permits every type of proposal, at the end of its siblings."""
    n = next(_numbers)
    made_kind = kind or _permissive()
    siblings = select(func.count()).where(Node.parent_id == (parent.id if parent else None))
    columns: dict[str, object] = {
        "id": f"knoten-{n}",
        "kind_id": made_kind.id,
        "parent_id": parent.id if parent else None,
        "position": db.session.scalar(siblings) or 0,
        "reading_order": 10_000_000 + n,
        "depth": parent.depth + 1 if parent else 0,
        "cluster_id": parent.cluster_id if parent else None,
        "title": body[:60] or f"Knoten {n}",
        "body": body,
        "html": f"<p>{body}</p>",
        "has_thread": True,
        **rest,
    }
    if columns["has_thread"]:
        columns.setdefault("thread_node_id", columns["id"])
    made = Node(**columns)
    db.session.add(made)
    db.session.flush()
    return made


def tree(*bodies: str) -> Node:
    """Add a root without wording and one child for each body; return the root."""
    root = node("", title="Wurzel")
    for body in bodies:
        node(body, parent=root)
    return root


def _permissive() -> Kind:
    found = db.session.get(Kind, "art-offen")
    if found is None:
        found = kind(*ALL_TYPES)
        found.id = "art-offen"
        db.session.flush()
    return found
