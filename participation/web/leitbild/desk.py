"""The moderators' desk for changes: write, hand over; approve, send back, give up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import Field

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.base.verdict import DomainError, Message, NotFound
from participation.leitbild import changes, policy, provenance, queries
from participation.leitbild.models import Change, ChangeKind, ChangeState
from participation.leitbild.wording import ChangeEdited, IncompleteChange, ReasonMissing, StaleChange
from participation.merging.queries import waiting
from participation.merging.sheets import sheet
from participation.outcomes.models import Outcome, OutcomeKind
from participation.strategy.models import Kind, Node
from participation.web.access import moderator
from participation.web.choices import choices
from participation.web.leitbild import words
from participation.web.leitbild.blueprint import leitbild
from participation.web.leitbild.forms import ChangeForm, ReasonForm
from participation.web.merging import words as merging_words
from participation.web.numbers import number
from participation.web.once import once
from participation.web.shell import Answer, member, viewer

FIRST_KINDS = {
    OutcomeKind.MEASURE: ChangeKind.ADDITION,
    OutcomeKind.DELETION: ChangeKind.DELETION,
    OutcomeKind.MERGE: ChangeKind.MERGE,
    OutcomeKind.SPLIT: ChangeKind.SPLIT,
}
"""What an outcome suggests; everything else suggests another wording."""

MOST_OUTCOMES = 12
"""So many outcomes can be named in the address of a new change."""


@leitbild.get("/moderation/aenderungen/neu")
@moderator
def new_change() -> Answer:
    """Show an empty change for the outcomes in `?ergebnis=`, on the node one is about or one in `?stelle=`.

    `?zusammenfuehrung=` begins with what moderators made of the node's Textänderungen.
    """
    wanted = [number(value) or 0 for value in request.args.getlist("ergebnis")]
    outcomes = queries.approved_outcomes(wanted[:MOST_OUTCOMES])
    if not outcomes:
        raise NotFound(_("Eine Änderung beginnt bei einem freigegebenen Ergebnis."))
    outcome = outcomes[0]
    proposal = outcome.proposal
    # What is hidden is not carried into the Leitbild by itself.
    said = proposal if proposal is not None and proposal.hidden_for is None else None
    about = request.args.get("stelle") or outcome.node_id or (proposal.node_id if proposal else "")
    node = db.session.get(Node, about[:120])
    form = ChangeForm(formdata=None)
    form.kind.data = FIRST_KINDS.get(outcome.kind, ChangeKind.TEXT).value if outcome.kind else ChangeKind.TEXT.value
    form.outcomes.data = [item.id for item in outcomes]
    if node is not None:
        form.node.data = form.parent.data = node.id
        form.since.data = str(node.since_revision)
        form.after.data = said.wording if said and said.wording else node.body
    if said is not None and form.kind.data == ChangeKind.ADDITION.value:
        form.title.data = said.title
    if node is not None and "zusammenfuehrung" in request.args:
        merged = sheet(node, viewer())
        form.kind.data, form.after.data = ChangeKind.TEXT.value, merged.wording
        form.reason.data = merging_words.reason(merged)
    return _form(form, None)


@leitbild.post("/moderation/aenderungen/neu")
@moderator
@once
def create_change() -> Answer:
    """Store a new change."""
    form = ChangeForm()
    if not form.validate():
        return _form(form, None), 422
    if "zeigen" in request.form:
        return _other_node(form, None)
    try:
        with transaction():
            change = changes.draft_change(member(), form.fields())
            if "abgeben" in request.form:
                changes.submit_change(member(), change, expected_edit=change.edit)
    except DomainError as error:
        return _refused(form, None, error)
    return _saved(change)


@leitbild.get("/moderation/aenderungen/<int:id>")
@moderator
def edit_change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a change to moderators: to write while it is a draft, to read and approve afterwards."""
    change = _change(id)
    if change.state is ChangeState.PUBLISHED:
        return redirect(url_for("leitbild.change", id=id))
    if change.state is not ChangeState.DRAFT:
        return _review(change)
    return _form(_filled(change), change)


@leitbild.post("/moderation/aenderungen/<int:id>")
@moderator
def save_change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Save a change; with the button "abgeben" also hand it over."""
    change = _change(id)
    form = ChangeForm()
    if not form.validate():
        return _form(form, change), 422
    if "zeigen" in request.form:
        return _other_node(form, change)
    try:
        with transaction():
            saved = changes.save_change(member(), change, form.fields(), expected_edit=number(form.edit.data) or 0)
            if "abgeben" in request.form:
                changes.submit_change(member(), saved, expected_edit=saved.edit)
    except DomainError as error:
        return _refused(form, _change(id), error)
    return _saved(saved)


@leitbild.post("/moderation/aenderungen/<int:id>/freigeben")
@moderator
def approve_change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Approve as the second moderator."""
    change = _change(id)
    try:
        with transaction():
            changes.approve_change(member(), change, expected_edit=number(request.form.get("edit")) or 0)
    except DomainError as error:
        return _review(_change(id), error=error), error.status
    flash(_("%(ref)s ist freigegeben. Sie kann in den Entwurf der nächsten Fassung.", ref=change.reference), "success")
    return redirect(url_for("leitbild.draft"), 303)


@leitbild.post("/moderation/aenderungen/<int:id>/zurueckgeben")
@moderator
def return_change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Send a change back to be written on."""
    return _step_back(id, changes.return_change, _("Die Änderung ist wieder ein Entwurf."))


@leitbild.post("/moderation/aenderungen/<int:id>/aufgeben")
@moderator
def drop_change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Give a change up."""
    return _step_back(id, changes.drop_change, _("Die Änderung ist aufgegeben."))


