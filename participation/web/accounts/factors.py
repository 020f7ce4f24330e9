"""One's own second factors: setting them up, removing them, recovery codes, and proving once more who one is."""

from __future__ import annotations

import hashlib

import segno
from flask import Response as FlaskResponse
from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from participation.accounts import factors as operations
from participation.accounts import identities, passkeys, passwords
from participation.accounts.logins import end_this_login, prove_again, proved_recently
from participation.accounts.models import LoginMethod, User
from participation.base.db import transaction
from participation.base.sealing import keyed
from participation.web import kept
from participation.web.access import resident, without_factor
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.second_step import PER_ACCOUNT, ProofForm, challenge, factor_is_required
from participation.web.accounts.session import begin, key, onward, park, site
from participation.web.security import limiter
from participation.web.shell import member

Answer = str | Response | tuple[str, int]
CHANGES = "30/hour"


class PasskeyForm(FlaskForm):
    """A new passkey and what its owner calls it."""

    name = StringField(validators=[Length(max=passkeys.NAME_LIMIT)])
    proof_credential = HiddenField(validators=[Length(max=16000)])


class AgainForm(ProofForm):
    """A password, a code or a passkey."""

    password = PasswordField(validators=[Length(max=passwords.MAXIMUM)])


@accounts.get("/konto/sicherheit")
@resident
@without_factor
def factors() -> str:
    """Show what protects one's own account."""
    me = member()
    return render_template(
        "accounts/factors.html",
        me=me,
        factors=operations.factors_of(me),
        identities={one.provider: one for one in identities.identities_of(me)},
        providers=current_app.config["OIDC_PROVIDERS"],
        required=factor_is_required() and (me.is_moderator or me.is_operator or me.seated),
        site=site(),
        parked="parked" in session,
    )


@accounts.post("/konto/sicherheit/einrichten")
@resident
@without_factor
@limiter.limit(CHANGES)
def set_up() -> Answer:
    """Put aside what was typed and go to where factors are set up."""
    waiting = kept.load(request.form)
    if waiting is not None:
        park(waiting)
    return redirect(url_for("accounts.second_step" if operations.has_factor(member()) else "accounts.factors"), 303)


@accounts.post("/konto/sicherheit/weiter")
@resident
@without_factor
def go_on() -> Answer:
    """Go back to what was put aside, after a factor was set up."""
    return onward(None, None)


@accounts.post("/konto/sicherheit/app/beginnen")
@resident
@without_factor
@limiter.limit(CHANGES)
def begin_totp() -> Answer:
    """Make a secret for an app."""
    if not proved_recently(member()):
        return _prove_first()
    with transaction():
        operations.begin_totp(member(), key())
    return redirect(url_for("accounts.totp"), 303)


@accounts.route("/konto/sicherheit/app", methods=["GET", "POST"])
@resident
@without_factor
@limiter.limit(PER_ACCOUNT, methods=["POST"])
def totp() -> Answer:
    """Show the secret to be put into an app, and take the app's first code."""
    me = member()
    secret = operations.waiting_secret(me, key())
    if secret is None or not proved_recently(me):
        return redirect(url_for("accounts.factors"), 303)
    form, failure = ProofForm(), ""
    if form.validate_on_submit():
        try:
            with transaction():
                codes = operations.confirm_totp(me, form.proof_code.data or "", key())
                _strengthen(me)
        except operations.WrongCode as error:
            failure = str(error.message)
        else:
            return _done(codes, _("Die App ist eingerichtet."))
    picture = segno.make(operations.totp_address(me, secret), error="m").svg_data_uri(scale=5, border=2, light="#fff")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("accounts/totp.html", picture=picture, secret=grouped, failure=failure)
    return (page, 422) if failure else page


@accounts.post("/konto/sicherheit/app/entfernen")
@resident
@limiter.limit(CHANGES)
def remove_totp() -> Answer:
    """Take the app away."""
    if not proved_recently(member()):
        return _prove_first()
    with transaction():
        operations.remove_totp(member())
    flash(_("Die App ist entfernt."), "success")
    return redirect(url_for("accounts.factors"), 303)


@accounts.post("/konto/sicherheit/passkey/frage")
@resident
@without_factor
@limiter.limit("30/minute")
def ask_new_passkey() -> Response:
    """Return what a device needs to make a passkey."""
    me = member()
    handle = hashlib.sha256(keyed(key(), "passkey handle", str(me.id)).encode()).digest()
    with transaction():
        options, asked = passkeys.ask_to_register(me, site(), handle)
    session["challenge"] = asked.hex()
    return FlaskResponse(options, mimetype="application/json")


