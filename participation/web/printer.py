"""What the printer needs of the web: the page that becomes a PDF, and who publishes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask, current_app, render_template
from flask_babel import force_locale

from participation.documents import press
from participation.documents.blocks import Imprint, Manuscript
from participation.documents.operations import Claim
from participation.documents.pdf import ORIGIN
from participation.documents.printer import Round, print_due
from participation.strategy.content_files import read_source

SITE = "Lausitz-Dialog"


def prepare(app: Flask) -> None:
    """Let commands print."""
    app.extensions["printer"] = print_now


def print_now(ended: Callable[[], bool] = lambda: False) -> Round:
    """Make every document that is due, in the current application context."""
    return print_due(make, ended)


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