def _saved(change: Change) -> Answer:
    if "abgeben" in request.form:
        flash(_("%(ref)s liegt zur Freigabe. Eine zweite Person liest sie.", ref=change.reference), "success")
        return redirect(url_for("moderation.queue"), 303)
    flash(_("Änderung %(ref)s ist gespeichert.", ref=change.reference), "success")
    return redirect(url_for("leitbild.edit_change", id=change.id), 303)


def _step_back(change_id: int, operation: Callable[[User, Change, str], Change], said: str) -> Answer:
    change, form = _change(change_id), ReasonForm()
    try:
        if not form.validate():
            return _review(change, form), 422
        with transaction():
            operation(member(), change, form.reason.data or "")
    except ReasonMissing as error:
        form.reason.errors = [str(error.message)]
        return _review(_change(change_id), form), error.status
    except DomainError as error:
        return _review(_change(change_id), form, error), error.status
    flash(said, "success")
    return redirect(url_for("leitbild.edit_change", id=change_id), 303)


def _filled(change: Change) -> ChangeForm:
    """Return the form with what is saved."""
    form = ChangeForm(formdata=None)
    form.kind.data = change.kind.value
    form.node.data = change.node_id or ""
    form.parent.data = change.parent_id or ""
    form.node_kind.data = change.new_kind_id or ""
    form.target.data = change.target_id or ""
    form.title.data, form.after.data, form.reason.data = change.new_title, change.after, change.reason
    form.culture.data, form.cross_border.data = change.culture, change.cross_border
    form.outcomes.data = [outcome.id for outcome in change.outcomes]
    form.edit.data = str(change.edit)
    # The revision whose wording the change began with; a newer one is a conflict to be looked at.
    fits = change.node is None or change.node.body == change.before
    form.since.data = str(change.node.since_revision if change.node is not None and fits else 0)
    return form


def _other_node(form: ChangeForm, change: Change | None) -> Answer:
    """Show the form again on the node just chosen, with its wording to begin from; saves nothing."""
    node = db.session.get(Node, (form.node.data or "")[:120])
    if node is not None:
        form.since.data = str(node.since_revision)
        form.after.data = node.body
    return _form(form, change)


def _refused(form: ChangeForm, change: Change | None, error: DomainError) -> Answer:
    """Show the form again with everything typed; after a conflict it rests on what is current from here on."""
    if isinstance(error, IncompleteChange):
        rest = _show_missing(form, error.missing)
        return _form(form, change, rest=rest), error.status
    if isinstance(error, StaleChange):
        form.since.data = str(error.since)
    if isinstance(error, ChangeEdited):
        form.edit.data = str(error.current.edit)
    return _form(form, change, error=error), error.status


def _show_missing(form: ChangeForm, missing: Mapping[str, Message]) -> list[str]:
    fields: dict[str, Field] = {field.name: field for field in form}
    for name, message in missing.items():
        if name in fields:
            fields[name].errors = [str(message)]
    return [str(message) for name, message in missing.items() if name not in fields]


def _form(
    form: ChangeForm, change: Change | None, *, error: DomainError | None = None, rest: Sequence[str] = ()
) -> str:
    _offer_choices(form)
    outcomes = queries.approved_outcomes(form.outcomes.data or [])
    node = db.session.get(Node, form.node.data) if form.node.data else None
    shown = None
    if isinstance(error, StaleChange):
        shown = {"base": change.before if change else error.base, "mine": error.mine, "current": error.current}
        shown["diff_html"] = changes.diff_html(error.current, error.mine)
    elif isinstance(error, ChangeEdited) and change is not None:
        shown = {"base": change.before, "mine": form.after.data or "", "current": change.after}
        shown["diff_html"] = changes.diff_html(change.after, form.after.data or "")
    return render_template(
        "leitbild/edit_change.html",
        form=form,
        change=change,
        node=node,
        outcomes=outcomes,
        error=error,
        rest=rest,
        conflict=shown,
        mergeable=waiting(viewer(), near=node.id, least=1) if node is not None else [],
        reason=ReasonForm(formdata=None),
        may_edit=policy.may_edit_change(viewer(), change) if change else policy.may_draft(viewer()),
        words=words,
    )


def _review(change: Change, form: ReasonForm | None = None, error: DomainError | None = None) -> str:
    conflict = None
    if isinstance(error, StaleChange):
        conflict = {"base": error.base, "mine": error.mine, "current": error.current}
        conflict["diff_html"] = changes.diff_html(error.current, error.mine)
    return render_template(
        "leitbild/review_change.html",
        change=change,
        origin=provenance.origin(change.id),
        form=form or ReasonForm(formdata=None),
        error=error,
        conflict=conflict,
        may_approve=policy.may_approve_change(viewer(), change),
        may_return=policy.may_return_change(viewer(), change),
        words=words,
    )


def _offer_choices(form: ChangeForm) -> None:
    nodes = choices((row.id, "\u2003" * row.depth + row.title) for row in queries.current_nodes())
    none = choices([("", _("– bitte wählen –"))])
    form.node.choices = form.parent.choices = none + nodes
    form.target.choices = choices([("", _("– keine –"))]) + nodes
    kinds = db.session.execute(select(Kind.id, Kind.label).where(Kind.id != "dokument").order_by(Kind.position))
    form.node_kind.choices = none + choices((row.id, row.label) for row in kinds)
    outcomes: list[Outcome] = queries.approved_outcomes(form.outcomes.data or [])
    form.outcomes.choices = choices((item.id, item.reference) for item in outcomes)


def _change(change_id: int) -> Change:
    found = queries.change(change_id, viewer())
    if found is None:
        raise NotFound
    return found
