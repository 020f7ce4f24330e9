"""The last step before an answer leaves: visitors' pages come from memory while nothing changes, and text is packed.

Drawing a page costs some ten milliseconds; handing out the same one again a tenth of one. A page from memory is never
out of date: it is used only while the database says that nothing was committed since before it was drawn
(base/data_version.py), and half a minute at most, because "vor 3 Minuten" goes on even where nothing happens. Whoever
is logged in, or has any session at all, gets a page of their own.
"""

from __future__ import annotations

import gzip
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from email.utils import formatdate, parsedate_to_datetime
from threading import Lock
from typing import Any

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.http import parse_etags

from participation.base.data_version import DataVersion

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Fields = list[tuple[str, str]]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

LIFETIME = 30.0
"""Seconds a page may come from memory."""
SMALLEST = 1000
"""Bytes below which packing gains nothing."""
LARGEST = 2_000_000
"""Bytes above which a text is sent as it is, piece by piece."""
PACKED_TYPES = ("text/", "application/json", "application/atom+xml", "image/svg+xml")
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
KEPT, ONCE = 6, 3
"""How hard to pack what is kept, and what is sent but once."""


@dataclass(slots=True)
class Page:
    """A page in memory: whole, and packed where packing helps."""

    headers: Fields
    body: bytes
    packed: bytes | None
    etag: str
    version: object
    drawn_at: float
    """Seconds since the epoch."""

    @property
    def size(self) -> int:
        """Bytes it takes, roughly."""
        return len(self.body) + len(self.packed or b"") + 2000


class Delivery:
    """Wraps the application."""

    def __init__(self, app: Wsgi, version: Callable[[], object], *, session: str, room: int) -> None:
        """`session` is the name of the session's cookie; `room` says how many bytes of pages are kept, 0 for none."""
        self.app = app
        self.version = version
        self.session = f"{session}="
        self.room = room
        self.pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self.used = 0
        self.lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from memory where that is right."""
        key = self._key(environ)
        version = self.version() if key else None
        if key is None or version is None:
            return self._pass(environ, start_response)
        page = self.pages.get(key)
        if page is None or page.version != version or not 0 <= time.time() - page.drawn_at < LIFETIME:
            drawn = self._draw(environ, start_response, version, page)
            if not isinstance(drawn, Page):
                return drawn
            page = drawn
            self._keep(key, page)
        return self._hand_out(page, environ, start_response)

    def _key(self, environ: Environ) -> tuple[str, ...] | None:
        """Return what a page from memory is found by; None for what must not come from there."""
        if not self.room or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or "HTTP_RANGE" in environ:
            return None
        if self.session in environ.get("HTTP_COOKIE", "") or "HTTP_AUTHORIZATION" in environ:
            return None
        names = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_HX_REQUEST")
        return tuple(environ.get(name, "") for name in names)

    def _draw(
        self, environ: Environ, start_response: StartResponse, version: object, before: Page | None
    ) -> Page | Iterable[bytes]:
        """Have the page drawn; what is no page for every visitor is passed on instead."""
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS} | {"REQUEST_METHOD": "GET"}
        status, headers, pieces = self._ask(asked)
        plain = Headers(headers)
        if status[:3] != "200" or plain.get("Cache-Control") != "no-cache" or "Set-Cookie" in plain:
            if environ["REQUEST_METHOD"] == "HEAD":
                _close(pieces)
                pieces = ()
            return _packed(environ, start_response, status, headers, pieces)
        body = _whole(pieces)
        drawn_at = time.time()
        if before is not None and before.body == body:
            return replace(before, version=version, drawn_at=drawn_at)
        plain["Last-Modified"] = formatdate(drawn_at, usegmt=True)
        packed = gzip.compress(body, KEPT, mtime=0) if len(body) >= SMALLEST else None
        return Page(list(plain), body, packed, plain.get("ETag", ""), version, drawn_at)

    def _keep(self, key: tuple[str, ...], page: Page) -> None:
        with self.lock:
            old = self.pages.pop(key, None)
            self.used += page.size - (old.size if old else 0)
            self.pages[key] = page
            while self.used > self.room and self.pages:
                _key, oldest = self.pages.popitem(last=False)
                self.used -= oldest.size

    def _hand_out(self, page: Page, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        headers = Headers(page.headers)
        if _has(page, headers, environ):
            for name in ("Content-Length", "Content-Type"):
                headers.remove(name)
            start_response("304 NOT MODIFIED", list(headers))
            return ()
        body = page.body
        if page.packed is not None and _takes_gzip(environ):
            body = page.packed
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        start_response("200 OK", list(headers))
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    def _pass(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, pieces = self._ask(environ)
        return _packed(environ, start_response, status, headers, pieces)

    def _ask(self, environ: Environ) -> tuple[str, Fields, Iterable[bytes]]:
        """Call the application; return status, headers and what is left to read."""
        told: list[Any] = []
        pieces = self.app(environ, lambda *values: told.append(values))
        status, headers = told[-1][:2]
        return status, headers, pieces


def prepare(app: Flask) -> None:
    """Put the delivery around the application."""
    version = DataVersion(app.config["SQLALCHEMY_DATABASE_URI"])
    session, room = app.config["SESSION_COOKIE_NAME"], app.config["PAGE_CACHE_MB"] * 1_000_000
    app.wsgi_app = Delivery(app.wsgi_app, version, session=session, room=room)  # type: ignore[method-assign]


def _has(page: Page, headers: Headers, environ: Environ) -> bool:
    """Say whether the browser has the page already."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return parse_etags(tags).contains_weak(page.etag.removeprefix("W/").strip('"'))
    try:
        since = parsedate_to_datetime(environ.get("HTTP_IF_MODIFIED_SINCE", "")).timestamp()
    except (ValueError, TypeError):
        return False
    changed = parsedate_to_datetime(headers["Last-Modified"]).timestamp()
    # Its clock knows whole seconds only: a page drawn in this second may change in it once more.
    return since >= changed and page.drawn_at - changed > 1


def _packed(
    environ: Environ,
    start_response: StartResponse,
    status: str,
    headers: list[tuple[str, str]],
    pieces: Iterable[bytes],
) -> Iterable[bytes]:
    """Send an answer on, packed if it is text of some length and the browser takes it."""
    found = Headers(headers)
    size = found.get("Content-Length", type=int)
    text = found.get("Content-Type", "").startswith(PACKED_TYPES) and "Content-Encoding" not in found
    if not text or size is None or not SMALLEST <= size <= LARGEST or status[:3] in ("206", "304"):
        start_response(status, headers)
        return pieces
    found["Vary"] = ", ".join([*found.getlist("Vary"), "Accept-Encoding"])
    if not _takes_gzip(environ) or environ["REQUEST_METHOD"] == "HEAD":
        start_response(status, list(found))
        return pieces
    body = gzip.compress(_whole(pieces), ONCE, mtime=0)
    found["Content-Encoding"] = "gzip"
    found["Content-Length"] = str(len(body))
    if found.get("ETag", "").startswith('"'):
        found["ETag"] = f"W/{found['ETag']}"
    start_response(status, list(found))
    return (body,)


def _takes_gzip(environ: Environ) -> bool:
    return "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")


def _whole(pieces: Iterable[bytes]) -> bytes:
    try:
        return b"".join(pieces)
    finally:
        _close(pieces)


def _close(pieces: Iterable[bytes]) -> None:
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
