"""Every column of every table as an extra field of every form: nothing changes but what the form itself changes.

Each form is sent as it stands, twice, and then with the extra fields, always from the same state. What differs between
the first two is noise (times, random tokens); in anything else the extra fields must make no difference, and no value
of ours may turn up anywhere.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from participation import models
from participation.accounts import passwords
from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db
from participation.cli import demo
from participation.dialogue.models import CommentKind
from participation.resolutions.bodies import seat_member
from participation.strategy.models import Node
from participation.strategy.operations import thread_of
from participation.web.access import declared
from tests.factories import dialogue, errata, leitbild, measures, moderation, outcomes, proposals, resolutions
from tests.factories.accounts import HASH, PASSWORD, initiative, log_in, moderator, user
from tests.surface.pages import Form, walk
from tests.web_helpers import form_token

pytestmark = [pytest.mark.one_database, pytest.mark.long]

MARK = "untergeschoben"
NUMBER = "424242"
MOMENT = "1999-01-02 03:04:05"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
STARTS = {
    "visitor": ["/", "/konto/registrieren", "/konto/passwort", "/konto/link", "/konto/bestaetigen"],
    "resident": [
        "/",
        "/konto/profil",
        "/konto/sicherheit",
        "/konto/daten",
        "/konto/loeschen",
        "/initiativen/anmelden",
        "/konto/adresse",
    ],
    "moderator": [
        "/moderation",
        "/moderation/entwurf",
        "/moderation/aenderungen/neu",
        "/moderation/tilgungen/neu?fassung=2",
    ],
    "member": ["/gremium", "/gremium/fassung/2"],
    "operator": ["/betrieb/rollen", "/konto/profil"],
}
GIVES = {
    "visitor": {"public"},
    "resident": {"resident"},
    "moderator": {"moderator"},
    "member": {"resident"},
    "operator": {"operator"},
}
"""What the forms of a role are declared for, so that nobody sends those of others once more …"""
EVERYBODYS = {"accounts.profile", "strategy.comment"}
"""… but these everyone who is logged in sends."""
LEAST = {"visitor": 3, "resident": 10, "moderator": 10, "member": 1, "operator": 1}
"""So many forms of each at least must be accepted as they stand, lest this test looks at refusals only."""
NOTES_REFUSALS = {"security_events"}

Row = tuple[object, ...]
Rows = dict[str, dict[int, Row]]


def columns() -> list[sa.Column[Any]]:
    return [column for table in models.metadata.tables.values() for column in table.columns]


def telling(column: sa.Column[Any]) -> str:
    """Return a value that is found again wherever it lands."""
    if isinstance(column.type, (sa.Integer, sa.BigInteger)):
        return NUMBER
    if isinstance(column.type, (sa.DateTime, sa.Date)):
        return MOMENT
    return MARK


def tempting(column: sa.Column[Any]) -> str:
    """Return a value that fits the column and gives power: the last of an enum, 1 for numbers and yes."""
    if isinstance(column.type, sa.Enum) and column.type.enum_class:
        last: enum.Enum = list(column.type.enum_class)[-1]
        return "operator" if column.type.enum_class is Role else str(last.value)
    if isinstance(column.type, (sa.DateTime, sa.Date)):
        return "2026-01-01"
    return "1" if isinstance(column.type, (sa.Integer, sa.Boolean, sa.BigInteger)) else "x@example.org"


def extras(form: Form) -> Iterator[dict[str, str]]:
    """Yield what is slipped in: names of columns, then with names of tables in the ways that frameworks bind them."""
    plain = [column for column in columns() if column.name not in form.offered]
    yield {column.name: telling(column) for column in plain}
    yield {column.name: tempting(column) for column in plain}
    ways = ("{0}-{1}", "{0}.{1}", "{0}[{1}]", "_{1}")
    yield {
        ways[number % 4].format(column.table.name, column.name): tempting(column) if number % 2 else telling(column)
        for number, column in enumerate({column.name: column for column in columns()}.values())
    }


def rows() -> Rows:
    """Return the whole database, each table's rows by their number."""
    found: Rows = {}
    for name in models.metadata.tables:
        held = db.session.connection().exec_driver_sql(f'SELECT rowid, * FROM "{name}"')
        found[name] = {row[0]: tuple(row) for row in held}
    return found


