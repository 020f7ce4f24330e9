"""A comment on a page of its own: read it with what it answers, change it, take it back, rate it, see its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from participation.accounts.queries import require_mandate
from participation.base.clock import now
from participation.base.db import transaction
from participation.base.diff import Segment, as_html, compare
from participation.base.verdict import Denied, NotFound, require
from participation.dialogue import queries, waiting
from participation.dialogue.comments import BodyMissing, BodyTooLong, ChangedMeanwhile
from participation.dialogue.models import Comment, WaitingComment, WaitingState
from participation.dialogue.operations import edit_comment, rate_comment, withdraw_comment
from participation.dialogue.policy import may_edit, may_edit_waiting, may_withdraw
from participation.leitbild.subjects import subjects
from participation.outcomes.queries import receipts_for_comments
from participation.proposals.queries import Subject
from participation.web.access import public, resident
from participation.web.accounts.contributions import tell
from participation.web.dialogue.forms import EditForm, RateForm
from participation.web.dialogue.offer import offer_for
from participation.web.dialogue.thread import place_url
from participation.web.kept import local_path
from participation.web.numbers import number
from participation.web.security import CLICKS, DRAFTS, limiter
from participation.web.shell import Answer, viewer

dialogue = Blueprint("dialogue", __name__)


@dialogue.get("/beitrag/<int:comment_id>")
@public
def comment(comment_id: int) -> str:
    """Show a comment for good: its address never changes."""
    after = number(request.args.get("nach")) or 0
    page = queries.comment_with_parent(comment_id, viewer(), after=after)
    if page is None:
        raise NotFound
    subject = _subject(page.comment.thread_id)
    shown = [page.comment.id, *([page.parent.id] if page.parent else []), *(reply.id for reply in page.replies)]
    return render_template(
        "dialogue/comment.html",
        page=page,
        subject=subject,
        place_url=place_url(subject.path, page.comment),
        on=offer_for(viewer(), subject.path, going_on=subject.going_on),
        receipts=tell(receipts_for_comments(shown)),
        after=after,
    )


@dialogue.route("/beitrag/<int:comment_id>/bearbeiten", methods=["GET", "POST"])
@resident
@limiter.limit(DRAFTS, methods=["POST"])
def edit(comment_id: int) -> str | Response:
    """Ask for a new wording; what was typed survives a refusal and a conflict."""
    found = _found(comment_id)
    require(may_edit(viewer(), found))
    require_mandate(viewer(), found.initiative_id)
    form = EditForm(data={"version": found.version, "body": found.body})
    if not form.is_submitted():
        return _edit_page(found, form)
    if not form.validate():
        return make_response(_edit_page(found, form, failed=True), 422)
    try:
        with transaction():
            edit_comment(viewer(), found, form.body.data or "", expected_version=form.version.data or 0)
    except ChangedMeanwhile as error:
        typed = form.body.data or ""
        form.version.data, form.version.raw_data = found.version, None
        changes = compare(found.body, typed)
        return make_response(_edit_page(found, form, conflict=error.message, changes=_diff(changes)), error.status)
    except (BodyMissing, BodyTooLong) as error:
        form.body.errors = [str(error.message)]
        return make_response(_edit_page(found, form, failed=True), error.status)
    flash(_("Ihr Beitrag ist geändert. Der frühere Wortlaut bleibt im Verlauf lesbar."), "success")
    return redirect(url_for("dialogue.comment", comment_id=comment_id), 303)


@dialogue.route("/beitrag/<int:comment_id>/zurueckziehen", methods=["GET", "POST"])
@resident
def withdraw(comment_id: int) -> str | Response:
    """Ask once more, then take a comment back."""
    found = _found(comment_id)
    if request.method != "POST":
        require(may_withdraw(viewer(), found))
        require_mandate(viewer(), found.initiative_id)
        subject = _subject(found.thread_id)
        return render_template("dialogue/withdraw.html", comment=found, subject=subject)
    with transaction():
        withdraw_comment(viewer(), found)
    flash(_("Ihr Beitrag ist zurückgezogen."), "success")
    return redirect(url_for("dialogue.comment", comment_id=comment_id), 303)


@dialogue.route("/beitrag/wartend/<int:waiting_id>", methods=["GET", "POST"])
@resident
@limiter.limit(DRAFTS, methods=["POST"])
def waiting_comment(waiting_id: int) -> Answer:
    """Show one's contribution that waits, and take a new wording; once it is released, lead to where it stands."""
    found = _own_waiting(waiting_id)
    if found.state is not WaitingState.WAITING:
        return redirect(url_for("dialogue.comment", comment_id=found.comment_id), 303)
    require(may_edit_waiting(viewer(), found))
    form = EditForm(data={"version": found.version, "body": found.body})
    if not form.is_submitted():
        return _waiting_page(found, form)
    if not form.validate():
        return _waiting_page(found, form, failed=True), 422
    try:
        with transaction():
            waiting.edit_waiting(viewer(), found, form.body.data or "", expected_version=form.version.data or 0)
    except ChangedMeanwhile as error:
        typed = form.body.data or ""
        form.version.data, form.version.raw_data = found.version, None
        changes = _diff(compare(found.body, typed))
        return _waiting_page(found, form, conflict=error.message, changes=changes), error.status
    except (BodyMissing, BodyTooLong) as error:
        form.body.errors = [str(error.message)]
        return _waiting_page(found, form, failed=True), error.status
    flash(_("Ihr Beitrag ist geändert. Er wartet weiter."), "success")
    return redirect(url_for("dialogue.waiting_comment", waiting_id=waiting_id), 303)


