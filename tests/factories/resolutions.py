"""Bodies, members and resolutions for tests, made through the operations."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.leitbild.models import Revision
from participation.places.models import Region
from participation.resolutions import queries
from participation.resolutions.bodies import seat_member
from participation.resolutions.models import Body, Decision, Resolution
from participation.resolutions.operations import ResolutionFields, save_resolution, sign_resolution
from participation.resolutions.standing import Standing
from tests.factories.accounts import user

PERIOD = timedelta(days=90)


def bodies() -> tuple[Body, Body]:
    """Add both bodies of the Länder, in office from the beginning."""
    made = (
        Body(id="brandenburg", name="Lenkungsgremium Brandenburg", short="Brandenburg", position=0),
        Body(id="sachsen", name="Lenkungsgremium Sachsen", short="Sachsen", position=1),
    )
    made[0].region, made[1].region = Region.BRANDENBURG, Region.SACHSEN
    db.session.add_all(made)
    db.session.flush()
    return made


def member(body: Body, name: str = "") -> User:
    """Add a resident and give them a seat."""
    person = user(name)
    seat_member(body.id, person)
    return person


def fields(decision: Decision = Decision.ADOPTED, **rest: object) -> ResolutionFields:
    """Return complete fields; overwrite what the test is about."""
    values: dict[str, object] = {"decision": decision, "date": now().date(), "reference": "LG 12/2026"}
    return ResolutionFields(**{**values, **rest})


def draft(revision: Revision, author: User, decision: Decision = Decision.ADOPTED, **rest: object) -> Resolution:
    """Draft a resolution."""
    made = fields(decision, **rest)
    return save_resolution(author, revision, made, expected_edit=0, today=now().date())


def signed(revision: Revision, body: Body, decision: Decision = Decision.ADOPTED, **rest: object) -> Resolution:
    """Have two new members of a body draft and sign a resolution."""
    made = draft(revision, member(body), decision, **rest)
    return sign_resolution(member(body), made, expected_edit=made.edit)


def standing(number: int) -> Standing:
    """Return how a revision stands now."""
    return queries.standing(number, period=PERIOD, at=now())
