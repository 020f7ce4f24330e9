"""One's own data: export, another address, deletion; for operators, what retention rules deleted."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from participation.accounts.models import LoginMethod
from participation.accounts.operations import InvalidLink, WrongPassword
from participation.base.clock import now
from participation.base.db import transaction
from participation.base.tokens import digest
from participation.base.verdict import DomainError
from participation.privacy import addresses, departures, exports, retention
from participation.privacy.links import owner_of
from participation.privacy.models import ExportState, LinkPurpose, PersonalExport
from participation.privacy.policy import may_leave
from participation.resolutions.queries import seat_of
from participation.web.access import operator, public, resident
from participation.web.accounts.forms import ConfirmForm
from participation.web.accounts.session import begin
from participation.web.privacy import keeper, words
from participation.web.privacy.forms import AddressForm, LeaveByLinkForm, LeaveForm
from participation.web.security import limiter
from participation.web.shell import Answer, member, viewer

privacy = Blueprint("privacy", __name__)

PROOFS = "10/minute;30/hour"
"""Forms that check a password or send a mail."""


@privacy.get("/konto/daten")
@resident
def data() -> str:
    """Show what a person can do with their data, and the export they asked for last."""
    return _data()


@privacy.post("/konto/daten")
@resident
@limiter.limit("10/hour")
def ask() -> Answer:
    """Have everything about oneself put together."""
    try:
        with transaction():
            exports.ask(member())
    except DomainError as error:
        return _data(str(error.message)), error.status
    flash(_("Wir stellen Ihre Daten zusammen. Das dauert meist weniger als eine Minute."), "success")
    return redirect(url_for("privacy.data"), 303)


@privacy.post("/konto/daten/abholen/<token>")
@resident
def fetch(token: str) -> Answer:
    """Hand the file out, once; the address works only in the log-in it was made for."""
    try:
        with transaction():
            content = exports.fetch(member(), _export_id(token))
    except exports.NoLongerThere as error:
        return _data(str(error.message)), error.status
    response = Response(content, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"meine-daten-{now():%Y-%m-%d}.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


@privacy.route("/konto/adresse", methods=["GET", "POST"])
@resident
@limiter.limit(PROOFS, methods=["POST"])
def address() -> Answer:
    """Ask for another e-mail address."""
    form = AddressForm()
    if not form.is_submitted():
        return render_template("privacy/address.html", form=form)
    if not form.validate():
        return render_template("privacy/address.html", form=form), 422
    try:
        with transaction():
            addresses.request_address(member(), form.email.data or "", password=form.password.data or "")
    except WrongPassword as error:
        form.password.errors = [str(error.message)]
        return render_template("privacy/address.html", form=form), error.status
    flash(_("Ein Link ist an die neue Adresse unterwegs. Bis Sie ihn bestätigen, gilt die alte."), "success")
    return redirect(url_for("privacy.address"), 303)


@privacy.route("/konto/adresse/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def confirm_address(token: str) -> Answer:
    """Show the button that confirms a new address, and take its click."""
    form = ConfirmForm()
    if form.validate_on_submit():
        me = viewer()
        try:
            with transaction():
                person = addresses.confirm_address(token)
                if me is not None and me.id == person.id:
                    begin(person, LoginMethod.LINK)
        except InvalidLink:
            return _ended(), 410
        flash(_("Ihre neue Adresse gilt. Alle anderen Geräte sind abgemeldet."), "success")
        return redirect(url_for("accounts.profile" if me is not None else "accounts.login"), 303)
    if owner_of(token, LinkPurpose.ADDRESS) is None:
        return _ended(), 410
    return render_template("privacy/confirm.html", form=form, purpose="address")


@privacy.route("/konto/loeschen", methods=["GET", "POST"])
@resident
@limiter.limit(PROOFS, methods=["POST"])
def leave() -> Answer:
    """Explain what a deletion does, and take the decision with the password as proof."""
    form = LeaveForm()
    if not form.is_submitted():
        return _leave_page(form)
    if not form.validate():
        return _leave_page(form), 422
    return _take_leave(form, password=form.password.data or "")


@privacy.post("/konto/loeschen/link")
@resident
@limiter.limit("5/hour")
def leave_link() -> Answer:
    """Mail a link that stands for the password."""
    with transaction():
        departures.request_link(member())
    flash(_("Ein Link ist an Ihre Adresse unterwegs. Er gilt zwanzig Minuten."), "success")
    return redirect(url_for("privacy.leave"), 303)


@privacy.route("/konto/loeschen/<token>", methods=["GET", "POST"])
@resident
@limiter.limit(PROOFS, methods=["POST"])
def leave_by_link(token: str) -> Answer:
    """The same page, with the mailed link as proof."""
    owner = owner_of(token, LinkPurpose.LEAVE)
    if owner is None or owner.id != member().id:
        return _ended(), 410
    form = LeaveByLinkForm()
    if not form.is_submitted():
        return _leave_page(form)
    if not form.validate():
        return _leave_page(form), 422
    return _take_leave(form, token=token)


@privacy.post("/konto/bleiben")
@resident
def stay() -> Answer:
    """Call one's own deletion off."""
    with transaction():
        departures.stay(member())
    flash(_("Schön, dass Sie bleiben. Ihr Konto wird nicht gelöscht."), "success")
    return redirect(url_for("privacy.data"), 303)


