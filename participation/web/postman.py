"""Wakes the postman: after a request that posted letters, a thread of this process delivers them.

The request itself never waits for a mail, so its time tells nobody whether one was sent.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app, render_template, url_for
from flask_babel import force_locale

from participation.notify.models import Letter
from participation.notify.operations import POSTED
from participation.notify.postman import Round, deliver
from participation.notify.queries import waiting_letters
from participation.notify.transport import Message, transport
from participation.web.worker import Worker, wake_after, wake_at_start

AGAIN = 60.0
"""Seconds until letters that failed are looked at again; they wait longer each time."""


def prepare(app: Flask) -> None:
    """Watch for posted letters. In tests nothing is delivered unless the test calls `deliver_now`."""
    app.extensions["postman"] = deliver_now
    if not app.testing:
        thread = worker(app)
        app.extensions["wake_postman"] = thread.wake
        wake_after(app, POSTED, thread)
        wake_at_start(app, thread)


def worker(app: Flask) -> Worker:
    """Return the thread that delivers for one process."""
    return Worker(app, "postman", _round, after_failure=AGAIN)


def deliver_now() -> Round:
    """Deliver what is due, in the current application context."""
    config = current_app.config
    send = transport(
        config["MAIL_URL"], sender=config["MAIL_FROM"], folder=Path(config["INSTANCE"]) / "mail", tell=_tell
    )
    return deliver(render, send)


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


def _round() -> float | None:
    """Deliver; return when to look again, which is only needed while letters fail."""
    deliver_now()
    return AGAIN if waiting_letters() else None
