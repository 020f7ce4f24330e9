"""What people tell those who run the platform."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from participation.web.addresses import Address

PLACE, TEXT = 300, 4000
"""Characters the fields take."""


class BarrierForm(FlaskForm):
    """Say where one does not get on."""

    place = StringField(
        _l("Wo ist die Barriere?"), [Optional(), Length(max=PLACE, message=_l("Höchstens %(max)d Zeichen."))]
    )
    text = TextAreaField(
        _l("Was wollten Sie tun, und was ging nicht?"),
        [
            InputRequired(_l("Schreiben Sie, was nicht ging. Ein Satz genügt.")),
            Length(max=TEXT, message=_l("Höchstens %(max)d Zeichen.")),
        ],
    )
    email = EmailField(_l("Ihre E-Mail-Adresse"), [Optional(), Length(max=254), Address()])
    homepage = StringField(_l("Dieses Feld bleibt leer"), [Length(max=200)])