@accounts.post("/konto/sicherheit/passkey")
@resident
@without_factor
@limiter.limit(CHANGES)
def add_passkey() -> Answer:
    """Keep a passkey that a device just made."""
    me, form = member(), PasskeyForm()
    if not proved_recently(me):
        return _prove_first()
    if not form.validate() or not form.proof_credential.data:
        raise passkeys.PasskeyRefused
    with transaction():
        codes = passkeys.register(me, form.proof_credential.data, challenge(), site(), form.name.data or "")
        _strengthen(me)
    return _done(codes, _("Der Passkey ist eingerichtet."))


@accounts.post("/konto/sicherheit/passkey/<int:id>/entfernen")
@resident
@limiter.limit(CHANGES)
def remove_passkey(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a passkey away."""
    if not proved_recently(member()):
        return _prove_first()
    with transaction():
        operations.remove_passkey(member(), id)
    flash(_("Der Passkey ist entfernt."), "success")
    return redirect(url_for("accounts.factors"), 303)


@accounts.post("/konto/sicherheit/codes")
@resident
@limiter.limit(CHANGES)
def renew_codes() -> Answer:
    """Show new recovery codes; the earlier ones are void."""
    me = member()
    if not proved_recently(me):
        return _prove_first()
    if not operations.has_factor(me):
        return redirect(url_for("accounts.factors"), 303)
    with transaction():
        codes = operations.renew_codes(me)
    return _codes(codes)


@accounts.post("/konto/sicherheit/codes.txt")
@resident
@limiter.limit(CHANGES)
def codes_file() -> Answer:
    """Hand codes that were just shown out as a file; only such as are this person's and still work."""
    codes = request.form.get("proof_codes", "").split()
    if not operations.owns_codes(member(), codes):
        return redirect(url_for("accounts.factors"), 303)
    text = "\n".join([_("Ersatzcodes für den Lausitz-Dialog. Jeder gilt einmal."), "", *codes, ""])
    answer = FlaskResponse(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="lausitz-dialog-ersatzcodes.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@accounts.route("/konto/nachweis", methods=["GET", "POST"])
@resident
@without_factor
@limiter.limit(PER_ACCOUNT, methods=["POST"])
def prove() -> Answer:
    """Ask once more who somebody is, before what protects their account changes."""
    me, form = member(), AgainForm()
    if proved_recently(me):
        return _after_proof()
    failure = ""
    if form.is_submitted():
        try:
            with transaction():
                _demand_proof(me, form)
                prove_again(me)
        except (operations.WrongCode, passkeys.PasskeyRefused):
            with transaction():
                operations.failed(me)
            failure = _("Das stimmt nicht. Versuchen Sie es noch einmal.")
        else:
            flash(_("Danke. Jetzt können Sie etwas ändern."), "success")
            return _after_proof()
    page = render_template("accounts/prove.html", factors=operations.factors_of(me), failure=failure, site=site())
    return (page, 422) if failure else page


def _after_proof() -> Response:
    """Lead to what the proof was for: an account elsewhere that waits to be linked, else what protects the account."""
    return redirect(url_for("accounts.link_identity" if "identity" in session else "accounts.factors"), 303)


def _demand_proof(me: User, form: AgainForm) -> None:
    """Raise unless password, code or passkey are right; an account with a factor takes a factor only."""
    if not form.validate():
        raise operations.WrongCode
    if form.proof_credential.data:
        passkeys.check(form.proof_credential.data, challenge(), site(), me)
    elif operations.has_factor(me):
        operations.give_code(me, form.proof_code.data or "", key())
    elif not passwords.verify(me.password_hash, form.password.data or ""):
        raise operations.WrongCode


def _strengthen(me: User) -> None:
    """Begin the log-in anew as one with a second factor: it was just given."""
    end_this_login(me)
    begin(me, me.login_method or LoginMethod.PASSWORD, strong=True)


def _prove_first() -> Response:
    return redirect(url_for("accounts.prove"), 303)


def _done(codes: object, said: str) -> Answer:
    """Show the first recovery codes once, or go back."""
    flash(said, "success")
    return _codes(codes) if codes else redirect(url_for("accounts.factors"), 303)


def _codes(codes: object) -> str:
    return render_template("accounts/recovery_codes.html", codes=codes, parked="parked" in session)
