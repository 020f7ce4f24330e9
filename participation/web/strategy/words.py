"""How the parts of the strategy are called where their full titles are too long."""

from __future__ import annotations

import re
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
NAMES: dict[str, Message] = {
    **CLUSTERS,
    **SECTIONS,
    "kapitel-2-rahmen": _l("Verlässlicher Rahmen"),
    "clusterstrategie": _l("Clusterstrategie"),
}
"""Everything that has a short name."""
HORIZONS: dict[str, Message] = {
    "sofort": _l("sofort"),
    "leitprojekt": _l("Leitprojekt"),
    "langfristig": _l("langfristig"),
}
RELATIONS: dict[str, Message] = {
    "ueberschneidung": _l("Überschneidet sich mit"),
    "querbezug": _l("Hängt zusammen mit"),
}
VOTES: dict[str, Message] = {
    "praemisse": _l("Was halten Sie von dieser Prämisse?"),
    "leitsatz": _l("Was halten Sie von diesem Leitsatz?"),
    "grundsatz": _l("Was halten Sie von diesem Grundsatz?"),
    "massnahme": _l("Was halten Sie von dieser Maßnahme?"),
    "leitprojekt": _l("Was halten Sie von diesem Leitprojekt?"),
    "sofortmassnahme": _l("Was halten Sie von dieser Maßnahme?"),
}
"""What stands above a vote, by kind."""
WHOLES: dict[str, Message] = {
    "praemisse": _l("die ganze Prämisse"),
    "leitsatz": _l("den ganzen Leitsatz"),
    "grundsatz": _l("den ganzen Grundsatz"),
    "massnahme": _l("die ganze Maßnahme"),
    "leitprojekt": _l("das ganze Leitprojekt"),
    "sofortmassnahme": _l("die ganze Maßnahme"),
    "cluster": _l("den ganzen Cluster"),
    "thema": _l("das ganze Thema"),
}
"""What a contribution speaks of that names no point, by kind; after "Bezieht sich auf"."""
STATES: dict[TextState, Message] = {
    TextState.NEW: _l("neu in Fassung"),
    TextState.CHANGED: _l("geändert in Fassung"),
    TextState.MERGED: _l("zusammengeführt in Fassung"),
    TextState.SPLIT: _l("geteilt in Fassung"),
    TextState.STRUCK: _l("gestrichen in Fassung"),
}
_SINGULAR = {"praemissen": "praemisse"}
"""How the ids of what belongs to a section begin, where that is not the section's own."""
_FULL = re.compile(r"[^:]+: (.+) \([A-Z]+\)")


@dataclass(frozen=True, slots=True)
class Area:
    """The part of the strategy something belongs to: a cluster or one of the other sections."""

    id: str
    label: Message


def cluster(ident: str, title: str = "") -> Message:
    """Return the short name of a cluster; one that is not known by name is cut out of its title."""
    if ident in CLUSTERS:
        return CLUSTERS[ident]
    match = _FULL.fullmatch(title)
    return match[1] if match else title or ident


def area(cluster_id: str | None, ident: str = "") -> Area | None:
    """Return the part a node belongs to, from its cluster or else from how its id begins."""
    if cluster_id is not None:
        return Area(cluster_id, cluster(cluster_id))
    for section, label in SECTIONS.items():
        if f"{ident}-".startswith((f"{section}-", f"{_SINGULAR.get(section, section)}-")):
            return Area(section, label)
    return None


def short(ident: str, title: str, limit: int = 48) -> str:
    """Return a title that fits into a line of breadcrumbs."""
    return str(NAMES[ident]) if ident in NAMES else excerpt(title, limit)


def letter(position: int) -> str:
    """Return the letter of a point: a) to z), then the number."""
    return f"{chr(ord('a') + position)})" if position < 26 else f"{position + 1})"


def change_word(state: TextState) -> Message:
    """Return what became of a wording, to stand before the number of the revision."""
    return STATES.get(state, STATES[TextState.CHANGED])


def horizon_word(ident: str) -> Message:
    """Return the name of a horizon."""
    return HORIZONS.get(ident, ident)


def relation_word(ident: str) -> Message:
    """Return what stands above the nodes of a relation."""
    return RELATIONS.get(ident, ident)


WORDS = {"letter": letter, "change_word": change_word, "horizon_word": horizon_word, "relation_word": relation_word}
"""What the templates of the strategy may say."""
