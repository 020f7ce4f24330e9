"""What minutes must say: fields, limits, and what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import lazy_gettext as _l

from participation.base.text import normalise
from participation.base.verdict import DomainError, Message
from participation.dialogue.comments import LANGUAGES

TITLE_LIMIT = 160
SUMMARY_LIMIT = 10_000
REASON_LIMIT = 1_000
MOST_PARTICIPANTS = 100_000
MOST_VOICES = 100
MOST_FILES = 5


class Incomplete(DomainError):
    """Something is missing or does not fit; all of it is named at once."""

    default = _l("Es fehlt noch etwas.")

    def __init__(self, problems: Mapping[str, Message]) -> None:
        super().__init__()
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Header:
    """Where and when an event was, how many came, and what it was about."""

    place_id: str
    held_on: date
    participants: int
    title: str
    summary: str
    languages: tuple[str, ...]

    def tidied(self) -> Header:
        """Return it as it is stored."""
        return replace(
            self,
            title=" ".join(normalise(self.title).split()),
            summary=normalise(self.summary, limit=10 * SUMMARY_LIMIT),
            languages=tuple(lang for lang in LANGUAGES if lang in self.languages),
        )


def problems(header: Header, *, place_is_known: bool, today: date) -> dict[str, Message]:
    """Return what is in the way, by field."""
    found: dict[str, Message] = {}
    if not place_is_known:
        found["place_id"] = _l("Wählen Sie den Ort aus der Liste.")
    if header.held_on > today:
        found["held_on"] = _l("Der Tag liegt in der Zukunft.")
    elif header.held_on.year < 2015:
        found["held_on"] = _l("Prüfen Sie das Jahr.")
    if not 1 <= header.participants <= MOST_PARTICIPANTS:
        found["participants"] = _l("Nennen Sie, wie viele Menschen da waren, mindestens einer.")
    if not header.title:
        found["title"] = _l("Geben Sie der Veranstaltung einen Titel.")
    elif len(header.title) > TITLE_LIMIT:
        found["title"] = _l("Höchstens %(max)d Zeichen.", max=TITLE_LIMIT)
    if not header.summary:
        found["summary"] = _l("Fassen Sie zusammen, worum es ging und was herauskam.")
    elif len(header.summary) > SUMMARY_LIMIT:
        found["summary"] = _l("Höchstens %(max)d Zeichen.", max=SUMMARY_LIMIT)
    if not header.languages:
        found["languages"] = _l("Wählen Sie mindestens eine Sprache.")
    return found
