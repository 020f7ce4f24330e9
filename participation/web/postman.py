"""What the postman needs of the web: templates of mails, and the settings that say how they leave.

No request waits for a mail (see web/jobs), so its time tells nobody whether one was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app, render_template, url_for
from flask_babel import force_locale

from participation.notify.models import Letter
from participation.notify.postman import Round, deliver
from participation.notify.transport import Message, transport


def prepare(app: Flask) -> None:
    """Let commands deliver."""
    app.extensions["postman"] = deliver_now


def deliver_now(ended: Callable[[], bool] = lambda: False) -> Round:
    """Deliver what is due, in the current application context."""
    config = current_app.config
    send = transport(
        config["MAIL_URL"], sender=config["MAIL_FROM"], folder=Path(config["INSTANCE"]) / "mail", tell=_tell
    )
    return deliver(render, send, ended)


def render(letter: Letter) -> Message:
    """Return the mail of a letter: the template's first line is the subject, links begin with PUBLIC_URL."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - Flask's proxy has no public way
    with app.test_request_context("/", base_url=app.config["PUBLIC_URL"]), force_locale(letter.locale):
        text = render_template(f"emails/{letter.template}.txt", url_for=_outside, **letter.params)
    subject, _newline, body = text.strip().partition("\n")
    return Message(letter.recipient, subject.strip(), body.strip() + "\n", letter.locale)


def _outside(endpoint: str, **values: str) -> str:
    return url_for(endpoint, _external=True, **values)


def _tell(line: str) -> None:
    if current_app.config["MODE"] != "production":
        print(line, flush=True)  # noqa: T201 - whoever runs the platform on their own machine reads the links here
