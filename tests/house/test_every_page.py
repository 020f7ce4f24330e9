"""Every page works: a walk along all links of the example dialogue, as visitor, resident and moderator.

What is walked is rendered with StrictUndefined, so a name that a template misses shows here.
"""

from __future__ import annotations

import re
from collections import deque
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import template_rendered
from sqlalchemy import select

from participation.accounts.models import Role, User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.cli import demo
from participation.strategy.models import Node
from tests.factories import dialogue, proposals
from tests.factories.accounts import log_in, user

ROOT = Path(__file__).resolve().parents[2]
NODES = re.compile(r"^/strategie/[\w-]+$")
PEOPLE = re.compile(r"^/personen/\d+$")
SENTENCES = re.compile(r"^/leitbild/satz/\d+$")
ENOUGH = {NODES: 40, PEOPLE: 5, SENTENCES: 15}
"""Of these there are many of a kind; tests of their rooms open all of them."""
STARTS = {
    "visitor": ["/", "/konto/anmelden", "/konto/registrieren", "/konto/link", "/konto/link/unterwegs", "/transparenz"],
    "resident": ["/", "/konto/profil", "/konto/sicherheit", "/konto/daten", "/konto/adresse", "/konto/loeschen"],
}
STARTS["resident"] += ["/vorschlaege/entwuerfe", "/initiativen/anmelden"]
OPERATED = ("/betrieb/rollen", "/betrieb/sicherheitslog", "/betrieb/loeschfristen")
"""Opened one by one: elsewhere operators meet much that is not for them."""
NO_PAGES = ("errors/", "emails/", "layout/", "components/")


class Links(HTMLParser):
    """Collects what a page points to, and notes what no page should hold."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.h1 = 0

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.hrefs.append(values["href"])
        if values.get("id"):
            self.ids.append(values["id"])
        self.h1 += tag == "h1"


def walk(client, start: list[str]) -> tuple[set[str], list[str]]:
    """Open every page that can be reached; return the paths and what is wrong with them."""
    waiting, seen, wrong = deque(start), set(start), []
    counted = dict.fromkeys(ENOUGH, 0)
    while waiting and len(seen) < 900:
        path = waiting.popleft()
        answer = client.get(path)
        if answer.status_code in (302, 303):
            continue
        if answer.status_code != 200:
            wrong.append(f"{path}: {answer.status_code}")
            continue
        if answer.mimetype != "text/html":
            continue
        page = Links()
        page.feed(answer.text)
        if page.h1 != 1:
            wrong.append(f"{path}: {page.h1} h1")
        wrong += [f"{path}: id {name} twice" for name in {n for n in page.ids if page.ids.count(n) > 1}]
        for href in page.hrefs:
            target = urldefrag(urljoin(path, href))
            if not target.url and target.fragment and target.fragment not in page.ids:
                wrong.append(f"{path}: nothing at #{target.fragment}")
            if urlsplit(target.url).netloc or not target.url.startswith("/") or target.url in seen:
                continue
            kind = next((pattern for pattern in ENOUGH if pattern.match(target.url)), None)
            if kind and counted[kind] >= ENOUGH[kind]:
                continue
            if kind:
                counted[kind] += 1
            if "?" in target.url and sum(other.startswith(target.url.split("?")[0] + "?") for other in seen) >= 12:
                continue
            seen.add(target.url)
            waiting.append(target.url)
    return seen, wrong


@pytest.mark.long
@pytest.mark.one_database
def test_every_page_that_can_be_reached_works(separate_app):
    app = separate_app
    rendered: set[str] = set()

    def note(_sender, template, **_rest):
        rendered.add(template.name)

    with app.app_context():
        with transaction():
            demo.play(now())
        people = {
            "resident": db.session.scalars(select(User).where(User.email == demo.address("jens"))).one(),
            "moderator": db.session.scalars(select(User).where(User.email == demo.address("wagner"))).one(),
        }
        with transaction():
            people["operator"] = user(role=Role.OPERATOR)
            talked_about = db.session.scalars(select(Node).where(Node.thread_id.is_not(None)).order_by(Node.id)).first()
            dialogue.waiting(people["resident"], talked_about.thread)
            proposals.draft(people["resident"]).waits_until = now()
            proposals.draft(people["resident"], db.session.get_one(Node, "lce-sofort-industrieparks"))
        db.session.remove()
    reached: dict[str, set[str]] = {}
    with template_rendered.connected_to(note, app):
        for who in ("visitor", "resident", "moderator"):
            client = app.test_client()
            if who != "visitor":
                log_in(client, people[who])
            start = STARTS.get(who, ["/", "/konto/profil"])
            reached[who], wrong = walk(client, start)
            assert wrong == [], who
        client = app.test_client()
        log_in(client, people["operator"])
        for path in OPERATED:
            assert client.get(path).status_code == 200, path
    assert len(reached["visitor"]) > 100
    assert any(path.startswith("/moderation/") for path in reached["moderator"])
    assert not any(f"{path}/".startswith("/moderation/") for path in reached["visitor"] | reached["resident"])
    names = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("[!_]*.html")}
    pages = {name for name in names if not name.startswith(NO_PAGES)}
    assert len(pages & rendered) > len(pages) * 0.6, sorted(pages - rendered)
