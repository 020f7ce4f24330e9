"""What everyone reads: the text, its revisions, what differs, the annex, one change."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.verdict import NotFound
from participation.leitbild import annex as annexes
from participation.leitbild import compare as comparing
from participation.leitbild import provenance, queries
from participation.leitbild.queries import Line
from participation.web.access import public
from participation.web.leitbild import desk, log, table, words
from participation.web.leitbild.blueprint import leitbild
from participation.web.numbers import number as number_in
from participation.web.shell import Answer, viewer
from participation.web.strategy.words import short

__all__ = ["desk", "leitbild", "log", "table"]

PAGE = 30


@leitbild.get("/leitbild")
@public
def current() -> Answer:
    """Show the current text; `?herkunft=` opens the panel of a change or a passage, `?zeile=` is one line for htmx."""
    number = queries.current_number()
    if "HX-Request" in request.headers and ("herkunft" in request.args or "zeile" in request.args):
        return _line(number)
    return _text(number, is_current=True)


@leitbild.get("/leitbild/fassung/<int:number>")
@public
def revision(number: int) -> Answer:
    """Show the text of a revision."""
    if "HX-Request" in request.headers and ("herkunft" in request.args or "zeile" in request.args):
        return _line(number)
    return _text(number, is_current=False)


@leitbild.get("/leitbild/fassungen")
@public
def revisions() -> str:
    """List all revisions, newest first, and offer to compare any two."""
    before = number_in(request.args.get("vor"))
    rows = queries.revisions(before=before, size=PAGE + 1)
    return render_template(
        "leitbild/revisions.html",
        rows=rows[:PAGE],
        counts=queries.change_counts([row.number for row in rows[:PAGE]]),
        current=queries.current_number(),
        older=url_for("leitbild.revisions", vor=rows[PAGE - 1].number) if len(rows) > PAGE else None,
        newer=url_for("leitbild.revisions") if before else None,
    )


@leitbild.get("/leitbild/vergleich")
@public
def choose_comparison() -> Answer:
    """Lead from the form with two numbers to the page that compares them."""
    one, two = number_in(request.args.get("von")) or 1, number_in(request.args.get("bis")) or 1
    return redirect(url_for("leitbild.compare", a=one, b=two), 303)


@leitbild.get("/leitbild/vergleich/<int:a>/<int:b>")
@public
def compare(a: int, b: int) -> Answer:
    """Show what differs between two revisions, word by word."""
    if a > b:
        return redirect(url_for("leitbild.compare", a=b, b=a), 303)
    earlier, later = queries.revision_row(a), queries.revision_row(b)
    if earlier is None or later is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    return render_template(
        "leitbild/compare.html",
        earlier=earlier,
        later=later,
        comparison=comparing.compare(a, b),
        current=queries.current_number(),
        words=words,
    )


@leitbild.get("/leitbild/fassung/<int:number>/massnahmen")
@public
def annex(number: int) -> str:
    """Show the annex of a revision: every measure that ever had an id."""
    row = queries.revision_row(number)
    if row is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    return render_template("leitbild/annex.html", revision=row, groups=annexes.annex(number), words=words)


@leitbild.get("/leitbild/aenderung/<int:id>")
@public
def change(id: int) -> str:  # noqa: A002 - the name of the part of the address
    """Show one change with everything it rests on."""
    found = queries.change(id, viewer())
    if found is None:
        raise NotFound
    return render_template("leitbild/change.html", change=found, origin=provenance.origin(id), words=words)


def _text(number: int, *, is_current: bool) -> str:
    row = queries.revision_row(number)
    if row is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    lines = queries.text(number)
    opened, origin = _opened(number, lines)
    return render_template(
        "leitbild/text.html",
        revision=row,
        is_current=is_current,
        others=queries.revisions(size=4),
        lines=lines,
        contents=[
            (item, short(item.node_id, item.title, 72))
            for item in lines
            if item.kind_id in queries.SECTIONS and item.is_current
        ],
        sections=queries.SECTIONS,
        opened=opened,
        origin=origin,
        base=url_for("leitbild.current") if is_current else url_for("leitbild.revision", number=number),
        words=words,
    )


def _line(number: int) -> str:
    """Answer htmx with one line, its panel open or closed."""
    wanted = request.args.get("zeile", "")[:120]
    origin = None
    if not wanted:
        origin = _origin(request.args["herkunft"])
        wanted = origin.node_id if origin else ""
    line = queries.line(number, wanted)
    if line is None:
        raise NotFound
    is_current = request.endpoint == "leitbild.current"
    base = url_for("leitbild.current") if is_current else url_for("leitbild.revision", number=number)
    return render_template(
        "leitbild/_line.html",
        line=line,
        origin=origin,
        number=number,
        base=base,
        closed=origin is None,
        words=words,
    )


def _opened(number: int, lines: list[Line]) -> tuple[str, provenance.Origin | None]:
    """Return the passage whose panel is to stand open, with its origin."""
    ref = request.args.get("herkunft", "")
    origin = _origin(ref) if ref else None
    if origin is None or all(line.node_id != origin.node_id for line in lines):
        return "", None
    return origin.node_id, origin


def _origin(ref: str) -> provenance.Origin | None:
    """Return the origin named by a change's number or a passage's id, as far as the viewer may see it."""
    if not ref.isdecimal():
        return provenance.origin_of_node(ref[:120])
    found = queries.change(int(ref), viewer()) if len(ref) < 10 else None
    return provenance.origin(found.id) if found else None
