"""Beginning and ending a log-in, and where it leads."""

from __future__ import annotations

from flask import g, redirect, render_template, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response

from participation.accounts.models import User
from participation.web import kept

PER_VISITOR = "30/hour"
"""Forms that send mail, for one network address; a workshop with many people may share one."""

PER_MAILBOX = "5/hour"


def mailbox() -> str:
    """Return what limits for one e-mail address count by."""
    return "mailbox:" + request.form.get("email", "").strip().lower()[:254]


def begin(person: User) -> None:
    """Log a person in with a new session, so that one planted before is worth nothing."""
    session.clear()
    # Flask-WTF remembers the token of this request; it belongs to the session just thrown away.
    g.pop("csrf_token", None)
    login_user(person)
    session.permanent = True


def onward(target: str | None, form: kept.Kept | None) -> str | Response:
    """Answer a log-in: the form that was kept, ready to be sent again, or the page that was meant."""
    if form is not None:
        return render_template("errors/resend.html", kept=form, reason=None)
    return redirect(kept.local_path(target) or url_for("strategy.start"), 303)
