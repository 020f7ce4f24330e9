"""First contributions and proposals of new accounts at the desk: take, release, or decide against with reasons."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Conflict, Denied, DomainError, NotFound
from participation.dialogue import waiting
from participation.dialogue.models import WaitingComment, WaitingState
from participation.leitbild.subjects import subjects
from participation.moderation import admitting
from participation.moderation.policy import may_admit, may_admit_proposal
from participation.moderation.targets import of_proposal
from participation.proposals import waiting as waiting_proposals
from participation.proposals.attaching import files
from participation.proposals.models import Proposal, ProposalState
from participation.web.access import moderator
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.forms import FILL_IN, RulingForm
from participation.web.numbers import number
from participation.web.once import once
from participation.web.security import CLICKS, DRAFTS, limiter
from participation.web.shell import Answer, member


@moderation.route("/moderation/erster-beitrag/<int:id>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
@once
def first_contribution(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a first contribution, and take the decision against it; what was typed survives a refusal."""
    found, status, form = _found(id), 200, _form()
    if form.is_submitted() and FILL_IN in request.form:
        status = form.filled_in()
    elif form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    decision = admitting.refuse(member(), found, form.ruling, version=_version())
            except waiting.NotWaiting as error:
                return _gone(error)
            except DomainError as error:
                found, status = _found(id), 409 if isinstance(error, Denied) else error.status
                form.blame(error)
            else:
                flash(_("Entschieden. Wer schrieb, erfährt den Grund und kann widersprechen."), "success")
                return redirect(url_for("moderation.statement", id=decision.id), 303)
    return _page(found, form), status


