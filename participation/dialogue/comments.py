"""Writing comments: add, edit, withdraw, hide, restore. Counters change as expressions, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from participation.accounts.models import User
from participation.accounts.queries import require_mandate
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise, render
from participation.base.verdict import Conflict, Denied, DomainError, require
from participation.dialogue.anchors import Reference, take_down
from participation.dialogue.asking import ANSWER_PERIOD, ask, check_addressees
from participation.dialogue.events import (
    AnswerRequested,
    CommentEdited,
    CommentHidden,
    CommentRestored,
    CommentWithdrawn,
    CommentWritten,
)
from participation.dialogue.models import ENOUGH, Comment, CommentKind, CommentState, CommentVersion, Thread
from participation.dialogue.policy import (
    LOGIN_TO_WRITE,
    may_comment,
    may_edit,
    may_hide,
    may_restore,
    may_withdraw,
)
from participation.dialogue.votes import locked_comment

MAX_LENGTH = 5_000
"""Characters a comment may have."""

LANGUAGES = ("de", "hsb", "dsb", "pl", "cs", "en")
"""Languages a comment can be marked as."""

KEY_LENGTH = 64


class BodyMissing(DomainError):
    """Nothing was written."""

    default = _l("Schreiben Sie etwas, mindestens ein Zeichen.")


class BodyTooLong(DomainError):
    """More was written than fits."""

    default = _l("Der Text ist zu lang. Höchstens 5.000 Zeichen sind möglich.")


class KindMissing(DomainError):
    """A contribution that is not a reply does not say what it wants to be."""

    default = _l("Wählen Sie, was Sie beitragen möchten.")


class OtherThread(DomainError):
    """The comment that is answered belongs to another conversation."""

    default = _l("Der Beitrag, auf den Sie antworten, gehört zu einem anderen Gespräch.")


class UnknownLanguage(DomainError):
    """The text is marked as a language that we do not know."""

    default = _l("Wählen Sie die Sprache Ihres Textes aus der Liste.")


class KeyReused(DomainError):
    """A form was sent before, with another text."""

    default = _l("Dieses Formular wurde schon abgeschickt. Ihr neuer Text ist noch da. Senden Sie ihn noch einmal ab.")


class ReasonMissing(DomainError):
    """A comment is to be hidden without a reason."""

    default = _l("Nennen Sie die Regel und den Grund.")


class ChangedMeanwhile(Conflict):
    """The comment was edited since the form was opened; the text that was typed is kept by the view."""

    default = _l("Während Sie schrieben, wurde der Beitrag geändert. Ihr Text ist noch da.")


def write_comment(
    actor: User | None,
    thread: Thread,
    *,
    body: str,
    kind: CommentKind | None,
    parent: Comment | None = None,
    anchor: str | None = None,
    anchor_text: str = "",
    reference: Reference | None = None,
    initiative_id: int | None = None,
    lang: str = "de",
    submission_key: str | None = None,
    asked: Sequence[int] = (),
    answer_period: timedelta = ANSWER_PERIOD,
) -> Comment:
    """Add a contribution, or a reply to `parent`; the same form sent twice is one contribution.

    `anchor` and `anchor_text` name the point that is meant, for lists; `reference` says which words, to be followed.
    `asked` are the organisations that are to answer within `answer_period`.

    `kind` may be None for replies only. Two requests with one key at the same moment meet the unique key: the second
    gets the first one's comment.
    """
    actor = checked_writer(actor, initiative_id)
    text = checked_contribution(thread, body, kind=kind, parent=parent, lang=lang)
    key = submission_key[:KEY_LENGTH] if submission_key else None
    if key and (earlier := _submitted(actor.id, key)):
        return _same(earlier, thread, parent, text)
    wanted = check_addressees(actor, initiative_id, asked)
    rendered = render(text)
    comment = Comment(
        thread_id=thread.id,
        parent_id=parent.id if parent else None,
        root_id=(parent.root_id or parent.id) if parent else None,
        author_id=actor.id,
        initiative_id=initiative_id,
        kind=kind,
        anchor=anchor or None,
        anchor_text=anchor_text if anchor else "",
        lang=lang,
        body=text,
        html=rendered.html,
        sanitiser=rendered.sanitiser,
        submission_key=key,
    )
    try:
        with db.session.begin_nested():
            db.session.add(comment)
            db.session.flush()
    except IntegrityError:
        faster = _submitted(actor.id, key) if key else None
        if faster is None:
            raise
        return _same(faster, thread, parent, text)
    if reference is not None:
        take_down(comment.id, reference)
    ask(comment, wanted, answer_period)
    count_new(comment)
    count_admitted(actor)
    emit(CommentWritten(comment, parent))
    if wanted:
        emit(AnswerRequested(comment, wanted))
    return comment


def edit_comment(actor: User | None, comment: Comment, body: str, *, expected_version: int) -> Comment:
    """Replace the text and keep the earlier one as a version.

    The text that already stands there changes nothing, so sending a form twice is harmless. What was written for an
    initiative is its word: who no longer has a mandate does not change it.

    Raises:
        ChangedMeanwhile: if the comment is no longer at `expected_version`.
    """
    comment = locked_comment(comment)
    require(may_edit(actor, comment))
    require_mandate(actor, comment.initiative_id)
    text = checked_body(body)
    if text == comment.body:
        return comment
    if comment.version != expected_version:
        raise ChangedMeanwhile
    return reword(comment, text)


def reword(comment: Comment, text: str) -> Comment:
    """Replace the text of a locked comment and keep the earlier one as a version; the caller has checked who may."""
    db.session.add(
        CommentVersion(
            comment_id=comment.id,
            version=comment.version,
            body=comment.body,
            html=comment.html,
            written_at=comment.edited_at or comment.created_at,
        )
    )
    rendered = render(text)
    comment.body, comment.html, comment.sanitiser = text, rendered.html, rendered.sanitiser
    comment.version += 1
    comment.edited_at = now()
    db.session.flush()
    emit(CommentEdited(comment))
    return comment


def withdraw_comment(actor: User | None, comment: Comment) -> None:
    """Take one's comment back: a placeholder and the replies stay. Doing it twice is doing it once.

    What was written for an initiative stays its word after the mandate.
    """
    comment = locked_comment(comment)
    if actor is not None and comment.author_id == actor.id and comment.state is CommentState.WITHDRAWN:
        return
    require(may_withdraw(actor, comment))
    require_mandate(actor, comment.initiative_id)
    comment.state = CommentState.WITHDRAWN
    db.session.flush()
    count_visible(comment.thread_id, -1)
    emit(CommentWithdrawn(comment))


def hide_comment(actor: User | None, comment: Comment, reason: str) -> None:
    """Replace a comment by a placeholder that says why ("Regel 3, Angaben über eine private Person")."""
    comment = locked_comment(comment)
    require(may_hide(actor, comment))
    text = normalise(reason)
    if not text:
        raise ReasonMissing
    comment.state, comment.state_reason = CommentState.HIDDEN, text
    db.session.flush()
    count_visible(comment.thread_id, -1)
    if actor is not None:
        emit(CommentHidden(comment, actor.id))


def restore_comment(actor: User | None, comment: Comment) -> None:
    """Show a hidden comment again."""
    comment = locked_comment(comment)
    require(may_restore(actor, comment))
    comment.state, comment.state_reason = CommentState.VISIBLE, ""
    db.session.flush()
    count_visible(comment.thread_id, 1)
    if actor is not None:
        emit(CommentRestored(comment, actor.id))


def checked_writer(actor: User | None, initiative_id: int | None) -> User:
    """Return who writes, if they may, and may for that initiative."""
    require(may_comment(actor))
    if actor is None:  # for the type checker: may_comment has refused
        raise Denied(LOGIN_TO_WRITE)
    require_mandate(actor, initiative_id)
    return actor


def checked_contribution(
    thread: Thread, body: str, *, kind: CommentKind | None, parent: Comment | None, lang: str
) -> str:
    """Return the text of a new contribution as it is stored.

    Raises:
        BodyMissing, BodyTooLong, KindMissing, OtherThread, UnknownLanguage: as they say.
    """
    text = checked_body(body)
    if parent is None and kind is None:
        raise KindMissing
    if parent is not None and parent.thread_id != thread.id:
        raise OtherThread
    if lang not in LANGUAGES:
        raise UnknownLanguage
    return text


def checked_body(body: str) -> str:
    """Return the text as it is stored.

    Raises:
        BodyMissing, BodyTooLong: if it has no characters or too many of them.
    """
    text = normalise(body, limit=20 * MAX_LENGTH)
    if not text:
        raise BodyMissing
    if len(text) > MAX_LENGTH:
        raise BodyTooLong
    return text


def _submitted(author_id: int, key: str) -> Comment | None:
    return db.session.scalar(select(Comment).where(Comment.author_id == author_id, Comment.submission_key == key))


def _same(earlier: Comment, thread: Thread, parent: Comment | None, text: str) -> Comment:
    """Return what the same form brought before, if it was the same contribution."""
    first = earlier.body
    if earlier.version > 1:
        query = select(CommentVersion.body).where(CommentVersion.comment_id == earlier.id, CommentVersion.version == 1)
        first = db.session.execute(query).scalar_one()
    if first != text or earlier.thread_id != thread.id or earlier.parent_id != (parent.id if parent else None):
        raise KeyReused
    return earlier


def count_new(comment: Comment) -> None:
    """Count a comment that has just appeared, in its thread and in its branch."""
    changes: dict[str, object] = {
        "comment_count": Thread.comment_count + 1,
        "last_comment_at": _later(Thread.last_comment_at, comment.created_at),
    }
    if comment.root_id is None and comment.kind is not None:
        changes["root_count"] = Thread.root_count + 1
        changes[comment.kind.value] = getattr(Thread, comment.kind.value) + 1
    elif comment.root_id is not None:
        update_counters(Comment, comment.root_id, {"reply_count": Comment.reply_count + 1})
    update_counters(Thread, comment.thread_id, changes)


def count_admitted(author: User) -> None:
    """Count that one more contribution of a person can be read by everybody; from ENOUGH on nobody asks any more."""
    if author.admitted >= ENOUGH:
        return
    update_counters(User, author.id, {"admitted": User.admitted + 1})


def count_visible(thread_id: int, by: int) -> None:
    """Add to (or take from) the number of a thread's visible comments."""
    update_counters(Thread, thread_id, {"comment_count": Thread.comment_count + by})


def _later(column: InstrumentedAttribute[datetime | None], at: datetime) -> object:
    """Return the later of both: of two comments at once, the slower transaction need not be the later one."""
    return case((or_(column.is_(None), column < at), at), else_=column)


def update_counters(model: type[Comment | Thread | User], ident: int, changes: dict[str, object]) -> None:
    """Change counters in the database; what the session remembers of them is forgotten."""
    db.session.execute(
        update(model).where(model.id == ident).values(changes), execution_options={"synchronize_session": False}
    )
    known = db.session.identity_map.get(db.session.identity_key(model, ident))
    if known is not None:
        db.session.expire(known, list(changes))
