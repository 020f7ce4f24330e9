"""Contributions of new accounts, until a moderator has seen them: written, edited, withdrawn, and then let in.

They live in a table of their own, so that nothing which lists, counts, searches or exports comments can show them.
Who may let them in, and what is told, is decided on a higher floor (moderation/admitting.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypedDict, Unpack, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, Select, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from participation.accounts.models import User
from participation.accounts.queries import mandates
from participation.base import quotes
from participation.base.clock import now
from participation.base.db import db
from participation.base.text import render
from participation.base.verdict import Conflict, require
from participation.dialogue.anchors import Passage, Reference, take_down
from participation.dialogue.asking import ANSWER_PERIOD, check_addressees
from participation.dialogue.comments import (
    KEY_LENGTH,
    ChangedMeanwhile,
    KeyReused,
    checked_body,
    checked_contribution,
    checked_writer,
    count_new,
    update_counters,
    write_comment,
)
from participation.dialogue.models import Comment, CommentKind, CommentState, Thread, WaitingComment, WaitingState
from participation.dialogue.policy import may_edit_waiting, must_wait

MOST = 3
"""Contributions of one account that can wait at a time; the table of users holds it as well."""


class TooManyWaiting(Conflict):
    """So many contributions of this account wait already that no further one is taken; the view keeps the text."""

    default = _l(
        "Drei Beiträge von Ihnen warten schon auf die Moderation, mehr geht noch nicht. Ihr Text ist noch da: "
        "Heben Sie ihn auf und senden Sie ihn ab, sobald der erste freigegeben ist."
    )


class NotWaiting(Conflict):
    """The contribution was decided or withdrawn in the meantime."""

    default = _l("Dieser Beitrag wartet nicht mehr.")


class Writing(TypedDict, total=False):
    """What `write_comment` takes beside the text."""

    parent: Comment | None
    anchor: str | None
    anchor_text: str
    reference: Reference | None
    initiative_id: int | None
    lang: str
    submission_key: str | None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A waiting contribution as its author's page shows it."""

    id: int
    thread_id: int
    root_id: int | None
    """The comment that opens the branch it answers in."""
    kind: CommentKind | None
    html: str
    lang: str
    anchor_text: str
    written_at: datetime
    due_at: datetime

    @property
    def late(self) -> bool:
        """Whether it waits for longer than was promised."""
        return self.due_at < now()


def contribute(
    actor: User | None,
    thread: Thread,
    *,
    body: str,
    kind: CommentKind | None,
    needed: int,
    period: timedelta,
    asked: Sequence[int] = (),
    answer_period: timedelta = ANSWER_PERIOD,
    **rest: Unpack[Writing],
) -> Comment | WaitingComment:
    """Write a comment; one of an account that nobody knows yet waits for a moderator, who should look within `period`.

    Organisations that are `asked` for an answer hear of it when it appears.

    `needed` is how many contributions an account must have shown before the next one appears at once; 0 for none.
    What is written for a verified initiative never waits.

    Raises:
        TooManyWaiting: if MOST contributions of this account wait already.
        KeyReused, and all that `write_comment` raises: as there.
    """
    writer = checked_writer(actor, rest.get("initiative_id"))
    parent, lang = rest.get("parent"), rest.get("lang", "de")
    text = checked_contribution(thread, body, kind=kind, parent=parent, lang=lang)
    key = (rest.get("submission_key") or "")[:KEY_LENGTH] or None
    if key and (earlier := _submitted(writer.id, key)):
        return _same(earlier, thread, parent, text)
    known = not must_wait(writer, needed) or rest.get("initiative_id") is not None
    if known or not must_wait(writer, needed, mandates(writer.id)):
        return write_comment(writer, thread, body=body, kind=kind, asked=asked, answer_period=answer_period, **rest)
    wanted = check_addressees(writer, None, asked)
    rendered = render(text)
    reference = rest.get("reference")
    anchor = rest.get("anchor") or None
    selector = reference.selector if reference else None
    waiting = WaitingComment(
        thread_id=thread.id,
        parent_id=parent.id if parent else None,
        author_id=writer.id,
        kind=kind,
        anchor=anchor,
        anchor_text=rest.get("anchor_text", "") if anchor else "",
        lang=lang,
        body=text,
        html=rendered.html,
        sanitiser=rendered.sanitiser,
        submission_key=key,
        asked=list(wanted),
        answer_days=answer_period.days,
        due_at=now() + period,
    )
    if reference is not None and (selector is not None or reference.passage.text):
        waiting.subject, waiting.revision = reference.passage.subject, reference.revision
        waiting.is_quote = selector is not None
        waiting.exact = selector.exact if selector else reference.passage.text
        waiting.prefix, waiting.suffix = (selector.prefix, selector.suffix) if selector else ("", "")
    try:
        with db.session.begin_nested():
            db.session.add(waiting)
            db.session.flush()
    except IntegrityError:
        faster = _submitted(writer.id, key) if key else None
        if faster is None:
            raise
        return _same(faster, thread, parent, text)
    one_more = update(User).where(User.id == writer.id, User.waiting < MOST).values(waiting=User.waiting + 1)
    if cast("CursorResult[None]", db.session.execute(one_more, execution_options=_PLAIN)).rowcount != 1:
        raise TooManyWaiting
    set_committed_value(writer, "waiting", writer.waiting + 1)
    return waiting


