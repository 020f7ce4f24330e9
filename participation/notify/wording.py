"""What a notification says: a sentence for each kind, put into the reader's language when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Message

SENTENCES: Mapping[str, Message] = {
    "initiative_verified": _l("„%(name)s“ ist geprüft. Sie können jetzt für die Initiative schreiben."),
    "initiative_refused": _l("Ihr Antrag für „%(name)s“ ist abgelehnt. Grund: %(reason)s"),
    "delegate_added": _l("%(by)s hat Sie eingetragen: Sie können jetzt für „%(name)s“ schreiben."),
    "mandate_ended": _l("Ihr Mandat für „%(name)s“ ist beendet. Was Sie geschrieben haben, bleibt stehen."),
    "reply": _l("%(by)s hat auf Ihren Beitrag geantwortet."),
    "comment_hidden": _l("Ihr Beitrag ist ausgeblendet. Grund: %(ground)s, %(facts)s"),
    "comment_restored": _l("Ihr Beitrag ist wieder zu sehen."),
    "proposal_draft": _l("%(reference)s liegt wieder bei Ihnen. Es fehlt noch etwas: %(reason)s"),
    "proposal_open": _l("%(reference)s ist geprüft und steht jetzt offen zum Gespräch."),
    "proposal_synthesis": _l("%(reference)s ist in der Auswertung."),
    "proposal_recommended": _l("%(reference)s ist empfohlen: %(reason)s"),
    "proposal_not_recommended": _l("%(reference)s ist nicht empfohlen: %(reason)s"),
    "proposal_accepted": _l("%(reference)s ist angenommen. %(reason)s"),
    "proposal_postponed": _l("%(reference)s ist zurückgestellt: %(reason)s"),
    "proposal_rejected": _l("%(reference)s ist abgelehnt: %(reason)s"),
    "proposal_incorporated": _l("%(reference)s ist ins Leitbild eingearbeitet."),
    "proposal_merged": _l("%(reference)s ist mit einem anderen Vorschlag zusammengeführt: %(reason)s"),
    "outcome": _l("%(reference)s liegt vor. Im Ergebnis steht, was aus Ihrem Beitrag wurde."),
    "revision_adopted": _l("Fassung %(number)s des Leitbilds ist veröffentlicht. Ihr Beitrag ist eingeflossen."),
    "revision_partly": _l(
        "Fassung %(number)s des Leitbilds ist veröffentlicht. Ihr Beitrag ist teilweise eingeflossen."
    ),
    "revision_considered": _l(
        "Fassung %(number)s des Leitbilds ist veröffentlicht. Ihr Beitrag wurde erwogen und nicht übernommen."
    ),
}

UNKNOWN = _l("Es gibt etwas Neues für Sie.")


def sentence(kind: str, params: Mapping[str, Any]) -> str:
    """Return what a notification says; one whose kind or parameters are no longer known points to its link."""
    template = SENTENCES.get(kind)
    try:
        return str(template) % params if template is not None else str(UNKNOWN)
    except (KeyError, TypeError):
        return str(UNKNOWN)
