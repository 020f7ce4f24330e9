"""Who may call a route. Each view carries one declaration; a view without one answers nobody.

`public`      everyone
`resident`    people with a confirmed account
`moderator`   moderators
`operator`    operators
Who holds a power (moderators, operators, members of bodies) does nothing at all without a second factor where
the operator requires one, except what `without_factor` marks: setting one up, and leaving.
The finer rules (one's own comment, a second moderator …) are the policies of the rooms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from participation.base.verdict import Denied, Verdict, no, require, yes

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


def without_factor(view: View) -> View:
    """Mark a view that somebody with a power may call before a second factor is given."""
    view.without_factor = True  # type: ignore[attr-defined]
    return view


class FactorNeeded(Denied):
    """A power waits for a second factor."""

    def __init__(self) -> None:
        super().__init__(no(_l("Wer hier Verantwortung trägt, meldet sich in zwei Schritten an.")))


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
        if current_app.config["SECOND_FACTOR"] == "required" and not _open_to_all():
            demand_factor(current_user)
        who = declared(request.endpoint)
        if who != "public":
            require(may_call(who, current_user))


def demand_factor(viewer: Any) -> None:
    """Refuse somebody with a power who is logged in without a second factor."""
    if not viewer.is_authenticated or viewer.login_strong:
        return
    if viewer.is_moderator or viewer.is_operator or viewer.seated:
        raise FactorNeeded


def _open_to_all() -> bool:
    """Say whether a request needs no look at who asks: nobody is logged in, or the page is the same for all."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return True
    endpoint = request.endpoint or ""
    view = current_app.view_functions.get(endpoint)
    return endpoint in ("static", "assets.site") or endpoint.startswith("info.") or hasattr(view, "without_factor")
