"""The public log of moderation, and the transparency reports."""

from __future__ import annotations

import csv
import io

from flask import Response, current_app, render_template, request

from participation.base.clock import now
from participation.base.verdict import NotFound
from participation.moderation import bursts, openness
from participation.moderation.eu_template import HEADER, rows
from participation.web.access import public
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.words import WORDS
from participation.web.numbers import number
from participation.web.shell import Answer


@moderation.get("/moderationslog")
@public
def log() -> Answer:
    """List what moderators decided, without names and texts."""
    before = number(request.args.get("vor"))
    found, following = openness.log_page(before=before)
    told = [] if before else bursts.log_lines()
    return render_template(
        "moderation/log.html", rows=found, following=following, before=before, bursts=told, words=WORDS
    )


@moderation.get("/transparenz")
@public
def transparency() -> Answer:
    """List the transparency reports."""
    return render_template(
        "moderation/transparency.html", halves=openness.halves(now()), present=openness.half_of(now())
    )


@moderation.get("/transparenz/<key>")
@public
def half_year(key: str) -> Answer:
    """Show the figures of a half-year."""
    half = openness.read_half(key)
    if half is None or half.begin > now():
        raise NotFound
    return render_template(
        "moderation/half_year.html",
        figures=openness.figures(half),
        half=half,
        running=half.end > now(),
        words=WORDS,
    )


@moderation.get("/transparenz/<key>.csv")
@public
def half_year_table(key: str) -> Response:
    """Export the figures in the categories of the EU's template."""
    half = openness.read_half(key)
    if half is None or half.begin > now():
        raise NotFound
    lines = rows(openness.figures(half), service=current_app.config["PUBLIC_URL"], published=now().date())
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *lines])
    saving = {"Content-Disposition": f'attachment; filename="transparenz-{half.key}.csv"'}
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8; header=present", headers=saving)
