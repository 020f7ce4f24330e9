"""Hand a proposal in together: invite, take up an invitation, consent, go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.accounts.queries import mandates, organisations
from participation.base.db import transaction
from participation.base.verdict import Conflict, DomainError, NotFound, require
from participation.proposals import labels, policy, queries
from participation.proposals import together as operations
from participation.proposals.attaching import files
from participation.proposals.models import CoAuthor, Proposal, ProposalState
from participation.proposals.versions import fingerprint
from participation.web.access import resident
from participation.web.accounts.session import PER_MAILBOX, mailbox
from participation.web.choices import choices, organisation_label
from participation.web.once import once
from participation.web.proposals.blueprint import proposals
from participation.web.proposals.forms import OrganisationForm, PersonForm
from participation.web.security import CLICKS, limiter
from participation.web.shell import Answer, member, viewer

INVITATIONS = "20/hour"
"""Each sends a mail or notes to others."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a viewer may consent to on a public proposal's page."""

    seat: CoAuthor
    read: str
    """The fingerprint of the text on the page."""


def consent(view: queries.ProposalView) -> Consent | None:
    """Return what the viewer is asked for as a co-author: the present version, unless they consented to it."""
    me, shown = viewer(), view.proposal
    if me is None or not view.joint or me.id == shown.author_id:
        return None
    held = mandates(me.id)
    seat = policy.seat_of(me, shown, held)
    if seat is None or view.agrees(seat) or not policy.may_agree(me, shown, held):
        return None
    return Consent(seat, fingerprint(shown))


@proposals.get("/vorschlaege/entwurf/<int:draft_id>/gemeinsam")
@resident
def together(draft_id: int) -> Answer:
    """Show who hands a draft in together; to its author with invitations, to the others with its text."""
    return _page(_shared(draft_id))


@proposals.post("/vorschlaege/entwurf/<int:draft_id>/gemeinsam/person")
@resident
@limiter.limit(INVITATIONS)
@limiter.limit(PER_MAILBOX, key_func=mailbox)
@once
def invite_person(draft_id: int) -> Answer:
    """Invite somebody by mail."""
    found, form = _shared(draft_id), PersonForm()
    require(policy.may_invite(member(), found))
    if not form.validate():
        return _page(found, person=form), 422
    try:
        with transaction():
            operations.invite_person(member(), found, form.email.data or "", period=_period())
    except (operations.OwnAddress, operations.TooManyInvited) as error:
        form.email.errors = [str(error.message)]
        return _page(found, person=form), error.status
    flash(_("Die Einladung ist unterwegs. Sie gilt %(days)s Tage.", days=_period().days), "success")
    return redirect(url_for("proposals.together", draft_id=draft_id), 303)


@proposals.post("/vorschlaege/entwurf/<int:draft_id>/gemeinsam/organisation")
@resident
@limiter.limit(INVITATIONS)
@once
def invite_organisation(draft_id: int) -> Answer:
    """Invite an organisation; whoever speaks for it is told."""
    found, form = _shared(draft_id), _organisation_form()
    require(policy.may_invite(member(), found))
    if not form.validate():
        return _page(found, organisation=form), 422
    try:
        with transaction():
            operations.invite_organisation(member(), found, int(form.organisation.data), period=_period())
    except (operations.AlreadyInvited, operations.TooManyInvited) as error:
        form.organisation.errors = [str(error.message)]
        return _page(found, organisation=form), error.status
    flash(_("Die Organisation ist eingeladen. Wer für sie schreibt, hat eine Nachricht bekommen."), "success")
    return redirect(url_for("proposals.together", draft_id=draft_id), 303)


@proposals.post("/vorschlaege/entwurf/<int:draft_id>/gemeinsam/<int:coauthor_id>/entfernen")
@resident
@limiter.limit(CLICKS)
def take_back(draft_id: int, coauthor_id: int) -> Answer:
    """Take an invitation back, or go on without somebody."""
    found = _shared(draft_id)
    with transaction():
        operations.take_back(member(), found, coauthor_id)
    flash(_("Der Entwurf geht ohne diese Einladung weiter."), "success")
    return redirect(url_for("proposals.together", draft_id=draft_id), 303)


