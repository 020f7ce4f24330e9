"""Lists to choose from in forms."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from participation.accounts.models import OrganisationKind
from participation.accounts.queries import Organisation
from participation.base.verdict import Message

LANGUAGE_NAMES = {
    "de": "Deutsch",
    "hsb": "Hornjoserbsce",
    "dsb": "Dolnoserbski",
    "pl": "Polski",
    "cs": "Čeština",
    "en": "English",
}
"""Each language under its own name."""


ORGANISATIONS: dict[OrganisationKind, Message] = {
    OrganisationKind.INITIATIVE: _l("Initiative"),
    OrganisationKind.CARRIER: _l("Träger"),
    OrganisationKind.AUTHORITY: _l("Fachstelle"),
}
"""What the kinds of organisations are called."""


def organisation_label(one: Organisation) -> str:
    """Return an organisation's name, with its kind where that is not the usual one."""
    ordinary = one.kind is OrganisationKind.INITIATIVE
    return one.name if ordinary else f"{one.name} ({ORGANISATIONS[one.kind]})"


def choices(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """Return pairs of value and label as WTForms wants them; a lazy label is worded when it is drawn."""
    return [SelectChoice(value, label) for value, label in pairs]


LANGUAGES = choices(LANGUAGE_NAMES.items())
