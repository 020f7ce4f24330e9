"""The public reading: the draft that lies out, and what is said about each of its changes."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.verdict import NotFound
from participation.leitbild import policy, provenance, queries
from participation.leitbild import reading as readings
from participation.leitbild.models import Change
from participation.outcomes.queries import receipts_for_comments
from participation.web.access import public, resident
from participation.web.accounts.contributions import tell
from participation.web.dialogue.thread import Topic, handle_comment, more_comments, thread_context
from participation.web.leitbild import words
from participation.web.leitbild.blueprint import leitbild
from participation.web.security import COMMENTS, limiter
from participation.web.shell import Answer, viewer


@leitbild.get("/leitbild/lesung")
@public
def reading() -> str:
    """Show the draft that lies out: its changes, or with `?ansicht=text` the whole text as it would be."""
    found = readings.running()
    if found is None:
        return render_template("leitbild/no_reading.html", broken_off=readings.last_broken_off())
    changes = queries.collected(found.draft)
    ids = [change.id for change in changes]
    whole = request.args.get("ansicht") == "text"
    return render_template(
        "leitbild/reading.html",
        reading=found,
        changes=changes,
        grounds=provenance.grounds(ids),
        counts=readings.comment_counts(ids),
        text=queries.draft_text(found.draft, queries.text(found.draft.base_number)) if whole else (),
        whole=whole,
        words=words,
    )


@leitbild.get("/leitbild/aenderung/<int:id>")
@public
def change(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show one change with everything it rests on, and what is said about it in its reading."""
    found = _found(id)
    if not has_talk(found):
        return page(found, {})
    if (more := more_comments(topic(found))) is not None:
        return more
    return page(found, _context(found))


@leitbild.post("/leitbild/aenderung/<int:id>/beitrag")
@resident
@limiter.shared_limit(COMMENTS, scope="comments")
def comment(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a comment on a change while its reading lasts."""
    found = _found(id)
    return handle_comment(topic(found), lambda context: page(found, context))


def has_talk(change: Change) -> bool:
    """Whether people can write about a change, or have written."""
    return change.in_reading or change.thread_id is not None


def topic(change: Change) -> Topic:
    """Describe the conversation about a change."""
    return Topic(
        url=url_for("leitbild.change", id=change.id),
        thread=change.thread,
        begin=lambda: readings.thread_to_write_in(viewer(), change),
        whole=_("die ganze Änderung"),
        question=_("Passt die Änderung so? Was sollte vor der Veröffentlichung anders werden?"),
        receipts=lambda ids: tell(receipts_for_comments(ids)),
    )


def page(change: Change, context: dict[str, Any]) -> str:
    """Draw the page of a change; `context` is that of its conversation, empty where it has none."""
    lasting = readings.of_change(change) if change.in_reading else None
    return render_template(
        "leitbild/change.html",
        change=change,
        origin=provenance.origin(change.id),
        reading=lasting,
        words=words,
        **{"talk": None, "failed": False, **context},
    )


def _context(change: Change) -> dict[str, Any]:
    """Return what the conversation needs; once the reading is over nobody writes, and all stays to be read."""
    context = thread_context(topic(change))
    lasting = readings.of_change(change) if change.in_reading else None
    verdict = policy.may_comment_on_change(viewer(), change, lasting, now())
    if not verdict:
        talk = context["talk"]
        context["talk"] = talk._replace(may_write=verdict, form=None, on=talk.on._replace(write=False))
    return context


def _found(change_id: int) -> Change:
    found = queries.change(change_id, viewer())
    if found is None:
        raise NotFound
    return found
