"""Forms for decisions about comments."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from participation.moderation.operations import FACTS_LIMIT
from participation.moderation.rules import RULES
from participation.web.choices import choices

_RULES = choices(
    [
        ("", _l("Bitte wählen")),
        *(
            (str(number), _l("Regel %(number)d: %(title)s", number=number, title=rule.title))
            for number, rule in RULES.items()
        ),
    ]
)
_LENGTH = Length(max=FACTS_LIMIT, message=_l("Höchstens %(max)d Zeichen."))


class HideForm(FlaskForm):
    """Hide a comment: the rule it breaks, and what in it breaks the rule."""

    rule = SelectField(
        _l("Regel"), [InputRequired(_l("Wählen Sie die Regel, gegen die der Beitrag verstößt."))], choices=_RULES
    )
    facts = TextAreaField(_l("Was daran"), [InputRequired(_l("Schreiben Sie, was daran die Regel verletzt.")), _LENGTH])


class RestoreForm(FlaskForm):
    """Show a hidden comment again."""

    facts = TextAreaField(_l("Begründung"), [InputRequired(_l("Schreiben Sie, warum der Grund nicht trägt.")), _LENGTH])
