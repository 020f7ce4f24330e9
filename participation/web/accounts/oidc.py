"""Logging in by an account elsewhere: OpenID Connect with PKCE, state and nonce, for any number of providers.

The provider's number for a person opens the account it is linked to. An address that a provider names opens nothing:
whoever has an account here logs in and links the two.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from config import Provider
from participation.accounts import identities
from participation.accounts.logins import proved_recently
from participation.accounts.models import LoginMethod
from participation.accounts.names import NameRefused
from participation.accounts.operations import AddressTaken
from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import NotFound
from participation.web import kept
from participation.web.access import public, resident, without_factor
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import ConfirmForm, display_name
from participation.web.accounts.session import begin, enter, onward, park
from participation.web.security import limiter
from participation.web.shell import member
from participation.web.watch import login_failed

Answer = str | Response | tuple[str, int]
PATIENCE = 1800
"""Seconds an account elsewhere waits to be linked."""


class NameForm(FlaskForm):
    """What a new account is called."""

    display_name = display_name()


def prepare(app: Flask) -> None:
    """Register the providers of the settings, if there are any."""
    app.jinja_env.globals["oidc_providers"] = app.config["OIDC_PROVIDERS"]
    if app.config["OIDC_PROVIDERS"]:
        from participation.web.accounts import relying_party  # noqa: PLC0415 - slow to load, and seldom needed

        relying_party.prepare(app)


@accounts.route("/konto/anbieter/<name>", methods=["GET", "POST"])
@public
@without_factor
@limiter.limit("30/minute")
def go_to_provider(name: str) -> Answer:
    """Lead to a provider; what was typed waits here and one more click leads on.

    A form must not lead to another site (our content policy says so to browsers), so the click is a link.
    """
    provider = _provider(name)
    if request.method == "POST":
        waiting = kept.load(request.form)
        if waiting is not None:
            park(waiting)
        return render_template("accounts/leave.html", provider=provider)
    session["onward"] = kept.local_path(request.args.get("next"))
    from participation.web.accounts.relying_party import ProviderFailed, way_there  # noqa: PLC0415 - see prepare()

    try:
        return way_there(provider, current_app.config["PUBLIC_URL"] + url_for("accounts.back_from_provider", name=name))
    except ProviderFailed:
        return _failed(provider)


@accounts.get("/konto/anbieter/<name>/zurueck")
@public
@without_factor
@limiter.limit("30/minute")
def back_from_provider(name: str) -> Answer:
    """Take somebody back from a provider: log in, or ask to whom the account elsewhere belongs.

    It acts on GET, as the protocol wants it; only whoever set out in this browser arrives (state and nonce).
    """
    provider = _provider(name)
    from participation.web.accounts.relying_party import ProviderFailed, told_by  # noqa: PLC0415 - see prepare()

    try:
        told = told_by(provider)
    except ProviderFailed:
        return _failed(provider)
    subject = str(told.get(provider.claims.get("subject", "sub")) or "")
    if not subject or len(subject) > 255:
        return _failed(provider)
    person = identities.person_of(provider.name, subject)
    target = session.pop("onward", None)
    if person is not None and not current_user.is_authenticated:
        return enter(person, LoginMethod.OIDC, target)
    email = told.get(provider.claims.get("email", "email"))
    vouched = provider.trust_email and told.get("email_verified") is True and isinstance(email, str)
    session["identity"] = {
        "provider": provider.name,
        "subject": subject,
        "name": str(told.get(provider.claims.get("name", "name")) or "")[:80],
        "email": email if vouched else "",
        "until": _deadline(),
    }
    session["onward"] = target
    return redirect(url_for("accounts.link_identity" if current_user.is_authenticated else "accounts.unknown"), 303)


@accounts.route("/konto/anbieter/neu", methods=["GET", "POST"])
@public
@without_factor
@limiter.limit("10/minute;30/hour", methods=["POST"])
def unknown() -> Answer:
    """Ask to whom an account elsewhere belongs; where the provider vouches for the address, it may be a new account."""
    waiting = _waiting()
    if waiting is None:
        return _expired() or redirect(url_for("accounts.login"), 303)
    if current_user.is_authenticated:
        return redirect(url_for("accounts.link_identity"), 303)
    provider, told = waiting
    form = NameForm(display_name=told["name"])
    failure = ""
    if told["email"] and form.validate_on_submit():
        try:
            with transaction():
                person = identities.create_linked(
                    email=told["email"],
                    display_name=form.display_name.data or "",
                    provider=provider.name,
                    subject=told["subject"],
                )
                _forget()
                begin(person, LoginMethod.OIDC)
        except AddressTaken:
            failure = _("Zu Ihrer Adresse gibt es hier schon ein Konto. Melden Sie sich damit an.")
        except (NameRefused, identities.IdentityTaken) as error:
            failure = str(error.message)
        else:
            return onward(session.pop("onward", None), None)
    page = render_template("accounts/unknown.html", form=form, provider=provider, told=told, failure=failure)
    return (page, 422) if form.is_submitted() else page


@accounts.route("/konto/anbieter/verknuepfen", methods=["GET", "POST"])
@resident
@limiter.limit("30/hour", methods=["POST"])
def link_identity() -> Answer:
    """Ask whether an account elsewhere is to log in here from now on, and link it; a proof that is due comes first."""
    waiting, form = _waiting(), ConfirmForm()
    if waiting is None:
        return _expired() or onward(session.pop("onward", None), None)
    provider, told = waiting
    # Whoever is at it has the whole time again, also for the proof in between, which leads back here.
    session["identity"] = told | {"until": _deadline()}
    if form.validate_on_submit():
        if "verknuepfen" in request.form and not proved_recently(member()):
            return redirect(url_for("accounts.prove"), 303)
        _forget()
        if "verknuepfen" in request.form:
            with transaction():
                identities.link(member(), provider.name, told["subject"])
            flash(_("Verknüpft. Sie können sich jetzt auch so anmelden: %(label)s", label=provider.label), "success")
        return onward(session.pop("onward", None), None)
    return render_template("accounts/link_identity.html", form=form, provider=provider, told=told)


@accounts.post("/konto/anbieter/<int:id>/loesen")
@resident
@limiter.limit("30/hour")
def unlink_identity(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Stop an account elsewhere from logging in."""
    if not proved_recently(member()):
        return redirect(url_for("accounts.prove"), 303)
    with transaction():
        identities.unlink(member(), id)
    flash(_("Die Verknüpfung ist gelöst. Mit Passwort oder Link per E-Mail kommen Sie weiter hinein."), "success")
    return redirect(url_for("accounts.factors"), 303)


