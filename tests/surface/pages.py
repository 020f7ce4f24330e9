"""Reading pages as a stranger's program would: where they lead, which forms they have, what the forms take."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

TEXT = "Das ist ein Text, der lang genug ist, damit er in jedes dieser Felder passt."
FITTING = {
    "email": "neu@example.org",
    "url": "https://example.org",
    "date": "2026-03-01",
    "password": "eine lange Passphrase",
}
UNTYPED = ("checkbox", "radio", "submit", "button", "reset", "file", "image")


@dataclass
class Form:
    """A form as it stands in a page, with what it would send."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    """Names of the fields that take any text; without hidden ones."""
    offered: dict[str, str] = field(default_factory=dict)
    """Every name that the form can send, with a value that fits it: the first choice, or something to write."""


class Reader(HTMLParser):
    """Collects links and forms."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "a" and a.get("href"):
            self.links.append(urldefrag(urljoin(self.path, a["href"])).url)
        elif tag == "form":
            action = urldefrag(urljoin(self.path, a.get("action", ""))).url
            self._form = Form(action, a.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and tag == "option" and self._select:
            self._form.offered[self._select] = self._form.offered[self._select] or a.get("value", "")
            if "selected" in a:
                self._form.fields.append((self._select, a.get("value", "")))
        elif self._form is None or not a.get("name"):
            return
        elif tag == "button":
            self._form.offered.setdefault(a["name"], a.get("value", ""))
        elif tag == "input":
            kind = a.get("type", "text").lower()
            self._form.offered.setdefault(a["name"], a.get("value") or FITTING.get(kind, TEXT))
            if kind not in UNTYPED or "checked" in a:
                self._form.fields.append((a["name"], a.get("value", "")))
            if kind not in (*UNTYPED, "hidden"):
                self._form.typed.append(a["name"])
        elif tag == "textarea":
            self._area = a["name"]
            self._form.offered.setdefault(a["name"], TEXT)
            self._form.fields.append((a["name"], ""))
            self._form.typed.append(a["name"])
        elif tag == "select":
            self._select = a["name"]
            self._form.offered.setdefault(a["name"], "")

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            name, value = self._form.fields[-1]
            self._form.fields[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None


def read(path: str, html: str) -> Reader:
    """Return what stands in a page."""
    reader = Reader(path)
    reader.feed(html)
    return reader


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str | None:
    """Return the endpoint an address of this site leads to."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method)[0])
    except HTTPException:
        return None


@dataclass
class Walk:
    """What somebody reached: addresses by their endpoint, and each form once."""

    pages: dict[str, list[str]]
    forms: dict[tuple[str, tuple[str, ...]], Form]


def walk(app: Flask, client: FlaskClient, starts: list[str], *, each: int) -> Walk:
    """Follow links, opening at most so many pages of one endpoint with the same kind of question behind it."""
    waiting, seen = deque(starts), set(starts)
    opened: Counter[tuple[object, ...]] = Counter()
    found = Walk({}, {})
    while waiting:
        address = waiting.popleft()
        endpoint = endpoint_of(app, address)
        kind = (endpoint, *sorted(parse_qs(urlsplit(address).query)))
        if endpoint is None or endpoint == "static" or opened[kind] >= each:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        opened[kind] += 1
        found.pages.setdefault(endpoint, []).append(address)
        page = read(address, answer.text)
        for form in page.forms:
            target = endpoint_of(app, form.action, "POST")
            if form.method == "post" and target:
                found.forms.setdefault((target, tuple(sorted({name for name, _ in form.fields}))), form)
        for link in page.links:
            if link.startswith("/") and not link.startswith("//") and link not in seen:
                seen.add(link)
                waiting.append(link)
    return found
