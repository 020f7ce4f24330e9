"""The desk of a body: what waits for its resolution; one member drafts, another signs."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import to_user_timezone

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import DomainError, NotFound, require
from participation.leitbild import queries as leitbild
from participation.leitbild.models import Change, Revision
from participation.resolutions import operations, policy, queries
from participation.resolutions.models import Resolution, ResolutionState, Seat
from participation.resolutions.operations import AlreadySigned, IncompleteResolution
from participation.web.access import resident
from participation.web.ledger.publishing import sign_if_possible
from participation.web.numbers import number as number_in
from participation.web.resolutions import words
from participation.web.resolutions.blueprint import resolutions
from participation.web.resolutions.forms import ResolutionForm, form_for, reasons_sent
from participation.web.resolutions.standing import standing, standings
from participation.web.security import CLICKS, DRAFTS, limiter
from participation.web.shell import Answer, member


@resolutions.get("/gremium")
@resident
def desk() -> str:
    """Show what waits for the viewer's body, and what it decided."""
    seat = _seat()
    waiting = queries.awaited(seat.body_id)
    return render_template(
        "resolutions/desk.html",
        seat=seat,
        waiting=waiting,
        standings=standings([one.number for one in waiting]),
        decided=queries.signed(body_id=seat.body_id),
        members=[name for _body, _user, name in queries.members([seat.body_id])],
        words=words,
    )


@resolutions.get("/gremium/fassung/<int:number>")
@resident
def write(number: int) -> Answer:
    """Show a body's resolution on a version: to write, to sign, or as it was signed."""
    seat, revision = _seat(), _revision(number)
    found = queries.resolution(seat.body_id, number)
    if found is not None and found.state is ResolutionState.SIGNED:
        return redirect(url_for("leitbild.entry", number=found.entry_number), 303)
    return _page(seat, revision, found)


@resolutions.post("/gremium/fassung/<int:number>")
@resident
@limiter.limit(DRAFTS)
def save(number: int) -> Answer:
    """Draft the resolution, or write on its draft."""
    seat, revision = _seat(), _revision(number)
    changes, form = leitbild.changes_of_revision(number), ResolutionForm()
    found = queries.resolution(seat.body_id, number)
    if not form.validate():
        return _page(seat, revision, found, form), 422
    try:
        with transaction():
            operations.save_resolution(
                member(),
                revision,
                form.fields(changes),
                expected_edit=form.expected_edit,
                today=to_user_timezone(now()).date(),
            )
    except IncompleteResolution as error:
        for name, message in error.missing.items():
            if name in form:
                form[name].errors = [str(message)]
        rest = [str(message) for name, message in error.missing.items() if name not in form]
        return _page(seat, revision, queries.resolution(seat.body_id, number), form, rest=rest), error.status
    except DomainError as error:
        return _refused(seat, revision, error, form)
    flash(_("Der Beschluss ist entworfen. Unterschreiben muss ein zweites Mitglied Ihres Gremiums."), "success")
    return redirect(url_for("resolutions.write", number=number), 303)


@resolutions.post("/gremium/fassung/<int:number>/unterschreiben")
@resident
@limiter.limit(CLICKS)
def sign(number: int) -> Answer:
    """Sign as the second member."""
    seat, revision = _seat(), _revision(number)
    found = queries.resolution(seat.body_id, number)
    if found is None:
        raise NotFound(_("Zu dieser Fassung ist noch nichts entworfen."))
    try:
        with transaction():
            signed = operations.sign_resolution(member(), found, expected_edit=_edit())
            entry = signed.entry_number
    except DomainError as error:
        return _refused(seat, revision, error)
    sign_if_possible()
    flash(_("Der Beschluss ist unterschrieben und steht im Revisionslog."), "success")
    return redirect(url_for("leitbild.entry", number=entry), 303)


@resolutions.post("/gremium/fassung/<int:number>/verwerfen")
@resident
@limiter.limit(CLICKS)
def drop(number: int) -> Answer:
    """Throw the draft away."""
    seat, revision = _seat(), _revision(number)
    found = queries.resolution(seat.body_id, number)
    if found is None:
        return redirect(url_for("resolutions.write", number=number), 303)
    try:
        with transaction():
            operations.drop_resolution(member(), found, expected_edit=_edit())
    except DomainError as error:
        return _refused(seat, revision, error)
    flash(_("Der Entwurf ist verworfen."), "success")
    return redirect(url_for("resolutions.write", number=number), 303)


def _refused(seat: Seat, revision: Revision, error: DomainError, form: ResolutionForm | None = None) -> Answer:
    """Show the resolution as it is now with the reason; what was typed stays and rests on what is saved now."""
    found = queries.resolution(seat.body_id, revision.number)
    if isinstance(error, AlreadySigned) and found is not None and form is None:
        flash(str(error.message), "warning")
        return redirect(url_for("leitbild.entry", number=found.entry_number), 303)
    if form is not None:
        form.edit.data = str(found.edit if found else 0)
    return _page(seat, revision, found, form, error=error), error.status


def _page(
    seat: Seat,
    revision: Revision,
    found: Resolution | None,
    form: ResolutionForm | None = None,
    *,
    error: DomainError | None = None,
    rest: list[str] | None = None,
) -> str:
    changes: list[Change] = leitbild.changes_of_revision(revision.number)
    stands = standing(revision.number)
    saved = {reason.change_id: reason.reason for reason in found.reasons} if found else {}
    me = member()
    return render_template(
        "resolutions/write.html",
        seat=seat,
        revision=revision,
        resolution=found,
        standing=stands,
        changes=changes,
        form=form or form_for(found),
        reasons=reasons_sent(changes) if form is not None else saved,
        saved=saved,
        error=error,
        rest=rest or [],
        may_draft=policy.may_draft(me, seat, revision, stands),
        may_sign=policy.may_sign(me, seat, found, stands) if found else None,
        today=to_user_timezone(now()).date(),
        words=words,
    )


def _seat() -> Seat:
    person = member()
    seat = queries.seat_of(person.id)
    require(policy.may_enter(person, seat))
    if seat is None:
        raise NotFound
    return seat


def _revision(number: int) -> Revision:
    found = leitbild.revision(number)
    if found is None or number == 1:
        raise NotFound(_("Über diese Fassung wird nicht beschlossen."))
    return found


def _edit() -> int:
    return number_in(request.form.get("edit")) or 0
