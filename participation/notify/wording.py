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
}

UNKNOWN = _l("Es gibt etwas Neues für Sie.")


def sentence(kind: str, params: Mapping[str, Any]) -> str:
    """Return what a notification says; one whose kind or parameters are no longer known points to its link."""
    template = SENTENCES.get(kind)
    try:
        return str(template) % params if template is not None else str(UNKNOWN)
    except (KeyError, TypeError):
        return str(UNKNOWN)
