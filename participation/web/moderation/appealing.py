"""The statement of reasons, objecting to it, and deciding about the objection."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.accounts.policy import may_moderate
from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError, NotFound, require
from participation.moderation import appealing, cases, deciding, sealing
from participation.moderation.logged import revisions_resting_on
from participation.moderation.models import Appeal, Decision, Measure
from participation.moderation.policy import HARMLESS, may_appeal, may_decide_appeal, may_see_statement
from participation.moderation.targets import of_case
from participation.web.access import moderator, public, resident
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.cases_desk import subject_of
from participation.web.moderation.forms import FILL_IN, AppealAnswerForm, AppealForm, AppealRulingForm
from participation.web.moderation.words import WORDS
from participation.web.once import once
from participation.web.security import DRAFTS, SUBMISSIONS, limiter
from participation.web.shell import Answer, member


@moderation.route("/entscheidung/<int:id>", methods=["GET", "POST"])
@resident
@limiter.limit(SUBMISSIONS, methods=["POST"])
@once
def statement(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a decision to whom it is about, with the form to object, and take the objection."""
    decision = cases.decision(id)
    if decision is None or not may_see_statement(member(), decision):
        raise NotFound
    form, status = AppealForm(), 200
    mine = member().id == decision.author_id
    if form.is_submitted():
        if not mine:
            raise NotFound
        status = 422
        if form.validate():
            with transaction():
                appealing.appeal(
                    member(), decision, form.reason.data or "", period=current_app.config["PERIODS"]["appeal"]
                )
            flash(_("Ihr Widerspruch ist da. Ein anderer Mensch aus der Moderation entscheidet darüber."), "success")
            return redirect(url_for("moderation.statement", id=id), 303)
    appeals = appealing.appeals_of(id)
    may = may_appeal(decision, None, appeals, now())
    return _statement(decision, appeals, form if mine and may else None, url_for("moderation.statement", id=id)), status


@moderation.route("/meldung/<reference>/widerspruch", methods=["GET", "POST"])
@resident
@limiter.limit(SUBMISSIONS, methods=["POST"])
@once
def appeal_report(reference: str) -> Answer:
    """Let somebody who reported with their account object to the result."""
    found = cases.report(reference)
    if found is None or found.reporter_id != member().id:
        raise NotFound
    decision = cases.last_of(found.case_id)
    if decision is None:
        raise NotFound
    require(may_appeal(decision, found, appealing.appeals_of(decision.id), now()))
    form = AppealForm()
    if form.validate_on_submit():
        with transaction():
            appealing.appeal(member(), decision, form.reason.data or "", period=current_app.config["PERIODS"]["appeal"])
        flash(_("Ihr Widerspruch ist da. Ein anderer Mensch aus der Moderation entscheidet darüber."), "success")
        return redirect(url_for("moderation.report_state", reference=found.reference), 303)
    action = url_for("moderation.appeal_report", reference=found.reference)
    page = render_template(
        "moderation/appeal_by_link.html", decision=decision, report=found, form=form, action=action, words=WORDS
    )
    return page, 422 if form.is_submitted() else 200


@moderation.route("/widerspruch/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
@once
def appeal_by_link(token: str) -> Answer:
    """Show a decision by a mailed link, and take the objection; opening the link uses nothing up."""
    try:
        party = appealing.by_link(token)
    except appealing.LinkEnded as error:
        return render_template("moderation/link_ended.html", reason=error.message), 410
    form, status = AppealForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    appealing.appeal_by_link(
                        token, form.reason.data or "", period=current_app.config["PERIODS"]["appeal"]
                    )
            except appealing.LinkEnded as error:
                return render_template("moderation/link_ended.html", reason=error.message), 410
            except Denied as error:
                return render_template("moderation/link_ended.html", reason=error.message), 409
            return redirect(url_for("moderation.appealed"), 303)
    action = url_for("moderation.appeal_by_link", token=token)
    page = render_template(
        "moderation/appeal_by_link.html",
        decision=party.decision,
        report=party.report,
        form=form,
        action=action,
        words=WORDS,
    )
    return page, status


@moderation.get("/widerspruch/danke")
@public
def appealed() -> Answer:
    """Say that an objection arrived."""
    return render_template("moderation/appealed.html")


@moderation.route("/moderation/widerspruch/<int:id>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
@once
def appeal(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show an objection with the first decision, and take the decision about it."""
    found = cases.appeal(id)
    if found is None:
        raise NotFound
    decision, status = found.decision, 200
    target = of_case(decision.case)
    form = AppealAnswerForm() if found.report_id is None else AppealRulingForm()
    if isinstance(form, AppealRulingForm):
        form.offer([one for one in Measure if one not in HARMLESS])
    if isinstance(form, AppealRulingForm) and FILL_IN in request.form:
        status = form.filled_in()
    elif form.is_submitted():
        status = 422
        if form.validate():
            ruling = form.replacing if isinstance(form, AppealRulingForm) else None
            try:
                with transaction():
                    appealing.decide_appeal(
                        member(), found, upheld=form.upheld, answer=form.answer.data or "", ruling=ruling
                    )
            except DomainError as error:
                status = 409 if isinstance(error, Denied) else error.status
                form.form_errors.append(str(error.message))
            else:
                flash(_("Entschieden. Beide Seiten erfahren es."), "success")
                return redirect(url_for("moderation.queue"), 303)
    verdict = may_decide_appeal(member(), found, decision.case, deciding.reporters(decision.case_id), now())
    page = render_template(
        "moderation/appeal.html",
        appeal=found,
        decision=decision,
        case=decision.case,
        target=target,
        subject=subject_of(target),
        reports=cases.reports(decision.case_id),
        verdict=verdict,
        sealed=sealing.for_appeal(found, may_decide=bool(verdict)),
        form=form,
        words=WORDS,
    )
    return page, status


def _statement(decision: Decision, appeals: Sequence[Appeal], form: AppealForm | None, action: str) -> str:
    target = of_case(decision.case)
    # Whoever wrote it need not be sent to the moderators' pages.
    hides = decision.hides and bool(may_moderate(member())) and member().id != decision.author_id
    return render_template(
        "moderation/statement.html",
        decision=decision,
        target=target,
        logged=revisions_resting_on(target) if hides else [],
        appeals=appeals,
        reported=bool(cases.reports(decision.case_id)),
        working=bool(may_moderate(member())) and member().id != decision.author_id,
        form=form,
        action=action,
        words=WORDS,
    )
