"""One's own account, a person's page, and one's own contributions."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from participation.accounts import operations
from participation.accounts.leaving import is_former
from participation.accounts.logins import end_login, end_logins, logins_of
from participation.accounts.models import LoginMethod, User
from participation.accounts.names import NameRefused
from participation.accounts.passwords import GuessablePassword
from participation.accounts.queries import mandates
from participation.accounts.queries import person as find_person
from participation.base.db import transaction
from participation.dialogue.waiting import WaitingView, waiting_of
from participation.proposals.queries import drafts_of
from participation.web.access import public, resident
from participation.web.accounts import contributions
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import ChangePasswordForm, ProfileForm
from participation.web.accounts.session import begin
from participation.web.numbers import number
from participation.web.security import limiter
from participation.web.shell import member, viewer

Answer = str | Response | tuple[str, int]

METHODS = {
    LoginMethod.PASSWORD: _l("mit Passwort"),
    LoginMethod.LINK: _l("mit einem Link per E-Mail"),
    LoginMethod.PASSKEY: _l("mit Passkey"),
    LoginMethod.OIDC: _l("über einen anderen Anbieter"),
}


@accounts.route("/konto/profil", methods=["GET", "POST"])
@resident
@limiter.limit("30/hour", methods=["POST"])
def profile() -> Answer:
    """Show and change one's own profile."""
    me = member()
    form = ProfileForm(display_name=me.display_name, residence=me.residence_id or "", locale=me.locale)
    if not form.is_submitted():
        return _profile(me, form, ChangePasswordForm())
    if not form.validate():
        return _profile(me, form, ChangePasswordForm(formdata=None)), 422
    try:
        with transaction():
            operations.update_profile(
                me,
                display_name=form.display_name.data or "",
                residence_id=form.residence.data or None,
                locale=form.locale.data,
            )
    except NameRefused as error:
        form.display_name.errors = [str(error.message)]
        return _profile(me, form, ChangePasswordForm(formdata=None)), error.status
    flash(_("Ihre Angaben sind gespeichert."), "success")
    return redirect(url_for("accounts.profile"), 303)


@accounts.post("/konto/profil/passwort")
@resident
@limiter.limit("10/minute")
def change_password() -> Answer:
    """Change one's own password; every other device is logged out."""
    me = member()
    form = ChangePasswordForm()
    fields = ProfileForm(formdata=None, display_name=me.display_name, residence=me.residence_id or "", locale=me.locale)
    if not form.validate():
        return _profile(me, fields, form), 422
    try:
        with transaction():
            operations.change_password(me, current=form.password_now.data or "", new=form.password_new.data or "")
            begin(me, me.login_method or LoginMethod.PASSWORD, strong=me.login_strong)
    except (operations.WrongPassword, GuessablePassword) as error:
        wrong = form.password_now if isinstance(error, operations.WrongPassword) else form.password_new
        wrong.errors = [str(error.message)]
        return _profile(me, fields, form), error.status
    flash(_("Ihr neues Passwort gilt. Alle anderen Geräte sind abgemeldet."), "success")
    return redirect(url_for("accounts.profile"), 303)


@accounts.post("/konto/geraete/<int:id>/abmelden")
@resident
def log_out_device(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Log one of one's own browsers out; this one, too."""
    with transaction():
        end_login(member(), id)
    flash(_("Das Gerät ist abgemeldet."), "success")
    return redirect(url_for("accounts.profile", _anchor="geraete"), 303)


@accounts.post("/konto/geraete/abmelden")
@resident
def log_out_everywhere() -> Answer:
    """Log out everywhere, here as well."""
    with transaction():
        end_logins(member())
    session.clear()
    flash(_("Sie sind auf allen Geräten abgemeldet."), "success")
    return redirect(url_for("accounts.login"), 303)


@accounts.get("/personen/<int:id>")
@public
def person(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show who somebody is and what they contributed."""
    found = find_person(id)
    if found is None and is_former(id):
        return render_template("accounts/former.html"), 410
    if found is None:
        abort(404)
    rows: contributions.Rows
    view = "vorschlaege" if request.args.get("ansicht") == "vorschlaege" else "beitraege"
    key = _key()
    if view == "vorschlaege":
        rows, following = contributions.proposals(viewer(), author_id=found.id, after=key)
    else:
        rows, following = contributions.comments(None, author_id=found.id, after=key)
    further = url_for("accounts.person", id=id, ansicht=view, nach=following) if following else None
    page = {"person": found, "view": view, "rows": rows, "further": further, "later": key is not None, "own": False}
    if request.headers.get("HX-Request") == "true" and key is not None:
        return render_template("accounts/_contributions.html", **page)
    return render_template("accounts/person.html", mandates=mandates(found.id), **page)


@accounts.get("/meine-beitraege")
@resident
def mine() -> Answer:
    """Show what the person logged in contributed, and what became of it."""
    me = member()
    rows: contributions.Rows
    view = request.args.get("ansicht", "beitraege")
    key = _key()
    drafts = []
    waiting: Sequence[WaitingView] = ()
    if view == "vorschlaege":
        rows, following = contributions.proposals(me, author_id=me.id, after=key)
        drafts = drafts_of(me) if key is None else []
    elif view == "stimmen":
        rows, following = contributions.votes(me, after=key)
    else:
        view = "beitraege"
        rows, following = contributions.comments(me, author_id=me.id, after=key)
        waiting = waiting_of(me) if key is None else ()
    further = url_for("accounts.mine", ansicht=view, nach=following) if following else None
    page = {"view": view, "rows": rows, "further": further, "later": key is not None, "own": True}
    if request.headers.get("HX-Request") == "true" and key is not None:
        return render_template("accounts/_contributions.html", **page)
    return render_template("accounts/mine.html", drafts=drafts, waiting=waiting, **page)


def _profile(me: User, form: ProfileForm, password_form: ChangePasswordForm) -> str:
    return render_template(
        "accounts/profile.html", me=me, form=form, password_form=password_form, logins=logins_of(me), methods=METHODS
    )


def _key() -> int | None:
    """Return where the list goes on, from the address."""
    return number(request.args.get("nach"))
