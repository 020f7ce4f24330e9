"""Forms about people, passwords and initiatives."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined] # SelectChoice is newer than the stubs
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from participation.accounts.initiatives import MANDATE_LIMIT
from participation.accounts.models import OrganisationKind
from participation.accounts.operations import LINKLIKE, NAME_LIMIT, NAME_MINIMUM
from participation.accounts.passwords import MAXIMUM, MINIMUM
from participation.accounts.queries import residence_choices
from participation.base.verdict import Message
from participation.web.addresses import Address
from participation.web.choices import LANGUAGES, choices
from participation.web.days import Day

KINDS: dict[OrganisationKind, Message] = {
    OrganisationKind.INITIATIVE: _l("Initiative, Verein, Unternehmen, Einrichtung: will mitreden"),
    OrganisationKind.CARRIER: _l("Träger: setzt Maßnahmen um und meldet, wie weit sie sind"),
    OrganisationKind.AUTHORITY: _l("Fachstelle: berät, etwa aus Wissenschaft, sorbischer Kultur, Barrierefreiheit"),
}
GROUPS: dict[str, Message] = {
    "ort": _l("Orte"),
    "kreis": _l("Kreise und Regionen"),
    "anderswo": _l("Anderswo"),
}


def no_link(form: Any, field: Field) -> None:
    """Refuse a name that could serve as a link."""
    if LINKLIKE.search(field.data or ""):
        raise ValidationError(
            _l("Der Name sieht wie eine Internet-Adresse aus. Lassen Sie / und @ weg, nach Punkten ein Leerzeichen.")
        )


def stripped(value: Any) -> Any:
    """Return text without outer space."""
    return value.strip() if isinstance(value, str) else value


def required(message: str) -> list[Any]:
    """Return the validator of a field that must not stay empty."""
    return [DataRequired(message)]


class LoginForm(FlaskForm):
    """Address and password; passes on what was kept and where to go."""

    email = EmailField(_l("E-Mail-Adresse"), [DataRequired(_l("Tragen Sie Ihre E-Mail-Adresse ein.")), Length(max=254)])
    password = PasswordField(
        _l("Passwort"),
        [
            InputRequired(_l("Tragen Sie Ihr Passwort ein.")),
            Length(max=MAXIMUM, message=_l("So lang ist kein Passwort hier.")),
        ],
    )
    next = HiddenField()


class AddressForm(FlaskForm):
    """An address that a link goes to."""

    email = EmailField(
        _l("E-Mail-Adresse"), [*required(_l("Tragen Sie Ihre E-Mail-Adresse ein.")), Length(max=254), Address()]
    )


def new_password(label: str) -> PasswordField:
    """Return the field for a password to be set."""
    length = Length(
        min=MINIMUM,
        max=MAXIMUM,
        message=_l("Das Passwort braucht %(min)d bis %(max)d Zeichen. Ein kurzer Satz eignet sich gut."),
    )
    return PasswordField(label, [InputRequired(_l("Denken Sie sich ein Passwort aus.")), length])


class PasswordForm(FlaskForm):
    """A new password, by a mailed link."""

    password = new_password(_l("Neues Passwort"))


class ChangePasswordForm(FlaskForm):
    """A new password, by the present one."""

    password_now = PasswordField(
        _l("Jetziges Passwort"), [InputRequired(_l("Tragen Sie Ihr jetziges Passwort ein.")), Length(max=MAXIMUM)]
    )
    password_new = new_password(_l("Neues Passwort"))


class ConfirmForm(FlaskForm):
    """A button."""


def display_name() -> StringField:
    """Return the field for the name others see."""
    return StringField(
        _l("Name, der bei Ihren Beiträgen steht"),
        [
            *required(_l("Wie sollen wir Sie nennen?")),
            Length(NAME_MINIMUM, NAME_LIMIT, message=_l("Der Name braucht %(min)d bis %(max)d Zeichen.")),
            no_link,
        ],
        filters=[stripped],
    )


class FormWithResidence(FlaskForm):
    """A form with a field `residence`; its choices come from the database."""

    residence: SelectField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.residence.choices = residences()


class ProfileForm(FormWithResidence):
    """What others see of a person, and their language."""

    display_name = display_name()
    residence = SelectField(_l("Wohnort"), [Optional()])
    locale = SelectField(_l("Sprache"), choices=LANGUAGES, default="de")


class RegisterForm(FormWithResidence):
    """A new account; the fields in the order of the page, so that its errors are listed in this order, too."""

    email = EmailField(
        _l("E-Mail-Adresse"), [*required(_l("Tragen Sie Ihre E-Mail-Adresse ein.")), Length(max=254), Address()]
    )
    display_name = display_name()
    password = new_password(_l("Passwort"))
    residence = SelectField(_l("Wohnort"), [Optional()])
    locale = SelectField(_l("Sprache"), choices=LANGUAGES, default="de")
    homepage = StringField(_l("Dieses Feld bleibt leer"), [Length(max=200)])
    """Only machines fill it in."""


class InitiativeForm(FlaskForm):
    """An application to be verified as an organisation."""

    kind = RadioField(
        _l("Was melden Sie an?"),
        [InputRequired(_l("Wählen Sie, was Sie anmelden."))],
        choices=choices((kind.value, label) for kind, label in KINDS.items()),
        default=OrganisationKind.INITIATIVE.value,
    )
    name = StringField(
        _l("Name"),
        [*required(_l("Wie heißt sie?")), Length(3, 120, message=_l("Der Name braucht 3 bis 120 Zeichen."))],
        filters=[stripped],
    )
    seat = StringField(_l("Sitz"), [*required(_l("In welchem Ort sitzt sie?")), Length(max=120)], filters=[stripped])
    purpose = TextAreaField(
        _l("Wofür sie sich einsetzt"),
        [
            *required(_l("Schreiben Sie in zwei, drei Sätzen, wofür sie steht.")),
            Length(20, 2000, message=_l("Schreiben Sie 20 bis 2.000 Zeichen.")),
        ],
    )
    contact = StringField(
        _l("Kontakt, der öffentlich steht"),
        [*required(_l("Wie erreicht man sie?")), Length(max=200)],
        filters=[stripped],
    )
    languages = SelectMultipleField(
        _l("Sprachen, in denen man ihr schreiben kann"),
        [InputRequired(_l("Wählen Sie mindestens eine Sprache."))],
        choices=LANGUAGES,
        default=["de"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    website = URLField(
        _l("Internetseite"),
        [
            Optional(),
            Length(max=200),
            Regexp(
                r"https?://[^\s/?#@]+\.[^\s/?#@]+([/?#]\S*)?$",
                message=_l("Die Adresse beginnt mit https:// oder http://."),
            ),
        ],
        filters=[stripped],
    )


class DelegateForm(FlaskForm):
    """A person who is to write for an initiative, by their page."""

    person = StringField(
        _l("Nummer oder Adresse der Personenseite"),
        [
            *required(_l("Tragen Sie die Nummer der Person ein.")),
            Length(max=200),
            Regexp(
                r".*?(\d{1,9})/?\s*$", message=_l("Die Nummer steht am Ende der Adresse, zum Beispiel /personen/12.")
            ),
        ],
        filters=[stripped],
    )
    mandate = StringField(
        _l("Wofür die Person spricht"),
        [
            *required(_l("Schreiben Sie kurz, wofür die Person spricht.")),
            Length(max=MANDATE_LIMIT, message=_l("Höchstens %(max)d Zeichen.")),
        ],
        filters=[stripped],
    )
    since = Day(_l("Erster Tag"))
    until = Day(_l("Letzter Tag"))

    def validate_until(self, field: Field) -> None:
        """Refuse a last day before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_l("Der letzte Tag liegt vor dem ersten."))

    @property
    def begins_at(self) -> datetime | None:
        """When the mandate begins, where a day is given."""
        return _midnight(self.since.data) if self.since.data else None

    @property
    def ends_at(self) -> datetime | None:
        """When it no longer holds: at the end of its last day."""
        return _midnight(self.until.data + timedelta(days=1)) if self.until.data else None

    @property
    def person_id(self) -> int:
        """The number at the end of what was typed."""
        found = re.search(r"(\d{1,9})/?$", self.person.data or "")
        return int(found[1]) if found else 0


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(str(get_timezone())))


class DecisionForm(FlaskForm):
    """A moderator's decision on an application."""

    reason = TextAreaField(
        _l("Begründung"),
        [Optional(), Length(max=2000, message=_l("Höchstens %(max)d Zeichen."))],
        filters=[stripped],
    )


def residences() -> list[SelectChoice]:
    """Return the choices of a residence in their groups; the empty one stands first and alone."""
    return [
        SelectChoice("", str(_l("keine Angabe"))),
        *(
            SelectChoice(choice.id, choice.label, optgroup=str(GROUPS.get(choice.group, choice.group)))
            for choice in residence_choices()
        ),
    ]
