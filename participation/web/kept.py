"""What a person typed survives: a log-in in between, an expired form, a refusal, a limit.

The page that answers a refused form carries its fields along, the log-in form passes them on, and afterwards one button
sends the original form again. Only where the way leads through other pages (a log-in elsewhere, setting up a factor)
does it wait on the server, sealed with a secret that only the browser has (accounts/parking.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

MAX_LENGTH = 128 * 1024
NEVER = ("password", "csrf_token", "kept", "proof")
"""Fields whose name begins so are never carried along."""
CARRIERS = (
    "accounts.register",
    "accounts.login",
    "accounts.second_step",
    "accounts.log_in_by_passkey",
    "accounts.set_up",
)
"""Views whose forms carry another one along; only the first has words of its own."""


@dataclass(frozen=True)
class Kept:
    """A form that was refused: where it was sent, and its fields in order."""

    path: str
    fields: tuple[tuple[str, str], ...] = field(default_factory=tuple)

    @property
    def texts(self) -> tuple[str, ...]:
        """What was written by hand, to be shown: fields with spaces or line breaks."""
        return tuple(value for _name, value in self.fields if " " in value.strip() or "\n" in value)

    def dump(self) -> str:
        """Return the form as JSON for a hidden field."""
        return json.dumps({"path": self.path, "fields": self.fields}, ensure_ascii=False)


def from_request(request: Request) -> Kept | None:
    """Return the form of a refused POST, or None where there is nothing to keep.

    A log-in or registration that carries a form along keeps that one: it is what the person came for. A form that
    another site sent is nobody's words, and never comes as far as here (web/origin.py): offering it again, with a
    valid token, would be one click away from doing what that site wants.
    """
    if request.method != "POST" or not readable(request):
        return None
    if request.endpoint in CARRIERS and (carried := load(request.form)):
        return carried
    pairs = tuple((k, v) for k, v in request.form.items(multi=True) if not k.startswith(NEVER))
    if request.endpoint in (*CARRIERS[1:], "accounts.logout") or not pairs:
        return None
    return Kept(request.full_path.rstrip("?"), pairs)


def readable(request: Request) -> bool:
    """Say whether a form came along that is not too large to be read."""
    try:
        return bool(request.form)
    except RequestEntityTooLarge:
        return False


def load(form: MultiDict[str, str]) -> Kept | None:
    """Read a kept form back from a hidden field; anything malformed counts as nothing."""
    return parse(form.get("kept", ""))


def parse(raw: str) -> Kept | None:
    """Read a kept form back from its JSON; anything malformed counts as nothing."""
    if not raw or len(raw) > MAX_LENGTH:
        return None
    try:
        data = json.loads(raw)
        path = local_path(data["path"])
        pairs = tuple((str(k), str(v)) for k, v in data["fields"] if not str(k).startswith(NEVER))
    except (ValueError, KeyError, TypeError):
        return None
    return Kept(path, pairs) if path else None


def local_path(value: str | None) -> str | None:
    """Return a path on this site, or None for anything that could lead elsewhere."""
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")) or len(value) > 2000:
        return None
    return None if any(c < " " or c in "\\\x7f" for c in value) else value
