"""What people may do with their account as a whole."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import Role, User
from participation.accounts.policy import NEEDS_ACCOUNT
from participation.base.verdict import Verdict, no, yes


def may_ask(actor: User | None) -> Verdict:
    """Say whether somebody may ask what is stored about them: everyone who has an account, whatever their role."""
    return NEEDS_ACCOUNT if actor is None else yes


def may_leave(actor: User | None, *, seated: bool) -> Verdict:
    """Say whether a person may delete their account: whoever is entrusted with something hands that over first.

    `seated`: whether they sit in a body.
    """
    if actor is None:
        return NEEDS_ACCOUNT
    if actor.role is Role.MODERATOR:
        return no(
            _l("Sie gehören zur Moderation. Bitten Sie zuerst den Betrieb, Ihnen die Aufgabe abzunehmen, dann geht es.")
        )
    if actor.role is Role.OPERATOR:
        return no(
            _l(
                "Sie gehören zum Betrieb. Bitten Sie zuerst eine zweite Person aus dem Betrieb, Ihnen die Aufgabe "
                "abzunehmen, dann geht es."
            )
        )
    if seated:
        return no(_l("Sie sitzen in einem Gremium. Geben Sie den Sitz zuerst ab, dann geht es."))
    return yes
