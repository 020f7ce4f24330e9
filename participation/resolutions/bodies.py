"""Setting up bodies and their seats; for commands, never for a page."""

from __future__ import annotations

from pathlib import Path

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Conflict, DomainError, NotFound
from participation.base.yaml_source import Problem, raise_if_any, read_entry, report_repeated
from participation.places.models import Region
from participation.resolutions.models import Body, Seat

FILE = "bodies.yaml"


class BodyExists(Conflict):
    """A body has this id or name already."""

    default = _l("Ein Gremium mit diesem Namen gibt es schon.")


class SeatTaken(Conflict):
    """The person holds a seat already, in this body or another."""

    default = _l("Diese Person hat schon einen Sitz in einem Gremium.")


class NotAResident(DomainError):
    """Whoever moderates or runs the platform decides nothing."""

    default = _l("Wer moderiert oder die Plattform betreibt, sitzt in keinem Gremium.")


def import_bodies(folder: Path) -> int:
    """Add the bodies of the content folder unless there are bodies already; return how many.

    A folder without the file has none.

    Raises:
        ContentError: if the file is not as it should be.
    """
    if not (folder / FILE).exists() or db.session.scalar(select(exists(select(Body.id)))):
        return 0
    problems: list[Problem] = []
    top = read_entry(folder, FILE, problems)
    top.only("bodies")
    entries = top.entries("bodies")
    report_repeated(entries, "body")
    made = []
    for position, entry in enumerate(entries):
        entry.only("id", "name", "short", "region")
        region = entry.one_of("region", [one.value for one in Region], "region") if entry.has("region") else ""
        made.append(
            Body(
                id=entry.ident(),
                name=entry.text("name"),
                short=entry.text("short"),
                region=Region(region) if region in [one.value for one in Region] else None,
                position=position,
            )
        )
    raise_if_any(problems)
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def add_body(*, ident: str, name: str, short: str, region: Region | None) -> Body:
    """Add a body; it decides about revisions published from now on."""
    last = db.session.scalar(select(func.max(Body.position)))
    body = Body(id=ident, name=name, short=short, region=region, position=0 if last is None else last + 1, since=now())
    try:
        with db.session.begin_nested():
            db.session.add(body)
    except IntegrityError:
        raise BodyExists from None
    return body


def retire_body(ident: str) -> Body:
    """Give a body up: it decides about nothing published from now on, but what was published before still needs it."""
    body = db.session.get(Body, ident)
    if body is None or body.until is not None:
        raise NotFound
    body.until = now()
    db.session.flush()
    return body


def seat_member(body_id: str, user: User) -> Seat:
    """Give a person a seat, for the first time or again.

    Raises:
        NotAResident, SeatTaken: if the person has another task already.
    """
    if db.session.get(Body, body_id) is None:
        raise NotFound
    chosen = select(User).where(User.id == user.id).with_for_update(read=True)
    user = db.session.scalars(chosen.execution_options(populate_existing=True)).one()
    if user.role is not Role.RESIDENT or not user.is_confirmed:
        raise NotAResident
    seat = db.session.get(Seat, (body_id, user.id)) or Seat(body_id=body_id, user_id=user.id)
    if seat.role is not None:
        raise SeatTaken
    try:
        with db.session.begin_nested():
            seat.role, seat.since, seat.until = user.role, now(), None
            db.session.add(seat)
    except IntegrityError:
        raise SeatTaken from None
    return seat


def unseat_member(body_id: str, user: User) -> Seat:
    """End a person's seat. What they signed stays; whoever signs at this moment is waited for."""
    chosen = select(Seat).where(Seat.body_id == body_id, Seat.user_id == user.id).with_for_update()
    seat = db.session.scalar(chosen.execution_options(populate_existing=True))
    if seat is None or seat.until is not None:
        raise NotFound
    seat.role, seat.until = None, now()
    db.session.flush()
    return seat