def edit_waiting(actor: User | None, waiting: WaitingComment, body: str, *, expected_version: int) -> None:
    """Replace the text of a contribution that nobody else has read; the earlier one is not kept.

    Raises:
        ChangedMeanwhile: if it is no longer at `expected_version`.
        NotWaiting: if it was decided in the meantime.
    """
    waiting = locked(waiting)
    require(may_edit_waiting(actor, waiting))
    text = checked_body(body)
    if text == waiting.body:
        return
    if waiting.version != expected_version:
        raise ChangedMeanwhile
    rendered = render(text)
    waiting.body, waiting.html, waiting.sanitiser = text, rendered.html, rendered.sanitiser
    waiting.version += 1
    db.session.flush()


def withdraw_waiting(actor: User | None, waiting: WaitingComment) -> None:
    """Delete a contribution that waits, at its author's wish; nobody else has read it but moderators."""
    waiting = locked(waiting)
    require(may_edit_waiting(actor, waiting))
    author_id = waiting.author_id
    db.session.execute(delete(WaitingComment).where(WaitingComment.id == waiting.id), execution_options=_PLAIN)
    db.session.expunge(waiting)
    _one_less(author_id)


def let_in(waiting: WaitingComment, moderator: User, state: WaitingState, at: datetime) -> Comment:
    """Make a comment of a locked contribution and note who decided; tells nobody.

    The comment is as new as its release: what counts, sorts or reports by time meets it when it appears.
    """
    parent = waiting.parent
    comment = Comment(
        thread_id=waiting.thread_id,
        parent_id=waiting.parent_id,
        root_id=(parent.root_id or parent.id) if parent else None,
        author_id=waiting.author_id,
        kind=waiting.kind,
        anchor=waiting.anchor,
        anchor_text=waiting.anchor_text,
        lang=waiting.lang,
        body=waiting.body,
        html=waiting.html,
        sanitiser=waiting.sanitiser,
        state=CommentState.VISIBLE,
        submission_key=waiting.submission_key,
        created_at=at,
    )
    db.session.add(comment)
    db.session.flush()
    if waiting.subject:
        selector = quotes.Selector(waiting.exact, waiting.prefix, waiting.suffix) if waiting.is_quote else None
        take_down(comment.id, Reference(Passage(waiting.subject, waiting.exact), waiting.revision or 1, selector))
    count_new(comment)
    waiting.state, waiting.comment_id = state, comment.id
    waiting.decided_by_id, waiting.decided_at = moderator.id, at
    waiting.taken_by_id = waiting.taken_until = None
    waiting.body = waiting.html = waiting.anchor_text = waiting.subject = ""
    waiting.exact = waiting.prefix = waiting.suffix = ""
    waiting.submission_key = None
    db.session.flush()
    _one_less(waiting.author_id)
    return comment


def locked(waiting: WaitingComment) -> WaitingComment:
    """Return a contribution as it stands now, locked until the transaction ends.

    Raises:
        NotWaiting: if its author withdrew it in the meantime.
    """
    query = select(WaitingComment).where(WaitingComment.id == waiting.id).with_for_update()
    found = db.session.scalar(query, execution_options={"populate_existing": True})
    if found is None:
        raise NotWaiting
    return found


def find(waiting_id: int) -> WaitingComment | None:
    """Return a contribution that waits or waited, with its author; whoever asks has to look who may see it."""
    chosen = select(WaitingComment).where(WaitingComment.id == waiting_id)
    return db.session.scalar(chosen.options(joinedload(WaitingComment.author), joinedload(WaitingComment.taken_by)))


def waiting_of(viewer: User | None, *, thread_id: int | None = None) -> Sequence[WaitingView]:
    """Return what a person wrote and what still waits, the newest first; of one conversation, or of all.

    One statement, and none at all for whom nothing waits.
    """
    if viewer is None or not viewer.waiting:
        return ()
    values = {"author": viewer.id} if thread_id is None else {"author": viewer.id, "thread": thread_id}
    return [
        WaitingView(
            id=row.id,
            thread_id=row.thread_id,
            root_id=root_id or parent_id,
            kind=row.kind,
            html=row.html,
            lang=row.lang,
            anchor_text=row.exact if row.is_quote else row.anchor_text,
            written_at=row.written_at,
            due_at=row.due_at,
        )
        for row, parent_id, root_id in db.session.execute(_waiting(here=thread_id is not None), values)
    ]


@cache
def _waiting(*, here: bool) -> Select[*tuple[Any, ...]]:
    """Select what waits of :author, with `here` only in :thread. Built once for each."""
    chosen = (
        select(WaitingComment, Comment.id, Comment.root_id)
        .outerjoin(Comment, Comment.id == WaitingComment.parent_id)
        .where(WaitingComment.author_id == bindparam("author"), WaitingComment.state == WaitingState.WAITING)
        .order_by(WaitingComment.id.desc())
    )
    return chosen.where(WaitingComment.thread_id == bindparam("thread")) if here else chosen


_PLAIN = {"synchronize_session": False}


def _submitted(author_id: int, key: str) -> WaitingComment | None:
    mine = (WaitingComment.author_id == author_id, WaitingComment.submission_key == key)
    return db.session.scalar(select(WaitingComment).where(*mine))


def _same(earlier: WaitingComment, thread: Thread, parent: Comment | None, text: str) -> WaitingComment:
    """Return what the same form brought before, if it was the same contribution."""
    same = earlier.thread_id == thread.id and earlier.parent_id == (parent.id if parent else None)
    if not same or (earlier.version == 1 and earlier.body != text):
        raise KeyReused
    return earlier


def _one_less(author_id: int) -> None:
    update_counters(User, author_id, {"waiting": User.waiting - 1})
