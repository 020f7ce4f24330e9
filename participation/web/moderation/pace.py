"""Working through the queue without a mouse: the next item, and single keys for whoever wants them."""

from __future__ import annotations

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import transaction
from participation.base.verdict import Conflict, Denied
from participation.dialogue import waiting
from participation.moderation import admitting, bursts, cases, deciding
from participation.moderation.queries import Task, TaskKind, next_task, work_queue
from participation.proposals import waiting as waiting_proposals
from participation.web.access import moderator
from participation.web.moderation.blueprint import moderation
from participation.web.security import CLICKS, limiter
from participation.web.shell import Answer, member


@moderation.route("/moderation/naechster", methods=["GET", "POST"])
@moderator
@limiter.limit(CLICKS, methods=["POST"])
def next_item() -> Answer:
    """Lead to what is due next and may be decided by whoever asks; a POST takes it for half an hour, where that can be.

    `nach` names an item to go on from.
    """
    after = request.values.get("nach", "")[:80]
    found = next_task(work_queue(member(), now(), current_app.config["PERIODS"]), after)
    if found is None:
        flash(_("Gerade wartet nichts, was Sie entscheiden können."), "info")
        return redirect(url_for("moderation.queue"), 303)
    if request.method == "POST":
        _take(found)
    return redirect(url_for(found.endpoint, **found.params), 303)


@moderation.post("/moderation/tasten")
@moderator
@limiter.limit(CLICKS)
def keys() -> Answer:
    """Switch single keys on or off, for this account."""
    wanted = request.form.get("an") == "1"
    with transaction():
        member().single_keys = wanted
    flash(
        _("Einzelne Tasten sind an. ? zeigt, welche es gibt.") if wanted else _("Einzelne Tasten sind aus."), "success"
    )
    return redirect(url_for("moderation.queue"), 303)


def _take(task: Task) -> None:
    """Take a case, a burst or a first contribution; of others nobody works alone on the text: they have no lock."""
    try:
        with transaction():
            if task.kind is TaskKind.CASE and (case := cases.case(task.params["id"])):
                deciding.take(member(), case)
            elif task.kind is TaskKind.BURST and (burst := bursts.burst(task.params["id"])):
                bursts.take(member(), burst)
            elif task.kind is TaskKind.FIRST and (first := waiting.find(task.params["id"])):
                admitting.take(member(), first)
            elif task.kind is TaskKind.FIRST_PROPOSAL and (proposal := waiting_proposals.find(task.params["id"])):
                admitting.take_proposal(member(), proposal)
    except (Denied, Conflict) as error:
        flash(str(error.message), "warning")
