"""Report a contribution, with or without an account, and see how it stands."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.verdict import DomainError, NotFound
from participation.moderation import cases, reporting
from participation.moderation.models import Category
from participation.moderation.policy import may_report
from participation.moderation.targets import Kind, find
from participation.web.access import public
from participation.web.accounts.session import PER_MAILBOX, PER_VISITOR, mailbox
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.forms import ReportForm
from participation.web.moderation.words import WORDS
from participation.web.once import FIELD, once
from participation.web.security import limiter
from participation.web.shell import Answer, viewer


@moderation.route("/melden/beitrag/<int:id>", methods=["GET", "POST"], defaults={"kind": "beitrag"})
@moderation.route("/melden/vorschlag/<int:id>", methods=["GET", "POST"], defaults={"kind": "vorschlag"})
@public
@limiter.limit(PER_VISITOR, methods=["POST"])
@limiter.limit(PER_MAILBOX, methods=["POST"], key_func=mailbox, exempt_when=lambda: not request.form.get("email"))
@once
def report(kind: str, id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show and take the form to report a contribution."""
    target = find(Kind(kind), id)
    if target is None:
        raise NotFound
    verdict = may_report(target)
    form, status = ReportForm(), 200
    if form.is_submitted() and verdict:
        status = 422
        if form.validate():
            if form.homepage.data:
                return redirect(url_for("moderation.reported"), 303)
            try:
                with transaction():
                    made = reporting.report(
                        target,
                        Category(form.category.data),
                        form.explanation.data or "",
                        periods=current_app.config["PERIODS"],
                        email=form.email.data or "",
                        reporter=viewer(),
                        submission_key=request.form.get(FIELD),
                    )
            except DomainError as error:
                form.explanation.errors, status = [str(error.message)], error.status
            else:
                return redirect(url_for("moderation.report_state", reference=made.reference), 303)
    page = render_template(
        "moderation/report.html",
        target=target,
        form=form,
        verdict=verdict,
        words=WORDS,
        limit=reporting.EXPLANATION_LIMIT,
    )
    return page, status if verdict else 409


@moderation.get("/melden/danke")
@public
def reported() -> Answer:
    """Thank whoever filled in the field that people do not see."""
    return render_template("moderation/reported.html")


@moderation.get("/meldung/<reference>")
@public
@limiter.limit("60/minute")
def report_state(reference: str) -> Answer:
    """Show by its reference how a report stands; neither its text nor the contribution's."""
    found = cases.report(reference)
    if found is None:
        raise NotFound(_("Diese Nummer gibt es nicht. Prüfen Sie die Schreibweise, zum Beispiel M-7K3QF-9XW2A."))
    decision = cases.last_of(found.case_id)
    person = viewer()
    mine = person is not None and person.id == found.reporter_id
    return render_template("moderation/report_state.html", report=found, decision=decision, mine=mine, words=WORDS)
