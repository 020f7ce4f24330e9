"""While the database or the storage of files cannot work: 503, a friendly page, and every typed word on it.

Nothing can be stored then, so the page itself carries the form: its texts in fields to read, copy or change, and a
button that sends it again. As soon as the database answers, so do we, without a restart.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, Response, current_app, make_response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import InternalServerError

from participation.attachments.storage import Unreachable
from participation.base.db import db
from participation.base.outage import is_outage, says
from participation.web import journal, kept

RETRY_AFTER = 5
"""Seconds."""


def prepare(app: Flask) -> None:
    """Answer what the database could not do."""
    app.register_error_handler(SQLAlchemyError, answer)
    app.register_error_handler(Unreachable, unavailable)
    app.register_error_handler(InternalServerError, broken)


def answer(error: SQLAlchemyError) -> Response:
    """Answer an error of the database: 503 if it will pass, else it goes on as a fault of ours."""
    if not is_outage(error):
        raise error
    return unavailable(error)


def broken(error: InternalServerError) -> Response:
    """Answer a fault of ours; the page needs neither database nor viewer, and names what to quote."""
    if is_outage(error.original_exception):
        return unavailable(error.original_exception or error)
    _forget()
    page = current_app.jinja_env.get_template("errors/500.html").render(reference=journal.request_id())
    return make_response(page, 500)


def unavailable(error: BaseException) -> Response:
    """Say that we cannot answer just now; what was typed is on the page."""
    journal.log.warning("what we keep things in cannot work", error=type(error).__name__, code=says(error))
    _forget()
    template = current_app.jinja_env.get_template("errors/503.html")
    form = kept.from_request(request)
    response = make_response(template.render(kept=form, reference=journal.request_id()), 503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


def _forget() -> None:
    """Leave the transaction, dead or alive."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
