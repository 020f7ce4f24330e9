"""Revision 1: the strategy as it came in, published by nobody and labelled so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from participation.base.db import db
from participation.base.events import emit
from participation.base.text import render
from participation.ledger.entries import append
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogEntry
from participation.leitbild import payload
from participation.leitbild.events import FirstPublished
from participation.leitbild.freeze import freeze
from participation.leitbild.models import Passage, Revision
from participation.leitbild.tracing import trace_revision
from participation.strategy.models import Node

TITLE = "Ausgangsfassung"
SUMMARY = "Ausgangsfassung, nicht beschlossen: der Wortlaut der Präsentation, so wie er eingelesen wurde."
"""Content, not interface: it is part of the sealed entry and stays German."""


def publish_first(at: datetime) -> Revision | None:
    """Write revision 1 and entry 1 of the log from the nodes as they are; return None when a revision exists.

    Takes no actor: nobody decided on this text.
    """
    if db.session.scalar(select(func.count()).select_from(Revision)):
        return None
    revision = Revision(number=1, title=TITLE, summary=SUMMARY, summary_html=render(SUMMARY).html, published_at=at)
    db.session.add(revision)
    db.session.flush()
    write_passages(1, {})
    freeze(revision)
    trace_revision(1)
    write_entry(revision, ())
    emit(FirstPublished(revision.number))
    return revision


def write_passages(number: int, changed: dict[str, int]) -> None:
    """Write every node's wording as a passage of a revision.

    `changed` names the change that brought the wording of a node in this revision; else it is taken from the
    revision before.
    """
    brought = {
        node_id: change_id
        for node_id, change_id in db.session.execute(
            select(Passage.node_id, Passage.change_id).where(Passage.revision_number == number - 1)
        )
        if change_id is not None
    }
    brought.update(changed)
    nodes = db.session.execute(
        select(
            Node.id,
            Node.depth,
            Node.kind_id,
            Node.parent_id,
            Node.cluster_id,
            Node.horizon,
            Node.title,
            Node.body,
            Node.html,
            Node.text_state,
        ).order_by(Node.reading_order, Node.id)
    )
    db.session.add_all(
        Passage(
            revision_number=number,
            node_id=node.id,
            position=position,
            depth=node.depth,
            kind_id=node.kind_id,
            parent_id=node.parent_id,
            cluster_id=node.cluster_id,
            horizon=node.horizon,
            title=node.title,
            body=node.body,
            html=node.html,
            text_state=node.text_state,
            change_id=brought.get(node.id),
        )
        for position, node in enumerate(nodes)
    )
    db.session.flush()


def write_entry(revision: Revision, change_ids: tuple[int, ...]) -> LogEntry:
    """Commit to a revision in a new entry of the log, as it stands in the tables now."""
    return append(
        LeafType.REVISION,
        document=payload.DOCUMENT,
        at=revision.published_at,
        public=payload.public(revision, change_ids, with_annex=True),
        sealed=payload.sealed(revision, change_ids),
        extra={"revision": revision.number},
        revision_number=revision.number,
    )
