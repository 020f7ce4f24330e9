"""Where to go on from a node that is gone, and what its page says about it."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from participation.leitbild.effects import Effects
from participation.leitbild.models import ChangeKind
from participation.leitbild.moves import Move
from participation.strategy.queries import NodePage
from participation.web.dialogue.topic import Elsewhere
from participation.web.wording import day


def gone(page: NodePage, effects: Effects) -> Move | None:
    """Return the change that took a node out of the Leitbild, if one did."""
    away = (ChangeKind.MERGE, ChangeKind.DELETION)
    own = (move for move in effects.moves if move.node_id == page.node.id and move.change_kind in away)
    return next(own, None) if not page.node.is_current else None


def elsewhere(page: NodePage) -> Elsewhere | None:
    """Return where the conversation goes on if the node is gone: where it went, or the nearest talk above it."""
    here = page.node
    if here.is_current:
        return None
    if here.moved_to_id is not None and page.moved_to_title is not None:
        return Elsewhere(page.moved_to_title, url_for("strategy.node", node_id=here.moved_to_id))
    above = next((line for line in reversed(page.path) if line.has_thread and line.is_current), None)
    if above is None:
        return None
    return Elsewhere(above.title, url_for("strategy.node", node_id=above.id, _anchor="gespraech"))


def span(first: datetime, last: datetime) -> str:
    """Say from when to when, or on which day."""
    if day(first) == day(last):
        return str(_("am %(day)s", day=day(first)))
    return str(_("vom %(first)s bis %(last)s", first=day(first), last=day(last)))
