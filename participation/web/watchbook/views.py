"""The page of the watch book."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request, url_for

from participation.resolutions.queries import seat_of
from participation.watchbook.models import Kind
from participation.watchbook.queries import entries
from participation.web.access import resident
from participation.web.numbers import number
from participation.web.shell import member
from participation.web.watchbook import words

watchbook = Blueprint("watchbook", __name__)
SIZE = 50


@watchbook.get("/betrieb/sicherheitslog")
@resident
def index() -> str:
    """Show the newest entries; `?art=` narrows them. The policy lets operators and members of bodies in."""
    me = member()
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(request.args.get("art", ""))
    before = number(request.args.get("vor"))
    rows = entries(me, seat_of(me.id), kind=kind, before=before, size=SIZE + 1)
    chosen = kind.value if kind else None
    further = url_for("watchbook.index", art=chosen, vor=rows[SIZE - 1].entry.id) if len(rows) > SIZE else None
    days = current_app.config["PERIODS"]["security_log"].days
    page = {"rows": rows[:SIZE], "further": further, "words": words, "kind": kind, "days": days}
    if request.headers.get("HX-Request") == "true" and before is not None:
        return render_template("watchbook/_rows.html", **page)
    return render_template("watchbook/index.html", **page)