def _provider(name: str) -> Provider:
    found: Provider | None = next((one for one in current_app.config["OIDC_PROVIDERS"] if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _waiting() -> tuple[Provider, dict[str, Any]] | None:
    """Return the account elsewhere that waits to be linked in this session."""
    told = session.get("identity")
    if not told or told["until"] < now().timestamp():
        return None
    known = {one.name: one for one in current_app.config["OIDC_PROVIDERS"]}
    return (known[told["provider"]], told) if told["provider"] in known else None


def _deadline() -> int:
    return int(now().timestamp()) + PATIENCE


def _expired() -> Answer | None:
    """Say that an account elsewhere waited too long, and offer to begin again; None if none did."""
    told = session.get("identity")
    _forget()
    known = {one.name: one for one in current_app.config["OIDC_PROVIDERS"]}
    if not told or told["provider"] not in known:
        return None
    target = kept.local_path(session.get("onward"))
    return render_template("accounts/identity_expired.html", provider=known[told["provider"]], onward=target), 410


def _forget() -> None:
    session.pop("identity", None)


def _failed(provider: Provider) -> Answer:
    """Say that logging in elsewhere went wrong; whatever the reason, nobody is logged in."""
    with transaction():
        login_failed("", LoginMethod.OIDC.value)
    return render_template("accounts/provider_failed.html", provider=provider), 502
