"""The watch book holds what happened with accounts and powers, and nothing that anybody wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from participation.accounts.logins import begin_login
from participation.accounts.models import LoginMethod, Role
from participation.accounts.operations import change_password, create_account
from participation.accounts.roles import request_role
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.watchbook import queries
from participation.watchbook.models import Kind, SecurityEvent
from participation.watchbook.operations import forget, note
from participation.web import watch
from tests.factories import moderation as cases
from tests.factories import resolutions
from tests.factories.accounts import PASSWORD, log_in, moderator, user
from tests.factories.dialogue import comment, thread
from tests.web_helpers import form_token


def entries(kind=None):
    chosen = select(SecurityEvent).order_by(SecurityEvent.id)
    return db.session.scalars(chosen if kind is None else chosen.where(SecurityEvent.kind == kind)).all()


def test_logins_roles_and_passwords_are_noted(app):
    boss = user(role=Role.OPERATOR)
    anna = create_account(email="anna@example.org", display_name="Anna", password=PASSWORD)
    request_role(boss, anna, Role.MODERATOR, "Sie kennt die Regeln")
    begin_login(anna, LoginMethod.LINK, "", timedelta(days=1))
    change_password(anna, current=PASSWORD, new="ein ganz anderer Satz")
    told = [(one.kind, one.actor_id, one.subject_id, one.facts) for one in entries()]
    assert told == [
        (Kind.ROLE, boss.id, anna.id, {"role": "moderator"}),
        (Kind.LOGIN, anna.id, None, {"method": "link", "factor": "no"}),
        (Kind.PASSWORD, anna.id, None, {}),
    ]


def test_decisions_are_noted_without_their_words(app):
    anna, boss = user(), moderator()
    written = comment(thread(), anna, "Ein böser Satz")
    made = cases.hide(written, boss, facts="Beleidigung von Nachbarn")
    (entry,) = entries(Kind.DECISION)
    assert (entry.actor_id, entry.subject_id) == (boss.id, anna.id)
    assert entry.facts == {"what": "case_hide", "id": str(made.case_id)}


def test_failed_logins_leave_a_mark_and_no_address(app, client):
    create_account(email="anna@example.org", display_name="Anna", password=PASSWORD)
    db.session.commit()
    token = form_token(client, "/konto/anmelden")
    for email in ("anna@example.org", "Anna@example.org ", "niemand@example.org"):
        client.post("/konto/anmelden", data={"email": email, "password": "falsch geraten", "csrf_token": token})
    first, again, other = entries(Kind.LOGIN_FAILED)
    assert first.mark == again.mark != other.mark
    assert {first.actor_id, other.actor_id} == {None}, "known and unknown addresses leave the same"
    assert not [one for one in (first, again, other) if "example" in str(one.facts) + one.mark]


def test_refusals_are_noted_by_route_and_bounded(app, client):
    watch._bound.storage.reset()
    anna = user()
    log_in(client, anna)
    for _ in range(30):
        assert client.get("/moderation?q=geheim").status_code == 403
    noted = entries(Kind.REFUSED)
    assert noted[0].actor_id == anna.id
    assert noted[0].facts == {"route": "moderation.queue", "why": "Denied", "method": "GET"}
    assert len(noted) <= 20


@pytest.mark.one_database
def test_reading_pages_writes_nothing(app, client, statements):
    log_in(client, user())
    before = db.session.scalar(select(func.count()).select_from(SecurityEvent))
    with statements() as counted:
        for path in ("/", "/vorschlaege", "/konto/profil"):
            client.get(path)
    assert not [one for one in counted.texts if not one.startswith("SELECT")]
    assert db.session.scalar(select(func.count()).select_from(SecurityEvent)) == before


def test_entries_expire(app):
    with time_machine.travel(now() - timedelta(days=181)):
        note(Kind.LOGIN, 1)
    note(Kind.LOGIN, 2)
    assert forget(timedelta(days=180)) == 1
    assert [one.actor_id for one in entries()] == [2]
    assert app.test_cli_runner().invoke(args=["watchbook", "forget"]).output == "Deleted 0 entries.\n"


def test_operators_and_bodies_read_and_nobody_else(app, client):
    body, _other = resolutions.bodies()
    readers = {user(role=Role.OPERATOR): 200, resolutions.member(body): 200, moderator(): 403, user(): 403}
    for person, status in readers.items():
        log_in(client, person)
        assert client.get("/betrieb/sicherheitslog").status_code == status
    with pytest.raises(Denied):
        queries.entries(None, None, kind=None, before=None, size=5)


def test_the_page_is_paged_narrowed_and_counts_its_statements(app, client, statements):
    boss = user("Olga", role=Role.OPERATOR)
    log_in(client, boss)
    for _ in range(3):
        note(Kind.ROLE, boss.id, about=boss.id, role="moderator")
    db.session.commit()
    with statements() as few:
        client.get("/betrieb/sicherheitslog")
    for _ in range(60):
        note(Kind.ROLE, user().id, about=boss.id, role="moderator")
    db.session.commit()
    with statements() as many:
        page = client.get("/betrieb/sicherheitslog").text
    assert few.number == many.number
    assert page.count('class="ld-watch"') == 50
    assert "Ältere" in page
    narrow = client.get("/betrieb/sicherheitslog?art=login").text
    assert narrow.count('class="ld-watch"') == 1
    assert "vor=" in page
    last = entries()[-50].id
    part = client.get(f"/betrieb/sicherheitslog?vor={last}", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert part.count('class="ld-watch"') == 14
