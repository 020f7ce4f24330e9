"""Contributions that were made elsewhere and written down by moderators: comments without an author of their own.

Who may record, correct and take back is decided by the room that owns the occasion (minutes); none of it is anybody's
opinion on the platform. Everything else about such a comment is as with all others.
"""

from __future__ import annotations

from datetime import date

from participation.accounts.voices import voices_account
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import render
from participation.dialogue.comments import LANGUAGES, UnknownLanguage, checked_body, count_new, count_visible, reword
from participation.dialogue.events import CommentWithdrawn, CommentWritten
from participation.dialogue.models import Comment, CommentKind, CommentState, Occasion, Recording, Thread
from participation.dialogue.votes import locked_comment


def hold_occasion(number: int, *, place: str, held_on: date) -> Occasion:
    """Add an occasion, or correct where and when it was."""
    occasion = db.session.get(Occasion, number)
    if occasion is None:
        occasion = Occasion(number=number, place=place, held_on=held_on)
        db.session.add(occasion)
    occasion.place, occasion.held_on = place, held_on
    db.session.flush()
    return occasion


def record(occasion: Occasion, thread: Thread, *, body: str, kind: CommentKind, lang: str) -> Comment:
    """Add what somebody said at an occasion to a thread; there is no vote with it and no name."""
    text = checked_body(body)
    if lang not in LANGUAGES:
        raise UnknownLanguage
    rendered = render(text)
    comment = Comment(
        thread_id=thread.id,
        author_id=voices_account().id,
        kind=kind,
        lang=lang,
        body=text,
        html=rendered.html,
        sanitiser=rendered.sanitiser,
    )
    db.session.add(comment)
    db.session.flush()
    db.session.add(Recording(comment_id=comment.id, occasion_number=occasion.number))
    db.session.flush()
    count_new(comment)
    emit(CommentWritten(comment, None))
    return comment


def correct(comment: Comment, body: str) -> Comment:
    """Replace what was written down wrongly; the earlier text stays readable as a version.

    One that is hidden or taken back stays as it is.
    """
    comment = locked_comment(comment)
    text = checked_body(body)
    if text == comment.body or comment.state is not CommentState.VISIBLE:
        return comment
    return reword(comment, text)


def take_back(comment: Comment) -> None:
    """Take a recorded contribution back; a placeholder and the answers stay. A hidden one stays hidden."""
    comment = locked_comment(comment)
    if comment.state is not CommentState.VISIBLE:
        return
    comment.state = CommentState.WITHDRAWN
    db.session.flush()
    count_visible(comment.thread_id, -1)
    emit(CommentWithdrawn(comment))
