"""Initiatives: list, application, page with its mandates, and the moderators' decision."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.accounts import initiatives as operations
from participation.accounts import queries
from participation.accounts.models import Initiative, OrganisationKind
from participation.accounts.names import NameRefused
from participation.accounts.policy import may_apply, may_decide, may_manage_mandates
from participation.base.db import transaction
from participation.base.verdict import DomainError, require
from participation.dialogue.asking import question_counts
from participation.dialogue.models import AnswerState
from participation.web.access import moderator, public, resident
from participation.web.accounts import contributions
from participation.web.accounts.blueprint import accounts
from participation.web.accounts.forms import DecisionForm, DelegateForm, InitiativeForm
from participation.web.choices import LANGUAGE_NAMES, ORGANISATIONS
from participation.web.numbers import number
from participation.web.once import once
from participation.web.security import MANDATES, limiter
from participation.web.shell import member, viewer

Answer = str | Response | tuple[str, int]
SIZE = 30


@accounts.get("/initiativen")
@public
def initiatives() -> Answer:
    """List the verified initiatives."""
    after = request.args.get("nach", "")[:120] or None
    rows = queries.initiatives(after=after, size=SIZE)
    further = url_for("accounts.initiatives", nach=rows[SIZE - 1].name) if len(rows) > SIZE else None
    counts = contributions.counts_for([row.id for row in rows[:SIZE]])
    page = {
        "rows": rows[:SIZE],
        "counts": counts,
        "further": further,
        "later": after is not None,
        "kinds": ORGANISATIONS,
    }
    if request.headers.get("HX-Request") == "true" and after is not None:
        return render_template("accounts/_initiatives.html", **page)
    return render_template("accounts/initiatives.html", **page)


@accounts.route("/initiativen/anmelden", methods=["GET", "POST"])
@resident
@limiter.limit("10/hour", methods=["POST"])
@once
def apply() -> Answer:
    """Show and take the application of an initiative."""
    me = member()
    verdict = may_apply(me)
    form = InitiativeForm()
    if not verdict or not form.is_submitted():
        page = render_template("accounts/apply.html", form=form, verdict=verdict)
        return page, 403 if form.is_submitted() else 200
    if not form.validate():
        return render_template("accounts/apply.html", form=form, verdict=verdict), 422
    try:
        with transaction():
            group = operations.apply_initiative(
                me,
                name=form.name.data or "",
                seat=form.seat.data or "",
                purpose=form.purpose.data or "",
                contact=form.contact.data or "",
                website=form.website.data or "",
                kind=OrganisationKind(form.kind.data),
                languages=form.languages.data or (),
            )
    except (operations.NameTaken, NameRefused) as error:
        form.name.errors = [str(error.message)]
        return render_template("accounts/apply.html", form=form, verdict=verdict), error.status
    flash(_("Ihr Antrag ist da. Die Moderation prüft ihn und gibt Ihnen hier Bescheid."), "success")
    return redirect(url_for("accounts.initiative", slug=group.slug), 303)


@accounts.get("/initiativen/<slug>")
@public
def initiative(slug: str) -> Answer:
    """Show an initiative: what for, who speaks for it, what it contributed."""
    return _page(_find(slug))


@accounts.post("/initiativen/<slug>/mandate")
@resident
@limiter.shared_limit(MANDATES, scope="mandates")
@once
def add_delegate(slug: str) -> Answer:
    """Let a person write for the initiative."""
    group = _find(slug)
    require(may_manage_mandates(member(), group, queries.mandates(member().id)))
    form = DelegateForm()
    if not form.validate():
        return _page(group, form), 422
    try:
        with transaction():
            operations.add_delegate(
                member(),
                group,
                form.person_id,
                mandate=form.mandate.data or "",
                since=form.begins_at,
                until=form.ends_at,
            )
    except operations.NobodyThere as error:
        form.person.errors = [str(error.message)]
        return _page(group, form), error.status
    except operations.UnfitPeriod as error:
        form.until.errors = [str(error.message)]
        return _page(group, form), error.status
    flash(_("Das Mandat ist eingetragen. Die Person sieht es in ihren Nachrichten."), "success")
    return redirect(url_for("accounts.initiative", slug=slug), 303)


@accounts.post("/initiativen/<slug>/mandate/<int:id>/beenden")
@resident
@limiter.shared_limit(MANDATES, scope="mandates")
def end_mandate(slug: str, id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """End a person's mandate."""
    group = _find(slug)
    with transaction():
        operations.end_mandate(member(), group, id)
    flash(_("Das Mandat ist beendet. Was die Person für die Initiative geschrieben hat, bleibt stehen."), "success")
    return redirect(url_for("accounts.initiative", slug=slug), 303)


