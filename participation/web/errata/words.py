"""Fields of the log, grounds and states as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message
from participation.errata.models import CorrectionState, ErasureState, Ground

GROUNDS: Mapping[Ground, Message] = {
    Ground.REQUEST: _l("Löschantrag: Eine Person verlangt es (Art. 17 DSGVO)"),
    Ground.RIGHTS: _l("Persönlichkeitsrecht: Über eine Person steht etwas da, das niemand veröffentlichen darf"),
    Ground.COPYRIGHT: _l("Urheberrecht: Der Text gehört jemand anderem"),
    Ground.COURT: _l("Gerichtsbeschluss: Ein Gericht oder eine Behörde ordnet es an"),
}
ERASURES: Mapping[ErasureState, Message] = {
    ErasureState.REQUESTED: _l("beantragt"),
    ErasureState.DONE: _l("getilgt"),
    ErasureState.WITHDRAWN: _l("zurückgezogen"),
}
CORRECTIONS: Mapping[CorrectionState, Message] = {
    CorrectionState.OPEN: _l("liegt aus"),
    CorrectionState.CONFIRMED: _l("berichtigt"),
    CorrectionState.WITHDRAWN: _l("zurückgenommen"),
}
FIELDS: Mapping[str, Message] = {
    "title": _l("Titel"),
    "summary": _l("Zusammenfassung"),
    "rendering": _l("Prüfsummen der Darstellung"),
    "annex": _l("Prüfsumme der Maßnahmenliste"),
    "author_name": _l("versiegelter Name (zusammengestellt)"),
    "approver_name": _l("versiegelter Name (veröffentlicht)"),
}


def field(path: str) -> str:
    """Return how people call a field of an entry; `path` as a redaction names it."""
    name, _slash, place = path.partition("/")
    if name in FIELDS:
        return str(FIELDS[name])
    number = int(place) + 1 if place.isdecimal() else 0
    if name == "passages":
        return str(_("Wortlaut der Passage %(n)s", n=number))
    if name == "changes":
        return str(_("Wortlaut in der %(n)s. Änderung", n=number))
    if name == "reasons":
        return str(_("Begründung der %(n)s. Änderung", n=number))
    return path


def fields(paths: list[str]) -> str:
    """Return fields of an entry as a list in words."""
    return ", ".join(field(path) for path in paths)
