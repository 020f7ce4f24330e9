"""Counting again what the counters say, to prove that they are right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, exists, func, literal, select

from participation.base.db import db
from participation.dialogue.models import (
    ApartVote,
    Ballot,
    Comment,
    CommentKind,
    CommentState,
    CommentVote,
    Stance,
    Tally,
    Thread,
)

_Key = tuple[Any, ...]
_APART = exists().where(ApartVote.thread_id == Ballot.thread_id, ApartVote.voter_id == Ballot.voter_id)
"""Whether a stance counts apart; such are in no other counter."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that does not say what the rows say."""

    row: str
    """e.g. "thread 7", "comment 12", "tally 7 sachsen"."""
    counter: str
    stored: object
    counted: object


def recount(thread_id: int | None = None) -> list[Difference]:
    """Compare every counter of one thread, or of all, with the rows it counts; an empty list means all are right."""
    return [*_threads(thread_id), *_branches(thread_id), *_ratings(thread_id), *_tallies(thread_id)]


def _threads(thread_id: int | None) -> list[Difference]:
    root = Comment.root_id.is_(None)
    comments = _of(
        select(
            Comment.thread_id,
            _sum(Comment.state == CommentState.VISIBLE).label("comment_count"),
            _sum(root).label("root_count"),
            *(_sum(root & (Comment.kind == kind)).label(kind.value) for kind in CommentKind),
            func.max(Comment.created_at).label("last_comment_at"),
        ).group_by(Comment.thread_id),
        Comment.thread_id,
        thread_id,
    )
    stances = _of(
        select(Ballot.thread_id, *_stances(), _sum(_APART).label("apart")).group_by(Ballot.thread_id),
        Ballot.thread_id,
        thread_id,
    )
    written = ("comment_count", "root_count", *(kind.value for kind in CommentKind), "last_comment_at")
    stored = _of(select(Thread.id, *(getattr(Thread, name) for name in written)), Thread.id, thread_id)
    voted = _of(select(Thread.id, Thread.yes, Thread.no, Thread.abstain, Thread.apart), Thread.id, thread_id)
    return [
        *_compared("thread", written, stored, comments, empty={"last_comment_at": None}),
        *_compared("thread", ("yes", "no", "abstain", "apart"), voted, stances),
    ]


def _branches(thread_id: int | None) -> list[Difference]:
    counted = _of(
        select(Comment.root_id, func.count().label("reply_count"))
        .where(Comment.root_id.is_not(None))
        .group_by(Comment.root_id),
        Comment.thread_id,
        thread_id,
    )
    stored = _of(select(Comment.id, Comment.reply_count), Comment.thread_id, thread_id)
    return _compared("comment", ("reply_count",), stored, counted)


def _ratings(thread_id: int | None) -> list[Difference]:
    counted = _of(
        select(
            CommentVote.comment_id,
            _sum(CommentVote.helpful.is_(True)).label("helpful"),
            _sum(CommentVote.helpful.is_(False)).label("unhelpful"),
            func.sum(case((CommentVote.helpful.is_(True), 1), else_=-1)).label("score"),
        )
        .join(Comment, Comment.id == CommentVote.comment_id)
        .group_by(CommentVote.comment_id),
        Comment.thread_id,
        thread_id,
    )
    stored = _of(
        select(Comment.id, Comment.helpful, Comment.unhelpful, Comment.score),
        Comment.thread_id,
        thread_id,
    )
    return _compared("comment", ("helpful", "unhelpful", "score"), stored, counted)


def _tallies(thread_id: int | None) -> list[Difference]:
    counted = _of(
        select(Ballot.thread_id, Ballot.region, *_stances()).group_by(Ballot.thread_id, Ballot.region),
        Ballot.thread_id,
        thread_id,
    )
    stored = _of(select(Tally.thread_id, Tally.region, Tally.yes, Tally.no, Tally.abstain), Tally.thread_id, thread_id)
    return _compared("tally", ("yes", "no", "abstain"), stored, counted, keys=2)


def _stances() -> list[Any]:
    names = {Stance.YES: "yes", Stance.NO: "no", Stance.ABSTAIN: "abstain"}
    return [_sum((Ballot.stance == stance) & ~_APART).label(name) for stance, name in names.items()]


def _sum(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=literal(0)))


def _of(query: Select[*tuple[Any, ...]], column: Any, thread_id: int | None) -> Iterable[Row[*tuple[Any, ...]]]:
    return db.session.execute(query if thread_id is None else query.where(column == thread_id))


def _compared(
    what: str,
    names: tuple[str, ...],
    stored: Iterable[Row[*tuple[Any, ...]]],
    counted: Iterable[Row[*tuple[Any, ...]]],
    *,
    keys: int = 1,
    empty: dict[str, object] | None = None,
) -> list[Difference]:
    """Return where rows of (key …, counter …) differ; a row that is missing counts nothing."""
    nothing = tuple((empty or {}).get(name, 0) for name in names)
    there: dict[_Key, _Key] = {tuple(row[:keys]): tuple(row[keys:]) for row in stored}
    real: dict[_Key, _Key] = {tuple(row[:keys]): tuple(row[keys:]) for row in counted}
    differences: list[Difference] = []
    for key in dict.fromkeys([*there, *real]):
        row = " ".join([what, *(str(getattr(part, "value", part)) for part in key)])
        pairs = zip(names, there.get(key, nothing), real.get(key, nothing), strict=True)
        differences += [Difference(row, name, has, should) for name, has, should in pairs if has != should]
    return differences
