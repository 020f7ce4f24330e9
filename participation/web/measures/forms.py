"""Forms about reports. Lengths are bounded here; what a report must hold is decided by the room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from participation.base.verdict import Message
from participation.measures import writing
from participation.measures.labels import MEANINGS, STATES
from participation.measures.models import StatusReport
from participation.measures.writing import Fields
from participation.strategy.models import Status
from participation.web.choices import choices
from participation.web.days import Day

_STATES = choices(
    (state.value, _l("%(state)s: %(meaning)s", state=label, meaning=MEANINGS[state])) for state, label in STATES.items()
)
_DECISIONS = choices(
    [
        ("confirm", _l("Bestätigen: Die Quelle belegt den Stand")),
        ("ask", _l("Nachfragen: Es fehlt noch etwas")),
        ("refuse", _l("Ablehnen: Die Quelle belegt den Stand nicht")),
    ]
)


def _most(limit: int) -> Length:
    return Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))


class ReportForm(FlaskForm):
    """How far a measure has come, since when, and how one knows."""

    status = RadioField(_l("Stand"), [InputRequired(_l("Wählen Sie den Stand."))], choices=_STATES)
    since = Day(_l("Seit wann?"), [InputRequired(_l("Nennen Sie den Tag; wenn Sie nur den Monat kennen, den Ersten."))])
    source_url = StringField(_l("Adresse der Quelle"), [_most(writing.URL_LIMIT)])
    source = TextAreaField(_l("Quelle in Worten"), [_most(writing.TEXT_LIMIT)])
    next_step = TextAreaField(_l("Nächster Schritt"), [_most(writing.TEXT_LIMIT)])
    reference = StringField(_l("Beschluss"), [_most(writing.LINE_LIMIT)])
    review_on = Day(_l("Wiedervorlage am"), [Optional()])
    carrier = StringField(_l("Wer setzt es um?"), [_most(writing.NAME_LIMIT)])
    jump_reason = TextAreaField(_l("Wie kam es dazu?"), [_most(writing.TEXT_LIMIT)])
    reply = TextAreaField(_l("Ihre Antwort auf die Rückfrage"), [_most(writing.TEXT_LIMIT)])
    edit = HiddenField()

    def fields(self) -> Fields:
        """Return what was typed, as the room takes it; only for a form that was validated."""
        return Fields(
            status=Status(self.status.data),
            since=self.since.data or date.min,
            source_url=self.source_url.data or "",
            source=self.source.data or "",
            next_step=self.next_step.data or "",
            reference=self.reference.data or "",
            review_on=self.review_on.data,
            carrier=self.carrier.data or "",
            jump_reason=self.jump_reason.data or "",
        )

    def blame(self, problems: Mapping[str, Message]) -> None:
        """Put the room's objections at their fields."""
        for name, message in problems.items():
            self[name].errors = [*self[name].errors, message]


def values(report: StatusReport) -> dict[str, Any]:
    """Return what the form begins with for a stored report."""
    names = ("since", "source_url", "source", "next_step", "reference", "review_on", "carrier", "jump_reason")
    found = {name: getattr(report, name) for name in names}
    return {**found, "status": report.status.value, "edit": str(report.edit)}


class DecisionForm(FlaskForm):
    """What a moderator makes of a report."""

    decision = RadioField(
        _l("Ihre Entscheidung"), [InputRequired(_l("Wählen Sie, was mit der Meldung geschieht."))], choices=_DECISIONS
    )
    answer = TextAreaField(_l("Frage oder Begründung"), [_most(writing.TEXT_LIMIT)])
    edit = HiddenField()