@privacy.route("/konto/bleiben/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30/minute")
def stay_by_link(token: str) -> Answer:
    """Show the button that calls a deletion off, and take its click."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                departures.stay_by_link(token)
        except (InvalidLink, departures.TooLate):
            return _ended(), 410
        flash(_("Schön, dass Sie bleiben. Ihr Konto wird nicht gelöscht."), "success")
        return redirect(url_for("accounts.login"), 303)
    if owner_of(token, LinkPurpose.STAY) is None:
        return _ended(), 410
    return render_template("privacy/confirm.html", form=form, purpose="stay")


@privacy.get("/konto/geloescht")
@public
def left() -> str:
    """Say goodbye."""
    return render_template("privacy/left.html")


@privacy.get("/betrieb/loeschfristen")
@operator
def runs() -> str:
    """Show which rules there are and what they deleted."""
    rules = keeper.rules()
    return render_template(
        "privacy/runs.html",
        kept=words.kept(current_app.config["PERIODS"], rules),
        runs=retention.last_runs(),
        names={rule.kind: rule.what for rule in rules},
    )


def _data(failure: str = "") -> str:
    me = member()
    export = exports.newest(me)
    ready = export is not None and export.state is ExportState.READY and (export.expires_at or now()) > now()
    return render_template(
        "privacy/data.html",
        me=me,
        export=export,
        ready=ready,
        token=_token(export) if ready and export is not None else "",
        departure=departures.departure_of(me),
        failure=failure,
    )


def _leave_page(form: LeaveByLinkForm, failure: str = "") -> str:
    me = member()
    return render_template(
        "privacy/leave.html",
        form=form,
        failure=failure,
        may=may_leave(me, seated=seat_of(me.id) is not None),
        departure=departures.departure_of(me),
        belongings=departures.belongings(me),
        grace=current_app.config["PERIODS"]["deletion"].days,
    )


def _take_leave(form: LeaveByLinkForm, *, password: str = "", token: str = "") -> Answer:
    period = current_app.config["PERIODS"]["deletion"]
    try:
        with transaction():
            departures.request_departure(member(), remove=form.remove, period=period, password=password, token=token)
    except WrongPassword as error:
        form["password"].errors = [str(error.message)]
        return _leave_page(form), error.status
    except DomainError as error:
        return _leave_page(form, str(error.message)), error.status
    if period:
        flash(_("Vorgemerkt. Wir haben Ihnen einen Link geschickt, mit dem Sie es sich anders überlegen."), "success")
        return redirect(url_for("privacy.leave"), 303)
    session.clear()
    keeper.after_leaving()
    return redirect(url_for("privacy.left"), 303)


def _ended() -> str:
    return render_template("privacy/ended.html")


def _token(export: PersonalExport) -> str:
    """Return the secret part of the address: it names the export and the log-in, and is kept nowhere."""
    return str(_signer().dumps([export.id, digest(member().login_secret)]))


def _export_id(token: str) -> int:
    """Return which export an address names; 0, which none has, if it was not made for this log-in."""
    try:
        number, login = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return 0
    return int(number) if login == digest(member().login_secret) else 0


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="personal export")
