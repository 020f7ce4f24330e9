"""A burst at the desk: what is known, take it, decide, take the decision back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError, NotFound
from participation.leitbild.subjects import subjects
from participation.moderation import bursts
from participation.moderation.burst_models import Burst, BurstState
from participation.moderation.policy import may_decide_burst
from participation.web.access import moderator
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.forms import BurstForm
from participation.web.moderation.words import WORDS
from participation.web.once import once
from participation.web.security import CLICKS, DRAFTS, limiter
from participation.web.shell import Answer, member


@moderation.route("/moderation/haeufung/<int:id>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
@once
def burst(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a burst and take the decision; what was typed survives a refusal."""
    found, status, form = _found(id), 200, BurstForm()
    form.offer(bursts.results(found), undoing=found.state is BurstState.APART)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    bursts.decide(member(), found, BurstState(form.result.data), form.reason.data or "")
            except DomainError as error:
                found, status = _found(id), 409 if isinstance(error, Denied) else error.status
                form.form_errors.append(str(error.message))
            else:
                flash(_("Entschieden. Es steht ohne Namen im öffentlichen Log der Moderation."), "success")
                return redirect(url_for("moderation.burst", id=id), 303)
    return _page(found, form), status


@moderation.post("/moderation/haeufung/<int:id>/uebernehmen")
@moderator
@limiter.limit(CLICKS)
def take_burst(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a burst for half an hour."""
    try:
        with transaction():
            bursts.take(member(), _found(id))
    except (Denied, bursts.BurstMoved) as error:
        flash(str(error.message), "warning")
    return redirect(url_for("moderation.burst", id=id), 303)


def _page(found: Burst, form: BurstForm) -> str:
    at = now()
    held = found.taken_until is not None and found.taken_until > at
    subject = subjects([found.thread_id]).get(found.thread_id) if found.thread_id else None
    return render_template(
        "moderation/burst.html",
        burst=found,
        subject=subject,
        people=bursts.people(found),
        rulings=bursts.rulings(found.id),
        verdict=may_decide_burst(member(), found, at, member=bursts.is_member(found, member().id)),
        is_open=found.state is BurstState.OPEN,
        minutes=max(1, round((found.last_at - found.first_at).total_seconds() / 60)),
        mine=held and found.taken_by_id == member().id,
        form=form,
        words=WORDS,
    )


def _found(ident: int) -> Burst:
    found = bursts.burst(ident)
    if found is None:
        raise NotFound
    return found
