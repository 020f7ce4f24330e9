"""How the parts of the strategy are called where their full titles are too long."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from participation.base.text import excerpt
from participation.base.verdict import Message
from participation.strategy.models import TextState

CLUSTERS: dict[str, Message] = {
    "lce": _l("Energie"),
    "lcm": _l("Mobilität"),
    "lcb": _l("Bioökonomie/Ressourceneffizienz"),
    "lcg": _l("Gesundheit/Tourismus"),
}
SECTIONS: dict[str, Message] = {
    "praemissen": _l("Prämissen"),
    "ki-campus": _l("KI-Campus Lausitz"),
    "zivilgesellschaft": _l("Zivilgesellschaft"),
    "abschlussbericht": _l("Abschlussbericht"),
}
HORIZONS: dict[str, Message] = {
    "sofort": _l("sofort"),
    "leitprojekt": _l("Leitprojekt"),
    "langfristig": _l("langfristig"),
}
RELATIONS: dict[str, Message] = {
    "ueberschneidung": _l("Überschneidet sich mit"),
    "querbezug": _l("Hängt zusammen mit"),
}
STATES: dict[TextState, Message] = {
    TextState.NEW: _l("neu in Fassung"),
    TextState.CHANGED: _l("geändert in Fassung"),
    TextState.MERGED: _l("zusammengeführt in Fassung"),
    TextState.SPLIT: _l("geteilt in Fassung"),
    TextState.STRUCK: _l("gestrichen in Fassung"),
}
_FULL = re.compile(r"[^:]+: (.+) \([A-Z]+\)")


@dataclass(frozen=True, slots=True)
class Area:
    """The part of the strategy something belongs to: a cluster or one of the other sections."""

    id: str
    label: Message


def cluster(ident: str, title: str = "") -> Message:
    """Return the short name of a cluster; one that is not known by name is cut out of its title."""
    match = _FULL.fullmatch(title)
    return CLUSTERS.get(ident) or (match[1] if match else title or ident)


def area(cluster_id: str | None, path: Iterable[str] = ()) -> Area | None:
    """Return the part a node belongs to, from its cluster or else from the ids of its ancestors and itself."""
    if cluster_id is not None:
        return Area(cluster_id, cluster(cluster_id))
    for ident in path:
        if ident in SECTIONS:
            return Area(ident, SECTIONS[ident])
    return None


def short(ident: str, title: str, limit: int = 48) -> str:
    """Return a title that fits into a line of breadcrumbs."""
    if ident in CLUSTERS or ident in SECTIONS:
        return str(CLUSTERS.get(ident) or SECTIONS[ident])
    return excerpt(title, limit)


def letter(position: int) -> str:
    """Return the letter of a point: a) to z), then the number."""
    return f"{chr(ord('a') + position)})" if position < 26 else f"{position + 1})"
