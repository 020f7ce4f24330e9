"""Changes, drafts and revisions for tests, made through the operations unless a test needs them odd."""

from __future__ import annotations

from participation.accounts.models import User
from participation.base.db import db
from participation.leitbild.changes import approve_change, draft_change, submit_change
from participation.leitbild.drafts import collect, open_draft, save_draft, submit_draft
from participation.leitbild.models import Change, ChangeKind, Draft, Revision
from participation.leitbild.publish import publish
from participation.leitbild.queries import current_number
from participation.leitbild.wording import ChangeFields
from participation.outcomes.models import Outcome
from participation.strategy.models import Node
from tests.factories.accounts import moderator
from tests.factories.outcomes import node_comment, outcome


def measure(position: int = 0) -> Node:
    """Return a measure with a wording and no points below it."""
    from sqlalchemy import exists, select
    from sqlalchemy.orm import aliased

    child = aliased(Node)
    leaves = (
        select(Node)
        .where(Node.kind_id == "massnahme", ~exists().where(child.parent_id == Node.id))
        .order_by(Node.reading_order)
        .offset(position)
        .limit(1)
    )
    return db.session.scalars(leaves).one()


def fields(node: Node | None, *outcomes: Outcome, kind: ChangeKind = ChangeKind.TEXT, **rest: object) -> ChangeFields:
    """Return complete fields for a change of a node; overwrite what the test is about."""
    values: dict[str, object] = {
        "kind": kind,
        "outcome_ids": tuple(item.id for item in outcomes),
        "node_id": node.id if node else "",
        "after": f"{node.body} und Speicher" if node else "Ein ganz neuer Satz.",
        "reason": "Das Gespräch hat es gezeigt.",
        "culture": "Keine Auswirkung: Die Orte bestehen.",
        "cross_border": "Keine Auswirkung auf die Nachbarn.",
        "based_on": node.since_revision if node else 0,
    }
    return ChangeFields(**{**values, **rest})


def change(node: Node | None = None, *outcomes: Outcome, author: User | None = None, **rest: object) -> Change:
    """Draft a change of the first measure, resting on a new outcome with one comment."""
    if node is None and rest.get("kind") is not ChangeKind.ADDITION:
        node = measure()
    if not outcomes:
        about = node.id if node else str(rest["parent_id"])
        outcomes = (outcome(node_comment(node_id=owner(about)), node_id=owner(about)),)
    return draft_change(author or moderator(), fields(node, *outcomes, **rest))


def owner(node_id: str) -> str:
    """Return the node in whose thread a node is talked about."""
    return db.session.get_one(Node, node_id).thread_node_id or "strategie-lausitz"


def approved(node: Node | None = None, *outcomes: Outcome, **rest: object) -> Change:
    """Draft a change and have a second moderator approve it."""
    made = change(node, *outcomes, **rest)
    submit_change(made.author, made, expected_edit=made.edit)
    return approve_change(moderator(), made, expected_edit=made.edit)


def draft(*changes: Change, author: User | None = None, summary: str = "Eine Maßnahme ist genauer gefasst.") -> Draft:
    """Open a draft with a summary and collect changes in it."""
    author = author or moderator()
    made = open_draft(author, title=f"Fassung {current_number() + 1}")
    save_draft(author, made, title=made.title, summary=summary, expected_edit=made.edit)
    for item in changes:
        collect(author, made, item, expected_edit=made.edit)
    return made


def submitted(*changes: Change, author: User | None = None) -> Draft:
    """Hand a draft over for publication."""
    made = draft(*changes, author=author)
    return submit_draft(made.author, made, expected_edit=made.edit)


def revision(*changes: Change, publisher: User | None = None) -> Revision:
    """Publish approved changes; without any, a new change of the first measure."""
    made = submitted(*(changes or (approved(),)))
    return publish(publisher or moderator(), made, expected_edit=made.edit)
