"""Reading conversations: pages of comments in one statement, single comments, histories, votes.

Comments come as plain `CommentView` rows, ready for a template. Whoever lists them elsewhere than in their thread finds
the subject by `thread_id` on a higher floor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager

from participation.accounts.models import User
from participation.base.db import db
from participation.base.diff import Segment, compare
from participation.dialogue.cursors import MAX_ID, Cursor, Sort, known, parse
from participation.dialogue.models import (
    ApartVote,
    Ballot,
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    Stance,
    Tally,
    Thread,
    ThreadState,
)
from participation.dialogue.mood import Share, breakdown
from participation.dialogue.rows import COLUMNS, CommentView, comment_views, read_views, views_of
from participation.places.models import Region

__all__ = [
    "CommentList",
    "CommentPage",
    "CommentView",
    "Place",
    "RegionTally",
    "Share",
    "Sort",
    "Standing",
    "ThreadPage",
    "ThreadRow",
    "Version",
    "blank_thread",
    "breakdown",
    "comment_with_parent",
    "comments_of",
    "find",
    "history",
    "place_in_thread",
    "recent_threads",
    "replies_page",
    "single",
    "standing",
    "tallies",
    "thread_page",
]

SIZES = (30, 100)
"""How many comments a page may show, the usual number first."""

FIRST_REPLIES = 5
"""How many replies stand under a comment before "Alle Antworten"."""


@dataclass(frozen=True, slots=True)
class RegionTally:
    """The stances of one region."""

    region: Region
    yes: int
    no: int
    abstain: int

    @property
    def votes(self) -> int:
        """All stances together."""
        return self.yes + self.no + self.abstain


@dataclass(frozen=True, slots=True)
class Standing:
    """How people voted on a thread's subject, and how the viewer did."""

    mine: Stance | None = None
    tallies: tuple[RegionTally, ...] = ()
    mine_apart: bool = False
    """Whether the viewer's stance counts apart, as part of a conspicuous burst."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One page of a conversation with all a template needs."""

    thread: Thread
    comments: tuple[CommentView, ...]
    standing: Standing
    sort: Sort
    kind: CommentKind | None
    size: int
    after: str | None
    """The cursor this page began with."""
    next: str | None
    """The cursor of the next page."""


