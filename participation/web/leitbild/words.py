"""Kinds and states as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.leitbild.models import ChangeKind, ChangeState, DraftState
from participation.outcomes.models import Fate
from participation.strategy.models import TextState
from participation.web.outcomes.words import KINDS as OUTCOMES

__all__ = ["DIFFERENCES", "DRAFT_STATES", "FATES", "HORIZONS", "KINDS", "OUTCOMES", "STATES", "TEXT_STATES"]

KINDS: Mapping[ChangeKind, Message] = {
    ChangeKind.TEXT: _l("Textänderung"),
    ChangeKind.ADDITION: _l("Ergänzung"),
    ChangeKind.DELETION: _l("Streichung"),
    ChangeKind.MERGE: _l("Zusammenführung"),
    ChangeKind.SPLIT: _l("Teilung"),
}
STATES: Mapping[ChangeState, Message] = {
    ChangeState.DRAFT: _l("Entwurf"),
    ChangeState.SUBMITTED: _l("liegt zur Freigabe"),
    ChangeState.APPROVED: _l("freigegeben"),
    ChangeState.PUBLISHED: _l("veröffentlicht"),
    ChangeState.DROPPED: _l("aufgegeben"),
}
DRAFT_STATES: Mapping[DraftState, Message] = {
    DraftState.OPEN: _l("in Arbeit"),
    DraftState.SUBMITTED: _l("liegt zur Veröffentlichung"),
    DraftState.PUBLISHED: _l("veröffentlicht"),
    DraftState.DROPPED: _l("verworfen"),
}
FATES: Mapping[Fate, Message] = {
    Fate.ADOPTED: _l("übernommen"),
    Fate.PARTLY: _l("teilweise übernommen"),
    Fate.CONSIDERED: _l("erwogen, nicht übernommen"),
    Fate.OPEN: _l("noch offen"),
}
TEXT_STATES: Mapping[TextState, Message] = {
    TextState.UNCHANGED: _l("unverändert"),
    TextState.NEW: _l("neu"),
    TextState.CHANGED: _l("geändert"),
    TextState.MERGED: _l("zusammengeführt"),
    TextState.SPLIT: _l("geteilt"),
    TextState.STRUCK: _l("gestrichen"),
}
DIFFERENCES: Mapping[str, Message] = {
    "added": _l("neu"),
    "removed": _l("gestrichen"),
    "changed": _l("geändert"),
}
HORIZONS: Mapping[str, Message] = {
    "sofort": _l("sofort"),
    "leitprojekt": _l("Leitprojekt"),
    "langfristig": _l("langfristig"),
}
