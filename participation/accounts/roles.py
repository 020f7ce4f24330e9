"""Who is entrusted with what: roles given by an operator, confirmed by a second one, and taken at once."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from participation.accounts.events import RoleChanged
from participation.accounts.logins import end_logins
from participation.accounts.models import GrantState, Role, RoleGrant, User
from participation.accounts.policy import may_decide_grant, may_grant
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, require

REASON_LIMIT = 1000


class ReasonMissing(DomainError):
    """Nobody gets or loses a role without a reason on record."""

    default = _l("Schreiben Sie dazu, warum. Das Protokoll hält es fest.")


class SameRole(DomainError):
    """The person has this role already."""

    default = _l("Diese Rolle hat die Person schon.")


class GrantWaiting(Conflict):
    """A grant for this person still waits for the second operator."""

    default = _l("Für diese Person wartet schon eine Änderung auf die zweite Unterschrift.")


class OtherDuty(Conflict):
    """A power that must not come together with this one, such as a seat in a body."""

    default = _l(
        "Diese Person hat eine Aufgabe, die sich damit nicht verträgt, zum Beispiel einen Sitz in einem Gremium."
    )


class LastOperator(Conflict):
    """Somebody has to be able to give roles."""

    default = _l("Das ist die letzte Person im Betrieb. Bestimmen Sie zuerst eine andere.")


class RoleMoved(Conflict):
    """The person has another role by now than the one that the grant was asked for."""

    default = _l("Die Person hat inzwischen eine andere Rolle. Lehnen Sie ab und beantragen Sie es neu.")


def request_role(actor: User, person: User, role: Role, reason: str) -> RoleGrant:
    """Give a person a role, or take it back by giving `Role.RESIDENT`.

    What gives power waits for a second operator if there is one to ask; what only takes power holds at once.

    Raises:
        Denied: also if the actor lost their own role a moment ago.
        ReasonMissing, SameRole, GrantWaiting, OtherDuty, LastOperator: as they say.
    """
    _hold(actor.id, person.id)
    require(may_grant(actor, person))
    reason = normalise(reason, limit=REASON_LIMIT)
    if not reason:
        raise ReasonMissing
    if role is person.role:
        raise SameRole
    if person.role is Role.OPERATOR and not _operators_besides(person):
        raise LastOperator
    waits = role is not Role.RESIDENT and _operators_besides(actor, person)
    grant = RoleGrant(
        user_id=person.id,
        before=person.role,
        role=role,
        reason=reason,
        state=GrantState.REQUESTED if waits else GrantState.IN_FORCE,
        requested_by_id=actor.id,
        decided_at=None if waits else now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(grant)
    except IntegrityError:
        raise GrantWaiting from None
    if not waits:
        _put_in_force(actor, person, role, reason)
    return grant


def decide_role(actor: User, grant: RoleGrant, *, confirm: bool) -> RoleGrant:
    """Confirm or refuse a grant as the second operator.

    Raises:
        RoleMoved: if the person's role changed since it was asked for; refusing is possible all the same.
        OtherDuty: if the person got an incompatible duty meanwhile.
    """
    _hold(actor.id, grant.user_id)
    chosen = select(RoleGrant).where(RoleGrant.id == grant.id).with_for_update()
    grant = db.session.scalars(chosen.execution_options(populate_existing=True)).one()
    require(may_decide_grant(actor, grant))
    if confirm and grant.user.role is not grant.before:
        raise RoleMoved
    grant.state = GrantState.IN_FORCE if confirm else GrantState.REFUSED
    grant.decided_by_id, grant.decided_at = actor.id, now()
    db.session.flush()
    if confirm:
        _put_in_force(actor, grant.user, grant.role, grant.reason)
    return grant


def entrusted() -> Sequence[User]:
    """Return everyone who holds more than a resident's role, by role and name."""
    chosen = select(User).where(User.role != Role.RESIDENT).order_by(User.role, User.display_name, User.id)
    return db.session.scalars(chosen).all()


def grants(*, before: int | None = None, size: int = 50) -> Sequence[RoleGrant]:
    """Return grants with their people, newest first; `before` is the id the page before ended with."""
    people = (joinedload(RoleGrant.user), joinedload(RoleGrant.requested_by), joinedload(RoleGrant.decided_by))
    chosen = select(RoleGrant).options(*people).order_by(RoleGrant.id.desc()).limit(size)
    return db.session.scalars(chosen if before is None else chosen.where(RoleGrant.id < before)).all()


def _hold(*people: int) -> None:
    """Lock every operator and the people concerned, in the order of their ids, and read them anew.

    Of two operators who take the role from each other at once, the second finds that it has lost it.
    """
    concerned = (User.role == Role.OPERATOR) | User.id.in_(people)
    chosen = select(User).where(concerned).order_by(User.id).with_for_update(key_share=True)
    db.session.scalars(chosen.execution_options(populate_existing=True)).all()


def _operators_besides(*people: User) -> bool:
    """Say whether anybody else runs the platform, with an account that somebody can log in to."""
    others = User.id.not_in([person.id for person in people])
    able = (User.role == Role.OPERATOR, User.confirmed_at.is_not(None), User.closed_at.is_(None))
    return bool(db.session.scalar(select(exists().where(*able, others))))


def _put_in_force(actor: User, person: User, role: Role, reason: str) -> None:
    try:
        with db.session.begin_nested():
            person.role = role
    except IntegrityError:
        raise OtherDuty from None
    end_logins(person)
    emit(RoleChanged(person.id, role, actor.id, reason))