@proposals.post("/vorschlaege/entwurf/<int:draft_id>/gemeinsam/zustimmen")
@resident
@limiter.limit(CLICKS)
@once
def agree(draft_id: int) -> Answer:
    """Consent to the text of a draft, or decline and go."""
    found = _shared(draft_id)
    if "ablehnen" in request.form:
        with transaction():
            operations.go(member(), found)
        flash(_("Sie reichen diesen Vorschlag nicht mit ein."), "success")
        return redirect(url_for("proposals.drafts"), 303)
    try:
        with transaction():
            operations.agree(member(), found, read=request.form.get("read", ""))
    except Conflict as error:
        return _page(_shared(draft_id), problem=error), error.status
    flash(_("Sie sind dabei und haben dem Text zugestimmt."), "success")
    return redirect(url_for("proposals.together", draft_id=draft_id), 303)


@proposals.post("/vorschlaege/<int:number>/zustimmen")
@resident
@limiter.limit(CLICKS)
def agree_to_version(number: int) -> Answer:
    """Consent to the present version of a public proposal as its co-author."""
    found = queries.by_number(number, viewer())
    if found is None or found.state is ProposalState.DRAFT:
        raise NotFound
    with transaction():
        operations.agree(member(), found, read=request.form.get("read", ""))
    flash(_("Sie haben dem neuen Wortlaut zugestimmt."), "success")
    return redirect(url_for("proposals.proposal", number=number, _anchor="gemeinsam"), 303)


@proposals.route("/vorschlaege/einladung/<token>", methods=["GET", "POST"])
@resident
@limiter.limit("30/minute")
@once
def invitation(token: str) -> Answer:
    """Show what a mailed invitation is about, and take the answer: mail scanners follow links, they press nothing."""
    problem: DomainError | None = None
    try:
        if "ablehnen" in request.form:
            with transaction():
                operations.decline_by_link(token)
            flash(_("Sie haben die Einladung abgelehnt."), "success")
            return redirect(url_for("strategy.start"), 303)
        if request.method == "POST":
            with transaction():
                joined = operations.join_by_link(member(), token, read=request.form.get("read", ""))
            flash(_("Sie sind dabei und haben dem Text zugestimmt."), "success")
            return redirect(url_for("proposals.together", draft_id=joined.id), 303)
    except Conflict as error:
        problem = error
    found = queries.invited_draft(operations.invited_by(token))
    page = render_template(
        "proposals/invitation.html",
        draft=found,
        read=fingerprint(found),
        may=policy.may_join(member(), found),
        places=queries.place_names(found.id),
        files=files(found.id),
        token=token,
        problem=problem,
        labels=labels,
    )
    return (page, problem.status) if problem else page


def _page(
    found: Proposal,
    *,
    person: PersonForm | None = None,
    organisation: OrganisationForm | None = None,
    problem: DomainError | None = None,
) -> str:
    me = member()
    held = mandates(me.id)
    seat = policy.seat_of(me, found, held)
    invites = bool(policy.may_invite(me, found))
    return render_template(
        "proposals/together.html",
        draft=found,
        own=me.id == found.author_id,
        seat=seat,
        read=fingerprint(found),
        waiting=operations.waiting_for(found),
        is_open=policy.is_open,
        person=(person or PersonForm(formdata=None)) if invites else None,
        organisation=(organisation or _organisation_form(fresh=True)) if invites else None,
        failed=person is not None or organisation is not None or problem is not None,
        places=queries.place_names(found.id),
        files=files(found.id),
        problem=problem,
        labels=labels,
    )


def _organisation_form(*, fresh: bool = False) -> OrganisationForm:
    form = OrganisationForm(formdata=None) if fresh else OrganisationForm()
    named = [(str(one.id), organisation_label(one)) for one in organisations()]
    form.organisation.choices = choices([("", _("Bitte wählen")), *named])
    return form


def _shared(draft_id: int) -> Proposal:
    found = queries.shared_draft(draft_id, member())
    if found is None:
        raise NotFound
    return found


def _period() -> timedelta:
    period: timedelta = current_app.config["PERIODS"]["invitation"]
    return period
