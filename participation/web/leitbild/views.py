"""What everyone reads: the text, its revisions, what differs, the annex, one change."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.verdict import NotFound
from participation.documents import queries as documents
from participation.errata import queries as errata
from participation.leitbild import annex as annexes
from participation.leitbild import compare as comparing
from participation.leitbild import queries
from participation.leitbild.reading import newest
from participation.measures import labels as states
from participation.web.access import public
from participation.web.documents import words as shelf_words
from participation.web.leitbild import desk, log, panels, reading, sentence, table, words
from participation.web.leitbild.blueprint import leitbild
from participation.web.numbers import number as number_in
from participation.web.resolutions.standing import standing, standings
from participation.web.shell import Answer, viewer
from participation.web.strategy.words import short

__all__ = ["desk", "leitbild", "log", "reading", "sentence", "table"]

PAGE = 30


@leitbild.get("/leitbild")
@public
def current() -> Answer:
    """Show the current text.

    `?herkunft=` opens the panel of a change, a passage or a sentence, `?zeile=` is one line for htmx;
    `?ansicht=herkunft` marks every sentence and what participation brought of it.
    """
    if "HX-Request" in request.headers and ("herkunft" in request.args or "zeile" in request.args):
        return _line(queries.current_number())
    return _text(0, is_current=True)


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
        standings=standings([row.number for row in rows[:PAGE]]),
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
    return render_template(
        "leitbild/annex.html",
        revision=row,
        groups=annexes.annex(number),
        standing=standing(number),
        words=words,
        states=states,
    )


def _text(number: int, *, is_current: bool) -> str:
    others, lying_out = newest(4)
    if is_current:
        row = others[0] if others else None
    else:
        row = next((other for other in others if other.number == number), None) or queries.revision_row(number)
    if row is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    number = row.number
    origins = request.args.get("ansicht") == "herkunft"
    lines = queries.text(number, origins=origins)
    base = url_for("leitbild.current") if is_current else url_for("leitbild.revision", number=number)
    return render_template(
        "leitbild/text.html",
        revision=row,
        is_current=is_current,
        others=others,
        standings=standings({number, *(other.number for other in others)}),
        reading=lying_out if is_current else None,
        lines=lines,
        contents=[
            (item, short(item.node_id, item.title, 72))
            for item in lines
            if item.kind_id in queries.SECTIONS and item.is_current
        ],
        sections=queries.SECTIONS,
        corrections=errata.corrections_beside(number),
        opened=panels.opened(request.args.get("herkunft", ""), number, {line.node_id for line in lines}, viewer()),
        origins=origins,
        base=base,
        words=words,
        # Whoever opened a panel reads one sentence; the shelf is one click and one statement away.
        documents=None if "herkunft" in request.args else documents.shelf(number),
        shelf_words=shelf_words,
    )


def _line(number: int) -> str:
    """Answer htmx with one line, its panel open or closed."""
    wanted = request.args.get("zeile", "")[:120]
    panel = None if wanted else panels.panel(request.args.get("herkunft", ""), number, viewer())
    line = queries.line(number, wanted or (panel.node_id if panel else ""))
    if line is None:
        raise NotFound
    is_current = request.endpoint == "leitbild.current"
    base = url_for("leitbild.current") if is_current else url_for("leitbild.revision", number=number)
    return render_template(
        "leitbild/_line.html",
        line=line,
        panel=panel,
        number=number,
        base=base,
        corrections=errata.corrections_beside(number),
        closed=panel is None,
        words=words,
    )
