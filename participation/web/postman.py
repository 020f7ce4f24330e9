"""Wakes the postman: after a request that posted letters, a thread of this process delivers them.

The request itself never waits for a mail, so its time tells nobody whether one was sent.
"""

from __future__ import annotations

import threading
from pathlib import Path

from flask import Flask, Response, current_app, render_template, url_for
from flask_babel import force_locale

from participation.base.db import db
from participation.notify.models import Letter
from participation.notify.operations import POSTED
from participation.notify.postman import Round, deliver
from participation.notify.queries import waiting_letters
from participation.notify.transport import Message, transport

AGAIN = 60.0
"""Seconds until letters that failed are looked at again; they wait longer each time."""


def prepare(app: Flask) -> None:
    """Watch for posted letters. In tests nothing is delivered unless the test calls `deliver_now`."""
    app.extensions["postman"] = deliver_now
    if app.testing:
        return
    thread = _Thread(app)

    @app.after_request
    def wake(response: Response) -> Response:
        if db.session.info.pop(POSTED, False):
            response.call_on_close(thread.wake)
        return response


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
    print(line, flush=True)  # noqa: T201 - whoever runs the platform on their own machine reads the links here


class _Thread:
    """One thread for each process, started with its first letter."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.signal = threading.Event()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the outbox looked through soon."""
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self.run, name="postman", daemon=True)
                self.thread.start()
        self.signal.set()

    def run(self) -> None:
        """Deliver whenever there is something; look again by itself only while letters fail."""
        pause: float | None = None
        while True:
            self.signal.wait(pause)
            self.signal.clear()
            try:
                with self.app.app_context():
                    deliver_now()
                    pause = AGAIN if waiting_letters() else None
            except Exception:
                self.app.logger.exception("the postman stumbled")
                pause = AGAIN
