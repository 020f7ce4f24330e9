"""Lists to choose from in forms."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

LANGUAGE_NAMES = {
    "de": "Deutsch",
    "hsb": "Hornjoserbsce",
    "dsb": "Dolnoserbski",
    "pl": "Polski",
    "cs": "Čeština",
    "en": "English",
}
"""Each language under its own name."""


def choices(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """Return pairs of value and label as WTForms wants them; a lazy label is worded when it is drawn."""
    return [SelectChoice(value, label) for value, label in pairs]


LANGUAGES = choices(LANGUAGE_NAMES.items())
