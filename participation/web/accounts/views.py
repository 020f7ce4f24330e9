"""Registering, confirming the address, logging in and out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from participation.accounts import operations
from participation.accounts.logins import end_this_login
from participation.accounts.models import LoginMethod, TokenPurpose, User
from participation.accounts.names import NameRefused
from participation.accounts.passwords import GuessablePassword
from participation.accounts.policy import unrestricted
from participation.accounts.queries import link_works
from participation.base.db import transaction
from participation.moderation.burst_models import BurstKind
from participation.moderation.sightings import sight
from participation.web import kept
from participation.web.access import public, without_factor
from participation.web.accounts import factors, initiatives, links, oidc, passwords, people, roles, second_step
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import AddressForm, ConfirmForm, LoginForm, RegisterForm
from participation.web.accounts.session import PER_MAILBOX, PER_VISITOR, enter, mailbox, onward
from participation.web.networks import network_mark
from participation.web.security import limiter
from participation.web.shell import viewer
from participation.web.watch import login_failed

__all__ = ["accounts", "factors", "initiatives", "links", "oidc", "passwords", "people", "roles", "second_step"]

Answer = str | Response | tuple[str, int]

BEGIN = "beginnen"
"""A button with this name opens the register form and carries along what was kept; it sends nothing."""


@accounts.route("/konto/registrieren", methods=["GET", "POST"])
@public
@limiter.limit(PER_VISITOR, methods=["POST"], exempt_when=lambda: BEGIN in request.form)
@limiter.limit(PER_MAILBOX, methods=["POST"], key_func=mailbox, exempt_when=lambda: BEGIN in request.form)
def register() -> Answer:
    """Show and take the form for a new account."""
    if current_user.is_authenticated:
        return redirect(url_for("accounts.profile"), 303)
    waiting = kept.load(request.form)
    opened = BEGIN in request.form
    form = RegisterForm(formdata=None) if opened else RegisterForm()
    if opened or not form.is_submitted():
        return render_template("accounts/register.html", form=form, kept=waiting)
    if not form.validate():
        return render_template("accounts/register.html", form=form, kept=waiting), 422
    try:
        _register(form)
    except (GuessablePassword, NameRefused) as error:
        field = form.password if isinstance(error, GuessablePassword) else form.display_name
        field.errors = [str(error.message)]
        return render_template("accounts/register.html", form=form, kept=waiting), error.status
    if waiting is None:
        return redirect(url_for("accounts.registered"), 303)
    login_form = LoginForm(formdata=None, email=form.email.data)
    return render_template("accounts/registered.html", form=login_form, kept=waiting)


def _register(form: RegisterForm) -> None:
    """Register unless the field that people do not see was filled in."""
    if form.homepage.data:
        return
    with transaction():
        operations.register(
            email=form.email.data or "",
            password=form.password.data or "",
            display_name=form.display_name.data or "",
            residence_id=form.residence.data or None,
            locale=form.locale.data,
        )


@accounts.get("/konto/registriert")
@public
def registered() -> Answer:
    """Say that a mail is on its way."""
    return render_template("accounts/registered.html", form=None, kept=None)


@accounts.route("/konto/bestaetigen", methods=["GET", "POST"])
@public
@limiter.limit(PER_VISITOR, methods=["POST"])
@limiter.limit(PER_MAILBOX, methods=["POST"], key_func=mailbox)
def send_confirmation() -> Answer:
    """Send the link of an unconfirmed account once more."""
    form = AddressForm()
    if not form.validate_on_submit():
        page = render_template(
            "accounts/ask_link.html",
            form=form,
            action=url_for("accounts.send_confirmation"),
            title=_("Neuer Link"),
            lead=_("Wir schicken Ihnen noch einmal einen Link, mit dem Sie Ihre Adresse bestätigen."),
            note=_("Frühere Links gelten dann nicht mehr."),
        )
        return (page, 422) if form.is_submitted() else page
    with transaction():
        operations.request_confirmation(form.email.data or "")
    return redirect(url_for("accounts.registered"), 303)


@accounts.route("/konto/bestaetigen/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def confirm(token: str) -> Answer:
    """Show the button that confirms an address, and take its click: mail scanners follow links, they press nothing."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                person = operations.confirm(token)
                sight(network_mark(), BurstKind.ACCOUNTS, person.id)
        except operations.InvalidLink:
            return render_template("accounts/link_ended.html", purpose=TokenPurpose.CONFIRM.value), 410
        flash(_("Ihre Adresse ist bestätigt. Melden Sie sich jetzt an."), "success")
        return redirect(url_for("accounts.login"), 303)
    if not link_works(token, TokenPurpose.CONFIRM):
        return render_template("accounts/link_ended.html", purpose=TokenPurpose.CONFIRM.value), 410
    return render_template("accounts/confirm.html", form=form)


@accounts.route("/konto/anmelden", methods=["GET", "POST"])
@public
@limiter.limit("30/minute", methods=["POST"])
@limiter.limit("10/minute", methods=["POST"], key_func=mailbox)
def login() -> Answer:
    """Show and take the log-in form; what was typed elsewhere goes on afterwards."""
    waiting = kept.load(request.form)
    if current_user.is_authenticated:
        return onward(request.values.get("next"), waiting)
    if request.method != "POST":
        form = LoginForm(formdata=None, next=kept.local_path(request.args.get("next")))
        return render_template("accounts/login.html", form=form, kept=None, failure=None, unconfirmed=None)
    form = LoginForm()
    if not form.validate():
        page = render_template("accounts/login.html", form=form, kept=waiting, failure=None, unconfirmed=None)
        return page, 422
    email = (form.email.data or "").strip()
    with transaction():
        person = operations.authenticate(email, form.password.data or "")
        if person is None:
            login_failed(email, LoginMethod.PASSWORD.value)
    if person is None or person.is_closed:
        failure = _("E-Mail-Adresse und Passwort passen nicht zusammen.") if person is None else _closed(person)
        page = render_template("accounts/login.html", form=form, kept=waiting, failure=failure, unconfirmed=None)
        return page, 422 if person is None else 403
    if not person.is_confirmed:
        again = AddressForm(formdata=None, email=person.email)
        page = render_template("accounts/login.html", form=form, kept=waiting, failure=None, unconfirmed=again)
        return page, 422
    return enter(person, LoginMethod.PASSWORD, form.next.data, waiting)


def _closed(person: User) -> str:
    """Tell whoever has the right password why the account is closed."""
    said = _("Wie Sie widersprechen können, steht in unserer Mail an Sie.")
    return f"{unrestricted(person).reason}. {said}"


@accounts.post("/konto/abmelden")
@public
@without_factor
def logout() -> Answer:
    """End the log-in."""
    me = viewer()
    if me is not None:
        with transaction():
            end_this_login(me)
    logout_user()
    session.clear()
    return redirect(url_for("strategy.start"), 303)
