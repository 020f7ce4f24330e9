"""What a moderator makes of a report: confirm it, ask back, refuse it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError
from participation.measures import labels, operations, policy, queries
from participation.measures.models import StatusReport
from participation.measures.operations import AnswerMissing
from participation.measures.transitions import Move, move
from participation.web.access import moderator
from participation.web.measures.blueprint import measures
from participation.web.measures.forms import DecisionForm
from participation.web.measures.pieces import shown, today
from participation.web.numbers import number
from participation.web.once import once
from participation.web.shell import Answer, member
from participation.web.strategy.words import area


@measures.route("/moderation/stand/<int:id>", methods=["GET", "POST"])
@moderator
@once
def decide(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a report beside the measure's state, and take the decision about it."""
    report, form = shown(id), DecisionForm()
    error: DomainError | None = None
    if form.is_submitted() and form.validate():
        try:
            with transaction():
                _do(report, form)
        except Denied:
            raise
        except AnswerMissing as missing:
            form.answer.errors = [str(missing.message)]
        except DomainError as refusal:
            error, report = refusal, shown(id)
        else:
            flash(_SAID[form.decision.data](), "success")
            return redirect(url_for("moderation.queue"), 303)
    status = error.status if error else 422 if form.errors else 200
    form.edit.data = str(report.edit)
    page = render_template(
        "measures/decide.html",
        report=report,
        form=form,
        error=error,
        history=queries.history(report.node_id, member()),
        verdict=policy.may_decide_report(member(), report),
        unusual=move(report.node.status, report.status) is Move.UNUSUAL,
        area=area(report.node.cluster_id, report.node_id),
        labels=labels,
    )
    return page, status


def _do(report: StatusReport, form: DecisionForm) -> None:
    edit, answer = number(form.edit.data) or 0, form.answer.data or ""
    if form.decision.data == "confirm":
        operations.confirm_report(member(), report, expected_edit=edit, today=today())
    elif form.decision.data == "ask":
        operations.ask_back(member(), report, answer, expected_edit=edit)
    else:
        operations.refuse_report(member(), report, answer, expected_edit=edit)


_SAID = {
    "confirm": lambda: _("Der Stand ist bestätigt und steht jetzt bei der Maßnahme."),
    "ask": lambda: _("Die Rückfrage ist gestellt."),
    "refuse": lambda: _("Die Meldung ist mit Ihrer Begründung abgelehnt."),
}
