"""Has queued documents made: after the request that queued them, and what lies there when a process starts."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app, render_template
from flask_babel import force_locale

from participation.documents import press
from participation.documents.blocks import Imprint, Manuscript
from participation.documents.operations import QUEUED, Claim
from participation.documents.pdf import ORIGIN
from participation.documents.printer import Round, print_due
from participation.documents.queries import waiting
from participation.strategy.content_files import read_source
from participation.web.worker import Worker, wake_after, wake_at_start

AGAIN = 60.0
"""Seconds until documents that failed, or that another process holds, are looked at again."""

SITE = "Lausitz-Dialog"


def prepare(app: Flask) -> None:
    """Watch for queued documents. In tests nothing is made unless the test calls `print_now`."""
    app.extensions["printer"] = print_now
    if app.testing:
        return
    thread = Worker(app, "printer", _round, after_failure=AGAIN)
    wake_after(app, QUEUED, thread)
    wake_at_start(app, thread)


def print_now() -> Round:
    """Make every document that is due, in the current application context."""
    return print_due(make)


def make(claim: Claim) -> bytes:
    """Return the bytes of a document."""
    return press.make(claim, imprint(), page, Path(str(current_app.static_folder)))


def imprint() -> Imprint:
    """Return who publishes, from the settings."""
    config = current_app.config
    return Imprint(SITE, config["PUBLIC_URL"], read_source(Path(config["CONTENT"]), []))


def page(manuscript: Manuscript) -> str:
    """Return a manuscript as the page that becomes a PDF."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - Flask's proxy has no public way
    with app.test_request_context("/", base_url=app.config["PUBLIC_URL"]), force_locale("de"):
        return render_template(
            "documents/document.html",
            manuscript=manuscript,
            stylesheet=f"{ORIGIN}/static/css/document.css",
            back=None,
        )


def _round() -> float | None:
    print_now()
    return AGAIN if waiting() else None
