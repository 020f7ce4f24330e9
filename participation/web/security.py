"""What every answer carries against attacks from outside: headers, content policy, rate limits."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

# Importing them tells the limiter about their kinds of address.
import participation.web.limit_file
import participation.web.shared_limits  # noqa: F401

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

OWN = ("privacy", "watchbook", "notify", "accounts")
"""Blueprints whose pages, where they are not public, are about the account of whoever asks."""

csrf = CSRFProtect()
COMMENTS = "10/minute;120/hour"
CLICKS = "60/minute;1000/hour"
"""Votes, ratings, signatures."""
DRAFTS = "30/minute;300/hour"
PREVIEWS = "120/minute"
SUBMISSIONS = "5/minute;20/hour"
UPLOADS = "20/minute;100/hour"
MANDATES = "30/hour"
"""Each sends somebody a note."""


def caller() -> str:
    """Return whom a limit counts: the person logged in, else the network address, which a whole workshop may share."""
    return f"person:{current_user.id}" if current_user.is_authenticated else get_remote_address()


limiter = Limiter(key_func=caller, strategy="moving-window")
"""Views that send mail, check a password or write take a limit: `@limiter.limit(COMMENTS)`."""


def prepare(app: Flask) -> None:
    """Attach CSRF protection, limits and headers."""
    csrf.init_app(app)
    limiter.init_app(app)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint == "static":
            fresh = "v" in request.args or request.path.startswith("/static/vendor/fonts/")
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-store" if _confidential() else "private, no-cache"
        return response


def _confidential() -> bool:
    """Say whether no trace of an answer may stay in a browser: one's own account, what operators see, mailed links.

    Elsewhere pages may be kept for the way back, which brings back what was typed.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    own = request.blueprint in OWN and getattr(view, "access", None) != "public"
    return own or getattr(view, "access", None) == "operator" or "token" in (request.view_args or {})
