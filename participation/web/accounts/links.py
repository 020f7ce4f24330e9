"""Logging in by a mailed link, and the pages that ask for links."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.accounts import operations
from participation.accounts.models import LoginMethod, TokenPurpose
from participation.accounts.queries import link_works
from participation.base.db import transaction
from participation.web.access import public, without_factor
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import AddressForm, ConfirmForm
from participation.web.accounts.session import PER_MAILBOX, PER_VISITOR, enter, mailbox
from participation.web.security import limiter

Answer = str | Response | tuple[str, int]


@accounts.route("/konto/link", methods=["GET", "POST"])
@public
@limiter.limit(PER_VISITOR, methods=["POST"])
@limiter.limit(PER_MAILBOX, methods=["POST"], key_func=mailbox)
def ask_login() -> Answer:
    """Ask for a link that logs in without a password."""
    form = AddressForm()
    if not form.validate_on_submit():
        page = render_template(
            "accounts/ask_link.html",
            form=form,
            action=url_for("accounts.ask_login"),
            title=_("Anmelden ohne Passwort"),
            lead=_("Wir schicken Ihnen einen Link. Ein Klick darauf, und Sie sind angemeldet."),
            note=_("Der Link gilt zwanzig Minuten und nur einmal."),
        )
        return (page, 422) if form.is_submitted() else page
    with transaction():
        operations.request_login(form.email.data or "")
    return redirect(url_for("accounts.login_sent"), 303)


@accounts.get("/konto/link/unterwegs")
@public
def login_sent() -> Answer:
    """Say that a mail is on its way if there is an account."""
    again, period = url_for("accounts.ask_login"), _("Der Link gilt zwanzig Minuten.")
    return render_template("accounts/link_sent.html", again=again, period=period)


@accounts.route("/konto/link/<token>", methods=["GET", "POST"])
@public
@without_factor
@limiter.limit("30/minute")
def log_in_by_link(token: str) -> Answer:
    """Show the button that logs in, and take its click: mail scanners follow links, they press nothing."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                person = operations.log_in_by_link(token)
        except operations.InvalidLink:
            return _ended()
        return enter(person, LoginMethod.LINK)
    if not link_works(token, TokenPurpose.LOGIN):
        return _ended()
    return render_template("accounts/log_in_by_link.html", form=form)


def _ended() -> tuple[str, int]:
    return render_template("accounts/link_ended.html", purpose=TokenPurpose.LOGIN.value), 410
