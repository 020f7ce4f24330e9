"""Documents: their files, the page for print, and the order of a comparison."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.verdict import NotFound
from participation.documents import manuscript, operations, queries
from participation.documents.formats import Format, filename
from participation.documents.queries import Item
from participation.leitbild.queries import revision_row
from participation.web.access import public
from participation.web.documents import words
from participation.web.printer import imprint
from participation.web.security import limiter
from participation.web.shell import Answer

documents = Blueprint("documents", __name__)

FOREVER = "public, max-age=31536000, immutable"
SOON = "30"
"""Seconds after which a document that waits is worth asking for again."""


@documents.get("/leitbild/fassung/<int:number>/datei/<name>", endpoint="file")
@public
def revision_file(number: int, name: str) -> Answer:
    """Hand out a document of a version."""
    return _hand_out(number, name, None)


@documents.get("/leitbild/vergleich/<int:a>/<int:b>/datei/<name>")
@public
def comparison_file(a: int, b: int, name: str) -> Answer:
    """Hand out a comparison."""
    return _hand_out(b, name, a)


@documents.get("/leitbild/fassung/<int:number>/druck")
@public
def printable(number: int) -> str:
    """Show a whole version on one page, to be read and printed."""
    return render_template(
        "documents/document.html",
        manuscript=manuscript.compose(number, imprint()),
        stylesheet=None,
        back=url_for("leitbild.revision", number=number),
    )


@documents.get("/leitbild/vergleich/<int:a>/<int:b>/dokumente")
@public
def comparison(a: int, b: int) -> Answer:
    """Show the documents of a comparison, or offer to have them made."""
    if a > b:
        return redirect(url_for("documents.comparison", a=b, b=a), 303)
    if a == b or revision_row(a) is None or revision_row(b) is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    return render_template("documents/comparison.html", a=a, b=b, items=queries.shelf(b, a), words=words)


@documents.post("/leitbild/vergleich/<int:a>/<int:b>/dokumente")
@public
@limiter.limit("6/minute;30/hour")
def order(a: int, b: int) -> Answer:
    """Have the documents of a comparison made."""
    with transaction():
        operations.order_comparison(a, b)
    flash(_("Der Vergleich ist in Arbeit. Das dauert meist weniger als eine Minute."), "success")
    return redirect(url_for("documents.comparison", a=a, b=b), 303)


@documents.get("/leitbild/schema.json")
@public
def schema() -> Response:
    """Hand out the schema of the JSON files."""
    path = Path(str(current_app.static_folder)) / "leitbild.schema.json"
    return send_file(path, mimetype="application/schema+json", max_age=3600)


def _hand_out(number: int, name: str, earlier: int | None) -> Answer:
    """Answer with a document under the name that it has; its hash is the ETag, for ever and on every server.

    With the hash in the address it may be kept for ever; without, it is asked for again, since a document is made anew
    when something in it may no longer be shown.
    """
    made = _named(number, name, earlier)
    item = queries.item(number, made, earlier)
    if item is None:
        raise NotFound
    if not item.is_ready:
        return _not_yet(item)
    response = Response(mimetype=None)
    response.set_etag(item.sha256 or "")
    response.last_modified = item.built_at
    response.make_conditional(request)
    if response.status_code != 304:
        content = queries.content(item)
        if content is None:
            raise NotFound
        response.set_data(content)
        response.headers["Content-Type"] = item.media_type
        response.headers.set("Content-Disposition", "attachment", filename=item.filename)
    else:
        response.headers.pop("Content-Type", None)
    exact = request.args.get("v") == words.version(item)
    response.headers["Cache-Control"] = FOREVER if exact else "public, no-cache"
    return response


def _named(number: int, name: str, earlier: int | None) -> Format:
    for made in Format:
        if name == filename(made, number, earlier):
            return made
    raise NotFound


def _not_yet(item: Item) -> Answer:
    page = render_template("documents/not_yet.html", item=item, words=words)
    response = Response(page, 503 if item.is_waiting else 404)
    if item.is_waiting:
        response.headers["Retry-After"] = SOON
    return response
