"""A person's notifications."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from participation.base.db import transaction
from participation.notify import operations
from participation.notify.queries import notifications
from participation.web import kept
from participation.web.access import resident
from participation.web.numbers import number
from participation.web.shell import member

notify = Blueprint("notify", __name__)
SIZE = 30


@notify.get("/nachrichten")
@resident
def index() -> str:
    """List a person's notes, the newest first."""
    before = number(request.args.get("vor"))
    rows = notifications(member(), before=before, size=SIZE)
    further = url_for("notify.index", vor=rows[SIZE - 1].id) if len(rows) > SIZE else None
    fragment = request.headers.get("HX-Request") == "true" and before is not None
    template = "notify/_rows.html" if fragment else "notify/index.html"
    return render_template(template, rows=rows[:SIZE], further=further, later=before is not None)


@notify.post("/nachrichten/<int:id>")
@resident
def follow(id: int) -> Response:  # noqa: A002 - the name of the part of the address
    """Mark a note as read and go where it leads."""
    with transaction():
        link = operations.mark_read(member(), id)
    return redirect(kept.local_path(link) or url_for("notify.index"), 303)


@notify.post("/nachrichten/gelesen")
@resident
def read_all() -> Response:
    """Mark every note as read."""
    with transaction():
        operations.mark_all_read(member())
    return redirect(url_for("notify.index"), 303)
