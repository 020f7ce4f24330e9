"""Initiatives: applying, deciding on an application, mandates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.events import (
    DelegateAdded,
    InitiativeApplied,
    InitiativeRefused,
    InitiativeVerified,
    MandateEnded,
)
from participation.accounts.models import Delegate, Initiative, InitiativeState, OrganisationKind, User
from participation.accounts.names import demand_own
from participation.accounts.policy import may_apply, may_decide, may_manage_mandates
from participation.accounts.queries import mandates, person
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import fold, normalise
from participation.base.verdict import Conflict, DomainError, require

SLUG_LIMIT = 100
MANDATE_LIMIT = 300
"""Characters that the text of a mandate may have."""

FIRST_MANDATE = "hat die Organisation angemeldet"
"""The mandate of whoever applied; content, and so German."""


class NameTaken(Conflict):
    """An initiative of this name exists or has applied."""

    default = _l("Eine Initiative mit diesem Namen gibt es schon. Fragen Sie dort nach einem Mandat.")


class AlreadyDecided(Conflict):
    """The application is no longer open."""

    default = _l("Über diesen Antrag ist schon entschieden.")


class ReasonMissing(DomainError):
    """A decision needs its reason."""

    default = _l("Schreiben Sie den Grund dazu. Die Person, die den Antrag gestellt hat, liest ihn.")


class UnfitPeriod(DomainError):
    """A mandate would end before it begins, or has ended already."""

    default = _l("Der letzte Tag liegt vor dem ersten oder ist schon vorbei.")


class NobodyThere(DomainError):
    """There is no person with this number."""

    default = _l("Diese Person gibt es nicht. Die Nummer steht in der Adresse ihrer Personenseite.")


class NoSuchMandate(Conflict):
    """The mandate has already ended."""

    default = _l("Dieses Mandat ist schon beendet.")


def apply_initiative(
    actor: User,
    *,
    name: str,
    seat: str,
    purpose: str,
    contact: str,
    website: str = "",
    kind: OrganisationKind = OrganisationKind.INITIATIVE,
    languages: Sequence[str] = ("de",),
    is_example: bool = False,
) -> Initiative:
    """Ask for an initiative to be verified.

    Raises:
        NameTaken: if one of this name exists, whatever its state.
        NameRefused: if the name could be taken for another one.
    """
    require(may_apply(actor))
    name = " ".join(normalise(name).split())
    group = Initiative(
        kind=kind,
        slug=_free_slug(name),
        name=name,
        seat=normalise(seat),
        purpose=normalise(purpose),
        contact=normalise(contact),
        website=normalise(website),
        languages=list(dict.fromkeys(languages)) or ["de"],
        applicant_id=actor.id,
        is_example=is_example,
    )
    try:
        with db.session.begin_nested():
            db.session.add(group)
    except IntegrityError as error:
        raise NameTaken from error
    if not is_example:
        demand_own(name, initiative_id=group.id)
    emit(InitiativeApplied(group.id, group.name, actor.id))
    return group


def verify_initiative(actor: User, initiative: Initiative, reason: str) -> None:
    """Verify an application, saying what was checked; its applicant becomes the first delegate.

    Raises:
        ReasonMissing: without a reason.
        AlreadyDecided: if another moderator was faster.
    """
    _decide(actor, initiative, InitiativeState.VERIFIED, reason)
    db.session.add(Delegate(initiative_id=initiative.id, user_id=initiative.applicant_id, mandate=FIRST_MANDATE))
    db.session.flush()
    emit(InitiativeVerified(initiative.id, initiative.name, initiative.slug, initiative.applicant_id, actor.id))


def refuse_initiative(actor: User, initiative: Initiative, reason: str) -> None:
    """Refuse an application for a reason that its applicant reads.

    Raises:
        ReasonMissing: without a reason.
        AlreadyDecided: if another moderator was faster.
    """
    _decide(actor, initiative, InitiativeState.REFUSED, reason)
    emit(
        InitiativeRefused(
            initiative.id,
            initiative.name,
            initiative.slug,
            initiative.applicant_id,
            initiative.decision_reason,
            actor.id,
        )
    )


def add_delegate(
    actor: User,
    initiative: Initiative,
    user_id: int,
    *,
    mandate: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Let a person write for an initiative, from now on or from a later day; a running mandate gets the new terms.

    People are named by the number of their public page: asking for their address would tell who has an account.
    `until` is the first moment at which the mandate no longer holds.

    Raises:
        NobodyThere: if there is no such person, or one who may not write.
        TextTooLong, UnfitPeriod: as they say.
    """
    require(may_manage_mandates(actor, initiative, mandates(actor.id)))
    someone = person(user_id)
    if someone is None or someone.is_operator:
        raise NobodyThere
    told, moment = " ".join(normalise(mandate, limit=MANDATE_LIMIT).split()), now()
    since = max(since or moment, moment)
    if until is not None and until <= since:
        raise UnfitPeriod
    known = db.session.get(Delegate, (initiative.id, someone.id), with_for_update=True)
    if known is not None and (known.until is None or known.until > moment):
        known.since = since if known.since > moment else known.since
        known.mandate, known.until = told or known.mandate, until
        db.session.flush()
        return
    if known is None:
        known = Delegate(initiative_id=initiative.id, user_id=someone.id)
        db.session.add(known)
    known.since, known.until, known.mandate = since, until, told
    db.session.flush()
    emit(DelegateAdded(initiative.name, initiative.slug, someone.id, actor.id))


def end_mandate(actor: User, initiative: Initiative, user_id: int) -> None:
    """End a mandate, one's own or another's; what was written for the initiative stays.

    Raises:
        NoSuchMandate: if it has ended already.
    """
    require(may_manage_mandates(actor, initiative, mandates(actor.id)))
    known = db.session.get(Delegate, (initiative.id, user_id), with_for_update=True)
    moment = now()
    if known is None or (known.until is not None and known.until <= moment):
        raise NoSuchMandate
    # One that was to begin later never did.
    known.since, known.until = min(known.since, moment), moment
    db.session.flush()
    emit(MandateEnded(initiative.name, initiative.slug, user_id, actor.id))


def _decide(actor: User, initiative: Initiative, state: InitiativeState, reason: str) -> None:
    require(may_decide(actor, initiative))
    if not normalise(reason):
        raise ReasonMissing
    decided = (
        update(Initiative)
        .where(Initiative.id == initiative.id, Initiative.state == InitiativeState.APPLIED)
        .values(state=state, decided_by_id=actor.id, decided_at=now(), decision_reason=normalise(reason))
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[None]", db.session.execute(decided)).rowcount != 1:
        raise AlreadyDecided
    db.session.refresh(initiative)


def _free_slug(name: str) -> str:
    """Return a speaking id that no initiative has yet."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:SLUG_LIMIT].strip("-") or "initiative"
    taken = set(db.session.scalars(select(Initiative.slug).where(Initiative.slug.startswith(base, autoescape=True))))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
