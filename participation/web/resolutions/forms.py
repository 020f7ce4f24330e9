"""The form of a resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from participation.base.verdict import Message
from participation.leitbild.models import Change
from participation.resolutions.models import Decision, Resolution
from participation.resolutions.operations import REASON_LIMIT, REFERENCE_LIMIT, TEXT_LIMIT, ResolutionFields
from participation.web.choices import choices
from participation.web.numbers import number

CHOICES: Mapping[Decision, Message] = {
    Decision.ADOPTED: _l("Wir nehmen die Fassung an."),
    Decision.RETURNED: _l("Wir verweisen sie zurück."),
}


def _most(limit: int) -> list[Length]:
    return [Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))]


class ResolutionForm(FlaskForm):
    """What a member writes; what is compulsory is said by the room. The reasons are fields named grund-<change id>."""

    decision = RadioField(
        _l("Was hat Ihr Gremium beschlossen?"),
        choices=choices((one.value, label) for one, label in CHOICES.items()),
        validate_choice=False,
    )
    date = StringField(_l("Tag der Sitzung"), _most(10))
    reference = StringField(_l("Aktenzeichen oder Nummer"), _most(REFERENCE_LIMIT))
    text = TextAreaField(_l("Wortlaut des Beschlusses"), _most(TEXT_LIMIT))
    edit = HiddenField()

    def fields(self, changes: Sequence[Change]) -> ResolutionFields:
        """Return what was typed, as the room takes it."""
        said = {one.value: one for one in Decision}
        return ResolutionFields(
            decision=said.get(self.decision.data or ""),
            date=_day(self.date.data),
            reference=self.reference.data or "",
            text=self.text.data or "",
            reasons=reasons_sent(changes),
        )

    @property
    def expected_edit(self) -> int:
        """The save that this one is based on; 0 for the first."""
        return number(self.edit.data) or 0


def form_for(resolution: Resolution | None) -> ResolutionForm:
    """Return the form with what is saved."""
    form = ResolutionForm(formdata=None)
    form.edit.data = "0"
    if resolution is not None:
        form.decision.data, form.date.data = resolution.decision.value, resolution.date.isoformat()
        form.reference.data, form.text.data = resolution.reference, resolution.text
        form.edit.data = str(resolution.edit)
    return form


def reasons_sent(changes: Sequence[Change]) -> dict[int, str]:
    """Return the reasons in the request, by change; none is longer than the room takes."""
    return {change.id: request.form.get(f"grund-{change.id}", "")[:REASON_LIMIT] for change in changes}


def _day(text: str | None) -> date | None:
    """Return a day as browsers send it; anything else counts as none."""
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None
