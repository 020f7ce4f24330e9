"""Casting votes. Every counter changes in the vote's own transaction, as an expression the database evaluates.

A vote locks the row it is counted on (the thread, or the comment) before it looks for an earlier one. So parallel
requests of one person come one after the other, and no vote slips in once a thread rests. SQLite needs no lock: its
writing transactions never overlap. The composite keys stay the last guard.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Integer, Select, bindparam, delete, exists, func, insert, select, update

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.verdict import Denied, require
from participation.dialogue.events import VoteCast
from participation.dialogue.models import ApartVote, Ballot, Comment, CommentVote, Stance, Tally, Thread
from participation.dialogue.policy import LOGIN_TO_VOTE, may_rate, may_vote
from participation.places.models import Region

_COLUMNS = {Stance.YES: "yes", Stance.NO: "no", Stance.ABSTAIN: "abstain"}


def cast_vote(actor: User | None, thread: Thread, stance: Stance | None) -> None:
    """Take or change a stance on a thread's subject; None withdraws it. Doing it twice is doing it once."""
    thread = locked_thread(thread)
    require(may_vote(actor, thread))
    if actor is None:  # for the type checker: may_vote has refused
        raise Denied(LOGIN_TO_VOTE)
    key = {"thread_id": thread.id, "voter_id": actor.id}
    ballot, apart = _ballot(thread.id, actor.id)
    before = (ballot.stance, ballot.region) if ballot is not None else None
    after = (stance, actor.region) if stance is not None else None
    if before == after and (ballot is None or ballot.round == thread.round):
        return
    if stance is None:
        db.session.delete(ballot)
    elif ballot is None:
        db.session.add(Ballot(**key, stance=stance, region=actor.region, round=thread.round))
    else:
        ballot.stance, ballot.region, ballot.round, ballot.cast_at = stance, actor.region, thread.round, now()
    db.session.flush()
    if before is not None:
        count(thread, *before, by=-1, apart=apart)
    if after is not None:
        count(thread, *after, by=1, apart=apart)
    db.session.expire(thread, ["yes", "no", "abstain", "apart"])
    emit(VoteCast(thread, actor.id, stance))


def set_apart(thread: Thread, voter_ids: Collection[int]) -> int:
    """Count the stances of these people on a thread's subject apart from now on; return how many there are.

    The policy belongs to whoever decides about a burst (moderation). Doing it twice is doing it once. What an outcome
    froze stays as it was.
    """
    thread = locked_thread(thread)
    known = set(db.session.scalars(select(ApartVote.voter_id).where(ApartVote.thread_id == thread.id)))
    new = set(voter_ids) - known
    if new:
        db.session.execute(insert(ApartVote), [{"thread_id": thread.id, "voter_id": ident} for ident in sorted(new)])
    return _move(thread, new, by=1)


def take_in(thread: Thread, voter_ids: Collection[int]) -> int:
    """Count the stances of these people among all others again; return how many there are."""
    thread = locked_thread(thread)
    chosen = (ApartVote.thread_id == thread.id, ApartVote.voter_id.in_(voter_ids))
    known = set(db.session.scalars(select(ApartVote.voter_id).where(*chosen)))
    db.session.execute(delete(ApartVote).where(*chosen), execution_options={"synchronize_session": False})
    return _move(thread, known, by=-1)


def _move(thread: Thread, voter_ids: Collection[int], *, by: int) -> int:
    """Move stances out of the tallies into the count apart (by=1), or back (by=-1); one step for each cell."""
    cells = db.session.execute(
        select(Ballot.stance, Ballot.region, func.count())
        .where(Ballot.thread_id == thread.id, Ballot.voter_id.in_(voter_ids))
        .group_by(Ballot.stance, Ballot.region)
    ).all()
    for stance, region, number in cells:
        count(thread, stance, region, by=-by * number)
        count(thread, stance, region, by=by * number, apart=True)
    db.session.expire(thread, ["yes", "no", "abstain", "apart"])
    return sum(number for _stance, _region, number in cells)


