"""Show what participation changed, version by version."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from participation.insight import queries
from participation.web.access import public
from participation.web.numbers import number

insight = Blueprint("insight", __name__)

SIZE = 20


@insight.get("/wirkung")
@public
def effect() -> str:
    """Show the figures of each version, newest first, and of everything so far."""
    before = number(request.args.get("vor"))
    rows = queries.effects(before=before, size=SIZE + 1)
    return render_template(
        "insight/effect.html",
        rows=rows[:SIZE],
        total=queries.total(),
        older=url_for("insight.effect", vor=rows[SIZE - 1].number) if len(rows) > SIZE else None,
        newer=url_for("insight.effect") if before is not None else None,
    )
