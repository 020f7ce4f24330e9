"""What becomes of a person's votes and comments when their account is deleted. Counters stay right; none of it commits.

Takes ids, not an actor: nobody decides here, the account's end does. Doing it twice is doing it once.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update

from participation.accounts.models import User
from participation.base.db import db
from participation.base.events import emit
from participation.dialogue.comments import count_visible
from participation.dialogue.events import CommentWithdrawn
from participation.dialogue.models import (
    DELETED,
    Anchor,
    AnswerRequest,
    ApartVote,
    Ballot,
    Comment,
    CommentState,
    CommentVersion,
    CommentVote,
    Thread,
    WaitingComment,
    WaitingState,
)
from participation.dialogue.votes import count, locked_thread

_PLAIN = {"synchronize_session": False}


def take_back_votes(user_id: int) -> None:
    """Take every stance and every rating of a person back, whatever state the thread is in.

    What an outcome froze stays as a number. Threads are locked one after the other, in their order.
    """
    voted = select(Ballot.thread_id).where(Ballot.voter_id == user_id).order_by(Ballot.thread_id)
    for thread_id in db.session.scalars(voted).all():
        thread = locked_thread(db.session.get_one(Thread, thread_id))
        ballot = db.session.get(Ballot, (thread_id, user_id), populate_existing=True)
        apart = db.session.get(ApartVote, (thread_id, user_id), populate_existing=True) is not None
        if ballot is None:
            continue
        db.session.delete(ballot)
        db.session.flush()
        count(thread, ballot.stance, ballot.region, by=-1, apart=apart)
    db.session.execute(delete(ApartVote).where(ApartVote.voter_id == user_id), execution_options=_PLAIN)
    _take_back_ratings(user_id)
    db.session.expire_all()


def drop_waiting(user_id: int) -> None:
    """Delete what a person wrote and nobody has released yet; rows about what was decided have no text and stay."""
    mine = (WaitingComment.author_id == user_id, WaitingComment.state == WaitingState.WAITING)
    db.session.execute(delete(WaitingComment).where(*mine), execution_options=_PLAIN)
    db.session.execute(update(User).where(User.id == user_id).values(waiting=0), execution_options=_PLAIN)
    db.session.expire_all()


def blank_comments(user_id: int) -> None:
    """Delete the texts of everything a person wrote for themselves, earlier versions and quotes included.

    Placeholders stay, so that answers of others keep their place. What was written for an initiative is its word.
    """
    mine = (
        select(Comment)
        .where(Comment.author_id == user_id, Comment.initiative_id.is_(None), Comment.state_reason != DELETED)
        .order_by(Comment.id)
        .with_for_update(key_share=True)
    )
    for comment in db.session.scalars(mine.execution_options(populate_existing=True)).all():
        if comment.state is CommentState.VISIBLE:
            count_visible(comment.thread_id, -1)
        comment.state, comment.state_reason = CommentState.WITHDRAWN, DELETED
        comment.body = comment.html = comment.anchor_text = ""
        comment.anchor = comment.submission_key = None
        for model in (CommentVersion, Anchor, AnswerRequest):
            db.session.execute(delete(model).where(model.comment_id == comment.id), execution_options=_PLAIN)
        db.session.flush()
        emit(CommentWithdrawn(comment))


def _take_back_ratings(user_id: int) -> None:
    mine = CommentVote.voter_id == user_id
    known = select(CommentVote.comment_id).where(mine)
    ids = db.session.scalars(
        select(Comment.id).where(Comment.id.in_(known)).order_by(Comment.id).with_for_update(key_share=True)
    ).all()
    for helpful, column, by in ((True, Comment.helpful, -1), (False, Comment.unhelpful, 1)):
        rated = select(CommentVote.comment_id).where(
            mine, CommentVote.helpful.is_(helpful), CommentVote.comment_id.in_(ids)
        )
        db.session.execute(
            update(Comment)
            .where(Comment.id.in_(rated))
            .values({column: column - 1, Comment.score: Comment.score + by}),
            execution_options=_PLAIN,
        )
    db.session.execute(delete(CommentVote).where(mine, CommentVote.comment_id.in_(ids)), execution_options=_PLAIN)
