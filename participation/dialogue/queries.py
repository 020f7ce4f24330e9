"""Reading conversations: pages of comments in one statement, single comments, histories, votes.

Comments come as plain `CommentView` rows, ready for a template. Whoever lists them elsewhere than in their thread finds
the subject by `thread_id` on a higher floor.
"""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager

from participation.accounts.models import Initiative, Role, User
from participation.base.db import db
from participation.base.diff import Segment, compare
from participation.dialogue.models import (
    Ballot,
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    CommentVote,
    Stance,
    Tally,
    Thread,
    ThreadState,
)
from participation.places.models import Region

SIZES = (30, 100)
"""How many comments a page may show, the usual number first."""

FIRST_REPLIES = 5
"""How many replies stand under a comment before "Alle Antworten"."""

MAX_ID = 2**31 - 1
"""The largest id a database holds; a larger number in an address means nothing."""


class Sort(enum.Enum):
    """The order of a conversation; the values stand in addresses."""

    NEWEST = "neueste"
    OLDEST = "aelteste"
    SUPPORTED = "hilfreichste"
    DISCUSSED = "meistbesprochene"


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment as a page shows it. Of one that is not shown, there is neither text nor author."""

    id: int
    thread_id: int
    root_id: int | None
    parent_id: int | None
    kind: CommentKind | None
    state: CommentState
    reason: str
    """Why it is hidden."""
    html: str
    lang: str
    anchor: str | None
    anchor_text: str
    version: int
    created_at: datetime
    edited_at: datetime | None
    helpful: int
    unhelpful: int
    score: int
    reply_count: int
    author_id: int
    author: str
    is_moderation: bool
    is_example: bool
    place: str
    initiative: str
    """The name of the initiative it was written for, or empty."""
    initiative_slug: str
    answer_to: str
    """Whom a reply to a reply addresses; else empty."""
    my_vote: int
    """1 helpful, -1 not helpful, 0 none: the viewer's."""
    replies: tuple[CommentView, ...] = ()

    @property
    def visible(self) -> bool:
        """Whether the text is shown."""
        return self.state is CommentState.VISIBLE

    @property
    def more_replies(self) -> int:
        """How many replies there are beyond those that came along."""
        return max(0, self.reply_count - len(self.replies)) if self.root_id is None else 0


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
    counters = ("comment_count", "root_count", "yes", "no", "abstain", *(kind.value for kind in CommentKind))
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
    start = _parse(after, sort)
    if thread is None or thread.id is None:
        empty = thread or blank_thread(votable=votable)
        return ThreadPage(empty, (), Standing(), sort, kind, size, None, None)
    views = _views(_page_ids(thread.id, sort, kind, start, size), viewer)
    roots = _in_order([view for view in views if view.root_id is None], sort)
    replies: dict[int | None, list[CommentView]] = defaultdict(list)
    for view in sorted(views, key=lambda view: view.id):
        if view.root_id is not None:
            replies[view.root_id].append(view)
    shown = tuple(replace(root, replies=tuple(replies[root.id])) for root in roots[:size])
    further = cursor(shown[-1], sort) if len(roots) > size else None
    return ThreadPage(thread, shown, standing(thread, viewer), sort, kind, size, after if start else None, further)


def replies_page(root_id: int, viewer: User | None, *, after: int = 0, size: int = SIZES[0]) -> CommentList:
    """Return the replies of a branch that come after the one with id `after`, the oldest first."""
    ids = (
        select(Comment.id)
        .where(Comment.root_id == _known(root_id), Comment.id > _known(after))
        .order_by(Comment.id)
        .limit(size + 1)
    )
    return _listed(sorted(_views(ids, viewer), key=lambda view: view.id), size)


