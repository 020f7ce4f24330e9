"""Forms of the desk. Evidence is read by `editor`: its rows depend on what was said."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from participation.outcomes.writing import ANSWER_LIMIT, LIMIT
from participation.web.choices import choices
from participation.web.outcomes.words import KINDS

_TEXT = [Length(max=LIMIT, message=_l("Höchstens %(max)d Zeichen."))]
_CHOICES = choices((kind.value, label) for kind, label in KINDS.items())


class OutcomeForm(FlaskForm):
    """What a moderator writes down. Nothing is required to save; handing over lists what is missing."""

    kind = RadioField(_l("Was kam heraus?"), choices=_CHOICES, validate_choice=False)
    summary = TextAreaField(_l("Zusammenfassung"), _TEXT)
    pros = TextAreaField(_l("Was dafür spricht"), _TEXT)
    cons = TextAreaField(_l("Was dagegen spricht"), _TEXT)
    minority = TextAreaField(_l("Meinung der Minderheit"), _TEXT)
    more = StringField(_l("Weiterer Beitrag"), [Length(max=300, message=_l("Höchstens %(max)d Zeichen."))])
    edit = HiddenField()
    seen = HiddenField()
    shown = HiddenField()


class ReasonForm(FlaskForm):
    """A step back with its reason."""

    reason = TextAreaField(_l("Warum?"), [Length(max=ANSWER_LIMIT, message=_l("Höchstens %(max)d Zeichen."))])
