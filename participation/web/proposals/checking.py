"""The moderators' formal check: open a proposal, give it back, or merge it into another."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from participation.accounts.models import User
from participation.base.db import transaction
from participation.base.verdict import Denied, DomainError, NotFound
from participation.proposals import labels, operations, policy, queries
from participation.proposals.likeness import similar
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.steps import UnfitTarget
from participation.web.access import moderator
from participation.web.once import once
from participation.web.proposals.blueprint import proposals
from participation.web.proposals.forms import CheckForm
from participation.web.shell import Answer, viewer


@proposals.route("/moderation/vorschlaege/<int:number>", methods=["GET", "POST"])
@moderator
@once
def check(number: int) -> Answer:
    """Show what the check looks at, and take its result."""
    person = viewer()
    view = queries.proposal(number, person)
    if view is None or person is None or view.proposal.state is ProposalState.DRAFT:
        raise NotFound
    form = CheckForm()
    form.prepare(waiting=bool(policy.may_check(person, view.proposal)))
    problem = None
    if form.validate_on_submit():
        try:
            with transaction():
                message = _decide(person, view.proposal, form)
        except Denied:
            raise
        except DomainError as error:
            problem = error
            view = queries.proposal(number, person) or view
        else:
            flash(message, "success")
            return redirect(url_for("moderation.queue"), 303)
    form.read.data = view.proposal.updated_at.isoformat()
    page = render_template(
        "proposals/check.html",
        view=view,
        form=form,
        problem=problem,
        failed=bool(form.errors or problem),
        similar=similar(view.proposal, person),
        labels=labels,
        policy=policy,
    )
    return page, problem.status if problem else 422 if form.errors else 200


def _decide(person: User, waiting: Proposal, form: CheckForm) -> str:
    """Take the step that was chosen, and return what to say about it."""
    reason = form.reason.data or ""
    if form.decision.data == "open":
        period = current_app.config["PERIODS"]["open"]
        operations.accept(person, waiting, open_period=period, reason=reason, read=_moment(form.read.data))
        return str(_("%(v)s ist geprüft und steht zur Diskussion.", v=waiting.reference))
    if form.decision.data == "return":
        reference = waiting.reference
        operations.send_back(person, waiting, reason)
        return str(_("%(v)s ist mit Ihrer Begründung zurückgegeben.", v=reference))
    target = queries.by_number(form.target.data, None) if form.target.data else None
    if target is None:
        raise UnfitTarget
    operations.merge_into(person, waiting, target, reason)
    return str(_("%(v)s ist mit %(other)s zusammengeführt.", v=waiting.reference, other=target.reference))


def _moment(value: str | None) -> datetime:
    """Read the time in a hidden field; a malformed one fits no text."""
    try:
        return datetime.fromisoformat(value or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
