"""Show outcomes to everyone: the list, and the record with its evidence."""

from __future__ import annotations

from flask import render_template, request, url_for

from participation.base.verdict import NotFound
from participation.leitbild.policy import may_draft
from participation.leitbild.provenance import revisions_by_outcome
from participation.leitbild.wording import CARRYING
from participation.outcomes import pieces, queries
from participation.outcomes.policy import may_answer_evidence
from participation.web import numbers
from participation.web.access import public
from participation.web.outcomes import answers, desk, words
from participation.web.outcomes.blueprint import outcomes
from participation.web.shell import viewer

__all__ = ["answers", "desk", "outcomes"]

SIZE = 20


@outcomes.get("/ergebnisse")
@public
def index() -> str:
    """List approved outcomes, newest first, and on the first page what is being evaluated."""
    before = numbers.number(request.args.get("vor"))
    rows = queries.approved(before=before, size=SIZE)
    further = url_for("outcomes.index", vor=rows[SIZE - 1].number) if len(rows) > SIZE else None
    page = {"rows": rows[:SIZE], "further": further, "later": before is not None, "words": words}
    if request.headers.get("HX-Request") == "true" and before is not None:
        return render_template("outcomes/_outcomes.html", **page)
    first = before is None
    return render_template(
        "outcomes/index.html",
        running=queries.running() if first else [],
        abandoned=queries.abandoned() if first else [],
        **page,
    )


@outcomes.get("/ergebnisse/<int:number>")
@public
def outcome(number: int) -> str:
    """Show an approved outcome."""
    record = queries.by_number(number)
    if record is None:
        raise NotFound
    changed = revisions_by_outcome([record.outcome.id]).get(record.outcome.id)
    evidence = pieces.evidence(record.outcome.id)
    may_change = record.outcome.kind in CARRYING and bool(may_draft(viewer()))
    may_answer = bool(may_answer_evidence(viewer(), record.outcome))
    return render_template(
        "outcomes/outcome.html",
        record=record,
        evidence=evidence,
        changed=changed,
        may_change=may_change,
        may_answer=may_answer,
        words=words,
    )
