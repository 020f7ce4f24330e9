"""Beginning a log-in, in one step or two, and where it leads.

Between the steps the session holds who passed the first one, for ten minutes and for nothing else: nobody is logged in.
"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app, g, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from participation.accounts import parking
from participation.accounts.factors import factors_of, has_factor
from participation.accounts.logins import begin_login, device
from participation.accounts.models import LoginMethod, User
from participation.accounts.passkeys import Site
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.tokens import digest
from participation.web import kept

PER_VISITOR = "30/hour"
"""Forms that send mail, for one network address; a workshop with many people may share one."""

PER_MAILBOX = "5/hour"

PATIENCE = 600
"""Seconds between the two steps of a log-in."""

CARRIED = ("identity", "parked", "onward")
"""What a session takes along into a log-in: an account elsewhere to be linked, a parked form, and where to go."""


def mailbox() -> str:
    """Return what limits for one e-mail address count by."""
    return "mailbox:" + request.form.get("email", "").strip().lower()[:254]


def begin(person: User, method: LoginMethod, *, strong: bool = False) -> None:
    """Log a person in with a new session, so that one planted before is worth nothing; call it within a transaction."""
    _new_session()
    lifetime = current_app.permanent_session_lifetime
    begin_login(person, method, device(request.user_agent.string), lifetime, strong=strong)
    login_user(person)
    session.permanent = True


def enter(
    person: User, method: LoginMethod, target: str | None = None, form: kept.Kept | None = None
) -> str | Response:
    """Answer the first proof: log in, or ask for the second step if the account has a factor."""
    if not has_factor(person):
        with transaction():
            begin(person, method)
        return onward(target, form)
    _new_session()
    session["pending"] = [person.id, method.value, int(now().timestamp()), _mark(person)]
    if form is None:
        return redirect(url_for("accounts.second_step", next=kept.local_path(target)), 303)
    return render_template("accounts/second_step.html", **second_page(person, target, form))


def pending() -> tuple[User, LoginMethod] | None:
    """Return who passed the first step here and how; a person logged in without a factor counts, too."""
    if current_user.is_authenticated:
        person: User = current_user._get_current_object()  # noqa: SLF001 - Flask's proxy has no public way
        if person.login_strong or not has_factor(person):
            return None
        return person, person.login_method or LoginMethod.PASSWORD
    if "pending" not in session:
        return None
    user_id, method, since, mark = session["pending"]
    found = db.session.get(User, user_id)
    if found is None or mark != _mark(found) or since < now().timestamp() - PATIENCE:
        return None
    return found, LoginMethod(method)


def second_page(person: User, target: str | None, form: kept.Kept | None, failure: str = "") -> dict[str, Any]:
    """Return what the page of the second step shows."""
    factors = factors_of(person)
    return {"factors": factors, "target": kept.local_path(target), "kept": form, "failure": failure, "site": site()}


def onward(target: str | None, form: kept.Kept | None) -> str | Response:
    """Answer a log-in: the form that was kept, ready to be sent again, or the page that was meant.

    An account elsewhere that waits to be linked comes first; the rest waits meanwhile.
    """
    if "identity" in session:
        if form is not None:
            park(form)
        session["onward"] = kept.local_path(target)
        return redirect(url_for("accounts.link_identity"), 303)
    form = form or unpark()
    if form is not None:
        return render_template("errors/resend.html", kept=form, reason=None)
    return redirect(kept.local_path(target) or url_for("strategy.start"), 303)


def park(form: kept.Kept) -> None:
    """Keep a form on the server, unreadable without this session."""
    with transaction():
        session["parked"] = parking.park(form.dump())


def unpark() -> kept.Kept | None:
    """Take back the form that was parked, if there is one."""
    secret = session.pop("parked", None)
    if secret is None:
        return None
    with transaction():
        text = parking.fetch(secret)
    return None if text is None else kept.parse(text)


def site() -> Site:
    """Return for whom passkeys are made; devices take names only, so this machine's number becomes its name."""
    address = urlsplit(current_app.config["PUBLIC_URL"])
    host = "localhost" if address.hostname == "127.0.0.1" else address.hostname or ""
    port = f":{address.port}" if address.port else ""
    return Site(host, f"{address.scheme}://{host}{port}")


def key() -> str:
    """Return the secret that seals what has to be read again."""
    return cast("str", current_app.config["SECRET_KEY"])


def _new_session() -> None:
    carried = {name: session[name] for name in CARRIED if name in session}
    session.clear()
    session.update(carried)
    # Flask-WTF remembers the token of this request; it belongs to the session just thrown away.
    g.pop("csrf_token", None)


def _mark(person: User) -> str:
    """Bind the first step to the password of that moment: a new one voids it."""
    return digest(person.password_hash)[:16]
