"""Who may upload. Who may see a file is said by what it is attached to."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_take_part
from participation.base.verdict import Verdict, no

PENDING = 10
"""Files that one person may have waiting for a description."""


def may_upload(actor: User | None, waiting: int = 0) -> Verdict:
    """Say whether a person may upload a file: everyone who takes part, a few at a time."""
    taking_part = may_take_part(actor)
    if taking_part and waiting >= PENDING:
        return no(
            _l("Von Ihnen warten schon zehn Dateien auf ihre Beschreibung. Morgen sind sie weg, dann geht es weiter.")
        )
    return taking_part
