"""Erasures in the workroom: request, read what goes, do it as the second moderator."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.db import clear_log_of_changes, transaction
from participation.base.verdict import DomainError, NotFound
from participation.errata import erasing, policy, queries
from participation.errata.models import Erasure, ErasureState
from participation.errata.plan import Plan, plan
from participation.leitbild import queries as leitbild
from participation.leitbild.models import Revision
from participation.web.access import moderator
from participation.web.errata import words
from participation.web.errata.blueprint import errata
from participation.web.errata.forms import ErasureForm
from participation.web.ledger.publishing import drop_exports, sign_if_possible
from participation.web.numbers import number as number_in
from participation.web.once import once
from participation.web.shell import Answer, member, viewer


@errata.get("/moderation/tilgungen")
@moderator
def erasures() -> str:
    """List requests and what was done, and lead to the versions."""
    return render_template(
        "errata/erasures.html", rows=queries.erasures(viewer()), revisions=leitbild.revisions(size=50), words=words
    )


@errata.get("/moderation/tilgungen/neu")
@moderator
def new_erasure() -> Answer:
    """Show what can be erased of the version in `?fassung=`."""
    return _form(_revision(), ErasureForm(formdata=None))


@errata.post("/moderation/tilgungen/neu")
@moderator
@once
def request_erasure() -> Answer:
    """Store a request; nothing is erased yet."""
    revision, form = _revision(), ErasureForm()
    if not form.validate():
        return _form(revision, form), 422
    try:
        with transaction():
            erasure = erasing.request_erasure(
                member(), form.pieces.data or [], form.chosen_ground(), form.reason.data or ""
            )
    except DomainError as error:
        return _form(revision, form, error), error.status
    flash(_("Der Antrag liegt in der Werkstatt. Eine zweite Person liest, was verschwindet, und tilgt."), "success")
    return redirect(url_for("errata.erasure", id=erasure.id), 303)


@errata.get("/moderation/tilgungen/<int:id>")
@moderator
def erasure(id: int) -> str:  # noqa: A002 - the name of the part of the address
    """Show a request with everything that goes."""
    return _page(_erasure(id))


@errata.post("/moderation/tilgungen/<int:id>/tilgen")
@moderator
def erase(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Erase as the second moderator; copies outside of the tables go as well."""
    found = _erasure(id)
    try:
        with transaction():
            erasing.do_erasure(member(), found)
    except DomainError as error:
        return _page(_erasure(id), error), error.status
    sign_if_possible()
    drop_exports()
    clear_log_of_changes()
    flash(_("Getilgt. Das Revisionslog hält fest, was fehlt und warum."), "success")
    return redirect(url_for("errata.erasure", id=id), 303)


@errata.post("/moderation/tilgungen/<int:id>/zurueckziehen")
@moderator
def withdraw_erasure(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a request up."""
    found = _erasure(id)
    try:
        with transaction():
            erasing.withdraw_erasure(member(), found)
    except DomainError as error:
        return _page(_erasure(id), error), error.status
    flash(_("Der Antrag ist zurückgezogen. Nichts wurde getilgt."), "success")
    return redirect(url_for("errata.erasures"), 303)


def _form(revision: Revision, form: ErasureForm, error: DomainError | None = None) -> str:
    return render_template(
        "errata/request.html",
        revision=revision,
        pieces=queries.pieces(revision),
        chosen=set(form.pieces.data or ()),
        form=form,
        error=error,
    )


def _page(found: Erasure, error: DomainError | None = None) -> str:
    planned: Plan | None = None
    if found.state is ErasureState.REQUESTED:
        try:
            planned = plan(found.pieces)
        except DomainError as obstacle:
            error = error or obstacle
    return render_template(
        "errata/erasure.html",
        erasure=found,
        plan=planned,
        subjects=queries.entry_subjects(found),
        redactions=queries.redactions_of(found.id),
        may_erase=policy.may_erase(viewer(), found),
        may_withdraw=policy.may_withdraw_erasure(viewer(), found),
        error=error,
        words=words,
    )


def _revision() -> Revision:
    found = leitbild.revision(number_in(request.args.get("fassung")) or 0)
    if found is None:
        raise NotFound(_("Diese Fassung gibt es nicht."))
    return found


def _erasure(erasure_id: int) -> Erasure:
    found = queries.erasure(erasure_id, viewer())
    if found is None:
        raise NotFound
    return found
