"""Forgotten and new passwords."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.accounts import operations, passwords
from participation.accounts.models import TokenPurpose
from participation.accounts.queries import link_works
from participation.base.db import transaction
from participation.web.access import public
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import AddressForm, PasswordForm
from participation.web.accounts.session import PER_MAILBOX, PER_VISITOR, mailbox
from participation.web.security import limiter

Answer = str | Response | tuple[str, int]


@accounts.route("/konto/passwort", methods=["GET", "POST"])
@public
@limiter.limit(PER_VISITOR, methods=["POST"])
@limiter.limit(PER_MAILBOX, methods=["POST"], key_func=mailbox)
def forgot() -> Answer:
    """Ask for a link to choose a new password."""
    form = AddressForm()
    if not form.validate_on_submit():
        page = render_template(
            "accounts/ask_link.html",
            form=form,
            action=url_for("accounts.forgot"),
            title=_("Passwort vergessen"),
            lead=_("Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort wählen."),
            note=_("Der Link gilt zwei Stunden und nur einmal."),
        )
        return (page, 422) if form.is_submitted() else page
    with transaction():
        operations.request_reset(form.email.data or "")
    return redirect(url_for("accounts.reset_sent"), 303)


@accounts.get("/konto/passwort/unterwegs")
@public
def reset_sent() -> Answer:
    """Say that a mail is on its way if there is an account."""
    again, period = url_for("accounts.forgot"), _("Der Link gilt zwei Stunden.")
    return render_template("accounts/link_sent.html", again=again, period=period)


@accounts.route("/konto/passwort/neu/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def reset(token: str) -> Answer:
    """Choose a new password by a mailed link."""
    form = PasswordForm()
    if not link_works(token, TokenPurpose.RESET):
        return render_template("accounts/link_ended.html", purpose=TokenPurpose.RESET.value), 410
    if not form.is_submitted():
        return render_template("accounts/reset.html", form=form)
    if not form.validate():
        return render_template("accounts/reset.html", form=form), 422
    try:
        with transaction():
            operations.reset_password(token, form.password.data or "")
    except passwords.GuessablePassword as error:
        form.password.errors = [str(error.message)]
        return render_template("accounts/reset.html", form=form), error.status
    except operations.InvalidLink:
        return render_template("accounts/link_ended.html", purpose=TokenPurpose.RESET.value), 410
    session.clear()
    flash(_("Ihr neues Passwort gilt. Alle Geräte sind abgemeldet."), "success")
    return redirect(url_for("accounts.login"), 303)
