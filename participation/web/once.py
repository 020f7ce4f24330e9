"""Forms that create do so once, however often they are sent.

A page with such a form holds a random key in it: `{{ form_key() }}`, beside the CSRF token. The view carries `@once`,
below access and limits; its form may come without a key, then it is taken as it is. The first to send a key creates,
and the key is stored in the same transaction, together with the address that the view redirects to. Whoever sends the
same form again is led there; whoever sends another text under the same key is asked first, and loses nothing.

Comments and drafts of proposals have a key of their own in their rows: comments answer htmx with a fragment, and a
draft sent again is the same draft with its newest text.
"""

from __future__ import annotations

import functools
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast

from flask import Flask, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from participation.base import form_keys
from participation.base.db import db, held
from participation.base.form_keys import FormKey, Sent
from participation.web import kept

FIELD = "form_key"
KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")
View = TypeVar("View", bound=Callable[..., Any])


def prepare(app: Flask) -> None:
    """Give templates `form_key()`."""
    app.jinja_env.globals[FIELD] = field


def field() -> Markup:
    """Return the hidden field with a new key."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, secrets.token_urlsafe(16))


def once(view: View) -> View:
    """Have a view take each form with a key once; it must write in transactions that may be one."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or not KEY.fullmatch(request.form.get(FIELD, "")):
            return view(*args, **kwargs)
        form = _sent()
        earlier = form_keys.claim(form)
        if earlier is not None:
            return _again(earlier, form)
        try:
            with held() as work:
                answer = make_response(view(*args, **kwargs))
                if not work.wrote:
                    db.session.rollback()
                    return answer
                if not 300 <= answer.status_code < 400:
                    form_keys.release(form)
                elif (earlier := form_keys.settle(form, answer.location or "/")) is not None:
                    db.session.rollback()
                    return _again(earlier, form)
                db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        return answer

    guarded.once = True  # type: ignore[attr-defined]
    return cast(View, guarded)


def _sent() -> Sent:
    sender = current_user.id if current_user.is_authenticated else None
    return form_keys.sent(request.form[FIELD], sender, request.endpoint or "", _parts())


def _parts() -> Iterator[str]:
    """Yield all that a form says: where it goes, its fields in order, its files."""
    yield request.full_path
    for name, value in request.form.items(multi=True):
        if name not in (FIELD, "csrf_token"):
            yield from (name, value)
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "", hashlib.sha256(file.read()).hexdigest())
        file.seek(0)


def _again(earlier: FormKey, form: Sent) -> Response:
    """Lead to what was created; ask first where the text is another one."""
    if (earlier.endpoint, earlier.body) == (form.endpoint, form.body):
        if current_user.is_authenticated:
            flash(_("Das war schon angekommen, es ist nichts doppelt entstanden."), "success")
        return redirect(earlier.location, 303)
    reason = _(
        "Von diesem Formular ist schon etwas angekommen, mit anderem Inhalt. Soll auch das hier noch abgesandt werden?"
    )
    again = kept.from_request(request)
    if again is not None:
        renewed = tuple((k, secrets.token_urlsafe(16) if k == FIELD else v) for k, v in again.fields)
        again = replace(again, fields=renewed)
    return make_response(render_template("errors/resend.html", kept=again, reason=reason), 422)
