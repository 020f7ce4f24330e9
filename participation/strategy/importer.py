"""Read `content/` into the database, in the transaction of the caller.

The first import fills every table. Later ones may change places, residences, actors, relations and editorial notes.
Wording, titles and the tree change only through revisions: once dialogue exists, a difference there is refused with a
diff; before that the caller may start over.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select, update

from participation.base.db import Base, db
from participation.base.text import render_wording
from participation.base.verdict import Conflict
from participation.ledger.erased import is_mark
from participation.places.content import load_places, load_residences
from participation.places.models import Place, Region, Residence
from participation.strategy.content import Content, NodeText, load_content
from participation.strategy.models import (
    MEASURES,
    Actor,
    ContentImport,
    Kind,
    Node,
    NodeActor,
    NodeNote,
    NodePlace,
    Relation,
)
from participation.strategy.queries import has_dialogue

ORDER_STEP = 1000
"""Room between two nodes in reading order for those that revisions add."""


class WordingChanged(Conflict):
    """The files differ from the imported wording; `diff` shows where."""

    default = _l("Der Wortlaut wird nur durch eine neue Fassung geändert.")

    def __init__(self, diff: str) -> None:
        super().__init__()
        self.diff = diff


@dataclass(frozen=True)
class Report:
    """What an import did: nodes by kind, and whether anything was written."""

    counts: Mapping[str, int]
    threads: int
    changed: bool

    @property
    def nodes(self) -> int:
        """All nodes together."""
        return sum(self.counts.values())

    @property
    def measures(self) -> int:
        """The lines of the Maßnahmenliste."""
        return sum(self.counts.get(kind, 0) for kind in MEASURES)


def import_content(folder: Path, *, start_over: bool = False) -> Report:
    """Load the content folder; do nothing when it is what the database already holds.

    With `start_over` a changed wording replaces the imported one, as long as nobody has contributed; the caller has
    taken away before what rests on the nodes.

    Raises:
        ContentError: if a file is invalid; names every file, line and reason.
        WordingChanged: if wording, titles or the tree differ from what was imported and may not be replaced.
    """
    content = load_content(folder)
    places, residences = load_places(folder), load_residences(folder)
    fingerprint = hashlib.sha256(repr((content.fingerprint, places, residences)).encode()).hexdigest()
    counts = Counter(node.kind for node in content.nodes)
    report = Report(counts, sum(node.has_thread for node in content.nodes), changed=True)
    wording = {node.id: _protected(node) for node in content.nodes}
    last = db.session.scalars(select(ContentImport).order_by(ContentImport.id.desc()).limit(1)).first()
    if last is not None and last.fingerprint == fingerprint:
        return Report(report.counts, report.threads, changed=False)
    if last is not None and not _same(last.wording, wording):
        if not start_over or has_dialogue():
            raise WordingChanged(_diff(last.wording, content))
        _forget()
        last = None

    for place in places:
        fields = {name: getattr(place, name) for name in PLACE_FIELDS}
        db.session.merge(Place(**fields, names=dict(place.names), official=list(place.official)))
    for position, residence in enumerate(residences):
        db.session.merge(
            Residence(
                id=residence.id,
                names=dict(residence.names),
                group=residence.group,
                region=Region(residence.region),
                position=position,
                place_id=residence.place,
            )
        )
    for actor in content.actors:
        db.session.merge(Actor(id=actor.id, name=actor.name, type=actor.type, status=actor.status))
    _write_kinds(content)
    db.session.flush()
    if last is None:
        db.session.execute(insert(Node), [_row(node) for node in content.nodes])
    else:
        _write_thread_titles(content)
    _write_notes(content)
    db.session.add(ContentImport(fingerprint=fingerprint, wording=wording))
    db.session.flush()
    return report


PLACE_FIELDS = (
    "id", "name", "type", "country", "land", "kreis", "lat", "lon", "in_lausitz", "sorbian_area", "on_map", "note",
)  # fmt: skip


def _write_kinds(content: Content) -> None:
    for position, kind in enumerate(content.vocabulary.kinds.values()):
        db.session.merge(
            Kind(
                id=kind.id,
                label=kind.label,
                plural=kind.plural,
                description=kind.description,
                votable=kind.votable,
                has_status=kind.has_status,
                proposal_types=list(kind.proposal_types),
                question=kind.question,
                position=position,
            )
        )


def _row(node: NodeText) -> dict[str, object]:
    return {
        "id": node.id,
        "kind_id": node.kind,
        "parent_id": node.parent,
        "position": node.position,
        "reading_order": node.order * ORDER_STEP,
        "depth": node.depth,
        "cluster_id": node.cluster,
        "horizon": node.horizon,
        "title": node.title,
        "thread_title": node.editorial.thread_title,
        "body": node.body,
        "html": render_wording(node.body).html if node.body else "",
        "has_thread": node.has_thread,
        "thread_node_id": node.thread,
        "number": node.number,
        "code": node.code,
    }


def _forget() -> None:
    """Delete the nodes and what stands beside them."""
    tables: tuple[type[Base], ...] = (NodeNote, NodePlace, NodeActor, Relation, Node)
    for table in tables:
        db.session.execute(delete(table))
    db.session.expire_all()


def _write_thread_titles(content: Content) -> None:
    """Update the only editorial field that stands on the node itself."""
    now = {row.id: row.thread_title for row in db.session.execute(select(Node.id, Node.thread_title))}
    for node in content.nodes:
        if now[node.id] != node.editorial.thread_title:
            changed = update(Node).where(Node.id == node.id)
            db.session.execute(changed.values(thread_title=node.editorial.thread_title))


def _write_notes(content: Content) -> None:
    """Replace what stands beside the wording; nodes that revisions added keep theirs."""
    tables = (NodeNote, NodePlace, NodeActor, Relation)
    ids = [node.id for node in content.nodes]
    for table in tables:
        db.session.execute(delete(table).where(table.node_id.in_(ids)))
    notes: list[dict[str, object]] = []
    places: list[dict[str, object]] = []
    actors: list[dict[str, object]] = []
    relations: list[dict[str, object]] = []
    for node in content.nodes:
        note = node.editorial
        notes.append(
            {
                "node_id": node.id,
                "note": note.note,
                "corrections": [{"art": c.kind, "seed": c.seed, "text": c.text} for c in note.corrections],
                "title_source": note.title_source,
                "seed_heading": note.seed_heading,
                "seed_lines": list(note.seed_lines),
            }
        )
        places += [{"node_id": node.id, "place_id": place} for place in node.places]
        actors += [{"node_id": node.id, "actor_id": actor} for actor in node.actors]
        relations += [{"node_id": node.id, "other_id": other, "relation": kind} for other, kind in node.related]
    for filled, rows in zip(tables, (notes, places, actors, relations), strict=True):
        if rows:
            db.session.execute(insert(filled), rows)


def _protected(node: NodeText) -> list[str]:
    """Return the lines of a node that only a revision may change."""
    values = {
        "kind": node.kind,
        "parent": node.parent,
        "position": node.position,
        "cluster": node.cluster,
        "horizon": node.horizon,
        "thread": node.thread,
        "number": node.number,
        "code": node.code,
        "title": node.title,
        "body": node.body,
    }
    return [f"{name}: {value}" for name, value in values.items() if value not in (None, "")]


def _same(old: Mapping[str, list[str]], new: Mapping[str, list[str]]) -> bool:
    """Tell whether the files hold what was imported; a line of it that was erased since fits anything."""
    return old.keys() == new.keys() and all(
        lines == new[node_id]
        or (
            len(lines) == len(new[node_id])
            and all(
                was == line or is_mark(was.partition(": ")[2]) for was, line in zip(lines, new[node_id], strict=True)
            )
        )
        for node_id, lines in old.items()
    )


def _diff(old: Mapping[str, list[str]], content: Content) -> str:
    """Return a unified diff by node, each headed by file and line where it stands now."""
    new = {node.id: node for node in content.nodes}
    parts: list[str] = []
    for node_id in [*old, *(key for key in new if key not in old)]:
        before = old.get(node_id, [])
        after = _protected(new[node_id]) if node_id in new else []
        if before == after:
            continue
        where = f"{new[node_id].file}:{new[node_id].line}" if node_id in new else "(no longer in the files)"
        lines = difflib.unified_diff(before, after, f"imported {node_id}", f"{where} {node_id}", lineterm="", n=1)
        parts.append("\n".join(lines))
    return "\n".join(parts)