def differences(one: Rows, other: Rows) -> dict[tuple[str, int, str], object]:
    """Return the cells in which the other differs, with what stands there; a row that is missing has no cells."""
    found: dict[tuple[str, int, str], object] = {}
    for table, held in one.items():
        names = ["rowid", *(column.name for column in models.metadata.tables[table].columns)]
        for key in held.keys() | other[table].keys():
            left, right = held.get(key), other[table].get(key)
            if left != right:
                pairs = zip(names, left or [None] * len(names), right or [None] * len(names), strict=True)
                found |= {(table, key, name): now_there for name, was, now_there in pairs if was != now_there}
    return found


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """Take back whatever happens inside."""
    connection = db._app_engines[app][None]
    db.session.remove()
    save = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        save.rollback()


def sent(app: Flask, cookie: str, form: Form, data: dict[str, str]) -> tuple[int, Rows]:
    """Send a form and return the answer's status and the database after it; nothing stays."""
    with undone(app):
        client = app.test_client()
        client.set_cookie("session", cookie)
        status = client.post(form.action, data=data).status_code
        db.session.remove()
        return status, rows()


def attempted(app: Flask, cookie: str, form: Form, data: dict[str, str], before: Rows) -> tuple[int, list[str]]:
    """Return how the form itself ends, and what extra fields changed."""
    status, one = sent(app, cookie, form, data)
    _, two = sent(app, cookie, form, data)
    noise = differences(one, two).keys()
    wrong = []
    for slipped in extras(form):
        ended, after = sent(app, cookie, form, data | slipped)
        assert ended == status or 400 <= ended < 500, f"{form.action}: {status} became {ended}"
        if ended == status:
            changed = differences(one, after)
            expected = {where for where in changed if where[0] == "form_keys"}  # the digest of all that was sent
            found = ((where, value) for where, value in changed.items() if where not in noise | expected)
            wrong += [f"{form.action}: {where} is {value!r}" for where, value in found]
        for where, value in differences(before, after).items():
            if any(mark in str(value) for mark in (MARK, NUMBER, MOMENT[:10])):
                wrong.append(f"{form.action}: {where} took {value!r}")
    return status, wrong


@pytest.fixture
def cast(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, User]:
    """Fill the platform with something of everything."""
    for body in resolutions.bodies():
        assert body
    monkeypatch.setattr(passwords, "hash_password", lambda _word: HASH)
    monkeypatch.setattr(passwords, "verify", lambda _hash, word: word == PASSWORD)
    monkeypatch.setattr(passwords, "verify_nobody", lambda _word: None)
    script = demo.read()
    script["people"]["voters"]["number"] = 3
    for scene in (*script["dialogue"], *script["proposals"]):
        scene["supporters"] = 1
        if "votes" in scene:
            scene["votes"] = (1, 1, 1)
        for line in scene.get("comments", ()):
            line["helpful"] = 0
    monkeypatch.setattr(demo, "read", lambda: script)
    demo.play(now())
    people = {
        "resident": user("Anna"),
        "moderator": moderator("Wendt"),
        "member": user("Krüger"),
        "operator": user("Betrieb", role=Role.OPERATOR),
    }
    anna, wendt = people["resident"], people["moderator"]
    seat_member("sachsen", people["member"])
    initiative(anna)
    node = db.session.get_one(Node, "lce-sofort-industrieparks")
    mine = dialogue.comment(thread_of(node), anna, kind=CommentKind.QUESTION)
    assert mine.id
    proposals.proposal(anna, leitbild.measure(2))
    proposals.draft(anna, leitbild.measure(2))
    measures.report(user(), node_id=leitbild.measure(8).id)
    outcomes.outcome(outcomes.node_comment(anna), state=outcomes.OutcomeState.DRAFT, author=wendt)
    leitbild.change(leitbild.measure(4), author=wendt)
    leitbild.draft(leitbild.approved(leitbild.measure(5)), author=wendt)
    errata.waiting(moderator())
    moderation.report()
    moderation.decision()
    db.session.commit()
    return people


