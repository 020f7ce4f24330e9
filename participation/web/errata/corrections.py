"""Corrections for everyone, and on the same pages what moderators do with them."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import DomainError, NotFound
from participation.errata import correcting, policy, queries
from participation.errata.models import Correction
from participation.ledger.models import LogEntry
from participation.leitbild import queries as leitbild
from participation.web.access import moderator, public, resident
from participation.web.errata import words
from participation.web.errata.blueprint import errata
from participation.web.errata.forms import CorrectionForm, WordForm
from participation.web.ledger.publishing import sign_if_possible
from participation.web.numbers import number as number_in
from participation.web.once import once
from participation.web.shell import Answer, member, viewer

PAGE = 30


@errata.get("/leitbild/berichtigungen")
@public
def corrections() -> str:
    """List corrections, the newest first."""
    rows = queries.corrections(before=number_in(request.args.get("vor")), size=PAGE + 1)
    older = url_for("errata.corrections", vor=rows[PAGE - 1].id) if len(rows) > PAGE else None
    return render_template(
        "errata/corrections.html",
        rows=rows[:PAGE],
        older=older,
        days=current_app.config["PERIODS"]["correction"].days,
        words=words,
    )


@errata.get("/leitbild/berichtigungen/<int:id>")
@public
def correction(id: int) -> str:  # noqa: A002 - the name of the part of the address
    """Show a correction, its objections and their answers."""
    return _page(_correction(id))


@errata.post("/leitbild/berichtigungen/<int:id>/einwand")
@resident
@once
def object_to(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Object to a correction."""
    found, form = _correction(id), WordForm()
    if not form.validate():
        return _page(found, form), 422
    return _do(
        id, lambda: correcting.object_to(member(), found, form.text.data or ""), _("Ihr Einwand liegt vor."), form
    )


@errata.get("/moderation/berichtigungen/neu")
@moderator
def new_correction() -> Answer:
    """Show an empty correction of the entry in `?eintrag=`, perhaps of the passage in `?stelle=`."""
    form = CorrectionForm(formdata=None)
    entry, line = _about()
    if line is not None:
        form.said.data = line.body
    return render_template("errata/propose.html", form=form, entry=entry, line=line, error=None)


@errata.get("/moderation/berichtigungen/fassung/<int:number>/<node_id>")
@moderator
def passage(number: int, node_id: str) -> Answer:
    """Lead from a passage of a version to a new correction of it."""
    row = leitbild.revision_row(number)
    if row is None:
        raise NotFound
    return redirect(url_for("errata.new_correction", eintrag=row.log_number, stelle=node_id), 303)


@errata.post("/moderation/berichtigungen/neu")
@moderator
@once
def propose_correction() -> Answer:
    """Lay a correction out."""
    form = CorrectionForm()
    entry, line = _about()
    error: DomainError | None = None
    if form.validate():
        try:
            with transaction():
                made = correcting.propose_correction(
                    member(),
                    entry.number,
                    node_id=line.node_id if line else "",
                    said=form.said.data or "",
                    right=form.right.data or "",
                    reason=form.reason.data or "",
                    period=current_app.config["PERIODS"]["correction"],
                )
        except DomainError as refused:
            error = refused
        else:
            flash(_("Die Berichtigung liegt öffentlich aus."), "success")
            return redirect(url_for("errata.correction", id=made.id), 303)
    page = render_template("errata/propose.html", form=form, entry=entry, line=line, error=error)
    return page, error.status if error else 422


@errata.post("/moderation/berichtigungen/<int:id>/antwort/<int:objection>")
@moderator
@once
def answer(id: int, objection: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Answer an objection."""
    found, said, form = _correction(id), queries.objection(objection), WordForm()
    if said is None or said.correction_id != found.id:
        raise NotFound
    if not form.validate():
        return _page(found, form, answering=objection), 422
    text = form.text.data or ""
    done = _("Die Antwort steht da, und die Person weiß es.")
    return _do(id, lambda: correcting.answer_objection(member(), said, text), done, form, answering=objection)


@errata.post("/moderation/berichtigungen/<int:id>/bestaetigen")
@moderator
def confirm(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Confirm as the second moderator."""
    found = _correction(id)
    said = _("Bestätigt. Die Berichtigung steht im Revisionslog.")
    answered = _do(id, lambda: correcting.confirm_correction(member(), found), said)
    sign_if_possible()
    return answered


@errata.post("/moderation/berichtigungen/<int:id>/zuruecknehmen")
@moderator
def withdraw(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a correction up, saying why."""
    found, form = _correction(id), WordForm()
    if not form.validate():
        return _page(found, form, withdrawing=True), 422
    return _do(
        id,
        lambda: correcting.withdraw_correction(member(), found, form.text.data or ""),
        _("Die Berichtigung ist zurückgenommen."),
        form,
    )


def _do(
    correction_id: int, deed: Callable[[], object], said: str, form: WordForm | None = None, answering: int = 0
) -> Answer:
    try:
        with transaction():
            deed()
    except DomainError as error:
        return _page(_correction(correction_id), form, error=error, answering=answering), error.status
    flash(said, "success")
    return redirect(url_for("errata.correction", id=correction_id), 303)


def _page(
    found: Correction,
    form: WordForm | None = None,
    *,
    error: DomainError | None = None,
    answering: int = 0,
    withdrawing: bool = False,
) -> str:
    return render_template(
        "errata/correction.html",
        correction=found,
        form=form,
        empty=WordForm(formdata=None),
        answering=answering,
        withdrawing=withdrawing,
        error=error,
        may_object=policy.may_object(viewer(), found, now()),
        may_decide=policy.may_decide_correction(viewer(), found),
        may_confirm=policy.may_confirm_correction(viewer(), found, now()),
        words=words,
    )


def _about() -> tuple[LogEntry, leitbild.Line | None]:
    """Return the entry and the passage that a new correction is about."""
    entry = leitbild.entry(number_in(request.args.get("eintrag")) or 0)
    if entry is None:
        raise NotFound
    node_id = request.args.get("stelle", "")[:120]
    line = leitbild.line(entry.revision_number or 0, node_id) if node_id else None
    if node_id and line is None:
        raise NotFound
    return entry, line


def _correction(correction_id: int) -> Correction:
    found = queries.correction(correction_id)
    if found is None:
        raise NotFound(_("Diese Berichtigung gibt es nicht."))
    return found
