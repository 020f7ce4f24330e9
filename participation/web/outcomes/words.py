"""Kinds, fates and sources as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for
from flask_babel import lazy_gettext as _l

from participation.base.text import excerpt
from participation.base.verdict import Message
from participation.dialogue.models import CommentKind, CommentState
from participation.outcomes.models import Fate, OutcomeKind, OutcomeState
from participation.outcomes.queries import OutcomeRow, Record
from participation.proposals.labels import cluster_label

__all__ = ["FATES", "GONE", "KINDS", "SOURCES", "STATES", "cluster_label", "excerpt", "subject_url"]

KINDS: Mapping[OutcomeKind, Message] = {
    OutcomeKind.CONFIRMED: _l("Bestätigt"),
    OutcomeKind.TEXT: _l("Textänderung"),
    OutcomeKind.MEASURE: _l("Neue Maßnahme"),
    OutcomeKind.DELETION: _l("Streichung"),
    OutcomeKind.MERGE: _l("Zusammenführung"),
    OutcomeKind.SPLIT: _l("Teilung"),
    OutcomeKind.EXAMINE: _l("Prüfauftrag"),
    OutcomeKind.NO_CONSENSUS: _l("Kein Konsens"),
}
FATES: Mapping[Fate, Message] = {
    Fate.ADOPTED: _l("Übernommen"),
    Fate.PARTLY: _l("Teilweise übernommen"),
    Fate.CONSIDERED: _l("Erwogen, nicht übernommen"),
    Fate.OPEN: _l("Noch offen, Antwort folgt"),
}
STATES: Mapping[OutcomeState, Message] = {
    OutcomeState.DRAFT: _l("Entwurf"),
    OutcomeState.SUBMITTED: _l("liegt zur Freigabe"),
    OutcomeState.APPROVED: _l("freigegeben"),
    OutcomeState.ABANDONED: _l("abgebrochen"),
}
SOURCES: Mapping[CommentKind | None, Message] = {
    CommentKind.QUESTION: _l("Frage"),
    CommentKind.FOR: _l("Argument dafür"),
    CommentKind.AGAINST: _l("Argument dagegen"),
    CommentKind.ADDITION: _l("Ergänzung"),
    CommentKind.EXPERIENCE: _l("Erfahrung"),
    None: _l("Antwort"),
}
GONE: Mapping[CommentState, Message] = {
    CommentState.HIDDEN: _l("Später ausgeblendet. Der Text wird deshalb hier nicht mehr gezeigt."),
    CommentState.WITHDRAWN: _l("Später zurückgezogen. Der Text wird deshalb hier nicht mehr gezeigt."),
}


def subject_url(about: OutcomeRow | Record) -> str:
    """Return the address of the node or proposal that an outcome is about."""
    if about.proposal_number is not None:
        return url_for("proposals.proposal", number=about.proposal_number)
    return url_for("strategy.node", node_id=about.node_id)
