"""Forms about minutes. Lengths are bounded here; what minutes must say is decided by the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined] # SelectChoice is newer than the stubs
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from participation.base.verdict import Message
from participation.dialogue.comments import MAX_LENGTH
from participation.dialogue.models import CommentKind
from participation.minutes import writing
from participation.minutes.models import MinutesVersion, Voice
from participation.minutes.writing import Header
from participation.web.choices import LANGUAGES, choices
from participation.web.days import Day
from participation.web.dialogue.forms import KINDS


def _most(limit: int) -> Length:
    return Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))


def one_line_end(text: str | None) -> str | None:
    """Return a text with the line ends as they were typed: browsers send two characters, which would count double."""
    return text.replace("\r\n", "\n") if text else text


class Blamed(FlaskForm):
    """A form at whose fields a room's objections can be put."""

    def blame(self, problems: Mapping[str, Message]) -> None:
        """Put the room's objections at their fields."""
        for name, message in problems.items():
            self[name].errors = [*self[name].errors, str(message)]


class HeaderForm(Blamed):
    """Where and when an event was, how many came, what it was about."""

    edit = HiddenField()
    submission_key = HiddenField(validators=[_most(64)])
    title = StringField(_l("Titel der Veranstaltung"), [_most(writing.TITLE_LIMIT)])
    place_id = SelectField(_l("Ort"), validate_choice=False)
    held_on = Day(_l("Tag"), [InputRequired(_l("Nennen Sie den Tag der Veranstaltung."))])
    participants = IntegerField(_l("Wie viele Menschen waren da?"), [InputRequired(_l("Schreiben Sie eine Zahl."))])
    languages = SelectMultipleField(
        _l("In welchen Sprachen wurde gesprochen?"),
        choices=LANGUAGES,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    summary = TextAreaField(_l("Zusammenfassung"), [_most(writing.SUMMARY_LIMIT)], filters=(one_line_end,))

    def prepare(self, places: Sequence[tuple[str, str]]) -> None:
        """Set the places that can be chosen."""
        self.place_id.choices = choices([("", _l("Bitte wählen")), *places])

    def header(self) -> Header:
        """Return what was typed; only for a form that was validated."""
        return Header(
            place_id=self.place_id.data or "",
            held_on=self.held_on.data or date.min,
            participants=self.participants.data or 0,
            title=self.title.data or "",
            summary=self.summary.data or "",
            languages=tuple(self.languages.data or ()),
        )


def header_values(version: MinutesVersion) -> dict[str, Any]:
    """Return what the form begins with for a stored version."""
    names = ("title", "place_id", "held_on", "participants", "languages", "summary")
    return {**{name: getattr(version, name) for name in names}, "edit": str(version.edit)}


class VoiceForm(Blamed):
    """A single contribution, and where it belongs."""

    edit = HiddenField()
    node_id = SelectField(_l("Wozu gehört der Beitrag?"), validate_choice=False)
    kind = RadioField(
        _l("Was ist es?"),
        [InputRequired(_l("Wählen Sie, was der Beitrag ist."))],
        choices=choices((kind.value, label) for kind, label in KINDS.items()),
    )
    lang = SelectField(_l("Sprache"), choices=LANGUAGES, default="de")
    body = TextAreaField(_l("Was wurde gesagt?"), [_most(MAX_LENGTH)], filters=(one_line_end,))

    def prepare(self, nodes: Sequence[tuple[str, str, str]]) -> None:
        """Set what the contribution can be about, grouped by cluster."""
        listed = [SelectChoice(ident, label, optgroup=group or None) for group, ident, label in nodes]
        # Those without a cluster stand above the groups.
        listed.sort(key=lambda one: one.optgroup or "")
        self.node_id.choices = [SelectChoice("", _l("Bitte wählen")), *listed]

    def chosen(self) -> dict[str, Any]:
        """Return what was typed, as the room takes it."""
        return {
            "node_id": self.node_id.data or "",
            "kind": CommentKind(self.kind.data),
            "lang": self.lang.data,
            "body": self.body.data or "",
        }


def voice_values(voice: Voice, edit: int) -> dict[str, Any]:
    """Return what the form begins with for a stored contribution."""
    return {
        "node_id": voice.node_id,
        "kind": voice.kind.value,
        "lang": voice.lang,
        "body": voice.body,
        "edit": str(edit),
    }


class ReasonForm(Blamed):
    """Why minutes are corrected, given back or withdrawn."""

    reason = TextAreaField(_l("Grund"), [_most(writing.REASON_LIMIT)], filters=(one_line_end,))
