"""Putting the next revision together: one running draft, the approved changes in it, its title and summary."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, require
from participation.dialogue.models import Comment
from participation.leitbild import queries
from participation.leitbild.events import ReadingEnded
from participation.leitbild.models import Change, ChangeState, Draft, DraftState
from participation.leitbild.policy import may_compile, may_draft, may_return_draft
from participation.leitbild.readiness import NotReady, obstacles
from participation.leitbild.wording import ReasonMissing

TITLE_LIMIT = 160
SUMMARY_LIMIT = 4000


class DraftRunning(Conflict):
    """There is one draft at a time."""

    default = _l("Es gibt schon einen Entwurf. Sammeln Sie die Änderungen dort.")


class DraftEdited(Conflict):
    """Someone else saved, collected, handed over or sent back in between."""

    default = _l("Während Sie schrieben, hat jemand anderes den Entwurf geändert. Ihr Text ist noch da.")

    def __init__(self, current: Draft) -> None:
        super().__init__()
        self.current = current


class StaleDraft(Conflict):
    """A newer revision exists than the one the draft rests on; the draft is kept as it is."""

    default = _l(
        "Inzwischen ist eine neuere Fassung erschienen. Der Entwurf ist unverändert. Sehen Sie nach, ob er noch passt."
    )


class NotCollectable(DomainError):
    """Only approved changes that no draft holds can be collected."""

    default = _l("Diese Änderung ist nicht freigegeben oder steht schon in einem Entwurf.")


def open_draft(actor: User, *, title: str = "") -> Draft:
    """Open the draft of the next revision on the current one.

    Raises:
        DraftRunning: if there is one already.
    """
    require(may_draft(actor))
    base = queries.current_number()
    named = " ".join(normalise(title, limit=TITLE_LIMIT).split()) or f"Fassung {base + 1}"
    draft = Draft(base_number=base, title=named, author_id=actor.id)
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:
        raise DraftRunning from None
    return draft


def save_draft(actor: User, draft: Draft, *, title: str, summary: str, expected_edit: int) -> Draft:
    """Word the draft's title and summary.

    Raises:
        DraftEdited: if someone changed the draft in between.
    """
    draft = _compiling(actor, draft, expected_edit)
    draft.title = " ".join(normalise(title, limit=TITLE_LIMIT).split())
    draft.summary = normalise(summary, limit=SUMMARY_LIMIT)
    return _saved(draft)


def collect(actor: User, draft: Draft, change: Change, *, expected_edit: int) -> Draft:
    """Take an approved change into the draft."""
    draft = _compiling(actor, draft, expected_edit)
    change = _locked_change(change)
    if change.state is not ChangeState.APPROVED or change.draft_id not in (None, draft.id):
        raise NotCollectable
    change.draft_id = draft.id
    return _saved(draft)


def take_out(actor: User, draft: Draft, change: Change, *, expected_edit: int) -> Draft:
    """Take a change out of the draft; it stays approved."""
    draft = _compiling(actor, draft, expected_edit)
    change = _locked_change(change)
    if change.draft_id == draft.id:
        change.draft_id = None
    return _saved(draft)


def submit_draft(actor: User, draft: Draft, *, expected_edit: int) -> Draft:
    """Hand the draft to a second moderator for publication.

    Raises:
        NotReady: naming everything that stands in the way, at once.
        StaleDraft: if a newer revision exists than the one it rests on.
    """
    draft = _compiling(actor, draft, expected_edit)
    require_current(draft)
    if found := obstacles(draft):
        raise NotReady(found)
    draft.state = DraftState.SUBMITTED
    draft.submitted_at = now()
    draft.returned_reason = ""
    return _saved(draft)


def return_draft(actor: User, draft: Draft, reason: str = "") -> Draft:
    """Send the draft back to be worked on; only who compiled it, taking it back, may leave out the reason.

    One that lies out needs it from everybody, for the reading ends with it: the next one starts from the beginning.
    """
    draft = locked(draft)
    require(may_return_draft(actor, draft))
    reason = normalise(reason, limit=SUMMARY_LIMIT)
    reading = draft.reading
    if not reason and (actor.id != draft.author_id or reading is not None):
        raise ReasonMissing
    if reading is not None:
        end_reading(draft, now(), reason)
        emit(ReadingEnded(draft.base_number + 1, reason, actor.id, commenters(draft)))
    draft.state = DraftState.OPEN
    draft.submitted_at = None
    draft.returned_reason = reason
    return _saved(draft)


def rebase_draft(actor: User, draft: Draft, *, expected_edit: int) -> Draft:
    """Let the draft rest on the newest revision, after looking at what it changed."""
    draft = _compiling(actor, draft, expected_edit)
    draft.base_number = queries.current_number()
    return _saved(draft)


def drop_draft(actor: User, draft: Draft, *, expected_edit: int) -> Draft:
    """Give the draft up; its changes stay approved and free for the next one."""
    draft = _compiling(actor, draft, expected_edit)
    db.session.execute(update(Change).where(Change.draft_id == draft.id).values(draft_id=None))
    draft.state = DraftState.DROPPED
    return _saved(draft)


def end_reading(draft: Draft, at: datetime, reason: str = "") -> None:
    """End a draft's reading, if it is in one; without a reason it ended by publication."""
    if draft.reading is not None:
        draft.reading.ended_at, draft.reading.ended_reason = at, reason
        db.session.flush()
        forget_reading(draft)


def forget_reading(draft: Draft) -> None:
    """Have the session ask anew whether a draft and its changes lie out."""
    db.session.expire(draft, ["reading"])
    for change in db.session.scalars(select(Change).where(Change.draft_id == draft.id)):
        db.session.expire(change, ["in_reading"])


def commenters(draft: Draft) -> tuple[int, ...]:
    """Return who wrote about the changes in a draft while it lay out."""
    threads = select(Change.thread_id).where(Change.draft_id == draft.id, Change.thread_id.is_not(None))
    return tuple(db.session.scalars(select(Comment.author_id).where(Comment.thread_id.in_(threads)).distinct()))


def locked(draft: Draft) -> Draft:
    """Return the draft as it stands in the database now, locked until the transaction ends."""
    chosen = select(Draft).where(Draft.id == draft.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def require_current(draft: Draft) -> None:
    """Raise `StaleDraft` when a newer revision exists than the one the draft rests on."""
    if draft.base_number != queries.current_number():
        raise StaleDraft


def _compiling(actor: User, draft: Draft, expected_edit: int) -> Draft:
    """Return the draft locked, for someone who may compile it and saw its latest state; they are its author now."""
    draft = locked(draft)
    if draft.edit != expected_edit:
        raise DraftEdited(draft)
    require(may_compile(actor, draft))
    draft.author_id = actor.id
    return draft


def _saved(draft: Draft) -> Draft:
    draft.edit += 1
    db.session.flush()
    return draft


def _locked_change(change: Change) -> Change:
    chosen = select(Change).where(Change.id == change.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