@moderation.post("/moderation/erster-beitrag/<int:id>/freigeben")
@moderator
@limiter.limit(CLICKS)
@once
def release_contribution(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Let a first contribution appear; whoever comes second is told so."""
    try:
        with transaction():
            admitting.release(member(), _found(id), version=_version())
    except waiting.NotWaiting as error:
        return _gone(error)
    except (Denied, Conflict) as error:
        form = _form()
        form.form_errors = [str(error.message)]
        return _page(_found(id), form), 409
    flash(_("Freigegeben. Alle können den Beitrag jetzt lesen, und wer ihn schrieb, erfährt es."), "success")
    return redirect(url_for("moderation.queue"), 303)


@moderation.post("/moderation/erster-beitrag/<int:id>/uebernehmen")
@moderator
@limiter.limit(CLICKS)
def take_contribution(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a first contribution for half an hour."""
    try:
        with transaction():
            admitting.take(member(), _found(id))
    except waiting.NotWaiting as error:
        return _gone(error)
    except (Denied, Conflict) as error:
        flash(str(error.message), "warning")
    return redirect(url_for("moderation.first_contribution", id=id), 303)


@moderation.post("/moderation/erster-beitrag/<int:id>/zurueckgeben")
@moderator
@limiter.limit(CLICKS)
def give_back_contribution(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a first contribution back."""
    try:
        with transaction():
            admitting.give_back(member(), _found(id))
    except waiting.NotWaiting as error:
        return _gone(error)
    return redirect(url_for("moderation.queue"), 303)


@moderation.route("/moderation/erster-vorschlag/<int:id>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
@once
def first_proposal(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a first proposal, and take the decision against it; what was typed survives a refusal."""
    found, status, form = _found_proposal(id), 200, _form()
    if form.is_submitted() and FILL_IN in request.form:
        status = form.filled_in()
    elif form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    decision = admitting.refuse_proposal(
                        member(), found, form.ruling, waits_until=_date_read(), check_period=_check_period()
                    )
            except waiting.NotWaiting as error:
                return _gone(error)
            except DomainError as error:
                found, status = _found_proposal(id), 409 if isinstance(error, Denied) else error.status
                form.blame(error)
            else:
                flash(_("Entschieden. Wer schrieb, erfährt den Grund und kann widersprechen."), "success")
                return redirect(url_for("moderation.statement", id=decision.id), 303)
    return _proposal_page(found, form), status


@moderation.post("/moderation/erster-vorschlag/<int:id>/freigeben")
@moderator
@limiter.limit(CLICKS)
@once
def release_proposal(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Let a first proposal appear; whoever comes second is told so."""
    try:
        with transaction():
            appeared = admitting.release_proposal(
                member(), _found_proposal(id), waits_until=_date_read(), check_period=_check_period()
            )
    except waiting.NotWaiting as error:
        return _gone(error)
    except DomainError as error:
        form = _form()
        form.form_errors = [str(error.message)]
        return _proposal_page(_found_proposal(id), form), 409
    if appeared:
        flash(_("Freigegeben. Der Vorschlag ist öffentlich und wartet jetzt auf die formale Prüfung."), "success")
    else:
        flash(_("Die Stelle hat inzwischen einen neuen Wortlaut. Wer schrieb, erfährt es und passt an."), "warning")
    return redirect(url_for("moderation.queue"), 303)


@moderation.post("/moderation/erster-vorschlag/<int:id>/uebernehmen")
@moderator
@limiter.limit(CLICKS)
def take_proposal(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a first proposal for half an hour."""
    try:
        with transaction():
            admitting.take_proposal(member(), _found_proposal(id))
    except waiting.NotWaiting as error:
        return _gone(error)
    except (Denied, Conflict) as error:
        flash(str(error.message), "warning")
    return redirect(url_for("moderation.first_proposal", id=id), 303)


@moderation.post("/moderation/erster-vorschlag/<int:id>/zurueckgeben")
@moderator
@limiter.limit(CLICKS)
def give_back_proposal(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a first proposal back."""
    try:
        with transaction():
            admitting.give_back_proposal(member(), _found_proposal(id))
    except waiting.NotWaiting as error:
        return _gone(error)
    return redirect(url_for("moderation.queue"), 303)


def _page(found: WaitingComment, form: RulingForm) -> str:
    at = now()
    held = found.taken_until is not None and found.taken_until > at
    return render_template(
        "moderation/first_contribution.html",
        found=found,
        subject=subjects([found.thread_id]).get(found.thread_id),
        is_open=found.state is WaitingState.WAITING,
        released=found.state is WaitingState.RELEASED,
        verdict=may_admit(member(), found, at),
        mine=held and found.taken_by_id == member().id,
        form=form,
    )


def _proposal_page(found: Proposal, form: RulingForm) -> str:
    at, first = now(), waiting_proposals.holder(found.id)
    until = first.taken_until if first is not None and first.taken_by_id == member().id else None
    return render_template(
        "moderation/first_proposal.html",
        found=found,
        target=of_proposal(found),
        files=files(found.id),
        is_open=found.state is ProposalState.DRAFT and found.waits_until is not None,
        verdict=may_admit_proposal(member(), found, first, at),
        mine_until=until if until is not None and until > at else None,
        form=form,
    )


def _date_read() -> str:
    """Return which date the moderator's page named; a text saved anew gets another one."""
    return request.form.get("version", "")


def _check_period() -> timedelta:
    period: timedelta = current_app.config["PERIODS"]["check"]
    return period


def _found_proposal(ident: int) -> Proposal:
    found = waiting_proposals.find(ident)
    if found is None:
        raise NotFound
    return found


def _form() -> RulingForm:
    form = RulingForm()
    form.offer(list(admitting.MEASURES))
    del form.hides
    return form


def _version() -> int:
    """Return which wording the moderator read."""
    return number(request.form.get("version")) or 0


def _gone(error: waiting.NotWaiting) -> Answer:
    """Lead back to the queue: the author withdrew what was to be decided."""
    flash(str(error.message), "warning")
    return redirect(url_for("moderation.queue"), 303)


def _found(ident: int) -> WaitingComment:
    found = waiting.find(ident)
    if found is None:
        raise NotFound
    return found
