"""E-mail addresses in forms."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from wtforms import Field, ValidationError


class Address:
    """A complete e-mail address, by its form alone: asking the network would tell others who registers here."""

    def __call__(self, form: Any, field: Field) -> None:
        """Tidy the address, or say what it lacks."""
        value = (field.data or "").strip()
        if value.endswith("@"):
            raise ValidationError(_l("Nach dem @ fehlt der Anbieter, zum Beispiel web.de."))
        try:
            field.data = validate_email(value, check_deliverability=False, allow_smtputf8=False).normalized.lower()
        except EmailNotValidError as error:
            raise ValidationError(
                _l("Das ist keine vollständige E-Mail-Adresse. Sie hat die Form name@anbieter.de.")
            ) from error
