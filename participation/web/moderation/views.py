"""Show the queue, and what was decided about a contribution."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for

from participation.base.db import transaction
from participation.base.verdict import NotFound
from participation.moderation import cases, deciding
from participation.moderation.logged import revisions_resting_on
from participation.moderation.policy import may_open
from participation.moderation.sealing import sealed
from participation.moderation.targets import Kind, Target, find
from participation.web import numbers
from participation.web.access import moderator
from participation.web.moderation import (
    agenda,
    appealing,
    bursts_desk,
    cases_desk,
    histories,
    openness,
    pace,
    reporting,
    waiting,
)
from participation.web.moderation.blueprint import moderation
from participation.web.moderation.words import WORDS
from participation.web.once import once
from participation.web.security import CLICKS, limiter
from participation.web.shell import Answer, member

__all__ = [
    "appealing",
    "bursts_desk",
    "cases_desk",
    "histories",
    "moderation",
    "openness",
    "pace",
    "reporting",
    "waiting",
]


@moderation.get("/moderation")
@moderator
def queue() -> Answer:
    """Show everything that waits for moderators, what is due first on top."""
    groups = agenda.of_viewer()
    items = [item for group in groups for item in group.items]
    late = sum(item.task.overdue for item in items)
    return render_template("moderation/queue.html", groups=groups, count=len(items), late=late, help=agenda.HELP)


@moderation.get("/moderation/beitrag/<int:id>", defaults={"kind": "beitrag"})
@moderation.get("/moderation/vorschlag/<int:id>", defaults={"kind": "vorschlag"})
@moderator
def contribution(kind: str, id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a contribution with every decision about it, and the way to the next one."""
    target = _found(kind, id)
    return render_template(
        "moderation/contribution.html",
        target=target,
        rows=cases.decisions_about(target),
        waiting=cases.open_about(target),
        verdict=may_open(member(), target),
        sealed=sealed(target),
        logged=revisions_resting_on(target),
        words=WORDS,
    )


@moderation.post("/moderation/fall")
@moderator
@limiter.limit(CLICKS)
@once
def open_case() -> Answer:
    """Open a case about a contribution of one's own accord, and take it."""
    kind, ident = request.form.get("art", ""), numbers.number(request.form.get("id"))
    if kind not in {one.value for one in Kind} or ident is None:
        raise NotFound
    target = _found(kind, ident)
    with transaction():
        case = deciding.open_case(member(), target, due=current_app.config["PERIODS"]["report"])
        deciding.take(member(), case)
    return redirect(url_for("moderation.case", id=case.id), 303)


def _found(kind: str, ident: int) -> Target:
    target = find(Kind(kind), ident)
    if target is None:
        raise NotFound
    return target
