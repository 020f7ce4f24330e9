"""What a page offers works: every link and every form that a role meets on its way from the start page.

access.txt says who may ask for what. Here nobody is sent anywhere or handed a form only to be refused.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from participation.base.db import db
from tests.house.test_access import undone
from tests.house.world import ROLES, Caller, World, build

pytestmark = [pytest.mark.one_database, pytest.mark.long]
EACH = 3
"""Pages of one endpoint that are opened, and forms of one endpoint that are sent, for each role."""
BROKEN = frozenset({400, 403, 404, 405, 500})
"""What an offer must not lead to. An empty form is told what it lacks with 422, a change of minds with 409."""
REACHED = {"visitor": 40, "resident": 60, "author": 80, "delegate": 60, "moderator": 90, "body": 60, "operator": 60}
"""Pages that each role meets at least; a walk that stops at the first page proves nothing."""


@dataclass
class Form:
    """A form as a browser would send it, as it stands on the page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Those with a name: each asks for something else."""
    plain: bool = False
    """Whether it has a button without a name. One without any button belongs to a script or to links."""


class Offers(HTMLParser):
    """Collects the links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name, value = values.get("name", ""), values.get("value", "")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").upper())
            self.forms.append(self._form)
            self._named[values.get("id", "")] = self._form
        elif tag == "button" and values.get("type", "submit") == "submit" and "disabled" not in values:
            # A button may stand elsewhere and name its form.
            owner = self._named.get(values.get("form", ""), self._form) if "form" in values else self._form
            if owner is not None:
                owner.plain |= not name
                owner.buttons += [(name, value)] if name else []
        elif self._form is None or "disabled" in values:
            return
        elif tag == "input" and name:
            chosen = "checked" in values or values.get("type") not in ("checkbox", "radio")
            if chosen and values.get("type") not in ("submit", "file"):
                self._form.fields[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in values or self._select not in self._form.fields):
            self._form.fields[self._select] = value
        elif tag == "textarea" and name:
            self._area, self._form.fields[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] += data


class Walk:
    """One role's way along what is offered to it."""

    def __init__(self, app: Flask, caller: Caller) -> None:
        self.caller, self.wrong = caller, set[str]()
        self.opened: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self._adapter = app.url_map.bind("localhost")
        self._connection = db._app_engines[app][None]
        self._waiting: deque[tuple[str, str]] = deque([("/", "")])
        self._seen = {"/"}

    def go(self) -> None:
        """Open everything that can be reached, and send every form that stands there."""
        while self._waiting:
            path, source = self._waiting.popleft()
            with undone(self._connection):
                answer = self.caller.open(path)
            self.opened[self._endpoint(path, "GET")] += 1
            if answer.status_code in BROKEN:
                self.wrong.add(f"{source} links to {path}: {answer.status_code}")
            if answer.location:
                self._meet(answer.location, path)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            page = Offers()
            page.feed(answer.text)
            for link in page.links:
                self._meet(urljoin(path, link), path)
            for form in page.forms:
                self._send(form, path)

    def _meet(self, url: str, source: str) -> None:
        target = urldefrag(url).url
        if urlsplit(target).netloc or not target.startswith("/") or target in self._seen:
            return
        endpoint = self._endpoint(target, "GET")
        if not endpoint:
            self.wrong.add(f"{source} links to {target}: nothing there")
        elif self.opened[endpoint] + sum(self._endpoint(path, "GET") == endpoint for path, _s in self._waiting) < EACH:
            self._seen.add(target)
            self._waiting.append((target, source))

    def _send(self, form: Form, source: str) -> None:
        action = urljoin(source, form.action)
        if form.method == "GET":
            self._meet(action, source)
            return
        endpoint = self._endpoint(action, "POST")
        for name, value in [*form.buttons, *([("", "")] if form.plain else [])]:
            key = f"{endpoint} {name}"
            if self.sent[key] >= EACH:
                continue
            self.sent[key] += 1
            if "csrf_token" not in form.fields:
                self.wrong.add(f"{source} offers a form to {action} without a token")
            with undone(self._connection):
                answer = self.caller.open(action, "POST", form=form.fields | ({name: value} if name else {}))
            if answer.status_code in BROKEN:
                self.wrong.add(f"{source} offers a form to {action} ({name or 'plain'}): {answer.status_code}")

    def _endpoint(self, url: str, method: str) -> str:
        try:
            endpoint, _values = self._adapter.match(urlsplit(url).path, method=method)
        except HTTPException:
            return ""
        return str(endpoint)


@pytest.fixture
def world(app: Flask, tmp_path: Path) -> World:
    return build(tmp_path / "log-key")


@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_not_refused(app: Flask, world: World, role: str):
    walk = Walk(app, world.caller(app, role))
    walk.go()
    assert sorted(walk.wrong) == []
    assert sum(walk.opened.values()) >= REACHED[role]
    assert sum(walk.sent.values()) >= 10
