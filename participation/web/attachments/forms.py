"""The form that adds a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField, HiddenField, StringField, TextAreaField

from participation.base.verdict import Message


class AttachmentForm(FlaskForm):
    """A file with its description. What it is, is told by its content; what it needs, by the room."""

    file = FileField(_l("Datei"))
    pending = HiddenField()
    """The number of a file that was uploaded before and still waits for its description."""
    title = StringField(_l("Titel oder Bildbeschreibung"))
    summary = TextAreaField(_l("Zusammenfassung"))

    def blame(self, problems: Mapping[str, Message]) -> None:
        """Put the room's objections at their fields."""
        for name, message in problems.items():
            self[name].errors = [*self[name].errors, str(message)]
