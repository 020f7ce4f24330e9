"""What types and states of proposals are called, and which of them stand out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.proposals.models import ProposalState as S
from participation.proposals.models import ProposalType as T
from participation.proposals.models import VersionReason as V

TYPES: Mapping[T, Message] = {
    T.TEXT: _l("Textänderung"),
    T.MEASURE: _l("Neue Maßnahme"),
    T.ADDITION: _l("Ergänzung"),
    T.DELETION: _l("Streichung"),
    T.MERGE: _l("Zusammenführung"),
    T.SPLIT: _l("Teilung"),
}

INVITATIONS: Mapping[T, Message] = {
    T.TEXT: _l("Der Satz soll anders heißen."),
    T.MEASURE: _l("Hier fehlt eine Maßnahme."),
    T.ADDITION: _l("Hier fehlt ein Punkt, eine Aussage oder ein Absatz."),
    T.DELETION: _l("Der Satz soll wegfallen."),
    T.MERGE: _l("Zwei Stellen sagen dasselbe und sollen eine werden."),
    T.SPLIT: _l("In diesem Satz stecken mehrere, die getrennt besser sind."),
}
"""In the words of someone who wants to propose."""

STATES: Mapping[S, Message] = {
    S.DRAFT: _l("Entwurf"),
    S.SUBMITTED: _l("eingereicht"),
    S.OPEN: _l("offen"),
    S.SYNTHESIS: _l("in Auswertung"),
    S.RECOMMENDED: _l("empfohlen"),
    S.NOT_RECOMMENDED: _l("nicht empfohlen"),
    S.ACCEPTED: _l("angenommen"),
    S.POSTPONED: _l("zurückgestellt"),
    S.REJECTED: _l("abgelehnt"),
    S.INCORPORATED: _l("eingearbeitet"),
    S.WITHDRAWN: _l("zurückgezogen"),
    S.MERGED: _l("zusammengeführt"),
}

GROUPS: Mapping[str, Message] = {
    "": _l("Alle"),
    "offen": _l("Offen"),
    "auswertung": _l("In Auswertung"),
    "eingearbeitet": _l("Eingearbeitet"),
    "abgeschlossen": _l("Abgeschlossen"),
}

VERSIONS: Mapping[V, Message] = {
    V.SUBMITTED: _l("eingereicht"),
    V.REVISED: _l("überarbeitet"),
    V.REBASED: _l("an einen neuen Wortlaut angepasst"),
    V.ADOPTED: _l("mit eigenen Worten an einen neuen Wortlaut angepasst"),
}

_LONG = re.compile(r"^Lausitz Cluster: (.+?)(?: \(\w+\))?$")


def emphasis(state: S) -> Literal["", "on"]:
    """Return how `components/state.html` shows a state: standing out while people can join in."""
    return "on" if state in (S.SUBMITTED, S.OPEN) else ""


def cluster_label(title: str | None) -> str:
    """Return a cluster's name without what every cluster is called: "Energie"."""
    found = _LONG.match(title or "")
    return found[1] if found else title or ""
