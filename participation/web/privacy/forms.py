"""Forms about one's account as a whole."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField
from wtforms.validators import InputRequired, Length

from participation.accounts.passwords import MAXIMUM
from participation.web.accounts.forms import required
from participation.web.addresses import Address
from participation.web.choices import choices

STAY, GO = "bleiben", "gehen"


class AddressForm(FlaskForm):
    """A new e-mail address, with the password as proof."""

    email = EmailField(
        _l("Neue E-Mail-Adresse"), [*required(_l("Tragen Sie die neue Adresse ein.")), Length(max=254), Address()]
    )
    password = PasswordField(
        _l("Ihr Passwort"), [InputRequired(_l("Tragen Sie Ihr Passwort ein.")), Length(max=MAXIMUM)]
    )


class LeaveByLinkForm(FlaskForm):
    """What becomes of contributions; the mailed link is the proof."""

    contributions = RadioField(
        _l("Was soll aus Ihren Beiträgen werden?"),
        [InputRequired(_l("Wählen Sie, was aus Ihren Beiträgen wird."))],
        choices=choices(
            [
                (STAY, _l("Sie bleiben stehen, statt Ihres Namens steht dort „gelöschtes Konto“.")),
                (GO, _l("Sie gehen mit: Die Texte werden gelöscht, Platzhalter bleiben.")),
            ]
        ),
    )

    @property
    def remove(self) -> bool:
        """Whether contributions go as well."""
        return bool(self.contributions.data == GO)


class LeaveForm(LeaveByLinkForm):
    """The same, with the password as proof."""

    password = PasswordField(
        _l("Ihr Passwort"), [InputRequired(_l("Tragen Sie Ihr Passwort ein.")), Length(max=MAXIMUM)]
    )
