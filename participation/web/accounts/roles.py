"""The operators' page of roles: who is entrusted with what, by whom, and why."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from participation.accounts import roles as operations
from participation.accounts.models import GrantState, Role, RoleGrant
from participation.accounts.policy import may_decide_grant
from participation.accounts.queries import person_by_address
from participation.base.db import db, transaction
from participation.base.verdict import DomainError, NotFound
from participation.web.access import operator
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import required
from participation.web.addresses import Address
from participation.web.choices import choices
from participation.web.numbers import number
from participation.web.once import once
from participation.web.security import limiter
from participation.web.shell import member, viewer

Answer = str | Response | tuple[str, int]
SIZE = 50

ROLES = {
    Role.RESIDENT: _l("Bewohner:in, ohne besondere Aufgabe"),
    Role.MODERATOR: _l("Moderation"),
    Role.OPERATOR: _l("Betrieb"),
}
STATES = {
    GrantState.REQUESTED: _l("wartet auf die zweite Unterschrift"),
    GrantState.IN_FORCE: _l("gilt"),
    GrantState.REFUSED: _l("abgelehnt"),
}


class RoleForm(FlaskForm):
    """Who gets which role, and why."""

    email = EmailField(
        _l("E-Mail-Adresse des Kontos"),
        [*required(_l("Tragen Sie die Adresse des Kontos ein.")), Length(max=254), Address()],
    )
    role = RadioField(
        _l("Rolle"),
        [InputRequired(_l("Wählen Sie eine Rolle."))],
        choices=choices((role.value, label) for role, label in ROLES.items()),
    )
    reason = TextAreaField(
        _l("Warum?"),
        [
            *required(_l("Schreiben Sie dazu, warum. Das Protokoll hält es fest.")),
            Length(max=operations.REASON_LIMIT, message=_l("Höchstens %(max)d Zeichen.")),
        ],
    )


@accounts.route("/betrieb/rollen", methods=["GET", "POST"])
@operator
@limiter.limit("30/hour", methods=["POST"])
@once
def roles() -> Answer:
    """Show who is entrusted with what, and take a change."""
    form = RoleForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form), 422
    person = person_by_address(form.email.data or "")
    if person is None:
        form.email.errors = [_("Unter dieser Adresse gibt es kein bestätigtes Konto.")]
        return _page(form), 422
    try:
        with transaction():
            grant = operations.request_role(member(), person, Role(form.role.data), form.reason.data or "")
    except DomainError as error:
        return _page(form, str(error.message)), error.status
    waits = grant.state is GrantState.REQUESTED
    flash(_("Eine zweite Person aus dem Betrieb muss das bestätigen.") if waits else _("Die Rolle gilt."), "success")
    return redirect(url_for("accounts.roles"), 303)


@accounts.post("/betrieb/rollen/<int:id>")
@operator
def decide_role(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Confirm (button "bestaetigen") or refuse a grant as the second operator."""
    grant = db.session.get(RoleGrant, id)
    if grant is None:
        raise NotFound
    confirm = "bestaetigen" in request.form
    with transaction():
        operations.decide_role(member(), grant, confirm=confirm)
    flash(_("Die Rolle gilt.") if confirm else _("Die Rolle ist abgelehnt."), "success")
    return redirect(url_for("accounts.roles"), 303)


def _page(form: RoleForm, failure: str = "") -> str:
    before = number(request.args.get("vor"))
    listed = operations.grants(before=before, size=SIZE + 1)
    return render_template(
        "accounts/roles.html",
        form=form,
        failure=failure,
        entrusted=operations.entrusted(),
        grants=listed[:SIZE],
        may_decide={grant.id: may_decide_grant(viewer(), grant) for grant in listed[:SIZE]},
        further=url_for("accounts.roles", vor=listed[SIZE - 1].id) if len(listed) > SIZE else None,
        labels=ROLES,
        states=STATES,
    )
