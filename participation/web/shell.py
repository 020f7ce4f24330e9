"""The frame around every page: log-in, what templates may use, and errors turned into pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from flask_babel import Babel, format_datetime
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, current_user
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from sqlalchemy import bindparam, exists, func, select
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.wrappers import Response as BaseResponse

from participation.accounts.logins import logged_in
from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, expect_write, reading
from participation.base.verdict import Denied, DomainError
from participation.ledger import erased
from participation.notify.models import Notification
from participation.resolutions.models import Seat
from participation.web import access, bounds, kept, origin, watch, wording
from participation.web.numbers import RowNumber

Answer = Response | BaseResponse | str | tuple[str, int]


UNASKED = {"strategy.preview"}
"""What a page asks for by itself; a refusal is 204, so that the page stays as it is, with all that was typed."""


SEATED = exists().where(Seat.user_id == User.id, Seat.until.is_(None))
"""Whether the person in the row at hand sits in a body."""
UNREAD = select(func.count()).where(Notification.user_id == bindparam("user"), Notification.read_at.is_(None))
"""How many notifications of :user are unread. Built once: every page asks."""


class Visitor(AnonymousUserMixin):
    """Someone who is not logged in; answers what templates ask of a viewer."""

    id = None
    display_name = ""
    is_moderator = False
    is_operator = False
    is_confirmed = False
    seated = False
    login_strong = False


def prepare(app: Flask) -> None:
    """Attach log-in, translations, template context and error pages."""
    app.url_map.converters["int"] = RowNumber
    login = LoginManager(app)
    login.anonymous_user = Visitor
    login.session_protection = None
    login.user_loader(load_user)
    Babel(app, locale_selector=lambda: "de")
    wording.prepare(app)
    app.before_request(refuse_nul)
    bounds.prepare(app)
    origin.prepare(app)
    app.before_request(announce_write)
    app.before_request(access.guard)
    app.teardown_request(end_write)
    app.after_request(whole_page)
    app.context_processor(context)
    app.add_template_filter(moment)
    app.add_template_filter(mended)
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(TooManyRequests, too_many)
    app.register_error_handler(HTTPException, http_error)


def load_user(secret: str) -> User | None:
    """Return the person whose browser remembers a secret, or None when that log-in was ended."""
    return logged_in(secret, SEATED)


def refuse_nul() -> None:
    """Answer 404 to paths with a NUL character, which PostgreSQL takes in no text."""
    if "\x00" in request.path:
        abort(404)


def announce_write() -> None:
    """Let transactions of requests that may write begin as writers."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        g.write_token = expect_write()


def end_write(_error: BaseException | None) -> None:
    """Undo `announce_write`."""
    token = g.pop("write_token", None)
    if token is not None:
        reading(token)


def whole_page(response: Response) -> Response:
    """Tell htmx to put a whole page in the place of the page: a refusal, a log-in, where it hoped for a part."""
    if request.endpoint in UNASKED and response.status_code >= 400:
        return Response(status=204)
    asked = "HX-Request" in request.headers and response.mimetype == "text/html" and not response.direct_passthrough
    if asked and response.get_data()[:14].lower() == b"<!doctype html":
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "outerHTML show:top"
    return response


def viewer() -> User | None:
    """Return the person logged in, as rooms want it: a user or None."""
    return current_user._get_current_object() if current_user.is_authenticated else None  # noqa: SLF001 - Flask's proxy has no public way


def member() -> User:
    """Return the person logged in; only for views that no visitor reaches."""
    person = viewer()
    if person is None:
        abort(401)
    return person


def context() -> dict[str, Any]:
    """Return what every template may use."""
    unread = 0
    if current_user.is_authenticated:
        unread = db.session.scalar(UNREAD, {"user": current_user.id}) or 0
    return {"viewer": current_user, "unread": unread, "seated": current_user.seated, "now": now()}


def moment(value: datetime) -> str:
    """Format a date with its time: 22. November 2026, 15:42."""
    return str(format_datetime(value, "d. MMMM yyyy, HH:mm"))


def mended(text: str) -> Markup:
    """Turn the marks of what was erased into words with a link; everything else is escaped."""
    return Markup(erased.MARK.sub(lambda mark: erased.shown(int(mark[1]), mark[2]), str(escape(text))))  # noqa: S704


def refuse(error: DomainError) -> Answer:
    """Answer a refusal of a room: the log-in page if that helps, else the reason; typed text is shown again."""
    form = kept.from_request(request)
    if isinstance(error, Denied) and current_user.is_authenticated:
        watch.refused(current_user.id, error)
    if isinstance(error, access.FactorNeeded):
        page = render_template("accounts/factor_needed.html", kept=form, reason=error.message)
        return page, error.status
    if isinstance(error, Denied) and error.verdict.login_helps and not current_user.is_authenticated:
        if form is None:
            target = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
            return redirect(url_for("accounts.login", next=target), 303)
        return render_template("accounts/login_to_continue.html", kept=form, reason=error.message), 401
    page = "errors/404.html" if error.status == 404 else "errors/refused.html"
    return render_template(page, reason=error.message, status=error.status, kept=form), error.status


def expired(_error: CSRFError) -> Answer:
    """Answer a form whose token is no longer valid: one more click sends it again."""
    form = kept.from_request(request)
    if form is not None and not current_user.is_authenticated and access.declared(request.endpoint or "") != "public":
        reason = _("Ihre Anmeldung ist abgelaufen. Danach geht es genau hier weiter.")
        return render_template("accounts/login_to_continue.html", kept=form, reason=reason), 401
    reason = _("Das Formular lag lange offen. Ihr Text ist noch da. Bitte senden Sie es noch einmal ab.")
    return render_template("errors/resend.html", kept=form, reason=reason), 400


def too_many(_error: TooManyRequests) -> Answer:
    """Answer a limit: what was typed is kept, to be sent again in a moment."""
    form = kept.from_request(request)
    reason = _("Das waren viele Anfragen in kurzer Zeit. Warten Sie eine Minute, dann geht es weiter.")
    return render_template("errors/resend.html", kept=form, reason=reason), 429


def http_error(error: HTTPException) -> Answer:
    """Answer any other HTTP error with a page of ours."""
    code = error.code or 500
    if code < 400:
        return error.get_response()
    name = code if code in (400, 403, 404, 405, 409, 413) else 400
    return render_template(f"errors/{name}.html", kept=kept.from_request(request)), code
