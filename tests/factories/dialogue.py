"""Threads and comments for tests: as people make them, or many at once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select, update

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.dialogue import operations
from participation.dialogue.models import ENOUGH, Comment, CommentKind, CommentVote, Thread, WaitingComment
from participation.dialogue.waiting import contribute
from tests.factories import accounts


def thread(*, votable: bool = True) -> Thread:
    """Add a thread without a subject."""
    return operations.open_thread(votable=votable)


def comment(
    thread: Thread | None = None,
    author: User | None = None,
    body: str = "Ein Gedanke zum Strukturwandel",
    **rest: object,
) -> Comment:
    """Write a comment; without a parent it is a question unless told otherwise."""
    parent = rest.get("parent")
    rest.setdefault("kind", None if parent else CommentKind.QUESTION)
    where = thread or (parent.thread if parent else None) or globals()["thread"]()
    return operations.write_comment(author or accounts.user(), where, body=body, **rest)


def waiting(
    author: User | None = None,
    thread: Thread | None = None,
    body: str = "Mein erster Beitrag",
    **rest: object,
) -> WaitingComment:
    """Write a contribution that waits for a moderator, by someone new unless told otherwise."""
    parent = rest.get("parent")
    rest.setdefault("kind", None if parent else CommentKind.QUESTION)
    where = thread or (parent.thread if parent else None) or globals()["thread"]()
    rest.setdefault("needed", ENOUGH + 1)
    rest.setdefault("period", timedelta(days=1))
    made = contribute(author or accounts.user(), where, body=body, **rest)
    assert isinstance(made, WaitingComment)
    return made


def many(
    where: Thread, roots: int, replies: int = 0, *, author: User | None = None, text: str = "Ein Gedanke"
) -> list[int]:
    """Insert many comments at once, each with replies; counters are set, not counted. Returns the ids of the roots."""
    writer = author or accounts.user()
    begin, kinds = now() - timedelta(days=30), list(CommentKind)
    first = (db.session.scalar(select(func.max(Comment.id))) or 0) + 1
    common = {"thread_id": where.id, "author_id": writer.id, "sanitiser": 1, "body": text, "html": f"<p>{text}</p>"}
    rows = [
        {
            **common,
            "id": first + n,
            "root_id": None,
            "parent_id": None,
            "kind": kinds[n % 5],
            "score": n % 7,
            "helpful": n % 7,
            "reply_count": replies,
            "created_at": begin + timedelta(seconds=n),
        }
        for n in range(roots)
    ]
    for n in range(roots * replies):
        root = first + n // replies
        rows.append(
            {
                **common,
                "id": first + roots + n,
                "root_id": root,
                "parent_id": root if n % replies < 2 else first + roots + n - 1,
                "kind": None,
                "score": 0,
                "helpful": 0,
                "reply_count": 0,
                "created_at": begin + timedelta(seconds=roots + n),
            }
        )
    db.session.execute(insert(Comment), rows)
    counters = {kind.value: len([row for row in rows if row["kind"] is kind]) for kind in kinds}
    totals = {"comment_count": len(rows), "root_count": roots, "last_comment_at": rows[-1]["created_at"]}
    db.session.execute(update(Thread).where(Thread.id == where.id).values(**totals, **counters))
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.setval("comments_id_seq", first + len(rows))))
    db.session.expire_all()
    return [row["id"] for row in rows[:roots]]


def ratings(comment_ids: list[int], voter: User) -> None:
    """Let a person find many comments helpful, without counting."""
    rows = [{"comment_id": ident, "voter_id": voter.id, "helpful": True} for ident in comment_ids]
    db.session.execute(insert(CommentVote), rows)
