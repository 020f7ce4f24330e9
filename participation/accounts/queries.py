"""Reading people, mandates and initiatives."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import contains_eager

from participation.accounts.models import (
    AccountToken,
    Delegate,
    Initiative,
    InitiativeState,
    OrganisationKind,
    TokenPurpose,
    User,
)
from participation.accounts.policy import Mandate, may_see_initiative, may_speak_for
from participation.base.clock import now
from participation.base.db import db
from participation.base.tokens import digest
from participation.base.verdict import require
from participation.places.models import Place, Region, Residence

__all__ = [
    "DelegateRow",
    "InitiativeRow",
    "Mandate",
    "Organisation",
    "ResidenceChoice",
    "delegates",
    "delegates_of",
    "initiative",
    "initiative_by_id",
    "initiative_names",
    "initiatives",
    "link_works",
    "mandates",
    "names",
    "organisations",
    "person",
    "person_by_address",
    "require_mandate",
    "residence_choices",
    "spoken_for",
]


def mandates(user_id: int) -> list[Mandate]:
    """Return for which verified initiatives a person may write now, by name."""
    return [Mandate(*row) for row in db.session.execute(_mandates(), {"user": user_id, "at": now()})]


@cache
def _mandates() -> Select[int, str, str]:
    """Select the mandates of :user :at a moment. Built once: most pages for people logged in ask."""
    return (
        select(Initiative.id, Initiative.name, Initiative.slug)
        .join(Delegate, Delegate.initiative_id == Initiative.id)
        .where(Delegate.user_id == bindparam("user"), _running(bindparam("at")))
        .where(Initiative.state == InitiativeState.VERIFIED)
        .order_by(Initiative.name)
    )


def spoken_for(user_id: int) -> Select[int]:
    """Select the verified initiatives that a person may write for now, for conditions of other rooms."""
    return (
        select(Initiative.id)
        .join(Delegate, Delegate.initiative_id == Initiative.id)
        .where(Delegate.user_id == user_id, _running(), Initiative.state == InitiativeState.VERIFIED)
    )


def require_mandate(actor: User | None, initiative_id: int | None) -> None:
    """Raise `Denied` unless a person may write for an initiative now; everybody may write for themselves."""
    if initiative_id is not None:
        require(may_speak_for(actor, initiative_id, mandates(actor.id) if actor is not None else ()))


def delegates_of(initiative_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return who may write for each of some initiatives now."""
    if not initiative_ids:
        return {}
    rows = db.session.execute(
        select(Delegate.initiative_id, Delegate.user_id)
        .join(Initiative, Initiative.id == Delegate.initiative_id)
        .where(Delegate.initiative_id.in_(initiative_ids), _running(), Initiative.state == InitiativeState.VERIFIED)
        .order_by(Delegate.initiative_id, Delegate.user_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for initiative_id, user_id in rows:
        found[initiative_id] = (*found.get(initiative_id, ()), user_id)
    return found


def person(user_id: int) -> User | None:
    """Return a person with a confirmed account; an unconfirmed one does not exist for anybody."""
    return db.session.scalar(select(User).where(User.id == user_id, User.confirmed_at.is_not(None)))


def person_by_address(email: str) -> User | None:
    """Return the person with a confirmed account under an address; only for operators."""
    found = User.email == email.lower().replace("\0", "")
    return db.session.scalar(select(User).where(found, User.confirmed_at.is_not(None)))


def names(user_ids: set[int]) -> dict[int, str]:
    """Return display names by id."""
    if not user_ids:
        return {}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(user_ids)))
    return {row.id: row.display_name for row in rows}


def initiative_names(initiative_ids: Collection[int]) -> dict[int, str]:
    """Return names of initiatives by id."""
    rows = db.session.execute(select(Initiative.id, Initiative.name).where(Initiative.id.in_(initiative_ids)))
    return {row.id: row.name for row in rows}


def initiative(slug: str, viewer: User | None = None) -> Initiative | None:
    """Return an initiative as far as the viewer may see it."""
    found = db.session.scalar(select(Initiative).where(Initiative.slug == slug))
    return found if found is not None and may_see_initiative(viewer, found) else None


def initiative_by_id(initiative_id: int) -> Initiative | None:
    """Return an initiative with its applicant, whatever its state; for moderators."""
    return db.session.scalar(
        select(Initiative)
        .join(Initiative.applicant)
        .options(contains_eager(Initiative.applicant))
        .where(Initiative.id == initiative_id)
    )


