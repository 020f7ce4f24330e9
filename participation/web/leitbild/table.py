"""The draft of the next revision: collect changes, word it, hand it over; look through it and publish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import DomainError, NotFound
from participation.leitbild import compare, drafts, policy, provenance, publish, queries, readiness, reading
from participation.leitbild.changes import diff_html
from participation.leitbild.drafts import DraftEdited, StaleDraft
from participation.leitbild.models import Change, Draft, DraftState
from participation.leitbild.wording import ReasonMissing
from participation.web.access import moderator
from participation.web.ledger.publishing import sign_if_possible
from participation.web.leitbild import words
from participation.web.leitbild.blueprint import leitbild
from participation.web.leitbild.forms import DraftForm, ReasonForm
from participation.web.numbers import number
from participation.web.once import once
from participation.web.shell import Answer, member, viewer


@leitbild.get("/moderation/entwurf")
@moderator
def draft() -> str:
    """Show the draft that is being put together, or offer to open one."""
    return _page(queries.running_draft())


@leitbild.post("/moderation/entwurf/oeffnen")
@moderator
@once
def open_draft() -> Answer:
    """Open the draft of the next revision."""
    return _do(lambda: drafts.open_draft(member()), _("Der Entwurf ist eröffnet."))


@leitbild.post("/moderation/entwurf")
@moderator
def save_draft() -> Answer:
    """Save title and summary; "abgeben" also hands the draft over, to a reading where one is demanded."""
    running, form = _running(), DraftForm()
    if not form.validate():
        return _page(running, form), 422
    handing_over = "abgeben" in request.form
    found: tuple[readiness.Obstacle, ...] = ()
    try:
        with transaction():
            saved = drafts.save_draft(
                member(),
                running,
                title=form.title.data or "",
                summary=form.summary.data or "",
                expected_edit=number(form.edit.data) or 0,
            )
            if handing_over and not (found := readiness.obstacles(saved)):
                _hand_over(saved)
    except DomainError as error:
        return _refused(error, form)
    if found:
        return _page(saved, error=readiness.NotReady(found)), 409
    flash(_said_of_handing_over() if handing_over else _("Gespeichert."), "success")
    return redirect(url_for("leitbild.draft"), 303)


@leitbild.post("/moderation/entwurf/aufnehmen/<int:id>")
@moderator
def collect(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take an approved change into the draft."""
    found, running = _change(id), _running()
    return _do(
        lambda: drafts.collect(member(), running, found, expected_edit=_edit()),
        _("%(ref)s steht im Entwurf.", ref=found.reference),
    )


