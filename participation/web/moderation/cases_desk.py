"""A case at the desk: read it, take it, give it back, decide."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError, NotFound
from participation.leitbild.subjects import subjects
from participation.moderation import cases, deciding, likeness, sealing
from participation.moderation.logged import revisions_resting_on
from participation.moderation.models import Case, CaseState, Measure
from participation.moderation.policy import may_decide
from participation.moderation.targets import Target, of_case
from participation.web.access import moderator
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.forms import FILL_IN, RulingForm
from participation.web.moderation.words import WORDS
from participation.web.once import once
from participation.web.security import CLICKS, DRAFTS, limiter
from participation.web.shell import Answer, member


@moderation.route("/moderation/fall/<int:id>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
@once
def case(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a case with its reports, and take the decision; what was typed survives a refusal."""
    found, status = _found(id), 200
    target = of_case(found)
    form = RulingForm()
    form.offer(fitting(target))
    if form.is_submitted() and FILL_IN in request.form:
        status = form.filled_in()
    elif form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    decision = deciding.decide(member(), found, form.ruling)
            except Denied as error:
                found, status = _found(id), 409
                form.form_errors.append(str(error.message))
            except DomainError as error:
                status = error.status
                form.blame(error)
            else:
                flash(_("Entschieden. Wer schrieb und wer gemeldet hat, erfährt es."), "success")
                return redirect(url_for("moderation.statement", id=decision.id), 303)
    return page(found, form), status


@moderation.post("/moderation/fall/<int:id>/uebernehmen")
@moderator
@limiter.limit(CLICKS)
def take_case(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a case for half an hour."""
    try:
        with transaction():
            deciding.take(member(), _found(id))
    except (Denied, deciding.CaseMoved) as error:
        flash(str(error.message), "warning")
    return redirect(url_for("moderation.case", id=id), 303)


@moderation.post("/moderation/fall/<int:id>/zurueckgeben")
@moderator
@limiter.limit(CLICKS)
def release_case(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a case back."""
    with transaction():
        deciding.release(member(), _found(id))
    return redirect(url_for("moderation.queue"), 303)


def page(found: Case, form: RulingForm) -> str:
    """Render a case."""
    at, target = now(), of_case(found)
    held = found.taken_until is not None and found.taken_until > at
    return render_template(
        "moderation/case.html",
        case=found,
        target=target,
        subject=subject_of(target),
        reports=cases.reports(found.id),
        earlier=cases.decisions_about(target),
        logged=revisions_resting_on(target),
        similar=likeness.lookalikes(target),
        verdict=may_decide(member(), found, deciding.reporters(found.id), at),
        mine=held and found.taken_by_id == member().id,
        held=held,
        is_open=found.state is CaseState.OPEN,
        form=form,
        words=WORDS,
    )


def fitting(target: Target) -> list[Measure]:
    """Return the measures that fit a contribution as it stands."""
    if target.hidden and sealing.stays_removed(target):
        return [Measure.NONE, Measure.WARN, Measure.SUSPEND, Measure.CLOSE]
    if target.hidden:
        return [Measure.NONE, Measure.RESTORE, Measure.WARN, Measure.SUSPEND, Measure.CLOSE]
    if not target.shown:
        return [Measure.NONE, Measure.WARN, Measure.SUSPEND, Measure.CLOSE]
    return [one for one in Measure if one is not Measure.RESTORE]


def subject_of(target: Target) -> tuple[str, str] | None:
    """Return title and path of what a comment's conversation is about."""
    thread_id = target.contribution.thread_id
    if target.path.startswith("/vorschlaege") or thread_id is None:
        return None
    found = subjects([thread_id]).get(thread_id)
    return (found.title, found.path) if found else None


def _found(ident: int) -> Case:
    found = cases.case(ident)
    if found is None:
        raise NotFound
    return found
