"""Sessions in cookies that several machines understand, whose clocks are never quite the same.

A cookie carries the moment at which it was made. Flask refuses one from the future, even by a second: whoever logged in
at a machine whose clock is fast would be logged out by the next machine that answers.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from itsdangerous import BadSignature

from participation.base.clock import now

SKEW = timedelta(minutes=15)
"""How far the clock of the machine that made a cookie may be ahead of ours."""


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but for cookies from the near future."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a cookie that we signed; an empty one if it is too old, or none of ours."""
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            content, made_at = signer.loads(request.cookies.get(self.get_cookie_name(app), ""), return_timestamp=True)
        except BadSignature:
            return self.session_class()
        if not -SKEW <= now() - made_at <= app.permanent_session_lifetime:
            return self.session_class()
        return self.session_class(content)


def prepare(app: Flask) -> None:
    """Have sessions read in this way."""
    app.session_interface = Sessions()
