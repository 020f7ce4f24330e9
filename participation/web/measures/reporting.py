"""Report how far a measure has come; answer what a moderator asked about it."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError, require
from participation.measures import labels, operations, policy, queries
from participation.measures.models import StatusReport
from participation.measures.operations import AlreadyReported, ReportEdited
from participation.measures.writing import Incomplete
from participation.strategy.models import Node
from participation.web.access import resident
from participation.web.measures.blueprint import measures
from participation.web.measures.forms import ReportForm, values
from participation.web.measures.pieces import measure, shown, today
from participation.web.numbers import number
from participation.web.once import once
from participation.web.security import SUBMISSIONS, limiter
from participation.web.shell import Answer, member
from participation.web.strategy.words import area, short
from participation.web.wording import day


@measures.route("/strategie/<node_id>/stand/melden", methods=["GET", "POST"])
@resident
@limiter.limit(SUBMISSIONS, methods=["POST"])
@once
def new(node_id: str) -> Answer:
    """Take a report about a measure."""
    node, person = measure(node_id), member()
    require(policy.may_report(person, node))
    form = ReportForm()
    if not form.is_submitted():
        mine = queries.own_open(node.id, person)
        return redirect(url_for("measures.revise", id=mine.id), 303) if mine else _page(form, node, None)
    if not form.validate():
        return _page(form, node, None), 422
    try:
        with transaction():
            report = operations.file_report(person, node, form.fields(), today=today())
    except Denied:
        raise
    except DomainError as error:
        return _refused(error, form, measure(node_id), None)
    return _done(report)


@measures.route("/stand/<int:id>/bearbeiten", methods=["GET", "POST"])
@resident
@limiter.limit(SUBMISSIONS, methods=["POST"])
@once
def revise(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a report as its reporter rewrote it, with the answer to what was asked."""
    report = shown(id)
    require(policy.may_revise(member(), report))
    form = ReportForm(data=values(report))
    if not form.is_submitted():
        return _page(form, report.node, report)
    if not form.validate():
        return _page(form, report.node, report), 422
    try:
        with transaction():
            operations.revise_report(
                member(),
                report,
                form.fields(),
                reply=form.reply.data or "",
                expected_edit=number(form.edit.data) or 0,
                today=today(),
            )
    except Denied:
        raise
    except DomainError as error:
        report = shown(id)
        return _refused(error, form, report.node, report)
    return _done(report)


def _done(report: StatusReport) -> Answer:
    due = day(now() + current_app.config["PERIODS"]["status"])
    flash(_("Danke. Bis zum %(day)s prüft die Moderation Ihre Meldung.", day=due), "success")
    return redirect(url_for("measures.report", id=report.id), 303)


def _refused(error: DomainError, form: ReportForm, node: Node, report: StatusReport | None) -> Answer:
    """Show the form again with everything typed, and what is in the way."""
    if isinstance(error, Incomplete):
        form.blame(error.problems)
        return _page(form, node, report), error.status
    if isinstance(error, AlreadyReported):
        report = None
    if isinstance(error, ReportEdited) and report is not None:
        form.edit.data = str(report.edit)
    other = queries.own_open(node.id, member()) if isinstance(error, AlreadyReported) else None
    return _page(form, node, report, error=error, other=other), error.status


def _page(
    form: ReportForm,
    node: Node,
    report: StatusReport | None,
    *,
    error: DomainError | None = None,
    other: StatusReport | None = None,
) -> str:
    return render_template(
        "measures/form.html",
        form=form,
        node=node,
        report=report,
        error=error,
        other=other,
        days=current_app.config["PERIODS"]["status"].days,
        today=today(),
        area=area(node.cluster_id, node.id),
        short=short,
        labels=labels,
    )