def visit(app: Flask, role: str, people: dict[str, User]) -> tuple[FlaskClient, dict[str, Form]]:
    """Return a client of a role and one form for each endpoint that it reaches."""
    client = app.test_client()
    if role in people:
        log_in(client, people[role])
    found = walk(app, client, STARTS[role] + ["/strategie/lce-sofort-industrieparks"], each=2)
    forms: dict[str, Form] = {}
    for (endpoint, _names), form in found.forms.items():
        forms.setdefault(endpoint, form)
    return client, forms


def own(role: str, endpoint: str) -> bool:
    """Tell whether a form is sent by this role."""
    if role == "member":
        return endpoint.startswith("resolutions.")
    return declared(endpoint) in GIVES[role] or (role != "visitor" and endpoint in EVERYBODYS)


@pytest.mark.parametrize("role", list(STARTS))
def test_no_form_takes_what_it_does_not_offer(app: Flask, cast: dict[str, User], role: str):
    client, forms = visit(app, role, cast)
    cookie, before = client.get_cookie("session").value, rows()
    went_through, wrong = set(), []
    for endpoint, form in forms.items():
        if own(role, endpoint):
            data = {**form.offered, **{name: value for name, value in form.fields if value}}
            if role == "member":
                data |= {"date": f"{now():%Y-%m-%d}", "reference": "LG 12/2026"} if "date" in data else {}
            status, found = attempted(app, cookie, form, data, before)
            wrong += found
            if status in (302, 303):
                went_through.add(endpoint)
    assert wrong == [], "\n".join(wrong[:40])
    assert len(went_through) >= LEAST[role], went_through


@pytest.mark.parametrize("role", list(STARTS))
def test_what_is_not_theirs_takes_nothing_from_anybody(app: Flask, cast: dict[str, User], role: str):
    client, _forms = visit(app, role, cast)
    token = form_token(client, "/konto/profil" if role in cast else "/konto/anmelden")
    cookie, before = client.get_cookie("session").value, rows()
    ranks = {"public": 0, "resident": 1, "moderator": 2, "operator": 2}
    mine = {
        "visitor": {"public"},
        "moderator": {"public", "resident", "moderator"},
        "operator": {"public", "resident", "operator"},
    }
    refused = 0
    with undone(app):
        for rule in app.url_map.iter_rules():
            asked = declared(rule.endpoint)
            if not rule.methods & WRITES or asked in mine.get(role, {"public", "resident"}) or asked not in ranks:
                continue
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(
                    rule.endpoint, dict.fromkeys(rule.arguments, "1"), method="POST"
                )
            stranger = app.test_client()
            stranger.set_cookie("session", cookie)
            fields = {column.name: tempting(column) for column in columns()} | {"csrf_token": token}
            assert stranger.post(path, data=fields).status_code in (204, 303, 401, 403, 404), path
            refused += 1
        db.session.remove()
        changed = {table for table, _key, _name in differences(before, rows())}
    assert changed <= NOTES_REFUSALS
    assert refused > 1


def test_the_comparison_sees_what_a_careless_form_takes(
    app: Flask, cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
):
    """The control: a profile that binds whatever comes must be found out."""
    from participation.web.accounts import people as pages

    kept = pages.operations.update_profile

    def careless(actor: User, **fields: Any) -> None:
        from flask import request

        kept(actor, **fields)
        for name, value in request.form.items():
            if name in ("residence_label", "role"):
                setattr(
                    actor,
                    name,
                    Role(value) if name == "role" and value == "operator" else value if name != "role" else actor.role,
                )

    monkeypatch.setattr(pages.operations, "update_profile", careless)
    client, forms = visit(app, "resident", cast)
    form = forms["accounts.profile"]
    data = {**form.offered, **{name: value for name, value in form.fields if value}}
    _status, wrong = attempted(app, client.get_cookie("session").value, form, data, rows())
    assert any("'role'" in one for one in wrong)
    assert any(MARK in one for one in wrong)
