"""Forms for erasures and corrections; what is compulsory is said by the room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from participation.errata import correcting, erasing
from participation.errata.models import Ground
from participation.web.choices import choices
from participation.web.errata.words import GROUNDS


def _most(limit: int) -> Length:
    return Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))


class ErasureForm(FlaskForm):
    """What is to go, on what ground, and the public words for it."""

    pieces = SelectMultipleField(_l("Was soll getilgt werden?"), validate_choice=False)
    ground = RadioField(
        _l("Auf welcher Grundlage?"),
        [InputRequired(_l("Wählen Sie, worauf sich die Tilgung stützt."))],
        choices=choices((ground.value, label) for ground, label in GROUNDS.items()),
    )
    reason = TextAreaField(
        _l("Öffentliche Begründung"),
        [InputRequired(_l("Schreiben Sie öffentlich, warum.")), _most(erasing.REASON_LIMIT)],
    )

    def chosen_ground(self) -> Ground | None:
        """Return the ground chosen."""
        return next((ground for ground in GROUNDS if ground.value == self.ground.data), None)


class CorrectionForm(FlaskForm):
    """What an entry says, what is right, and how one knows."""

    said = TextAreaField(
        _l("Was steht da?"), [InputRequired(_l("Schreiben Sie ab, was da steht.")), _most(correcting.LIMIT)]
    )
    right = TextAreaField(
        _l("Was ist richtig?"), [InputRequired(_l("Schreiben Sie, was richtig ist.")), _most(correcting.LIMIT)]
    )
    reason = TextAreaField(
        _l("Woher wissen wir das?"), [InputRequired(_l("Nennen Sie Grund und Quelle.")), _most(correcting.LIMIT)]
    )


class WordForm(FlaskForm):
    """An objection, an answer, or why something is given up."""

    text = TextAreaField(_l("Ihr Einwand"), [InputRequired(_l("Schreiben Sie zuerst etwas.")), _most(correcting.LIMIT)])