@accounts.route("/moderation/initiativen/<int:id>", methods=["GET", "POST"])
@moderator
def verify_initiative(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show an application to moderators, and take their decision."""
    group = queries.initiative_by_id(id)
    if group is None:
        abort(404)
    form = DecisionForm()
    me = member()
    failure = None
    if form.is_submitted():
        refused = "ablehnen" in request.form
        try:
            if form.validate() and (refused or "bestaetigen" in request.form):
                with transaction():
                    if refused:
                        operations.refuse_initiative(me, group, form.reason.data or "")
                    else:
                        operations.verify_initiative(me, group, form.reason.data or "")
                flash(_("Abgelehnt.") if refused else _("„%(name)s“ ist geprüft.", name=group.name), "success")
                return redirect(url_for("accounts.verify_initiative", id=id), 303)
        except operations.ReasonMissing as error:
            form.reason.errors = [str(error.message)]
        except DomainError as error:
            failure = error.message
    decider = queries.names({group.decided_by_id} if group.decided_by_id else set())
    page = render_template(
        "accounts/verify_initiative.html",
        initiative=group,
        form=form,
        verdict=may_decide(me, group),
        failure=failure,
        decider=decider.get(group.decided_by_id or 0, ""),
        kinds=ORGANISATIONS,
        language_names=LANGUAGE_NAMES,
    )
    return (page, 422) if form.is_submitted() else page


def _find(slug: str) -> Initiative:
    found = queries.initiative(slug, viewer())
    if found is None:
        abort(404)
    return found


def _page(group: Initiative, form: DelegateForm | None = None) -> str:
    rows: contributions.Rows
    view = request.args.get("ansicht", "")
    view = view if view in ("vorschlaege", "fragen") else "beitraege"
    key = number(request.args.get("nach"))
    me = viewer()
    asked = next((one for one in AnswerState if one.value == request.args.get("stand")), None)
    if view == "vorschlaege":
        rows, following = contributions.proposals(me, initiative_id=group.id, after=key)
    elif view == "fragen":
        rows, following = contributions.questions(me, group.id, state=asked, after=key)
    else:
        rows, following = contributions.comments(None, initiative_id=group.id, after=key)
    stand = asked.value if asked and view == "fragen" else None
    here: dict[str, Any] = {"slug": group.slug, "ansicht": view, "stand": stand}
    page = {
        "view": view,
        "rows": rows,
        "further": url_for("accounts.initiative", **here, nach=following) if following else None,
        "first": url_for("accounts.initiative", **here),
        "later": key is not None,
        "own": False,
    }
    if request.headers.get("HX-Request") == "true" and key is not None:
        return render_template("accounts/_contributions.html", **page)
    held = queries.mandates(me.id) if me is not None else []
    may_manage = may_manage_mandates(me, group, held)
    if form is None and may_manage:
        # Only then: its token sets a cookie.
        form = DelegateForm()
    return render_template(
        "accounts/initiative.html",
        initiative=group,
        delegates=queries.delegates(group.id),
        asked=asked,
        received=question_counts(group.id),
        kinds=ORGANISATIONS,
        language_names=LANGUAGE_NAMES,
        form=form if may_manage else None,
        **page,
    )
