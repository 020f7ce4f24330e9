"""Role × action."""

from __future__ import annotations

import pytest

from participation.accounts.models import Initiative, InitiativeState, Role, User
from participation.accounts.policy import (
    Mandate,
    may_apply,
    may_decide,
    may_manage_mandates,
    may_moderate,
    may_see_initiative,
    may_speak_for,
    may_take_part,
)
from participation.base.clock import now

GROUP = Initiative(id=7, applicant_id=1, state=InitiativeState.VERIFIED)
OPEN = Initiative(id=8, applicant_id=1, state=InitiativeState.APPLIED)
MANDATE = [Mandate(7, "Sieben", "sieben")]


def person(role: Role = Role.RESIDENT, *, number: int = 2, confirmed: bool = True) -> User:
    return User(id=number, role=role, confirmed_at=now() if confirmed else None)


PEOPLE = {
    "visitor": None,
    "unconfirmed": person(confirmed=False),
    "resident": person(),
    "applicant": person(number=1),
    "moderator": person(Role.MODERATOR),
    "moderator_applicant": person(Role.MODERATOR, number=1),
    "operator": person(Role.OPERATOR),
}
EVERYONE = set(PEOPLE)
WRITERS = {"resident", "applicant", "moderator", "moderator_applicant"}
MODERATORS = {"moderator", "moderator_applicant"}

TABLE = [
    ("take part", may_take_part, WRITERS),
    ("apply", may_apply, WRITERS),
    ("moderate", may_moderate, MODERATORS),
    ("decide", lambda actor: may_decide(actor, OPEN), {"moderator"}),
    ("see verified", lambda actor: may_see_initiative(actor, GROUP), EVERYONE),
    ("see applied", lambda actor: may_see_initiative(actor, OPEN), {"applicant", "moderator", "moderator_applicant"}),
    ("speak without mandate", lambda actor: may_speak_for(actor, 7, []), set()),
    ("speak with mandate", lambda actor: may_speak_for(actor, 7, MANDATE), WRITERS),
    ("speak for another", lambda actor: may_speak_for(actor, 9, MANDATE), set()),
    ("manage without mandate", lambda actor: may_manage_mandates(actor, GROUP, []), MODERATORS),
    ("manage with mandate", lambda actor: may_manage_mandates(actor, GROUP, MANDATE), WRITERS),
    ("manage unverified", lambda actor: may_manage_mandates(actor, OPEN, MANDATE), set()),
]


@pytest.mark.parametrize(("action", "ask", "allowed"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.parametrize("who", PEOPLE)
def test_who_may_what(action, ask, allowed, who):
    verdict = ask(PEOPLE[who])
    assert bool(verdict) is (who in allowed)
    if not verdict and action not in ("see applied", "manage unverified"):
        assert verdict.login_helps is (who == "visitor")
