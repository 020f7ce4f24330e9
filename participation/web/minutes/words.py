"""Words for minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_babel import to_user_timezone

from participation.base.clock import now
from participation.base.verdict import Message
from participation.minutes.models import VersionState
from participation.web.choices import LANGUAGE_NAMES

STATES: Mapping[VersionState, Message] = {
    VersionState.DRAFT: _l("Entwurf"),
    VersionState.SUBMITTED: _l("wartet auf Freigabe"),
    VersionState.APPROVED: _l("veröffentlicht"),
}
FIELDS: Mapping[str, Message] = {
    "title": _l("Titel"),
    "place_id": _l("Ort"),
    "held_on": _l("Tag"),
    "participants": _l("Teilnehmende"),
    "languages": _l("Sprachen"),
    "summary": _l("Zusammenfassung"),
}


def languages(codes: list[str]) -> str:
    """Return languages by their own names."""
    return ", ".join(LANGUAGE_NAMES.get(code, code) for code in codes)


def today() -> date:
    """Return the day it is where the platform is at home."""
    day: date = to_user_timezone(now()).date()
    return day