def _ballot(thread_id: int, voter_id: int) -> tuple[Ballot | None, bool]:
    """Return a person's earlier stance, and whether it counts apart; in one statement."""
    values = {"thread": thread_id, "voter": voter_id}
    ballot, is_apart = db.session.execute(_ballots(), values, execution_options={"populate_existing": True}).one()
    return ballot, bool(is_apart)


@cache
def _ballots() -> Select[Ballot, bool]:
    """Select the stance of :voter in :thread, and whether it counts apart. Built once: every vote asks."""
    thread_id, voter_id = bindparam("thread", type_=Integer), bindparam("voter", type_=Integer)
    apart = exists().where(ApartVote.thread_id == thread_id, ApartVote.voter_id == voter_id)
    return (
        select(Ballot, apart)
        .select_from(Thread)
        .outerjoin(Ballot, (Ballot.thread_id == Thread.id) & (Ballot.voter_id == voter_id))
        .where(Thread.id == thread_id)
    )


def rate_comment(actor: User | None, comment: Comment, helpful: bool | None) -> None:
    """Call a comment helpful (True) or not (False); None withdraws it. Doing it twice is doing it once."""
    comment = locked_comment(comment)
    require(may_rate(actor, comment))
    if actor is None:  # for the type checker: may_rate has refused
        raise Denied(LOGIN_TO_VOTE)
    key = {"comment_id": comment.id, "voter_id": actor.id}
    vote = db.session.get(CommentVote, key, populate_existing=True)
    before = vote.helpful if vote is not None else None
    if before is helpful:
        return
    if helpful is None:
        db.session.delete(vote)
    elif vote is None:
        db.session.add(CommentVote(**key, helpful=helpful))
    else:
        vote.helpful, vote.cast_at = helpful, now()
    db.session.flush()
    more = int(helpful is True) - int(before is True)
    less = int(helpful is False) - int(before is False)
    changes = {
        "helpful": Comment.helpful + more,
        "unhelpful": Comment.unhelpful + less,
        "score": Comment.score + more - less,
    }
    db.session.execute(
        update(Comment).where(Comment.id == comment.id).values(changes),
        execution_options={"synchronize_session": False},
    )
    db.session.expire(comment, list(changes))


_LOCKED_THREAD = select(Thread).where(Thread.id == bindparam("thread")).with_for_update(key_share=True)


def locked_thread(thread: Thread) -> Thread:
    """Return the thread as it stands now, locked against votes and evaluations; comments still come in."""
    return db.session.execute(
        _LOCKED_THREAD, {"thread": thread.id}, execution_options={"populate_existing": True}
    ).scalar_one()


def locked_comment(comment: Comment) -> Comment:
    """Return the comment as it stands now, locked against changes; replies still come in."""
    query = select(Comment).where(Comment.id == comment.id).with_for_update(key_share=True)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()


def count(thread: Thread, stance: Stance, region: Region, *, by: int, apart: bool = False) -> None:
    """Add to (or take from) the thread's total and the region's; the thread must be locked.

    A stance that is set apart is counted in `Thread.apart` and nowhere else.
    """
    if apart:
        db.session.execute(
            update(Thread).where(Thread.id == thread.id).values(apart=Thread.apart + by),
            execution_options={"synchronize_session": False},
        )
        return
    name = _COLUMNS[stance]
    column = {Stance.YES: Thread.yes, Stance.NO: Thread.no, Stance.ABSTAIN: Thread.abstain}[stance]
    unsynchronised: Any = {"synchronize_session": False}
    db.session.execute(
        update(Thread).where(Thread.id == thread.id).values({name: column + by}), execution_options=unsynchronised
    )
    cell = {Stance.YES: Tally.yes, Stance.NO: Tally.no, Stance.ABSTAIN: Tally.abstain}[stance]
    counted = db.session.execute(
        update(Tally).where(Tally.thread_id == thread.id, Tally.region == region).values({name: cell + by}),
        execution_options=unsynchronised,
    )
    if cast("CursorResult[Any]", counted).rowcount == 0:
        db.session.execute(insert(Tally).values(thread_id=thread.id, region=region, **{name: by}))
