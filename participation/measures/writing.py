"""What a report must hold: tidied on the way in, and what is missing named at its field, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from participation.base.text import normalise
from participation.base.verdict import DomainError, Message
from participation.measures.models import StatusReport
from participation.measures.transitions import CLOSED, NEEDS_REFERENCE, Move, move
from participation.strategy.models import Status

URL_LIMIT = 500
LINE_LIMIT = 300
NAME_LIMIT = 160
TEXT_LIMIT = 2_000
REVIEW_WITHIN = timedelta(days=10 * 366)
EARLIEST = date(1990, 1, 1)


class Incomplete(DomainError):
    """A report lacks something; `problems` names it by field."""

    default = _l("Es fehlt noch etwas.")

    def __init__(self, problems: Mapping[str, Message]) -> None:
        super().__init__(next(iter(problems.values()), None))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Fields:
    """A report as it was typed."""

    status: Status
    since: date
    source_url: str = ""
    source: str = ""
    next_step: str = ""
    reference: str = ""
    review_on: date | None = None
    carrier: str = ""
    jump_reason: str = ""

    def tidied(self) -> Fields:
        """Return the fields as they are stored: normalised, without what belongs to another state."""
        return replace(
            self,
            source_url=normalise(self.source_url, limit=URL_LIMIT),
            source=normalise(self.source, limit=TEXT_LIMIT),
            next_step=normalise(self.next_step, limit=TEXT_LIMIT),
            reference=" ".join(normalise(self.reference, limit=LINE_LIMIT).split()),
            review_on=self.review_on if self.status is Status.POSTPONED else None,
            carrier=" ".join(normalise(self.carrier, limit=NAME_LIMIT).split()),
            jump_reason=normalise(self.jump_reason, limit=TEXT_LIMIT),
        )


def of(report: StatusReport) -> Fields:
    """Return the fields of a stored report."""
    return Fields(
        status=report.status,
        since=report.since,
        source_url=report.source_url,
        source=report.source,
        next_step=report.next_step,
        reference=report.reference,
        review_on=report.review_on,
        carrier=report.carrier,
        jump_reason=report.jump_reason,
    )


def is_web_address(value: str) -> bool:
    """Say whether a text is a complete address of the web: http or https with a host, on one line, nothing hidden."""
    if any(character.isspace() for character in value) or not value.startswith(("https://", "http://")):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def problems(fields: Fields, *, before: Status, before_since: date | None, today: date) -> dict[str, Message]:
    """Return what a tidied report lacks, by field; empty when it may be handed in.

    `before` is the measure's state now, `before_since` its day, None while nothing was reported.
    """
    found = _order(fields, before)
    found.update(_day(fields.since, before_since, today))
    if fields.source_url and not is_web_address(fields.source_url):
        found["source_url"] = _l("Die Adresse muss vollständig sein und mit https:// oder http:// beginnen.")
    if not fields.source_url and not fields.source:
        found["source"] = _l("Nennen Sie eine Quelle: eine Adresse oder in Worten.")
    if fields.status not in CLOSED and not fields.next_step:
        found["next_step"] = _l("Schreiben Sie, was als Nächstes geschieht, oder dass es niemand weiß.")
    if fields.status in NEEDS_REFERENCE and not fields.reference:
        found["reference"] = _l("Für diesen Stand braucht es einen Beschluss: Welches Gremium, wann, welche Nummer?")
    if fields.status is Status.POSTPONED:
        found.update(_review(fields.review_on, today))
    return found


def _order(fields: Fields, before: Status) -> dict[str, Message]:
    step = move(before, fields.status)
    if step is Move.IMPOSSIBLE:
        return {"status": _l("Die Maßnahme ist abgeschlossen. Sie kann nur wieder aufgenommen werden.")}
    if step is Move.UNUSUAL and not fields.jump_reason:
        reason = _l("Dieser Stand folgt sonst nicht auf den bisherigen. Schreiben Sie, wie es dazu kam.")
        return {"jump_reason": reason}
    return {}


def _day(since: date, before_since: date | None, today: date) -> dict[str, Message]:
    if since > today:
        return {"since": _l("Der Tag liegt in der Zukunft.")}
    if since < EARLIEST:
        return {"since": _l("Prüfen Sie das Jahr.")}
    if before_since is not None and since < before_since:
        return {"since": _l("Der bisherige Stand ist neuer. Nennen Sie einen Tag danach.")}
    return {}


def _review(review_on: date | None, today: date) -> dict[str, Message]:
    if review_on is None:
        return {"review_on": _l("Nennen Sie den Tag, an dem die Maßnahme wieder vorgelegt wird.")}
    if not today < review_on < today + REVIEW_WITHIN:
        return {"review_on": _l("Der Tag muss in den nächsten zehn Jahren liegen.")}
    return {}
