"""Show the pages about the platform."""

from datetime import date, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.text import normalise
from participation.base.verdict import NotFound
from participation.moderation import rulebook
from participation.notify.operations import post
from participation.web.access import public
from participation.web.accounts.session import PER_VISITOR
from participation.web.info.forms import BarrierForm
from participation.web.info.operator import operator
from participation.web.once import once
from participation.web.privacy import keeper, words
from participation.web.security import limiter
from participation.web.shell import Answer

info = Blueprint("info", __name__)

PRIVACY_SINCE = date(2026, 11, 23)
ACCESSIBILITY_SINCE = date(2026, 11, 22)
EASY_REVIEWED: date | None = None
"""When readers of Leichte Sprache last reviewed the page in it; empty: nobody has, and the page says so."""
SECURITY_TXT_HOLDS = timedelta(days=180)
"""RFC 9116 recommends less than a year."""


@info.get("/so-funktioniert-es")
@public
def how() -> str:
    return render_template("info/how.html")


@info.get("/spielregeln")
@info.get("/spielregeln/<int:version>")
@public
def rules(version: int | None = None) -> str:
    """Show the rules in force, or an older version that decisions cite."""
    books = rulebook.versions()
    book = next((one for one in books if version in (None, one.version)), None)
    if book is None and version is not None:
        raise NotFound
    return render_template("info/rules.html", book=book, books=books)


@info.get("/regeln")
@public
def old_rules() -> Response:
    """Lead addresses that were printed to the page of today."""
    return redirect(url_for("info.rules"), 301)


@info.get("/impressum")
@public
def imprint() -> str:
    return render_template("info/imprint.html", operator=operator())


@info.get("/datenschutz")
@public
def privacy() -> str:
    periods = current_app.config["PERIODS"]
    return render_template(
        "info/privacy.html",
        since=PRIVACY_SINCE,
        kept=words.kept(periods, keeper.rules()),
        grace=periods["deletion"].days,
        operator=operator(),
    )


@info.get("/barrierefreiheit")
@public
def accessibility() -> str:
    return render_template("info/accessibility.html", since=ACCESSIBILITY_SINCE)


@info.route("/barrierefreiheit/melden", methods=["GET", "POST"])
@public
@limiter.limit(PER_VISITOR, methods=["POST"])
@once
def barrier() -> Answer:
    """Take a report of a barrier and post it to those who run the platform; works without an account."""
    form = BarrierForm()
    if not form.validate_on_submit():
        return render_template("info/barrier.html", form=form), 422 if form.is_submitted() else 200
    if not form.homepage.data:
        told = {"place": normalise(form.place.data or ""), "text": normalise(form.text.data or "")}
        with transaction():
            post(current_app.config["CONTACT_MAIL"], "info/barrier", {**told, "email": form.email.data or ""})
    flash(_("Danke. Ihre Meldung ist unterwegs zu den Menschen, die diese Seite betreiben."), "success")
    return redirect(url_for("info.accessibility"), 303)


@info.get("/leichte-sprache")
@public
def easy() -> str:
    """Say in Leichte Sprache what this is, and whether its readers reviewed the text."""
    return render_template("info/easy.html", reviewed=EASY_REVIEWED)


@info.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Tell finders of a weakness where to report it, as RFC 9116 has it."""
    expires = (now() + SECURITY_TXT_HOLDS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {current_app.config['SECURITY_CONTACT']}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: de, en",
        f"Canonical: {current_app.config['PUBLIC_URL']}{request.path}",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
