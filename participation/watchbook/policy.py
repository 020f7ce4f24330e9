"""Who may read the watch book."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import NEEDS_ACCOUNT
from participation.base.verdict import Verdict, no, yes
from participation.resolutions.models import Seat


def may_read(actor: User | None, seat: Seat | None) -> Verdict:
    """Say whether a person may read: operators, and members of bodies, who watch over them."""
    if actor is None:
        return NEEDS_ACCOUNT
    if actor.is_confirmed and (actor.is_operator or seat is not None):
        return yes
    return no(_l("Das Sicherheitslog lesen der Betrieb und die Mitglieder der Gremien."))