@dialogue.route("/beitrag/wartend/<int:waiting_id>/zurueckziehen", methods=["GET", "POST"])
@resident
def withdraw_waiting(waiting_id: int) -> Answer:
    """Ask once more, then delete one's contribution that waits."""
    found = _own_waiting(waiting_id)
    if found.state is not WaitingState.WAITING:
        return redirect(url_for("dialogue.comment", comment_id=found.comment_id), 303)
    subject = _subject(found.thread_id)
    if request.method != "POST":
        require(may_edit_waiting(viewer(), found))
        return render_template("dialogue/withdraw_waiting.html", comment=found, subject=subject)
    with transaction():
        waiting.withdraw_waiting(viewer(), found)
    flash(_("Ihr Beitrag ist zurückgezogen und gelöscht."), "success")
    return redirect(subject.path, 303)


@dialogue.post("/beitrag/bewerten")
@resident
@limiter.limit(CLICKS)
def rate() -> Response:
    """Take a rating; one form stands for all comments of a page. htmx receives the line below the comment anew."""
    form = RateForm()
    chosen = {True: form.ja.data, False: form.nein.data, None: form.ohne.data}
    helpful, comment_id = next(((k, n) for k, n in chosen.items() if n is not None), (None, 0))
    found = _found(comment_id)
    by_htmx, status = request.headers.get("HX-Request") == "true", 200
    try:
        with transaction():
            rate_comment(viewer(), found, helpful)
    except Denied as error:
        if not by_htmx:
            raise
        status = error.status
    if not by_htmx:
        return redirect(f"{_came_from(found.id)}#k-{found.id}", 303)
    view = queries.single(found.id, viewer())
    subject = _subject(found.thread_id)
    on = offer_for(viewer(), subject.path, going_on=subject.going_on)
    acts = render_template("dialogue/_comment_acts.html", comment=view, on=on)
    return make_response(acts, status)


@dialogue.get("/beitrag/<int:comment_id>/verlauf")
@public
def history(comment_id: int) -> str:
    """Show how a comment read before, each wording compared with the one before it."""
    page = queries.single(comment_id, viewer())
    found = queries.find(comment_id)
    if page is None or found is None or not page.visible:
        raise NotFound
    versions, following = queries.history(found, before=number(request.args.get("vor")))
    return render_template(
        "dialogue/history.html",
        comment=page,
        subject=_subject(page.thread_id),
        versions=[(version, _diff(version.segments)) for version in versions],
        following=following,
    )


def _found(comment_id: int) -> Comment:
    found = queries.find(comment_id)
    if found is None:
        raise NotFound
    return found


def _own_waiting(waiting_id: int) -> WaitingComment:
    """Return a contribution of the viewer's own; to others there is none."""
    found, user = waiting.find(waiting_id), viewer()
    if found is None or user is None or found.author_id != user.id:
        raise NotFound
    return found


def _waiting_page(comment: WaitingComment, form: EditForm, **more: Any) -> str:
    page = {"failed": False, "conflict": "", "changes": ""} | more
    subject, late = _subject(comment.thread_id), comment.due_at < now()
    return render_template("dialogue/waiting.html", comment=comment, form=form, subject=subject, late=late, **page)


def _subject(thread_id: int) -> Subject:
    subject = subjects([thread_id]).get(thread_id)
    if subject is None:
        raise NotFound
    return subject


def _edit_page(comment: Comment, form: EditForm, **more: Any) -> str:
    page = {"failed": False, "conflict": "", "changes": ""} | more
    return render_template(
        "dialogue/edit.html", comment=comment, form=form, subject=_subject(comment.thread_id), **page
    )


def _diff(segments: tuple[Segment, ...]) -> str:
    return as_html(segments, inserted=_("eingefügt:"), deleted=_("gelöscht:"))


def _came_from(comment_id: int) -> str:
    """Return the page a form was sent from, without a fragment; the comment's own page where that is not known."""
    parts = urlsplit(request.referrer or "")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    own = parts.netloc == request.host and local_path(path)
    return own or url_for("dialogue.comment", comment_id=comment_id)
