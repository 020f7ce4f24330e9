"""Show the queue, and take decisions about comments."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.verdict import DomainError, NotFound
from participation.dialogue.models import CommentState
from participation.dialogue.policy import may_hide, may_restore
from participation.moderation import operations, queries
from participation.proposals.queries import subjects
from participation.web.access import moderator
from participation.web.moderation import agenda
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.forms import HideForm, RestoreForm
from participation.web.shell import Answer, viewer

__all__ = ["moderation"]


@moderation.get("/moderation")
@moderator
def queue() -> Answer:
    """Show everything that waits for moderators, what is due first on top."""
    groups = agenda.of_viewer()
    items = [item for group in groups for item in group.items]
    late = sum(item.task.overdue for item in items)
    return render_template("moderation/queue.html", groups=groups, count=len(items), late=late, help=agenda.HELP)


@moderation.route("/moderation/beitrag/<int:id>", methods=["GET", "POST"])
@moderator
def comment(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a comment with the decisions about it, and take the next one: hide, or show again."""
    me = viewer()
    found = queries.comment(id)
    if found is None or me is None:
        raise NotFound
    shown, author = found
    hidden = shown.state is CommentState.HIDDEN
    form = RestoreForm() if hidden else HideForm()
    status = 200
    if form.is_submitted():
        if ("einblenden" in request.form) is not hidden:
            flash(_("Jemand war schneller. So steht es jetzt um diesen Beitrag."), "warning")
            return redirect(url_for("moderation.comment", id=id), 303)
        status = 422
        if form.validate():
            try:
                with transaction():
                    if isinstance(form, HideForm):
                        operations.hide(me, shown, int(form.rule.data), form.facts.data or "")
                    else:
                        operations.restore(me, shown, form.facts.data or "")
            except DomainError as error:
                form.facts.errors, status = [str(error.message)], error.status
            else:
                flash(
                    _("Der Beitrag wird wieder gezeigt.") if hidden else _("Der Beitrag ist ausgeblendet."), "success"
                )
                return redirect(url_for("moderation.comment", id=id), 303)
    subject = subjects([shown.thread_id]).get(shown.thread_id)
    page = render_template(
        "moderation/comment.html",
        comment=shown,
        author=author,
        subject=subject,
        decisions=queries.decisions(id),
        form=form,
        hidden=hidden,
        verdict=may_restore(me, shown) if hidden else may_hide(me, shown),
    )
    return page, status
