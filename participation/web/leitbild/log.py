"""The revision log: every publication, its hash, and how to check it."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from participation.base.verdict import NotFound
from participation.ledger.leaf import read
from participation.leitbild import provenance, queries
from participation.web.access import public
from participation.web.leitbild import words
from participation.web.leitbild.blueprint import leitbild
from participation.web.numbers import number as number_in

PAGE = 20


@leitbild.get("/revisionslog", endpoint="log")
@public
def entries() -> str:
    """List the entries, newest first."""
    before = number_in(request.args.get("vor"))
    rows = queries.entries(before=before, size=PAGE + 1)
    shown = rows[:PAGE]
    return render_template(
        "leitbild/_entries.html" if "HX-Request" in request.headers else "leitbild/log.html",
        rows=shown,
        counts=queries.change_counts([row.revision for row in shown if row.revision]),
        total=queries.entry_count(),
        older=url_for("leitbild.log", vor=shown[-1].number) if len(rows) > PAGE else None,
        newer=url_for("leitbild.log") if before else None,
    )


@leitbild.get("/revisionslog/<int:number>")
@public
def entry(number: int) -> str:
    """Show one entry: who, what, why, and the hash."""
    found = queries.entry(number)
    if found is None:
        raise NotFound
    leaf = read(found.payload)
    row = queries.revision_row(found.revision_number) if found.revision_number else None
    if row is None:
        return render_template("leitbild/key_entry.html", entry=found, leaf=leaf)
    changes = queries.changes_of_revision(row.number)
    return render_template(
        "leitbild/entry.html",
        entry=found,
        revision=row,
        changes=changes,
        grounds=provenance.grounds([change.id for change in changes]),
        sealed=bool(leaf.sealed),
        words=words,
    )


@leitbild.get("/revisionslog/<int:number>.json")
@public
def payload(number: int) -> Response:
    """Hand out the leaf byte for byte as it was sealed: SHA-256 of a zero byte and this file is its hash."""
    found = queries.entry(number)
    if found is None:
        raise NotFound
    response = Response(found.payload, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="revisionslog-{number}.json"'
    return response
