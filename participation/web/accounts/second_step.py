"""The second step of a log-in, and logging in by passkey alone."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from participation.accounts import factors, passkeys
from participation.accounts.logins import end_this_login
from participation.accounts.models import LoginMethod
from participation.base.db import transaction
from participation.base.verdict import DomainError
from participation.web import kept
from participation.web.access import public, without_factor
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.session import begin, key, onward, pending, second_page, site
from participation.web.security import limiter
from participation.web.shell import viewer
from participation.web.watch import login_failed

Answer = str | Response | tuple[str, int]

PER_ACCOUNT = "5/minute;20/hour"
"""Codes tried for one account: at three valid codes of a million a guess, one in sixteen thousand an hour."""


class ProofForm(FlaskForm):
    """A code, or what a device signed."""

    proof_code = StringField(validators=[Length(max=40)])
    proof_credential = HiddenField(validators=[Length(max=8000)])
    next = HiddenField()


def account() -> str:
    """Return what limits for one account count by, whoever asks from wherever."""
    found = pending()
    return f"second-step:{found[0].id if found else 'nobody'}"


def challenge() -> bytes:
    """Return what this browser's device was asked to sign, and forget it."""
    return bytes.fromhex(session.pop("challenge", ""))


@accounts.route("/konto/zweiter-schritt", methods=["GET", "POST"])
@public
@without_factor
@limiter.limit(PER_ACCOUNT, methods=["POST"], key_func=account)
def second_step() -> Answer:
    """Ask for a code or a passkey after the first proof, and log in."""
    found, waiting = pending(), kept.load(request.form)
    if found is None:
        return _no_first_step(waiting)
    person, method = found
    target = request.values.get("next")
    form = ProofForm()
    if not form.is_submitted():
        return render_template("accounts/second_step.html", **second_page(person, target, None))
    if not form.validate():
        failure = str(factors.WrongCode.default)
        return render_template("accounts/second_step.html", **second_page(person, target, waiting, failure)), 422
    try:
        with transaction():
            if form.proof_credential.data:
                passkeys.check(form.proof_credential.data, challenge(), site(), person)
            else:
                factors.give_code(person, form.proof_code.data or "", key())
            here = viewer()
            if here is not None:
                end_this_login(here)
            begin(person, method, strong=True)
    except (factors.WrongCode, passkeys.PasskeyRefused) as error:
        with transaction():
            factors.failed(person)
        page = second_page(person, target, waiting, str(error.message))
        return render_template("accounts/second_step.html", **page), error.status
    return onward(target, waiting)


@accounts.post("/konto/passkey/frage")
@public
@without_factor
@limiter.limit("30/minute")
def ask_passkey() -> Response:
    """Return what a device is to sign: for the second step where one is due, else for a log-in by passkey alone."""
    found = pending()
    with transaction():
        options, asked = passkeys.ask_to_log_in(site(), found[0] if found else None)
    session["challenge"] = asked.hex()
    return FlaskResponse(options, mimetype="application/json")


@accounts.post("/konto/passkey")
@public
@without_factor
@limiter.limit("30/minute")
def log_in_by_passkey() -> Answer:
    """Log in by a passkey that makes sure who uses it: both factors in one."""
    waiting, form = kept.load(request.form), ProofForm()
    if not form.validate() or current_user.is_authenticated:
        return onward(form.next.data, waiting)
    try:
        with transaction():
            person = passkeys.check(form.proof_credential.data or "", challenge(), site(), None)
            begin(person, LoginMethod.PASSKEY, strong=True)
    except DomainError as error:
        with transaction():
            login_failed("", LoginMethod.PASSKEY.value)
        if waiting is not None:
            return render_template("accounts/login_to_continue.html", kept=waiting, reason=error.message), 401
        return render_template(
            "errors/refused.html", reason=error.message, status=error.status, kept=None
        ), error.status
    return onward(form.next.data, waiting)


def _no_first_step(waiting: kept.Kept | None) -> Answer:
    """Answer somebody who is through already, or whose first step was too long ago."""
    target = request.values.get("next")
    if current_user.is_authenticated:
        return onward(target, waiting)
    if waiting is not None:
        reason = _("Die Anmeldung hat zu lange gedauert. Beginnen Sie noch einmal.")
        return render_template("accounts/login_to_continue.html", kept=waiting, reason=reason), 401
    return redirect(url_for("accounts.login", next=kept.local_path(target)), 303)


def factor_is_required() -> bool:
    """Say whether who holds a power needs a second factor here."""
    return bool(current_app.config["SECOND_FACTOR"] == "required")
