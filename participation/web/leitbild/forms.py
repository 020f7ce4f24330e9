"""Forms of the workshop: a change, a draft, a step back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length

from participation.leitbild import drafts, wording
from participation.leitbild.models import ChangeKind
from participation.leitbild.wording import ChangeFields
from participation.web.choices import choices
from participation.web.leitbild.words import KINDS
from participation.web.numbers import number


def _most(limit: int) -> list[Length]:
    return [Length(max=limit, message=_l("Höchstens %(max)d Zeichen."))]


def _ident(value: str | None) -> str:
    """Return a speaking id as the database takes it: none is longer, none has a NUL."""
    return (value or "").replace("\0", "")[:120]


def _row(value: str | int) -> int:
    """Return the number of a row; one that no column holds is no choice."""
    found = number(str(value))
    if found is None:
        raise ValueError
    return found


_KINDS = choices((kind.value, label) for kind, label in KINDS.items())


class ChangeForm(FlaskForm):
    """What a moderator writes; what is compulsory depends on the kind and is said by the room."""

    kind = RadioField(_l("Was soll geschehen?"), choices=_KINDS, validate_choice=False)
    node = SelectField(_l("Welche Stelle?"), validate_choice=False, filters=[_ident])
    parent = SelectField(_l("Wo soll das Neue stehen?"), validate_choice=False, filters=[_ident])
    node_kind = SelectField(_l("Was ist es?"), validate_choice=False, filters=[_ident])
    target = SelectField(
        _l("Worin geht es auf, oder wovon wird es abgeteilt?"), validate_choice=False, filters=[_ident]
    )
    title = StringField(_l("Titel"), _most(wording.TITLE_LIMIT))
    after = TextAreaField(_l("Neuer Wortlaut"), _most(wording.LIMIT))
    reason = TextAreaField(_l("Grund"), _most(wording.REASON_LIMIT))
    culture = TextAreaField(_l("Kulturcheck"), _most(wording.REASON_LIMIT))
    cross_border = TextAreaField(_l("Was bedeutet es für die Nachbarn?"), _most(wording.REASON_LIMIT))
    outcomes = SelectMultipleField(_l("Ergebnisse"), coerce=_row, validate_choice=False)
    edit = HiddenField()
    since = HiddenField()

    def fields(self) -> ChangeFields:
        """Return what was typed, as the room takes it."""
        return ChangeFields(
            kind=_kind(self.kind.data),
            outcome_ids=tuple(self.outcomes.data or ()),
            node_id=self.node.data or "",
            after=self.after.data or "",
            reason=self.reason.data or "",
            culture=self.culture.data or "",
            cross_border=self.cross_border.data or "",
            title=self.title.data or "",
            parent_id=self.parent.data or "",
            node_kind=self.node_kind.data or "",
            target_id=self.target.data or "",
            based_on=number(self.since.data) or 0,
        )


class DraftForm(FlaskForm):
    """Title and summary of the next revision."""

    title = StringField(_l("Titel der Fassung"), _most(drafts.TITLE_LIMIT))
    summary = TextAreaField(_l("Was ändert sich, und warum?"), _most(drafts.SUMMARY_LIMIT))
    edit = HiddenField()
    seen = HiddenField()
    """The summary as it was when the page was opened, to be shown after a conflict."""


class ReasonForm(FlaskForm):
    """A step back with its reason."""

    reason = TextAreaField(_l("Warum?"), _most(wording.REASON_LIMIT))


def _kind(value: str | None) -> ChangeKind:
    """Return the kind chosen; nothing that fits means another wording."""
    return next((kind for kind in ChangeKind if kind.value == value), ChangeKind.TEXT)
