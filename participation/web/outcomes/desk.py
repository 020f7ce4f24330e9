"""The moderators' desk: begin an evaluation, write the outcome, hand it over; approve, give back, give up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import DomainError, Message, NotFound
from participation.merging.queries import waiting
from participation.outcomes import operations, pieces, policy, queries
from participation.outcomes.models import OutcomeState
from participation.outcomes.queries import Record
from participation.outcomes.writing import (
    AlreadyEvaluating,
    IncompleteOutcome,
    ReasonMissing,
    StaleOutcome,
    outcome_missing,
)
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal
from participation.strategy import operations as strategy
from participation.strategy.queries import node as node_by_id
from participation.web.access import moderator
from participation.web.moderation import agenda
from participation.web.numbers import number
from participation.web.once import once
from participation.web.outcomes import editor, words
from participation.web.outcomes.blueprint import outcomes
from participation.web.outcomes.forms import ReasonForm
from participation.web.shell import Answer, member, viewer


@outcomes.post("/moderation/auswertung/beginnen")
@moderator
@once
def begin() -> Answer:
    """Begin to evaluate the thread of a node (field node) or of a proposal (field proposal: its id)."""
    due_at = now() + current_app.config["PERIODS"]["evaluation"]
    wanted = request.form.get("proposal", "")
    thread = None
    try:
        with transaction():
            if wanted:
                proposal = db.session.get(Proposal, number(wanted) or 0)
                if proposal is None or proposal.number is None:
                    raise NotFound
                thread = proposals.thread_of(proposal)
                outcome = operations.begin_evaluation(member(), thread=thread, due_at=due_at, proposal=proposal)
            else:
                node = node_by_id(request.form.get("node", "")[:120])
                owner = node_by_id(node.thread_node_id) if node is not None and node.thread_node_id else None
                if owner is None:
                    raise NotFound
                thread = strategy.thread_of(owner)
                outcome = operations.begin_evaluation(member(), thread=thread, due_at=due_at, node=owner)
    except AlreadyEvaluating as error:
        going_on = queries.running(thread.id) if thread is not None else []
        if not going_on:
            raise
        flash(str(error.message), "warning")
        return redirect(url_for("outcomes.edit", id=going_on[0].id), 303)
    flash(_("Die Abstimmung ruht jetzt, das Stimmungsbild ist festgehalten."), "success")
    return redirect(url_for("outcomes.edit", id=outcome.id), 303)


@outcomes.get("/moderation/ergebnisse/<int:id>")
@moderator
def edit(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show an outcome to moderators: to write while it is a draft, to read and approve afterwards."""
    record = _record(id)
    if record.outcome.state is OutcomeState.APPROVED:
        return redirect(url_for("outcomes.outcome", number=record.outcome.number))
    if record.outcome.state is not OutcomeState.DRAFT:
        return _review(record, ReasonForm())
    return _desk(record, editor.opened(record))


