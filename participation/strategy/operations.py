"""Write to the strategy outside of imports and revisions: give a node the thread in which it is talked about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from participation.base.db import db
from participation.base.verdict import require
from participation.dialogue.models import Thread
from participation.dialogue.operations import open_thread
from participation.strategy.models import Node
from participation.strategy.policy import may_contribute


def contribute_to(node: Node) -> Thread:
    """Return the thread for a contribution; until the transaction ends, nothing that is talked about there changes.

    Raises:
        Denied: if the node is no longer part of the Leitbild.
    """
    thread = thread_of(node)
    # In the order in which a publication locks them.
    held = select(Node).where(Node.thread_node_id == node.thread_node_id).order_by(Node.id).with_for_update(read=True)
    db.session.scalars(held.execution_options(populate_existing=True)).all()
    require(may_contribute(node))
    return thread


def thread_of(node: Node) -> Thread:
    """Return the thread in which a node is talked about, opening it on the first contribution.

    A node without a thread of its own leads to the one of its `thread_node_id`. The owner's row is locked while a
    thread is opened, so of two first contributions at once the second finds the thread of the first; on SQLite the one
    writer at a time sees to that.
    """
    owner_id = node.thread_node_id or node.id
    there = select(Thread).join(Node, Node.thread_id == Thread.id).where(Node.id == owner_id)
    thread = db.session.scalars(there).first()
    if thread is not None:
        return thread
    owner = db.session.scalars(
        select(Node)
        .where(Node.id == owner_id)
        .options(joinedload(Node.kind))
        .with_for_update(key_share=True, of=Node)
        .execution_options(populate_existing=True)
    ).one()
    # Asked again in a statement of its own: a joined one would not see what was committed while it waited for the lock.
    thread = db.session.scalars(there).first()
    if thread is None:
        thread = owner.thread = open_thread(votable=owner.kind.votable)
        db.session.flush()
    return thread