def comment_with_parent(comment_id: int, viewer: User | None, *, after: int = 0) -> CommentPage | None:
    """Return a comment with what it answers and its direct replies (under an opening comment: the whole branch)."""
    if comment_id > MAX_ID:
        return None
    itself = select(Comment.id).where(Comment.id == comment_id)
    parent_id = select(Comment.parent_id).where(Comment.id == comment_id, Comment.parent_id.is_not(None))
    found = {view.id: view for view in _views(union_all(itself, parent_id), viewer)}
    comment = found.get(comment_id)
    if comment is None:
        return None
    if comment.root_id is None:
        branch = replies_page(comment.id, viewer, after=after)
    else:
        begin = max(_known(after), comment.id)
        direct = (
            select(Comment.id)
            .where(Comment.root_id == comment.root_id, Comment.parent_id == comment.id, Comment.id > begin)
            .order_by(Comment.id)
            .limit(SIZES[0] + 1)
        )
        branch = _listed(sorted(_views(direct, viewer), key=lambda view: view.id), SIZES[0])
    return CommentPage(comment, found.get(comment.parent_id or 0), branch.comments, branch.next)


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
    ids = select(Comment.id).order_by(Comment.id.desc()).limit(size + 1)
    if author_id is not None:
        ids = ids.where(Comment.author_id == author_id)
    if initiative_id is not None:
        ids = ids.where(Comment.initiative_id == initiative_id)
    if viewer is None or viewer.id != author_id:
        ids = ids.where(Comment.state == CommentState.VISIBLE)
    if after is not None:
        ids = ids.where(Comment.id < _known(after))
    return _listed(sorted(_views(ids, viewer), key=lambda view: -view.id), size)


def recent_threads(limit: int) -> list[ThreadRow]:
    """Return the threads in which someone wrote last, the latest first."""
    rows = db.session.execute(
        select(Thread.id, Thread.comment_count, Thread.yes + Thread.no + Thread.abstain, Thread.last_comment_at)
        .where(Thread.last_comment_at.is_not(None))
        .order_by(Thread.last_comment_at.desc(), Thread.id.desc())
        .limit(limit)
    )
    return [ThreadRow(*row) for row in rows]


def tallies(thread_id: int) -> tuple[RegionTally, ...]:
    """Return the stances by region, in the order of the regions; regions without a stance are left out."""
    return _standing(thread_id, None).tallies


def standing(thread: Thread | None, viewer: User | None) -> Standing:
    """Return how people voted and how the viewer did, in one statement; none where there is no vote."""
    if thread is None or thread.id is None or not thread.votable:
        return Standing()
    return _standing(thread.id, viewer)


def cursor(comment: CommentView, sort: Sort) -> str:
    """Return the cursor of the page that begins after a comment."""
    return _cursor(sort, comment.id, _value(comment, sort))


def cursor_before(root_id: int) -> str:
    """Return the cursor of the page, newest first, that begins with a certain opening comment."""
    return _cursor(Sort.NEWEST, root_id + 1, 0)


def _standing(thread_id: int, viewer: User | None) -> Standing:
    mine: ColumnElement[Any] = literal(None)
    if viewer is not None:
        mine = (
            select(Ballot.stance).where(Ballot.thread_id == thread_id, Ballot.voter_id == viewer.id).scalar_subquery()
        )
    # A ballot is always counted in some tally, so no tally means no ballot either.
    rows = db.session.execute(
        select(Tally.region, Tally.yes, Tally.no, Tally.abstain, mine).where(Tally.thread_id == thread_id)
    ).all()
    found = {row[0]: RegionTally(*row[:4]) for row in rows}
    ordered = tuple(found[region] for region in Region if region in found and found[region].votes)
    return Standing(rows[0][4] if rows else None, ordered)


def _page_ids(
    thread_id: int, sort: Sort, kind: CommentKind | None, start: tuple[int, int] | None, size: int
) -> Select[Any]:
    """Select the ids of a page's opening comments and of the first replies under each."""
    root = aliased(Comment, name="root")
    order: list[InstrumentedAttribute[int]] = {
        Sort.NEWEST: [root.id],
        Sort.OLDEST: [root.id],
        Sort.SUPPORTED: [root.score, root.id],
        Sort.DISCUSSED: [root.reply_count, root.id],
    }[sort]
    query = select(root.id).where(root.thread_id == thread_id, root.root_id.is_(None))
    if kind is not None:
        query = query.where(root.kind == kind)
    if start is not None:
        value, last = start
        if sort is Sort.OLDEST:
            query = query.where(root.id > last)
        elif sort is Sort.NEWEST:
            query = query.where(root.id < last)
        else:
            query = query.where(tuple_(*order) < tuple_(literal(value), literal(last)))
    columns = [column.asc() if sort is Sort.OLDEST else column.desc() for column in order]
    page = query.order_by(*columns).limit(size + 1).cte("page")
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
        select(reply.id)
        .select_from(page)
        .join(reply, and_(reply.root_id == page.c.id, reply.id <= func.coalesce(fifth, MAX_ID)))
    )
    both = union_all(select(page.c.id), first).subquery("both")
    return select(both.c.id)


