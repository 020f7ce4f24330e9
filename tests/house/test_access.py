"""All routes × roles × formats against the table in access.txt; and nothing changes on GET."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event

from participation.base.db import db
from tests.house.test_routes import SAFE, rules
from tests.house.world import ROLES, SECRET, World, build

pytestmark = pytest.mark.one_database
TABLE = Path(__file__).with_name("access.txt")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MIMETYPES = {
    "page": "text/html",
    "fragment": "text/html",
    "json": "application/json",
    "schema": "application/schema+json",
    "csv": "text/csv",
    "text": "text/plain",
    "script": "text/x-python",
    "style": "text/css",
    "pdf": "application/pdf",
}
WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE | re.DOTALL)
INSIDERS = ("author", "moderator")
"""Who may read drafts, hidden and withdrawn texts somewhere: whoever wrote them, and who moderates."""
WRITTEN_ON_GET = {"security_events": "a refusal of somebody logged in is noted in the security log"}
"""The only tables that a GET may write to, each with its reason."""


class Line(NamedTuple):
    """One way to ask for something, and what each role is answered."""

    endpoint: str
    method: str
    address: str
    form: str
    """What is sent along."""
    format: str
    expected: dict[str, str]


def table() -> list[Line]:
    """Read the table; `#` begins a comment."""
    lines = []
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        cells = text.split("#")[0].split()
        if not cells:
            continue
        endpoint, method, address, format_, *answers = cells
        assert len(answers) == len(ROLES), text
        path, _arrow, form = address.partition("<-")
        lines.append(Line(endpoint, method, path, form, format_, dict(zip(ROLES, answers, strict=True))))
    return lines


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Take back whatever happens inside, also what was committed."""
    point = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        point.rollback()


@contextmanager
def written() -> Iterator[set[str]]:
    """Collect the tables that are written to."""
    tables: set[str] = set()

    def note(_connection, _cursor, statement, *_rest):
        if found := WRITES.match(statement):
            tables.add(found[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def said(answer) -> str:
    """Return an answer in the table's words: its status, or `login` for the way there."""
    if answer.status_code == 303 and "/konto/anmelden" in answer.location:
        return "login"
    return str(answer.status_code)


@pytest.fixture
def world(app: Flask, tmp_path: Path) -> World:
    return build(tmp_path / "log-key")


def walk(app: Flask, world: World, method: str) -> list[str]:
    """Ask for every line of one method in every role; return what is not as the table says."""
    connection = db._app_engines[app][None]
    wrong = []
    callers = {role: world.caller(app, role) for role in ROLES}
    for line in table():
        if line.method != method:
            continue
        path, form = line.address.format_map(world.names), line.form.format_map(world.names)
        fields = dict(pair.split("=") for pair in form.split("&") if pair)
        for role in ROLES:
            with undone(connection), written() as tables:
                answer = callers[role].open(path, method, fragment=line.format == "fragment", form=fields)
            told = said(answer)
            if told != line.expected[role]:
                wrong.append(f"{line.endpoint} {method} {path} as {role}: {told}, not {line.expected[role]}")
            if method == "GET" and (tables - set(WRITTEN_ON_GET)):
                wrong.append(f"{line.endpoint} {path} as {role} writes to {tables}")
            if told == "200" and answer.mimetype != MIMETYPES.get(line.format, answer.mimetype):
                wrong.append(f"{line.endpoint} {path} as {role}: {answer.mimetype}, not {line.format}")
            if role not in INSIDERS and SECRET in answer.get_data(as_text=True):
                wrong.append(f"{line.endpoint} {path} as {role} shows what is not for them")
    return wrong


def test_every_route_stands_in_the_table(app):
    known = {(line.endpoint, line.method) for line in table()}
    routes = {(rule.endpoint, method) for rule in rules(app) for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert sorted(routes - known) == []
    assert sorted(known - routes) == []


def test_a_line_leads_to_its_endpoint(app, world):
    adapter = app.url_map.bind("localhost")
    wrong = []
    for line in table():
        endpoint, _values = adapter.match(line.address.format_map(world.names).split("?")[0], method=line.method)
        if endpoint != line.endpoint:
            wrong.append((line.address, endpoint, line.endpoint))
    assert not wrong


def test_reading_as_the_table_says_and_nothing_is_written(app, world):
    assert walk(app, world, "GET") == []


def test_writing_as_the_table_says(app, world):
    assert walk(app, world, "POST") == []


def test_other_methods_are_refused(app, world):
    """405 with the methods that there are; HEAD says the same as GET and shows nothing; OPTIONS shows nothing."""
    wrong, seen = [], set()
    adapter = app.url_map.bind("localhost")
    callers = [world.caller(app, role) for role in ("visitor", "moderator")]
    for line in table():
        path = line.address.format_map(world.names)
        if path in seen:
            continue
        seen.add(path)
        allowed = set(adapter.allowed_methods(path.split("?")[0]))
        for caller in callers:
            wrong += [
                f"{method} {path}: {answer.status_code}"
                for method in METHODS
                if method not in allowed and (answer := caller.open(path, method)).status_code != 405
            ]
            answer = caller.open(path, "OPTIONS")
            if answer.status_code not in (200, 303, 403) or (answer.status_code == 200 and answer.data):
                wrong.append(f"OPTIONS {path}: {answer.status_code}")
    assert not wrong


def test_head_is_get_without_a_body_and_writes_nothing(app, world):
    """HEAD takes no CSRF token: a view that takes whatever is not GET for a deed would be open to everybody."""
    connection, wrong = db._app_engines[app][None], []
    for role in ("visitor", "author", "moderator"):
        caller = world.caller(app, role)
        for line in table():
            if line.method != "GET" or line.format == "fragment":
                continue
            path = line.address.format_map(world.names)
            with undone(connection), written() as tables:
                answer = caller.open(path, "HEAD")
            if said(answer) != line.expected[role] or answer.data or tables - set(WRITTEN_ON_GET):
                wrong.append(f"HEAD {path} as {role}: {said(answer)}, not {line.expected[role]}, writes {tables}")
    assert not wrong


def test_every_method_is_one_that_this_walk_knows(app):
    methods = {method for rule in rules(app) for method in rule.methods}
    assert methods - SAFE == {"POST"}
