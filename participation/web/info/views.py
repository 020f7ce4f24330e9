"""Show the pages about the platform."""

from datetime import date

from flask import Blueprint, render_template

from participation.moderation import rules as rules_of_talk
from participation.web.access import public

info = Blueprint("info", __name__)

PRIVACY_SINCE = date(2026, 11, 22)
ACCESSIBILITY_SINCE = date(2026, 11, 22)


@info.get("/so-funktioniert-es")
@public
def how() -> str:
    return render_template("info/how.html")


@info.get("/regeln")
@public
def rules() -> str:
    return render_template(
        "info/rules.html", rules=rules_of_talk.RULES, version=rules_of_talk.VERSION, since=rules_of_talk.SINCE
    )


@info.get("/impressum")
@public
def imprint() -> str:
    return render_template("info/imprint.html")


@info.get("/datenschutz")
@public
def privacy() -> str:
    return render_template("info/privacy.html", since=PRIVACY_SINCE)


@info.get("/barrierefreiheit")
@public
def accessibility() -> str:
    return render_template("info/accessibility.html", since=ACCESSIBILITY_SINCE)