@dataclass(frozen=True, slots=True)
class CommentList:
    """Comments that belong together, and where the next ones begin."""

    comments: tuple[CommentView, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class CommentPage:
    """A comment on a page of its own: what it answers, and what answers it."""

    comment: CommentView
    parent: CommentView | None
    replies: tuple[CommentView, ...]
    next: int | None

    @property
    def root_id(self) -> int:
        """The comment that opens the branch."""
        return self.comment.root_id or self.comment.id


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment is found in its conversation."""

    after: str | None
    """The cursor of the page; None for the first."""
    shown_id: int
    """The comment's id, or that of the opening comment where the comment stands behind "Alle Antworten"."""


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a comment, compared with the one before."""

    number: int
    written_at: datetime
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list."""

    id: int
    comment_count: int
    votes: int
    last_comment_at: datetime


def blank_thread(*, votable: bool) -> Thread:
    """Return what a subject has before its first contribution: a thread that is in no database and stays there."""
    counters = ("comment_count", "root_count", "yes", "no", "abstain", "apart", *(kind.value for kind in CommentKind))
    return Thread(state=ThreadState.OPEN, round=1, votable=votable, **dict.fromkeys(counters, 0))


def thread_page(
    thread: Thread | None,
    viewer: User | None,
    *,
    votable: bool = False,
    sort: Sort = Sort.NEWEST,
    kind: CommentKind | None = None,
    after: str | None = None,
    size: int = SIZES[0],
) -> ThreadPage:
    """Return a page of a conversation in two statements, however long it is; none while there is no thread.

    A malformed cursor, or one of another order, means the first page. `votable` counts only while there is no thread.
    """
    size = size if size in SIZES else SIZES[0]
    start = parse(after, sort)
    if thread is None:
        return ThreadPage(blank_thread(votable=votable), (), Standing(), sort, kind, size, None, None)
    statement = _page(sort, by_kind=kind is not None, further=start is not None, rated=viewer is not None)
    values: dict[str, object] = {"thread": thread.id, "size": size + 1}
    if kind is not None:
        values["kind"] = kind
    if start is not None:
        values |= {"start": start.id}
        if sort in (Sort.SUPPORTED, Sort.DISCUSSED):
            values |= {"value": start.value}
    views = read_views(statement, viewer, values)
    roots = _in_order([view for view in views if view.root_id is None], sort)
    replies: dict[int | None, list[CommentView]] = defaultdict(list)
    for view in sorted(views, key=lambda view: view.id):
        if view.root_id is not None:
            replies[view.root_id].append(view)
    shown = tuple(roots[:size])
    for root in shown:
        root.replies = tuple(replies[root.id]) if root.id in replies else ()
    further = str(Cursor(sort, shown[-1].id, _value(shown[-1], sort))) if len(roots) > size else None
    return ThreadPage(thread, shown, standing(thread, viewer), sort, kind, size, after if start else None, further)


def replies_page(root_id: int, viewer: User | None, *, after: int = 0, size: int = SIZES[0]) -> CommentList:
    """Return the replies of a branch that come after the one with id `after`, the oldest first."""
    chosen = (
        select(*COLUMNS)
        .where(Comment.root_id == known(root_id), Comment.id > known(after))
        .order_by(Comment.id)
        .limit(size + 1)
    )
    return _listed(sorted(comment_views(chosen, viewer), key=lambda view: view.id), size)


def comment_with_parent(comment_id: int, viewer: User | None, *, after: int = 0) -> CommentPage | None:
    """Return a comment with what it answers and its direct replies (under an opening comment: the whole branch)."""
    if comment_id > MAX_ID:
        return None
    parent_id = select(Comment.parent_id).where(Comment.id == comment_id).scalar_subquery()
    both = union_all(*(select(*COLUMNS).where(Comment.id == ident) for ident in (literal(comment_id), parent_id)))
    found = {view.id: view for view in comment_views(both, viewer)}
    comment = found.get(comment_id)
    if comment is None:
        return None
    if comment.root_id is None:
        branch = replies_page(comment.id, viewer, after=after)
    else:
        begin = max(known(after), comment.id)
        direct = (
            select(*COLUMNS)
            .where(Comment.root_id == comment.root_id, Comment.parent_id == comment.id, Comment.id > begin)
            .order_by(Comment.id)
            .limit(SIZES[0] + 1)
        )
        branch = _listed(sorted(comment_views(direct, viewer), key=lambda view: view.id), SIZES[0])
    return CommentPage(comment, found.get(comment.parent_id or 0), branch.comments, branch.next)


def single(comment_id: int, viewer: User | None) -> CommentView | None:
    """Return one comment as a page shows it."""
    views = comment_views(select(*COLUMNS).where(Comment.id == known(comment_id)), viewer)
    return views[0] if views else None


def find(comment_id: int) -> Comment | None:
    """Return a comment to work on, whatever its state, with thread, author and initiative."""
    if comment_id > MAX_ID:
        return None
    return db.session.scalar(
        select(Comment)
        .join(Comment.author)
        .join(Comment.thread)
        .outerjoin(Comment.initiative)
        .options(contains_eager(Comment.author), contains_eager(Comment.thread), contains_eager(Comment.initiative))
        .where(Comment.id == comment_id)
    )


def history(comment: Comment, *, before: int | None = None, size: int = 20) -> tuple[list[Version], int | None]:
    """Return the wordings of a comment, the newest first, each compared with the one before; and where to go on.

    Of a comment that is not shown there is no history.
    """
    if comment.state is not CommentState.VISIBLE:
        return [], None
    texts: list[tuple[int, datetime, str]] = []
    if before is None or before > comment.version:
        texts.append((comment.version, comment.edited_at or comment.created_at, comment.body))
    query = select(CommentVersion.version, CommentVersion.written_at, CommentVersion.body).where(
        CommentVersion.comment_id == comment.id
    )
    if before is not None:
        query = query.where(CommentVersion.version < min(before, MAX_ID))
    earlier = query.order_by(CommentVersion.version.desc()).limit(size + 1 - len(texts))
    texts += [(row.version, row.written_at, row.body) for row in db.session.execute(earlier)]
    bodies = {number: body for number, _at, body in texts}
    versions = [
        Version(number, at, compare(bodies[number - 1], body) if number > 1 else (Segment("same", body),))
        for number, at, body in texts
        if number == 1 or number - 1 in bodies
    ]
    last = versions[-1].number if versions else 1
    return versions, last if last > 1 else None


def comments_of(
    viewer: User | None,
    *,
    author_id: int | None = None,
    initiative_id: int | None = None,
    after: int | None = None,
    size: int = SIZES[0],
) -> CommentList:
    """Return what a person wrote, or what was written for an initiative, the newest first.

    People see all of their own; others see what is shown.
    """
    chosen = select(*COLUMNS).order_by(Comment.id.desc()).limit(size + 1)
    if author_id is not None:
        chosen = chosen.where(Comment.author_id == author_id)
    if initiative_id is not None:
        chosen = chosen.where(Comment.initiative_id == initiative_id)
    if viewer is None or viewer.id != author_id:
        chosen = chosen.where(Comment.state == CommentState.VISIBLE)
    if after is not None:
        chosen = chosen.where(Comment.id < known(after))
    return _listed(sorted(comment_views(chosen, viewer), key=lambda view: -view.id), size)


def recent_threads(limit: int) -> list[ThreadRow]:
    """Return the threads in which someone wrote last, the latest first."""
    rows = db.session.execute(
        select(Thread.id, Thread.comment_count, Thread.yes + Thread.no + Thread.abstain, Thread.last_comment_at)
        .where(Thread.last_comment_at.is_not(None))
        .order_by(Thread.last_comment_at.desc(), Thread.id.desc())
        .limit(limit)
    )
    return [ThreadRow(*row[:3], at) for row in rows if (at := row[3])]


def tallies(thread_id: int) -> tuple[RegionTally, ...]:
    """Return the stances by region, in the order of the regions; regions without a stance are left out."""
    return _standing(thread_id, None).tallies


def standing(thread: Thread | None, viewer: User | None) -> Standing:
    """Return how people voted and how the viewer did, in one statement; none where there is no vote."""
    if thread is None or not thread.votable:
        return Standing()
    return _standing(thread.id, viewer)


def place_in_thread(thread_id: int, comment_id: int, root_id: int | None) -> Place:
    """Return where a comment stands in its conversation, the newest first: on which page, and under which id."""
    root = root_id or comment_id
    newer = select(Comment.id).where(Comment.thread_id == thread_id, Comment.root_id.is_(None), Comment.id > root)
    earlier = select(Comment.id).where(Comment.root_id == root, Comment.id < comment_id)
    counts = select(
        select(func.count()).select_from(newer.limit(SIZES[0]).subquery()).scalar_subquery(),
        select(func.count()).select_from(earlier.limit(FIRST_REPLIES).subquery()).scalar_subquery(),
    )
    before, above = db.session.execute(counts).one()
    after = str(Cursor(Sort.NEWEST, root + 1)) if before >= SIZES[0] else None
    return Place(after, comment_id if above < FIRST_REPLIES else root)


@cache
def _tallies(*, own: bool) -> Select[*tuple[Any, ...]]:
    """Select the tallies of :thread; with `own` also the stance of :viewer. Built once, as `_page` is."""
    mine: ColumnElement[Any] = literal(None)
    apart: ColumnElement[Any] = literal(None)
    if own:
        ballot = (Ballot.thread_id == bindparam("thread"), Ballot.voter_id == bindparam("viewer"))
        mine = select(Ballot.stance).where(*ballot).scalar_subquery()
        apart = exists().where(ApartVote.thread_id == bindparam("thread"), ApartVote.voter_id == bindparam("viewer"))
    columns = (Tally.region, Tally.yes, Tally.no, Tally.abstain, mine, apart)
    return select(*columns).where(Tally.thread_id == bindparam("thread"))


def _standing(thread_id: int, viewer: User | None) -> Standing:
    values = {"thread": thread_id} if viewer is None else {"thread": thread_id, "viewer": viewer.id}
    # A ballot was always counted in some tally once, if only at zero now, so no tally means no ballot either.
    rows = db.session.execute(_tallies(own=viewer is not None), values).all()
    found = {row[0]: RegionTally(*row[:4]) for row in rows}
    ordered = tuple(found[region] for region in Region if region in found and found[region].votes)
    return Standing(rows[0][4], ordered, bool(rows[0][5])) if rows else Standing()


@cache
def _page(sort: Sort, *, by_kind: bool, further: bool, rated: bool) -> Select[*tuple[Any, ...]]:
    """Select a page's opening comments and the first replies under each, with all that stands around them.

    Built once for each way of reading: putting such a statement together costs more than running it. It takes :thread
    and :size, and where asked for :kind, :start, :value and :viewer.
    """
    root = Comment
    order: list[InstrumentedAttribute[int]] = {
        Sort.NEWEST: [root.id],
        Sort.OLDEST: [root.id],
        Sort.SUPPORTED: [root.score, root.id],
        Sort.DISCUSSED: [root.reply_count, root.id],
    }[sort]
    start, value = bindparam("start", type_=Integer), bindparam("value", type_=Integer)
    query = select(*COLUMNS).where(root.thread_id == bindparam("thread"), root.root_id.is_(None))
    if by_kind:
        query = query.where(root.kind == bindparam("kind"))
    if further:
        if sort is Sort.OLDEST:
            query = query.where(root.id > start)
        elif sort is Sort.NEWEST:
            query = query.where(root.id < start)
        else:
            query = query.where(tuple_(*order) < tuple_(value, start))
    columns = [column.asc() if sort is Sort.OLDEST else column.desc() for column in order]
    page = query.order_by(*columns).limit(bindparam("size", type_=Integer)).cte("page")
    # The fifth reply's id bounds the replies: so a branch of thousands costs no more than one of five.
    reply, nth = aliased(Comment, name="reply"), aliased(Comment, name="nth")
    fifth = (
        select(nth.id)
        .where(nth.root_id == page.c.id)
        .order_by(nth.id)
        .limit(1)
        .offset(FIRST_REPLIES - 1)
        .correlate(page)
        .scalar_subquery()
    )
    first = (
        select(*(getattr(reply, column.key) for column in COLUMNS))
        .select_from(page)
        .join(reply, and_(reply.root_id == page.c.id, reply.id <= func.coalesce(fifth, MAX_ID)))
    )
    return views_of(union_all(select(*page.c), first), rated=rated)


def _listed(views: list[CommentView], size: int) -> CommentList:
    return CommentList(tuple(views[:size]), views[size - 1].id if len(views) > size else None)


def _value(comment: CommentView, sort: Sort) -> int:
    return {Sort.SUPPORTED: comment.score, Sort.DISCUSSED: comment.reply_count}.get(sort, 0)


def _in_order(views: Iterable[CommentView], sort: Sort) -> list[CommentView]:
    return sorted(views, key=lambda view: (_value(view, sort), view.id), reverse=sort is not Sort.OLDEST)
