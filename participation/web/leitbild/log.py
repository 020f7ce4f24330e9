"""The revision log: every publication, its hash, and how to check it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Response, render_template, request, url_for

from participation.base.verdict import NotFound
from participation.errata import queries as errata
from participation.ledger.entries import path
from participation.ledger.leaf import Leaf, LeafType, read
from participation.ledger.models import LogEntry
from participation.leitbild import provenance, queries
from participation.resolutions.queries import signed
from participation.web.access import public
from participation.web.errata import words as said
from participation.web.leitbild import words
from participation.web.leitbild.blueprint import leitbild
from participation.web.numbers import number as number_in
from participation.web.resolutions import entry as resolution_entry
from participation.web.resolutions import words as resolution_words
from participation.web.resolutions.standing import standing

PAGE = 20
_RESOLUTION = LeafType.RESOLUTION


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
        fields=said.fields,
        counts=queries.change_counts([row.revision for row in shown if row.revision]),
        resolutions={
            one.entry_number: one for one in signed(entries=[row.number for row in shown if row.type is _RESOLUTION])
        },
        decisions=resolution_words.DECISIONS,
        total=queries.entry_count(),
        older=url_for("leitbild.log", vor=shown[-1].number) if len(rows) > PAGE else None,
        newer=url_for("leitbild.log") if before else None,
    )


@leitbild.get("/revisionslog/<int:number>")
@public
def entry(number: int) -> str:
    """Show one entry: who, what, why, and the hash."""
    found = queries.entry(number)
    if found is None or found.type not in PAGES:
        raise NotFound
    return PAGES[found.type](found, read(found.payload))


def _revision(found: LogEntry, leaf: Leaf) -> str:
    row = queries.revision_row(found.revision_number or 0)
    if row is None:
        raise NotFound
    changes = queries.changes_of_revision(row.number)
    redacted, corrections = errata.about(found.number)
    return render_template(
        "leitbild/entry.html",
        entry=found,
        revision=row,
        changes=changes,
        grounds=provenance.grounds([change.id for change in changes]),
        sealed=bool(leaf.sealed),
        redacted=[(row.redaction_number, said.field(path(row.field, row.position)), row.ground) for row in redacted],
        corrections=corrections,
        standing=standing(row.number),
        words=words,
    )


def _redaction(found: LogEntry, leaf: Leaf) -> str:
    return render_template(
        "leitbild/redaction_entry.html",
        entry=found,
        leaf=leaf,
        erasure=_there(errata.redaction(found.number)).erasure,
        subject=_there(queries.entry(leaf.extra["subject"])),
        fields=[said.field(one) for one in leaf.extra["fields"]],
    )


def _correction(found: LogEntry, leaf: Leaf) -> str:
    return render_template(
        "leitbild/correction_entry.html",
        entry=found,
        leaf=leaf,
        correction=_there(errata.correction_of(found.number)),
        subject=_there(queries.entry(leaf.extra["subject"])),
    )


def _key(found: LogEntry, leaf: Leaf) -> str:
    return render_template("leitbild/key_entry.html", entry=found, leaf=leaf)


T = TypeVar("T")


def _there(found: T | None) -> T:
    """Return what an entry is about; in an altered database it may be gone."""
    if found is None:
        raise NotFound
    return found


PAGES: Mapping[LeafType, Callable[[LogEntry, Leaf], str]] = {
    LeafType.REVISION: _revision,
    LeafType.REDACTION: _redaction,
    LeafType.CORRECTION: _correction,
    LeafType.RESOLUTION: resolution_entry.page,
    LeafType.KEY_ROTATION: _key,
}
"""A page for each type of entry; their lines in the list are templates/leitbild/entries/_<type>.html."""


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
