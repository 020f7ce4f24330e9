"""What templates call hundreds of times a page: texts, addresses, numbers and days, each as cheap as it can be.

They say the same as those of Jinja, Flask and Babel, which at each call look up the locale anew, build anew and escape
anew; on a page with a hundred comments that was a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request, url_for
from flask_babel import get_locale, get_translations, ngettext, to_user_timezone
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from participation.base.clock import now

REMEMBERED = 4096


def prepare(app: Flask) -> None:
    """Give the templates `_`, `gettext`, `ngettext`, `url_for`, `|number`, `|day` and `|ago`."""
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined] # from jinja2.ext.i18n: {% trans %} calls as below
    app.jinja_env.globals |= {"_": text, "gettext": text, "ngettext": plural, "url_for": addresses()}
    app.add_template_filter(number)
    app.add_template_filter(day)
    app.add_template_filter(ago)


def translations() -> Any:
    """Return the translations of this request; looked up once."""
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


def locale() -> str:
    """Return the language of this request; looked up once."""
    found: str | None = g.get("language")
    if found is None:
        found = g.language = str(get_locale() or "de")
    return found


@pass_eval_context
def text(where: EvalContext, message: str, /, **values: object) -> str:
    """Return a text in the reader's language with the values put in, escaped where the template escapes."""
    return _filled(where, translations().ugettext(message), values)


@pass_eval_context
def plural(where: EvalContext, one: str, many: str, count: int, /, **values: object) -> str:
    """Return the text for a number, which it may name `num`; otherwise as `text`."""
    return _filled(where, translations().ungettext(one, many, count), {"num": count, **values})


def _filled(where: EvalContext, message: str, values: dict[str, object]) -> str:
    whole: str = Markup(message) if where.autoescape else message  # noqa: S704 - our own texts; values are escaped
    if values or "%" in message:
        return whole % values
    return whole


def addresses() -> Callable[..., str]:
    """Return a `url_for` that remembers; ours name whole endpoints, so they depend on nothing else in a request."""

    @lru_cache(REMEMBERED, typed=True)
    def remembered(_root: str, endpoint: str, **values: Any) -> str:
        return url_for(endpoint, **values)

    def address(endpoint: str, **values: Any) -> str:
        if "_external" in values or not has_request_context():
            return url_for(endpoint, **values)
        return remembered(request.root_path, endpoint, **values)

    return address


def number(value: float) -> str:
    """Format a number: 12.345."""
    if isinstance(value, int) and 0 <= value < 1000:
        return str(value)
    return _number(value, locale())


@lru_cache(REMEMBERED)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language)


def day(value: date) -> str:
    """Format a date, or the date of a moment where the region is: 22. November 2026."""
    return _day(to_user_timezone(value).date() if isinstance(value, datetime) else value, locale())


@lru_cache(REMEMBERED)
def _day(value: date, language: str) -> str:
    return format_date(value, "d. MMMM yyyy", locale=language)


def ago(value: datetime) -> str:
    """Say how long ago something was; older than a week, the date."""
    minutes = int((now() - value).total_seconds() // 60)
    return _ago(max(minutes, 0), locale()) if minutes < 7 * 24 * 60 else day(value)


@lru_cache(REMEMBERED)
def _ago(minutes: int, _language: str) -> str:
    if minutes < 1:
        return str(_("gerade eben"))
    if minutes < 60:
        return str(ngettext("vor %(num)s Minute", "vor %(num)s Minuten", minutes))
    if minutes < 24 * 60:
        return str(ngettext("vor %(num)s Stunde", "vor %(num)s Stunden", minutes // 60))
    return str(ngettext("gestern", "vor %(num)s Tagen", minutes // (24 * 60)))
