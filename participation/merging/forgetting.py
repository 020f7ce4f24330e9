"""Forgetting wordings that were erased: no step of a merge may keep or bring them back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from participation.base.db import db
from participation.merging.models import MergeStep
from participation.strategy.models import Node


def forget(node_id: str, bodies: Collection[str]) -> None:
    """Empty the steps that rest on erased wordings of a node, and drop decisions that repeat words of theirs.

    Undo may then lead to a step in which nothing is decided: better than one that brings the words back.
    """
    current = db.session.get_one(Node, node_id).body
    for step in db.session.scalars(select(MergeStep).where(MergeStep.node_id == node_id)):
        if step.base in bodies:
            step.base, step.decisions, step.dropped, step.seen = current, [], [], {}
            continue
        step.decisions = [one for one in step.decisions if not _repeats(one, bodies, current)]
        step.dropped = [one for one in step.dropped if not _repeats(one, bodies, current)]
    db.session.flush()


def _repeats(decision: Mapping[str, Any], bodies: Collection[str], current: str) -> bool:
    """Tell whether a decision holds words that an erased wording had and the current one has not."""
    texts = [decision["text"], decision["own"], *decision["offered"]]
    return any(text.strip() and text not in current and any(text in body for body in bodies) for text in texts)