@dataclass(frozen=True, slots=True)
class Organisation:
    """A verified organisation to choose from a list."""

    id: int
    name: str
    kind: OrganisationKind


def organisations() -> list[Organisation]:
    """Return every verified organisation by name, for forms that let one choose."""
    rows = db.session.execute(
        select(Initiative.id, Initiative.name, Initiative.kind)
        .where(Initiative.state == InitiativeState.VERIFIED)
        .order_by(Initiative.name)
    )
    return [Organisation(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class InitiativeRow:
    """A verified initiative in the list."""

    id: int
    kind: OrganisationKind
    slug: str
    name: str
    seat: str
    purpose: str
    is_example: bool
    delegate_count: int


def initiatives(*, after: str | None = None, size: int = 30) -> list[InitiativeRow]:
    """Return verified initiatives by name, one more than `size` if there are more; `after` is the last name seen."""
    delegates_of = (
        select(func.count()).where(Delegate.initiative_id == Initiative.id, _running()).correlate(Initiative)
    ).scalar_subquery()
    chosen = select(
        Initiative.id,
        Initiative.kind,
        Initiative.slug,
        Initiative.name,
        Initiative.seat,
        Initiative.purpose,
        Initiative.is_example,
        delegates_of,
    ).where(Initiative.state == InitiativeState.VERIFIED)
    if after is not None:
        chosen = chosen.where(Initiative.name > after)
    rows = db.session.execute(chosen.order_by(Initiative.name).limit(size + 1))
    return [InitiativeRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class DelegateRow:
    """A person who may write for an initiative."""

    user_id: int
    name: str
    since: datetime
    until: datetime | None
    mandate: str

    @property
    def last_moment(self) -> datetime | None:
        """When it last holds: a mandate until a day's end is shown with that day."""
        return self.until - timedelta(seconds=1) if self.until is not None else None


def delegates(initiative_id: int) -> list[DelegateRow]:
    """Return the mandates of an initiative that run or are to begin, the oldest first."""
    rows = db.session.execute(
        select(User.id, User.display_name, Delegate.since, Delegate.until, Delegate.mandate)
        .join(Delegate, Delegate.user_id == User.id)
        .where(Delegate.initiative_id == initiative_id, _not_over())
        .order_by(Delegate.since, User.id)
    )
    return [DelegateRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ResidenceChoice:
    """An entry of the list a person picks a residence from."""

    id: str
    label: str
    group: str
    """ort, kreis or anderswo."""


def residence_choices() -> list[ResidenceChoice]:
    """Return all residences in the order of the content."""
    rows = db.session.execute(
        select(Residence.id, Residence.group, Residence.names, Residence.region, Place.official)
        .outerjoin(Place, Place.id == Residence.place_id)
        .order_by(Residence.position)
    )
    return [ResidenceChoice(row.id, _both_names(row.names, row.region, row.official), row.group) for row in rows]


def residence_label(residence: Residence) -> str:
    """Return the German name of a residence, with the Sorbian one beside it where it is official."""
    place = db.session.get(Place, residence.place_id) if residence.place_id else None
    return _both_names(residence.names, residence.region, place.official if place else None)


def _both_names(names: dict[str, str], region: Region, official: list[str] | None) -> str:
    """Return Jänschwalde/Janšojce for a place in the Sorbian area; districts have no list of official languages."""
    german, lang = names["de"], _SORBIAN.get(region, "")
    sorbian = names.get(lang, "") if official is None or lang in official else ""
    return f"{german}/{sorbian}" if sorbian and sorbian != german else german


_SORBIAN = {Region.SACHSEN: "hsb", Region.BRANDENBURG: "dsb"}


def link_works(token: str, purpose: TokenPurpose) -> bool:
    """Say whether the secret of a mailed link can still be used."""
    found = db.session.scalar(
        select(AccountToken.id).where(
            AccountToken.digest == digest(token),
            AccountToken.purpose == purpose,
            AccountToken.used_at.is_(None),
            AccountToken.expires_at > now(),
        )
    )
    return found is not None


def _running(at: BindParameter[datetime] | None = None) -> ColumnElement[bool]:
    return (Delegate.since <= (now() if at is None else at)) & _not_over(at)


def _not_over(at: BindParameter[datetime] | None = None) -> ColumnElement[bool]:
    return Delegate.until.is_(None) | (Delegate.until > (now() if at is None else at))
