"""States as people read them, and how much weight they get in a list."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.measures.models import ReportState
from participation.measures.transitions import STEPS
from participation.strategy.models import Status

STATES: Mapping[Status, Message] = {
    Status.PROPOSED: _l("vorgeschlagen"),
    Status.EXAMINED: _l("in Prüfung"),
    Status.RESOLVED: _l("beschlossen"),
    Status.UNDER_WAY: _l("in Umsetzung"),
    Status.DONE: _l("umgesetzt"),
    Status.POSTPONED: _l("zurückgestellt"),
    Status.DISCARDED: _l("verworfen"),
    Status.OVERTAKEN: _l("überholt"),
}
MEANINGS: Mapping[Status, Message] = {
    Status.PROPOSED: _l("Es ist eine Idee; niemand hat etwas entschieden."),
    Status.EXAMINED: _l("Jemand Zuständiges prüft, ob und wie es geht."),
    Status.RESOLVED: _l("Ein Gremium hat es beschlossen."),
    Status.UNDER_WAY: _l("Es wird daran gebaut, geplant oder gearbeitet."),
    Status.DONE: _l("Es ist fertig."),
    Status.POSTPONED: _l("Es ruht bis zu einem Tag, an dem es wieder vorgelegt wird."),
    Status.DISCARDED: _l("Ein Gremium hat entschieden, es nicht zu tun."),
    Status.OVERTAKEN: _l("Die Zeit ist darüber hinweggegangen."),
}
REPORTS: Mapping[ReportState, Message] = {
    ReportState.WAITING: _l("liegt zur Prüfung"),
    ReportState.ASKED: _l("Rückfrage offen"),
    ReportState.CONFIRMED: _l("bestätigt"),
    ReportState.REFUSED: _l("abgelehnt"),
}
FIRST = Status.PROPOSED
"""Where every measure begins: as the presentation told it."""

TRACK = tuple((state.value, STATES[state]) for state in STEPS)
"""The five steps, as the component `track` draws them."""


def emphasis(state: Status) -> str:
    """Return the kind of the component `state`: what is under way stands out, nothing else does."""
    return "on" if state in (Status.RESOLVED, Status.UNDER_WAY, Status.DONE) else ""
