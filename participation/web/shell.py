"""The frame around every page: log-in, what templates may use, and errors turned into pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, url_for
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_translations, ngettext
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, LoginManager, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests
from werkzeug.wrappers import Response as BaseResponse

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, expect_write, reading
from participation.base.verdict import Denied, DomainError
from participation.notify.models import Notification
from participation.web import access, kept
from participation.web.numbers import RowNumber

Answer = Response | BaseResponse | str | tuple[str, int]


UNASKED = {"strategy.preview"}
"""What a page asks for by itself; a refusal is 204, so that the page stays as it is, with all that was typed."""


class Visitor(AnonymousUserMixin):
    """Someone who is not logged in; answers what templates ask of a viewer."""

    id = None
    display_name = ""
    is_moderator = False
    is_operator = False
    is_confirmed = False


def prepare(app: Flask) -> None:
    """Attach log-in, translations, template context and error pages."""
    app.url_map.converters["int"] = RowNumber
    login = LoginManager(app)
    login.anonymous_user = Visitor
    login.session_protection = None
    login.user_loader(load_user)
    Babel(app, locale_selector=lambda: "de")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # from jinja2.ext.i18n
        lambda text: translations().ugettext(text),
        lambda one, many, number: translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.before_request(refuse_nul)
    app.before_request(refuse_too_much)
    app.before_request(announce_write)
    app.before_request(access.guard)
    app.teardown_request(end_write)
    app.after_request(whole_page)
    app.context_processor(context)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(ago)
    app.add_template_filter(format_decimal, "number")
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(CSRFError, expired)
    app.register_error_handler(TooManyRequests, too_many)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(InternalServerError, broken)


def translations() -> Any:
    """Return the translations of this request; looked up once, for a page asks hundreds of times."""
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


def load_user(session_id: str) -> User | None:
    """Return the person a session belongs to, or None when the session was ended."""
    number, _dot, key = session_id.partition(".")
    user = db.session.get(User, int(number)) if number.isdecimal() else None
    return user if user is not None and user.session_key == key else None


def refuse_nul() -> None:
    """Answer 404 to paths with a NUL character, which PostgreSQL takes in no text."""
    if "\x00" in request.path:
        abort(404)


def refuse_too_much() -> None:
    """Answer 413 to a form that is too large, whoever sent it and wherever to, before anything else looks at it."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        request.form  # noqa: B018 - reading it raises


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
        waiting = select(func.count()).where(Notification.user_id == current_user.id, Notification.read_at.is_(None))
        unread = db.session.scalar(waiting) or 0
    return {"viewer": current_user, "unread": unread, "now": now()}


def day(value: datetime) -> str:
    """Format a date: 22. November 2026."""
    return str(format_date(value, "d. MMMM yyyy"))


def moment(value: datetime) -> str:
    """Format a date with its time: 22. November 2026, 15:42."""
    return str(format_datetime(value, "d. MMMM yyyy, HH:mm"))


def ago(value: datetime) -> str:
    """Say how long ago something was; older than a week, the date."""
    minutes = int((now() - value).total_seconds() // 60)
    if minutes < 1:
        return str(_("gerade eben"))
    if minutes < 60:
        return str(ngettext("vor %(num)s Minute", "vor %(num)s Minuten", minutes))
    if minutes < 24 * 60:
        return str(ngettext("vor %(num)s Stunde", "vor %(num)s Stunden", minutes // 60))
    if minutes < 7 * 24 * 60:
        return str(ngettext("gestern", "vor %(num)s Tagen", minutes // (24 * 60)))
    return day(value)


def refuse(error: DomainError) -> Answer:
    """Answer a refusal of a room: the log-in page if that helps, else the reason; typed text is shown again."""
    form = kept.from_request(request)
    if isinstance(error, Denied) and error.verdict.login_helps and not current_user.is_authenticated:
        if form is None:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
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


def broken(_error: InternalServerError) -> Answer:
    """Answer a fault of ours; the page needs neither database nor viewer."""
    db.session.rollback()
    return current_app.jinja_env.get_template("errors/500.html").render(), 500
