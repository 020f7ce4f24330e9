"""The forms of a conversation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from participation.accounts.models import User
from participation.accounts.policy import Mandate
from participation.accounts.queries import organisations
from participation.base.text import excerpt
from participation.dialogue.comments import KEY_LENGTH, MAX_LENGTH
from participation.dialogue.models import CommentKind
from participation.web.choices import LANGUAGES, choices, organisation_label
from participation.web.numbers import number

KINDS = {
    CommentKind.QUESTION: _l("Frage"),
    CommentKind.FOR: _l("Argument dafür"),
    CommentKind.AGAINST: _l("Argument dagegen"),
    CommentKind.ADDITION: _l("Ergänzung"),
    CommentKind.EXPERIENCE: _l("Erfahrung"),
}


def one_line_end(text: str | None) -> str | None:
    """Return the text as it was typed: browsers send two characters for a line end, which would count double."""
    return text.replace("\r\n", "\n") if text else text


def written(form: FlaskForm, field: Field) -> None:
    """Refuse a text of spaces."""
    if not (field.data or "").strip():
        raise StopValidation(_("Schreiben Sie etwas, mindestens ein Zeichen."))


def required(validator: object) -> object:
    """Mark a validator so that its field says it is required."""
    validator.field_flags = {"required": True}  # type: ignore[attr-defined]
    return validator


BODY = [required(written), Length(max=MAX_LENGTH, message=_l("Höchstens 5.000 Zeichen sind möglich."))]


class CommentForm(FlaskForm):
    """A contribution or, with a parent, a reply. Make it with `comment_form`, which fills in the choices."""

    parent = HiddenField()
    submission_key = HiddenField(validators=[Length(max=KEY_LENGTH)])
    kind = RadioField(_l("Was möchten Sie beitragen?"), validate_choice=False)
    anchor = SelectField(_l("Bezieht sich auf"))
    quote = TextAreaField(_l("Zitat"), filters=[one_line_end])
    quote_prefix = HiddenField()
    quote_suffix = HiddenField()
    seen = HiddenField()
    """The revision that brought the wording the page showed."""
    speaker = SelectField(_l("Sie schreiben"))
    body = TextAreaField(_l("Ihr Text"), validators=BODY, filters=[one_line_end])
    lang = SelectField(_l("Sprache Ihres Textes"), choices=LANGUAGES)
    asked = SelectMultipleField(
        _l("Antwort erbeten von"),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    """Drawn once somebody wants to choose: most contributions ask nobody, and a page need not list everyone."""

    def validate_kind(self, field: Field) -> None:
        """Ask for a kind unless this is a reply."""
        if not self.parent_id and field.data not in {kind.value for kind in CommentKind}:
            raise ValidationError(_("Wählen Sie eine der fünf Arten."))

    @property
    def parent_id(self) -> int | None:
        """The comment that is answered; 0 for something that cannot be one."""
        text = self.parent.data or ""
        if not text:
            return None
        return number(text) or 0

    @property
    def chosen_kind(self) -> CommentKind | None:
        """What the contribution wants to be; replies are just replies."""
        return CommentKind(self.kind.data) if not self.parent.data else None

    @property
    def initiative_id(self) -> int | None:
        """For which initiative it is written; None for the person."""
        return int(self.speaker.data) if self.speaker.data else None

    @property
    def addressees(self) -> list[int]:
        """Which organisations are asked; 0 for something that cannot be one."""
        return [number(value) or 0 for value in self.asked.data or ()]

    def offer_addressees(self) -> None:
        """Let the author choose among all organisations, the one that is written for left out."""
        own = self.speaker.data
        self.asked.choices = choices(
            (str(one.id), organisation_label(one)) for one in organisations() if str(one.id) != own
        )

    @property
    def seen_since(self) -> int | None:
        """The revision that brought the wording the page showed; None where the form does not say."""
        return number(self.seen.data)

    def renew_key(self) -> None:
        """Make the next sending a new contribution."""
        self.submission_key.data = secrets.token_urlsafe(16)


def comment_form(
    user: User,
    mandates: Sequence[Mandate],
    anchors: Sequence[tuple[str, str]],
    whole: str,
    *,
    parent_id: int | None = None,
    sent: bool = False,
) -> CommentForm:
    """Return the form with this person's choices: as it was sent, or a new one."""
    form = CommentForm() if sent else CommentForm(formdata=None)
    form.kind.choices = choices((kind.value, label) for kind, label in KINDS.items())
    form.kind.flags.required = True
    form.anchor.choices = choices(
        [("", whole or _("das Ganze")), *((ident, excerpt(text, 90)) for ident, text in anchors)]
    )
    form.speaker.choices = choices(
        [
            ("", _("als Person")),
            *((str(mandate.initiative_id), _("für %(name)s", name=mandate.name)) for mandate in mandates),
        ]
    )
    # A select that is not drawn is not sent.
    if sent:
        form.anchor.data, form.speaker.data = form.anchor.data or "", form.speaker.data or ""
    else:
        # A page without a conversation of its own leads here and names what is to be spoken of.
        meant = request.args.get("bezug", "")
        form.anchor.data, form.speaker.data = meant if meant in dict(anchors) else "", ""
        form.lang.data = user.locale if user.locale in LANGUAGES else LANGUAGES[0]
        form.parent.data = str(parent_id) if parent_id else ""
        form.renew_key()
    return form


class EditForm(FlaskForm):
    """A new wording of one's comment."""

    version = IntegerField(validators=[InputRequired()])
    body = TextAreaField(_l("Ihr Text"), validators=BODY, filters=[one_line_end])


class RateForm(FlaskForm):
    """The number of a comment: of one that is helpful, of one that is not, or of one whose rating is taken back.

    The names are short because a page holds two hundred such buttons.
    """

    ja = IntegerField(validators=[Optional()])
    nein = IntegerField(validators=[Optional()])
    ohne = IntegerField(validators=[Optional()])