@outcomes.post("/moderation/ergebnisse/<int:id>")
@moderator
def save(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Save a draft; the button "abgeben" also hands it over. What is missing for that is said, the rest is saved."""
    record = _record(id)
    sheet = editor.sent(request.form, record)
    if not sheet.form.validate():
        return _desk(record, sheet), 422
    handing_over = "abgeben" in request.form
    missing: Mapping[str, Message] = {}
    try:
        with transaction():
            outcome = operations.save_outcome(member(), record.outcome, sheet.fields, expected_edit=sheet.edit)
            if handing_over and not (missing := outcome_missing(outcome, list(outcome.evidence))):
                operations.submit_outcome(member(), outcome)
    except StaleOutcome as error:
        return _desk(_record(id), sheet, stale=True), error.status
    except DomainError as error:
        missing = error.missing if isinstance(error, IncompleteOutcome) else {"evidence": error.message}
        return _desk(record, sheet, missing), error.status
    if missing:
        sheet.edit, sheet.is_kept = outcome.edit, False
        return _desk(_record(id), sheet, missing), 422
    _tell(handing_over, sheet.news)
    return redirect(url_for("moderation.queue") if handing_over else url_for("outcomes.edit", id=id), 303)


@outcomes.post("/moderation/ergebnisse/<int:id>/auswahl")
@moderator
def choose(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show more contributions to choose from, or a certain one; saves nothing and keeps what was typed."""
    record = _record(id)
    sheet = editor.sent(request.form, record)
    sheet.add() if "dazu" in request.form else sheet.extend()
    return _desk(record, sheet)


@outcomes.post("/moderation/ergebnisse/<int:id>/freigeben")
@moderator
def approve(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Sign as the second moderator."""
    record = _record(id)
    try:
        with transaction():
            outcome = operations.approve_outcome(
                member(), record.outcome, expected_edit=number(request.form.get("edit")) or 0
            )
    except DomainError as error:
        return _refused(id, error)
    flash(_("Ergebnis %(reference)s ist freigegeben und öffentlich.", reference=outcome.reference), "success")
    return redirect(url_for("outcomes.outcome", number=outcome.number), 303)


@outcomes.post("/moderation/ergebnisse/<int:id>/zurueckgeben")
@moderator
def send_back(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give an outcome back to be written on."""
    return _step_back(id, operations.return_outcome, _("Das Ergebnis ist wieder ein Entwurf."))


@outcomes.post("/moderation/ergebnisse/<int:id>/abbrechen")
@moderator
def abandon(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """End an evaluation without an outcome."""
    return _step_back(
        id, operations.abandon_evaluation, _("Die Auswertung ist abgebrochen. Die Abstimmung läuft weiter.")
    )


def _step_back(outcome_id: int, operation: Any, said: str) -> Answer:
    record = _record(outcome_id)
    form = ReasonForm()
    try:
        if not form.validate():
            return _refused(outcome_id, None, form)
        with transaction():
            operation(member(), record.outcome, form.reason.data or "")
    except DomainError as error:
        return _refused(outcome_id, error, form)
    flash(said, "success")
    return redirect(url_for("outcomes.edit", id=outcome_id), 303)


def _refused(outcome_id: int, error: DomainError | None, form: ReasonForm | None = None) -> Answer:
    """Show the page again as things stand now, with the reason and what was typed."""
    record = _record(outcome_id)
    if record.outcome.state is OutcomeState.APPROVED:
        flash(str(error.message) if error is not None else _("Dieses Ergebnis ist schon freigegeben."), "warning")
        return redirect(url_for("outcomes.outcome", number=record.outcome.number), 303)
    form = form or ReasonForm(formdata=None)
    failure = ""
    if isinstance(error, ReasonMissing):
        form.reason.errors = [str(error.message)]
    elif error is not None:
        failure = str(error.message)
    if record.outcome.state is OutcomeState.DRAFT:
        page = _desk(record, editor.opened(record), reason=form, failure=failure)
    else:
        page = _review(record, form, failure=failure)
    return page, error.status if error is not None else 422


def _desk(
    record: Record,
    sheet: editor.Sheet,
    missing: Mapping[str, Message] | None = None,
    *,
    stale: bool = False,
    reason: ReasonForm | None = None,
    failure: str = "",
) -> str:
    """Render the writing page; `stale` shows what was typed beside what was saved in between."""
    sheet.list_choices(record)
    if stale:
        sheet.compare(record)
    return render_template(
        "outcomes/edit.html",
        record=record,
        sheet=sheet,
        form=sheet.form,
        rest=sheet.show_missing(missing or {}),
        stale=stale,
        reason=reason or ReasonForm(formdata=None),
        failure=failure,
        may_edit=policy.may_edit_outcome(viewer(), record.outcome),
        came=came(sheet.news) if sheet.news else "",
        mergeable=waiting(viewer(), near=record.node_id, least=1),
        groups=agenda.of_viewer(here=record.outcome.id),
        words=words,
    )


def _review(record: Record, form: ReasonForm, failure: str = "") -> str:
    return render_template(
        "outcomes/review.html",
        record=record,
        evidence=pieces.evidence(record.outcome.id),
        form=form,
        failure=failure,
        may_approve=policy.may_approve_outcome(viewer(), record.outcome),
        may_return=policy.may_return(viewer(), record.outcome),
        groups=agenda.of_viewer(here=record.outcome.id),
        words=words,
    )


def _tell(handed_over: bool, news: pieces.News) -> None:
    if handed_over:
        flash(_("Das Ergebnis liegt zur Freigabe. Eine zweite Person aus der Moderation liest es."), "success")
    else:
        flash(_("Gespeichert."), "success")
    if news:
        flash(_("Während Sie schrieben, kam etwas dazu: %(what)s.", what=came(news)), "warning")


def came(news: pieces.News) -> str:
    """Say what came to the thread meanwhile: "ein neuer Beitrag und 2 Bearbeitungen"."""
    told = []
    if news.new:
        told.append(ngettext("ein neuer Beitrag", "%(num)s neue Beiträge", news.new))
    if news.edited:
        told.append(ngettext("eine Bearbeitung", "%(num)s Bearbeitungen", news.edited))
    return str(_(" und ")).join(told)


def _record(outcome_id: int) -> Record:
    found = queries.record(outcome_id, viewer())
    if found is None:
        raise NotFound
    return found
