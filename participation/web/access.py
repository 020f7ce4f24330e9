"""Who may call a route. Each view carries one declaration; a view without one answers nobody.

`public`      everyone
`resident`    people with a confirmed account
`moderator`   moderators
`operator`    operators
The finer rules (one's own comment, a second moderator …) are the policies of the rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from participation.base.verdict import Verdict, no, require, yes

View = TypeVar("View", bound=Callable[..., Any])


def _declare(who: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = who  # type: ignore[attr-defined]
        return view

    return mark


public = _declare("public")
resident = _declare("resident")
moderator = _declare("moderator")
operator = _declare("operator")


def declared(endpoint: str) -> str | None:
    """Return the declaration of an endpoint's view, or None if it has none."""
    if endpoint == "static":
        return "public"
    return getattr(current_app.view_functions.get(endpoint), "access", None)


def may_call(who: str | None, viewer: Any) -> Verdict:
    """Say whether a viewer may call a route declared for `who`."""
    if who == "public":
        return yes
    if not viewer.is_authenticated:
        return no(_l("Dafür brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)
    if who == "resident":
        return yes
    if (who == "moderator" and viewer.is_moderator) or (who == "operator" and viewer.is_operator):
        return yes
    return no(_l("Diese Seite gehört zur Werkstatt der Moderation. Ihr Konto hat dort keinen Zutritt."))


def guard() -> None:
    """Refuse the request unless its route's declaration lets this viewer in; runs before every view."""
    if request.endpoint is not None:
        who = declared(request.endpoint)
        if who != "public":
            require(may_call(who, current_user))