def _views(ids: Any, viewer: User | None) -> list[CommentView]:
    """Return comments with their authors and the viewer's votes in one statement, in no order."""
    wanted = ids.subquery("wanted")
    ident = next(iter(wanted.c))
    parent, addressee = aliased(Comment, name="parent"), aliased(User, name="addressee")
    mine: ColumnElement[Any] = literal(None)
    if viewer is not None:
        mine = CommentVote.helpful
    query = (
        select(
            Comment.id,
            Comment.thread_id,
            Comment.root_id,
            Comment.parent_id,
            Comment.kind,
            Comment.state,
            Comment.state_reason,
            Comment.html,
            Comment.lang,
            Comment.anchor,
            Comment.anchor_text,
            Comment.version,
            Comment.created_at,
            Comment.edited_at,
            Comment.helpful,
            Comment.unhelpful,
            Comment.score,
            Comment.reply_count,
            Comment.author_id,
            User.display_name,
            User.role,
            User.is_example,
            User.residence_label,
            Initiative.name.label("initiative"),
            Initiative.slug.label("initiative_slug"),
            addressee.display_name.label("answer_to"),
            mine.label("mine"),
        )
        .select_from(wanted)
        .join(Comment, Comment.id == ident)
        .join(User, User.id == Comment.author_id)
        .outerjoin(Initiative, Initiative.id == Comment.initiative_id)
        .outerjoin(
            parent,
            and_(
                parent.id == Comment.parent_id,
                Comment.parent_id != Comment.root_id,
                parent.state == CommentState.VISIBLE,
            ),
        )
        .outerjoin(addressee, addressee.id == parent.author_id)
    )
    if viewer is not None:
        own = and_(CommentVote.comment_id == Comment.id, CommentVote.voter_id == viewer.id)
        query = query.outerjoin(CommentVote, own)
    return [_view(row) for row in db.session.execute(query)]


def _view(row: Row[Any]) -> CommentView:
    """Make a view of a row; what is not shown is left out here, so that no template can show it by mistake."""
    shown = row.state is CommentState.VISIBLE
    return CommentView(
        id=row.id,
        thread_id=row.thread_id,
        root_id=row.root_id,
        parent_id=row.parent_id,
        kind=row.kind,
        state=row.state,
        reason=row.state_reason,
        html=row.html if shown else "",
        lang=row.lang,
        anchor=row.anchor,
        anchor_text=row.anchor_text if shown else "",
        version=row.version,
        created_at=row.created_at,
        edited_at=row.edited_at,
        helpful=row.helpful,
        unhelpful=row.unhelpful,
        score=row.score,
        reply_count=row.reply_count,
        author_id=row.author_id,
        author=row.display_name if shown else "",
        is_moderation=shown and row.role is Role.MODERATOR,
        is_example=row.is_example,
        place=row.residence_label if shown and not row.initiative else "",
        initiative=(row.initiative or "") if shown else "",
        initiative_slug=(row.initiative_slug or "") if shown else "",
        answer_to=row.answer_to or "",
        my_vote=0 if row.mine is None else 1 if row.mine else -1,
    )


def _listed(views: list[CommentView], size: int) -> CommentList:
    return CommentList(tuple(views[:size]), views[size - 1].id if len(views) > size else None)


def _value(comment: CommentView, sort: Sort) -> int:
    return {Sort.SUPPORTED: comment.score, Sort.DISCUSSED: comment.reply_count}.get(sort, 0)


def _in_order(views: Iterable[CommentView], sort: Sort) -> list[CommentView]:
    return sorted(views, key=lambda view: (_value(view, sort), view.id), reverse=sort is not Sort.OLDEST)


_CURSOR = re.compile(r"([nahm])(?:(-?[0-9]{1,9})\.)?([0-9]{1,10})")


def _cursor(sort: Sort, comment_id: int, value: int) -> str:
    letter = sort.value[0]
    return f"{letter}{value}.{comment_id}" if sort in (Sort.SUPPORTED, Sort.DISCUSSED) else f"{letter}{comment_id}"


def _parse(text: str | None, sort: Sort) -> tuple[int, int] | None:
    """Return (value, id) of a cursor, or None where it does not fit the order."""
    match = _CURSOR.fullmatch(text or "")
    if match is None or match[1] != sort.value[0] or int(match[3]) > MAX_ID:
        return None
    paired = sort in (Sort.SUPPORTED, Sort.DISCUSSED)
    if paired != (match[2] is not None):
        return None
    return int(match[2] or 0), int(match[3])


def _known(number: int) -> int:
    """Return a number from an address, kept within what the database can compare."""
    return min(max(number, 0), MAX_ID)
