"""What people may do with accounts and initiatives; the ground of every other room's policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import format_datetime
from flask_babel import lazy_gettext as _l

from participation.accounts.models import GrantState, Initiative, InitiativeState, RoleGrant, User
from participation.base.clock import now
from participation.base.verdict import Verdict, no, yes

NEEDS_ACCOUNT = no(_l("Dafür brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A person's running permission to write for a verified initiative."""

    initiative_id: int
    name: str
    slug: str


def may_take_part(actor: User | None) -> Verdict:
    """Say whether a person may write, vote and propose at all: everyone confirmed except those who run the platform."""
    if actor is None:
        return NEEDS_ACCOUNT
    if not actor.is_confirmed:
        return no(_l("Bestätigen Sie zuerst Ihre E-Mail-Adresse. Der Link steht in unserer Mail an Sie."))
    free = unrestricted(actor)
    if not free:
        return free
    if actor.is_operator:
        return no(_l("Mit diesem Konto betreiben Sie die Plattform. Zum Mitreden brauchen Sie ein eigenes Konto."))
    return yes


def unrestricted(actor: User) -> Verdict:
    """Say whether an account is neither closed nor suspended; the refusal tells the ground and until when."""
    if actor.is_closed:
        return no(_l("Dieses Konto ist geschlossen. Grund: %(ground)s", ground=actor.restricted_for))
    if actor.suspended_until is not None and actor.suspended_until > now():
        until = format_datetime(actor.suspended_until, "d. MMMM yyyy, HH:mm")
        return no(
            _l("Ihr Konto ist bis zum %(until)s gesperrt. Grund: %(ground)s", until=until, ground=actor.restricted_for)
        )
    return yes


def may_moderate(actor: User | None) -> Verdict:
    """Say whether a person may do a moderator's work."""
    if actor is None:
        return NEEDS_ACCOUNT
    if not actor.is_moderator or not actor.is_confirmed:
        return no(_l("Das ist Aufgabe der Moderation."))
    return unrestricted(actor)


def may_operate(actor: User | None) -> Verdict:
    """Say whether a person may do an operator's work."""
    if actor is None:
        return NEEDS_ACCOUNT
    if not actor.is_operator or not actor.is_confirmed:
        return no(_l("Das ist Aufgabe des Betriebs."))
    return yes


def may_grant(actor: User | None, person: User) -> Verdict:
    """Say whether an operator may change a person's role; never their own."""
    operating = may_operate(actor)
    if not operating or actor is None:
        return operating
    if actor.id == person.id:
        return no(_l("Die eigene Rolle ändert jemand anderes."))
    return yes


def may_decide_grant(actor: User | None, grant: RoleGrant) -> Verdict:
    """Say whether an operator may confirm or refuse a grant: one who neither asked for it nor gets it."""
    operating = may_operate(actor)
    if not operating or actor is None:
        return operating
    if grant.state is not GrantState.REQUESTED:
        return no(_l("Darüber ist schon entschieden."))
    if actor.id in (grant.requested_by_id, grant.user_id):
        return no(_l("Darüber entscheidet eine zweite Person aus dem Betrieb."))
    return yes


def may_speak_for(actor: User | None, initiative_id: int, mandates: Iterable[Mandate]) -> Verdict:
    """Say whether a person may write for an initiative, given the mandates they hold."""
    taking_part = may_take_part(actor)
    if not taking_part:
        return taking_part
    if any(mandate.initiative_id == initiative_id for mandate in mandates):
        return yes
    return no(_l("Für diese Initiative schreiben nur ihre Delegierten."))


def may_apply(actor: User | None) -> Verdict:
    """Say whether a person may ask for an initiative to be verified."""
    return may_take_part(actor)


def may_decide(actor: User | None, initiative: Initiative) -> Verdict:
    """Say whether a moderator may verify or refuse an application; never their own."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if initiative.applicant_id == actor.id:
        return no(_l("Über den eigenen Antrag entscheidet eine andere Person aus der Moderation."))
    return yes


def may_see_initiative(actor: User | None, initiative: Initiative) -> Verdict:
    """Say whether a person may see an initiative's page; before verification only the applicant and moderators."""
    if initiative.state is InitiativeState.VERIFIED:
        return yes
    if actor is not None and (actor.is_moderator or actor.id == initiative.applicant_id):
        return yes
    return no(_l("Diese Initiative ist noch nicht geprüft."))


def may_manage_mandates(actor: User | None, initiative: Initiative, mandates: Iterable[Mandate]) -> Verdict:
    """Say whether a person may add and end mandates: a delegate of the verified initiative, or a moderator."""
    if initiative.state is not InitiativeState.VERIFIED:
        return no(_l("Mandate gibt es, sobald die Moderation die Initiative geprüft hat."))
    if may_moderate(actor):
        return yes
    return may_speak_for(actor, initiative.id, mandates)
