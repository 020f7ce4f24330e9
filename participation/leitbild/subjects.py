"""What threads are about, changes of the Leitbild included."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import func, select

from participation.base.db import db
from participation.leitbild.models import Change, ChangeState
from participation.proposals import queries as proposals
from participation.proposals.queries import Subject
from participation.strategy.models import Node


def subjects(thread_ids: Collection[int]) -> dict[int, Subject]:
    """Return what threads are about, by thread; a third statement only where nodes and proposals leave some open.

    A change that was taken back is not told: its thread leads to where readings are announced.
    """
    found = proposals.subjects(thread_ids)
    rest = set(thread_ids) - found.keys()
    if not rest:
        return found
    title = func.coalesce(Node.thread_title, Node.title)
    rows = db.session.execute(
        select(Change.thread_id, Change.id, Change.new_title, title, Node.cluster_id, Change.state, Change.in_reading)
        .outerjoin(Node, Node.id == func.coalesce(Change.node_id, Change.parent_id))
        .where(Change.thread_id.in_(rest))
    )
    for thread, change_id, new_title, about, cluster_id, state, in_reading in rows:
        thread_id = thread or 0
        if state is ChangeState.PUBLISHED or in_reading:
            name, path = f"Ä-{change_id}: {new_title or about}", f"/leitbild/aenderung/{change_id}"
            found[thread_id] = Subject("change", change_id, name, cluster_id, path)
        else:
            found[thread_id] = Subject("hidden", change_id, _("zurückgenommene Änderung"), None, "/leitbild/lesung")
    return found
