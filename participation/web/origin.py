"""From where a form may come: browsers say who sends it, and what another site sends is refused.

This stands beside the CSRF token, not in its place. What is asked, in this order: `Origin`, else `Referer`, else
`Sec-Fetch-Site`. A browser that tells none of them is old, or somebody's program; its token alone decides.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, current_app, render_template, request
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import Forbidden
from wtforms import ValidationError

from participation.web import kept

SAFE = ("GET", "HEAD", "OPTIONS")


class ForeignForm(Forbidden):
    """Another site sent this request."""


def prepare(app: Flask) -> None:
    """Refuse what other sites send, before anything else looks at it."""
    app.before_request(refuse_foreign)
    app.register_error_handler(ForeignForm, refused)


def refuse_foreign() -> None:
    """Refuse a request that may change something unless it comes from here."""
    if request.method not in SAFE and from_elsewhere(request, current_app.config["PUBLIC_URL"]):
        raise ForeignForm


def from_elsewhere(asked: Request, public_url: str) -> bool:
    """Say whether another site sent a request, as the browser tells it; `null` is another site, too.

    Ours are the public address and the one that was asked, as the configured proxies pass it on.
    """
    own = {_origin(public_url), _origin(asked.host_url)}
    if "Origin" in asked.headers:
        return _origin(asked.headers["Origin"]) not in own
    if asked.referrer:
        return _origin(asked.referrer) not in own
    return asked.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def refused(_error: ForeignForm) -> tuple[str, int]:
    """Say what to do; a text is shown only with a valid token, since it could be another site's words otherwise."""
    form = None
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        pass
    else:
        form = kept.from_request(request)
    return render_template("errors/foreign.html", kept=form, address=current_app.config["PUBLIC_URL"]), 403


def _origin(address: str) -> str:
    """Return scheme, host and port of an address, without the port that goes without saying; empty for nonsense."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}" + ("" if port in (None, usual) else f":{port}")
