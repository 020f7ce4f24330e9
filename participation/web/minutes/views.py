"""Read minutes: the list, one event with what became of what was said, its corrections; withdraw it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from participation.base.db import transaction
from participation.base.diff import Segment, as_html
from participation.base.verdict import NotFound, require
from participation.minutes import operations, policy, queries
from participation.minutes.models import Minutes
from participation.minutes.operations import CorrectionRunning, ReasonMissing
from participation.outcomes.queries import receipts_for_comments
from participation.web.access import moderator, public
from participation.web.accounts.contributions import tell
from participation.web.dialogue.offer import offer_for
from participation.web.minutes import desk, words
from participation.web.minutes.blueprint import minutes
from participation.web.minutes.forms import ReasonForm
from participation.web.numbers import number as number_in
from participation.web.once import once
from participation.web.shell import Answer, member, viewer

__all__ = ["desk", "minutes"]


@minutes.get("/protokolle")
@public
def index() -> str:
    """List published minutes; for moderators also what is being written."""
    after = number_in(request.args.get("nach"))
    rows, following = queries.listing(after=after)
    return render_template(
        "minutes/index.html",
        rows=rows,
        older=url_for("minutes.index", nach=following) if following else None,
        newer=url_for("minutes.index") if after else None,
        unpublished=queries.unpublished(viewer()),
        may_record=policy.may_record(viewer()),
        words=words,
    )


@minutes.get("/protokolle/<int:number>")
@public
def minutes_page(number: int) -> str:
    """Show minutes with their contributions and what became of each."""
    page = queries.page(number, viewer())
    if page is None:
        raise NotFound
    url = url_for("minutes.minutes_page", number=number)
    return render_template(
        "minutes/minutes.html",
        page=page,
        on=offer_for(viewer(), url, going_on=False),
        receipts=tell(receipts_for_comments([told.comment.id for told in page.told])) if page.told else {},
        may_read=policy.may_read(viewer(), page.minutes),
        may_correct=policy.may_correct(viewer(), page.minutes),
        words=words,
    )


@minutes.get("/protokolle/<int:number>/verlauf")
@public
def history(number: int) -> str:
    """Show what was corrected, and why."""
    found = _found(number)
    require(policy.may_read(viewer(), found))
    return render_template(
        "minutes/history.html", minutes=found, steps=queries.history(found), shown=_shown, words=words
    )


@minutes.route("/protokolle/<int:number>/berichtigen", methods=["GET", "POST"])
@moderator
@once
def correct(number: int) -> Answer:
    """Ask why, then begin a correction."""
    found = _found(number)
    require(policy.may_correct(member(), found))
    return _reasoned(found, correcting=True)


@minutes.route("/protokolle/<int:number>/zurueckziehen", methods=["GET", "POST"])
@moderator
@once
def withdraw(number: int) -> Answer:
    """Ask why, then withdraw minutes with everything in them."""
    found = _found(number)
    require(policy.may_withdraw(member(), found))
    return _reasoned(found, correcting=False)


def _reasoned(found: Minutes, *, correcting: bool) -> Answer:
    form, do = ReasonForm(), operations.correct if correcting else operations.withdraw
    template = "minutes/correct.html" if correcting else "minutes/withdraw.html"
    desk_url = url_for("minutes.draft", minutes_id=found.id)
    if not form.is_submitted():
        return render_template(template, minutes=found, form=form)
    if not form.validate():
        return render_template(template, minutes=found, form=form), 422
    try:
        with transaction():
            do(member(), found, form.reason.data or "")
    except ReasonMissing as error:
        form.blame({"reason": error.message})
        return render_template(template, minutes=found, form=form), error.status
    except CorrectionRunning:
        return redirect(desk_url, 303)
    if correcting:
        return redirect(desk_url, 303)
    flash(_("Das Protokoll ist zurückgezogen."), "success")
    return redirect(url_for("minutes.minutes_page", number=found.number), 303)


def _found(number: int) -> Minutes:
    found = queries.by_number(number)
    if found is None:
        raise NotFound
    return found


def _shown(segments: Sequence[Segment]) -> Markup:
    return as_html(segments, inserted=_("eingefügt:"), deleted=_("gelöscht:"))