@leitbild.post("/moderation/entwurf/herausnehmen/<int:id>")
@moderator
def take_out(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Take a change out of the draft."""
    found, running = _change(id), _running()
    return _do(
        lambda: drafts.take_out(member(), running, found, expected_edit=_edit()),
        _("%(ref)s ist aus dem Entwurf genommen und bleibt freigegeben.", ref=found.reference),
    )


@leitbild.post("/moderation/entwurf/zurueckgeben")
@moderator
def return_draft() -> Answer:
    """Send the draft back to be worked on."""
    running, form = _running(), ReasonForm()
    if not form.validate():
        return _page(running, reason=form), 422
    try:
        with transaction():
            drafts.return_draft(member(), running, form.reason.data or "")
    except DomainError as error:
        if isinstance(error, ReasonMissing):
            form.reason.errors = [str(error.message)]
        return _page(queries.running_draft(), reason=form, error=error), error.status
    flash(_("Der Entwurf ist wieder in Arbeit."), "success")
    return redirect(url_for("leitbild.draft"), 303)


@leitbild.post("/moderation/entwurf/neue-grundlage")
@moderator
def rebase_draft() -> Answer:
    """Let the draft rest on the newest revision."""
    running = _running()
    return _do(
        lambda: drafts.rebase_draft(member(), running, expected_edit=_edit()),
        _("Der Entwurf ruht jetzt auf der neuesten Fassung."),
    )


@leitbild.post("/moderation/entwurf/verwerfen")
@moderator
def drop_draft() -> Answer:
    """Give the draft up; its changes stay approved."""
    running = _running()
    return _do(
        lambda: drafts.drop_draft(member(), running, expected_edit=_edit()),
        _("Der Entwurf ist verworfen. Seine Änderungen bleiben freigegeben."),
    )


@leitbild.post("/moderation/entwurf/veroeffentlichen")
@moderator
def publish_draft() -> Answer:
    """Publish as the second moderator."""
    running = queries.running_draft()
    if running is None:
        return _page(None, error=publish.AlreadyPublished()), 409
    try:
        with transaction():
            revision = publish.publish(member(), running, expected_edit=_edit(), reading=_reading())
    except DomainError as error:
        return _refused(error, None)
    sign_if_possible()
    flash(_("Fassung %(n)s ist veröffentlicht.", n=revision.number), "success")
    return redirect(url_for("leitbild.entry", number=queries.entry_count()), 303)


def _reading() -> timedelta:
    """Return how long the operator has drafts lie out in public."""
    period: timedelta = current_app.config["PERIODS"]["reading"]
    return period


def _hand_over(draft: Draft) -> None:
    if _reading():
        reading.lay_out(member(), draft, expected_edit=draft.edit, period=_reading())
    else:
        drafts.submit_draft(member(), draft, expected_edit=draft.edit)


def _said_of_handing_over() -> str:
    if _reading():
        return str(_("Der Entwurf liegt jetzt öffentlich aus. Danach kann ihn eine zweite Person veröffentlichen."))
    return str(_("Der Entwurf liegt zur Veröffentlichung. Eine zweite Person liest ihn."))


def _do(operation: Callable[[], Draft], said: str) -> Answer:
    try:
        with transaction():
            operation()
    except DomainError as error:
        return _refused(error, None)
    flash(said, "success")
    return redirect(url_for("leitbild.draft"), 303)


def _refused(error: DomainError, form: DraftForm | None) -> Answer:
    """Show the draft as it is now with the reason; what was typed stays beside what was saved meanwhile."""
    return _page(queries.running_draft(), form, error=error), error.status


def _page(
    running: Draft | None,
    form: DraftForm | None = None,
    *,
    reason: ReasonForm | None = None,
    error: DomainError | None = None,
) -> str:
    if running is None:
        return render_template(
            "leitbild/no_draft.html",
            waiting=queries.waiting(),
            error=error,
            current=queries.current_number(),
            words=words,
        )
    conflict = None
    if form is not None and isinstance(error, DraftEdited):
        form.edit.data = str(running.edit)
        mine = form.summary.data or ""
        conflict = {"base": form.seen.data or "", "current": running.summary, "mine": mine}
        conflict["diff_html"] = diff_html(running.summary, mine)
        form.seen.data = running.summary
    elif form is not None and error is not None:
        form.edit.data = str(running.edit)
    if form is None:
        form = DraftForm(formdata=None)
        form.title.data, form.edit.data = running.title, str(running.edit)
        form.summary.data = form.seen.data = running.summary
    collected = queries.collected(running)
    current = queries.current_number()
    preview = "vorschau" in request.args
    return render_template(
        "leitbild/draft.html",
        draft=running,
        form=form,
        reason=reason or ReasonForm(formdata=None),
        collected=collected,
        grounds=provenance.grounds([item.id for item in collected]),
        waiting=queries.waiting(),
        obstacles=_obstacles(running),
        counts=reading.comment_counts([item.id for item in collected]),
        reading_days=_reading().days,
        current=current,
        newer=compare.compare(running.base_number, current) if running.base_number != current else None,
        text=queries.draft_text(running, queries.text(current)) if preview else (),
        preview=preview,
        error=error,
        stale=isinstance(error, StaleDraft) or running.base_number != current,
        conflict=conflict,
        may_compile=policy.may_compile(viewer(), running),
        may_return=policy.may_return_draft(viewer(), running),
        may_publish=policy.may_publish(viewer(), running, at=now()),
        words=words,
    )


def _obstacles(running: Draft) -> tuple[readiness.Obstacle, ...]:
    unread = readiness.unread(running, _reading()) if running.state is DraftState.SUBMITTED else ()
    return (*unread, *readiness.obstacles(running))


def _running() -> Draft:
    found = queries.running_draft()
    if found is None:
        raise NotFound(_("Es gibt gerade keinen Entwurf."))
    return found


def _change(change_id: int) -> Change:
    found = db.session.get(Change, change_id)
    if found is None:
        raise NotFound
    return found


def _edit() -> int:
    return number(request.form.get("edit")) or 0
