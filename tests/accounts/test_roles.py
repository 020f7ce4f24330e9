"""Roles: given by one operator, confirmed by another, never to oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from participation.accounts.logins import begin_login, logged_in
from participation.accounts.models import GrantState, LoginMethod, Role, RoleGrant, User
from participation.accounts.policy import may_moderate, may_take_part
from participation.accounts.roles import (
    GrantWaiting,
    LastOperator,
    ReasonMissing,
    RoleMoved,
    SameRole,
    decide_role,
    entrusted,
    grants,
    request_role,
)
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.notify.queries import notifications
from tests.factories.accounts import log_in, moderator, user
from tests.races import together
from tests.web_helpers import form_token


def operator(name: str = ""):
    return user(name, role=Role.OPERATOR)


def test_the_only_operator_gives_a_role_alone_and_it_is_on_record(app):
    chief, anna = operator(), user("Anna")
    grant = request_role(chief, anna, Role.MODERATOR, "Ausgebildet im Oktober.")
    assert (grant.state, anna.role) == (GrantState.IN_FORCE, Role.MODERATOR)
    assert may_moderate(anna)
    assert [(row.user_id, row.before, row.role, row.reason) for row in grants()] == [
        (anna.id, Role.RESIDENT, Role.MODERATOR, "Ausgebildet im Oktober.")
    ]
    told = notifications(anna)[0].text
    assert "Moderation" in told
    assert "Ausgebildet im Oktober." in told


def test_where_there_are_two_the_second_confirms(app):
    chief, second, anna = operator(), operator(), user()
    grant = request_role(chief, anna, Role.MODERATOR, "Ausgebildet.")
    assert (grant.state, anna.role) == (GrantState.REQUESTED, Role.RESIDENT)
    assert not may_moderate(anna)
    with pytest.raises(Denied):
        decide_role(chief, grant, confirm=True)
    decide_role(second, grant, confirm=True)
    assert (grant.state, grant.decided_by_id, anna.role) == (GrantState.IN_FORCE, second.id, Role.MODERATOR)
    assert "Ausgebildet." in notifications(anna)[0].text
    with pytest.raises(Denied):
        decide_role(second, grant, confirm=False)


def test_a_refused_role_changes_nothing(app):
    chief, second, anna = operator(), operator(), user()
    grant = request_role(chief, anna, Role.OPERATOR, "Vertretung.")
    decide_role(second, grant, confirm=False)
    assert (grant.state, anna.role) == (GrantState.REFUSED, Role.RESIDENT)
    assert notifications(anna) == []


def test_a_new_role_ends_every_login(app):
    chief, anna = operator(), user()
    begin_login(anna, LoginMethod.PASSWORD, "", timedelta(days=1))
    request_role(chief, anna, Role.MODERATOR, "Ausgebildet.")
    assert logged_in(anna.login_secret) is None


def test_taking_power_needs_no_second_and_works_at_once(app):
    chief, _second, mod = operator(), operator(), moderator()
    grant = request_role(chief, mod, Role.RESIDENT, "Auf eigenen Wunsch.")
    assert (grant.state, mod.role) == (GrantState.IN_FORCE, Role.RESIDENT)
    assert "Auf eigenen Wunsch." in notifications(mod)[0].text


def test_a_grant_that_waited_gives_nothing_to_whoever_lost_their_role_meanwhile(app):
    """The second operator would confirm a step from a role that the person no longer has."""
    chief, second, mod = operator(), operator(), moderator()
    grant = request_role(chief, mod, Role.OPERATOR, "Vertretung.")
    request_role(chief, mod, Role.RESIDENT, "Vertrauen verspielt.")
    with pytest.raises(RoleMoved):
        decide_role(second, grant, confirm=True)
    assert mod.role is Role.RESIDENT
    decide_role(second, grant, confirm=False)
    assert (grant.state, mod.role) == (GrantState.REFUSED, Role.RESIDENT)


def test_nobody_changes_their_own_role_and_residents_change_none(app):
    chief, _second, anna = operator(), operator(), user()
    with pytest.raises(Denied):
        request_role(chief, chief, Role.RESIDENT, "Genug.")
    for stranger in (anna, moderator()):
        with pytest.raises(Denied):
            request_role(stranger, user(), Role.MODERATOR, "Ich will.")


def test_a_role_needs_a_reason_and_a_difference(app):
    chief, anna = operator(), user()
    with pytest.raises(ReasonMissing):
        request_role(chief, anna, Role.MODERATOR, "  ")
    with pytest.raises(SameRole):
        request_role(chief, anna, Role.RESIDENT, "Nichts.")


def test_one_change_at_a_time(app):
    chief, _second, anna = operator(), operator(), user()
    request_role(chief, anna, Role.MODERATOR, "Ausgebildet.")
    with pytest.raises(GrantWaiting):
        request_role(chief, anna, Role.OPERATOR, "Vertretung.")


def test_the_last_operator_stays(app):
    chief, other = operator(), operator()
    request_role(chief, other, Role.RESIDENT, "Auf eigenen Wunsch.")
    db.session.flush()
    assert entrusted() == [chief]
    with pytest.raises(Denied):
        request_role(other, chief, Role.RESIDENT, "Übernahme.")
    assert entrusted() == [chief]


def test_an_operator_nobody_can_log_in_as_is_none(app):
    chief, other = operator(), operator()
    chief.closed_at = now()
    with pytest.raises(LastOperator):
        request_role(chief, other, Role.RESIDENT, "Übernahme.")
    unconfirmed = user(role=Role.OPERATOR, confirmed=False)
    with pytest.raises(LastOperator):
        request_role(chief, other, Role.RESIDENT, "Übernahme.")
    assert {person.id for person in entrusted()} == {chief.id, other.id, unconfirmed.id}


@pytest.fixture
def crowd(separate_app) -> list[int]:
    """Three operators and a resident, in a database of their own."""
    with separate_app.app_context(), transaction():
        return [operator().id, operator().id, operator().id, user().id]


def change(by: int, of: int, role: Role = Role.RESIDENT):
    """Return what asks for a role; both people are read before, as a request does."""

    def work() -> str:
        actor, person = db.session.get_one(User, by), db.session.get_one(User, of)
        request_role(actor, person, role, "Es reicht.")
        return "done"

    return work


@pytest.mark.parametrize("round_", range(3))
def test_two_who_remove_each_other_do_not_both_succeed(separate_app, crowd, round_):
    one, two, third, _anna = crowd
    with separate_app.app_context(), transaction():
        request_role(db.session.get_one(User, one), db.session.get_one(User, third), Role.RESIDENT, "Umzug.")
    came = together(separate_app, [change(one, two), change(two, one)])
    assert came.count("done") == 1
    assert [type(error) for error in came if error != "done"] == [Denied]
    with separate_app.app_context():
        (left,) = entrusted()
        assert left.id == (one if came[0] == "done" else two)
        assert len(grants()) == 2


def test_a_ring_of_three_leaves_one(separate_app, crowd):
    one, two, third, _anna = crowd
    came = together(separate_app, [change(one, two), change(two, third), change(third, one)])
    assert 1 <= came.count("done") <= 2
    with separate_app.app_context():
        assert len(entrusted()) == 3 - came.count("done")


def test_nobody_confirms_with_a_role_just_lost(separate_app, crowd):
    """A second signature and the loss of the role at once: either signed before, or not at all."""
    one, two, third, anna = crowd
    with separate_app.app_context(), transaction():
        asked = request_role(db.session.get_one(User, third), db.session.get_one(User, anna), Role.MODERATOR, "Ja.").id

    def confirm() -> str:
        grant = db.session.get_one(RoleGrant, asked)
        decide_role(db.session.get_one(User, two), grant, confirm=True)
        return "done"

    came = together(separate_app, [change(one, two), confirm])
    assert came[0] == "done"
    with separate_app.app_context():
        role = db.session.get_one(User, anna).role
        assert role is (Role.MODERATOR if came[1] == "done" else Role.RESIDENT)
        assert came[1] == "done" or isinstance(came[1], Denied)


def test_operators_neither_write_nor_vote_nor_moderate(app):
    chief = operator()
    assert not may_take_part(chief)
    assert not may_moderate(chief)


def test_the_database_wants_two_people(app):
    chief, anna = operator(), user()
    for who in ({"requested_by_id": anna.id}, {"requested_by_id": chief.id, "decided_by_id": chief.id}):
        row = {"before": Role.RESIDENT, "role": Role.MODERATOR, "reason": "x", "state": GrantState.IN_FORCE}
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(RoleGrant(user_id=anna.id, decided_at=now(), **row, **who))


@pytest.mark.one_database
def test_the_page_takes_a_change_and_keeps_what_was_typed(app, client):
    chief, anna = operator("Frau Betrieb"), user("Anna")
    log_in(client, chief)
    page = "/betrieb/rollen"
    form = {"csrf_token": form_token(client, page), "email": anna.email, "role": "moderator", "reason": ""}
    refused = client.post(page, data=form)
    assert refused.status_code == 422
    assert anna.email in refused.text
    unknown = client.post(page, data=form | {"email": "niemand@example.org", "reason": "Ausgebildet."})
    assert "kein bestätigtes Konto" in unknown.text
    assert "Ausgebildet." in unknown.text
    assert client.post(page, data=form | {"reason": "Ausgebildet."}).status_code == 303
    shown = client.get(page).text
    assert "Anna" in shown
    assert "Ausgebildet." in shown


@pytest.mark.one_database
@pytest.mark.parametrize("role", [Role.RESIDENT, Role.MODERATOR])
def test_the_page_is_for_operators(app, client, role):
    log_in(client, user(role=role))
    assert client.get("/betrieb/rollen").status_code == 403
