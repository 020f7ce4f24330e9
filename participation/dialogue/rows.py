"""Comments as plain rows for templates, read in one statement with all that stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, Role, User
from participation.base.db import database_now, db, gathered
from participation.dialogue.models import (
    Anchor,
    AnchorState,
    AnswerRequest,
    AnswerState,
    Comment,
    CommentKind,
    CommentState,
    CommentVote,
    Occasion,
    Recording,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """The passage a comment is about, and what became of it."""

    subject: str
    revision: int
    is_quote: bool
    exact: str
    state: AnchorState
    changed_in: int | None
    found: str


@dataclass(frozen=True, slots=True)
class Said:
    """Where and when it was said, for what moderators wrote down elsewhere."""

    number: int
    """Of the occasion."""
    place: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Addressee:
    """An organisation that a comment asks for an answer."""

    slug: str
    name: str
    state: AnswerState
    answer_id: int | None
    """The first reply written for it."""


@dataclass(slots=True)
class CommentView:
    """A comment as a page shows it. Of one that is not shown, there is neither text nor author.

    Not frozen: a page makes a hundred, and to set a field of a frozen one takes three times as long.
    """

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
    mark: Mark | None
    """What exactly it is about, where it is about a point or a quote."""
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
    said: Said | None = None
    """Set for what was said elsewhere; then `author` is nobody's name."""
    asked: tuple[Addressee, ...] = ()
    """Whom it asks for an answer, in the order of its author."""
    replies: tuple[CommentView, ...] = ()

    @property
    def visible(self) -> bool:
        """Whether the text is shown."""
        return self.state is CommentState.VISIBLE

    @property
    def more_replies(self) -> int:
        """How many replies there are beyond those that came along."""
        return max(0, self.reply_count - len(self.replies)) if self.root_id is None else 0


COLUMNS = (
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
    Comment.initiative_id,
)
"""What `comment_views` needs to know of a comment."""


Chosen = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


def request_state(comment_id: Any, root_id: Any) -> ColumnElement[str]:
    """Return what became of the request in the row at hand, as the value of an AnswerState."""
    return case(
        (_answer(comment_id, root_id).is_not(None), AnswerState.ANSWERED.value),
        (AnswerRequest.due_at <= database_now(), AnswerState.LAPSED.value),
        else_=AnswerState.OPEN.value,
    )


def comment_views(chosen: Chosen, viewer: User | None) -> list[CommentView]:
    """Return comments with their authors and the viewer's ratings in one statement, in no order."""
    return read_views(views_of(chosen, rated=viewer is not None), viewer, {})


def read_views(
    statement: Select[*tuple[Any, ...]], viewer: User | None, values: dict[str, object]
) -> list[CommentView]:
    """Run a statement of `views_of` with its values."""
    if viewer is not None:
        values = values | {"viewer": viewer.id}
    return [_view(row) for row in db.session.execute(statement, values)]


def views_of(chosen: Chosen, *, rated: bool) -> Select[*tuple[Any, ...]]:
    """Wrap a selection of `COLUMNS` in what stands around comments; `rated` adds the ratings of `:viewer`.

    `chosen` is the source itself, not a list of ids to look up, and what is rare or single comes by scalar subqueries:
    joins would tempt a planner to read a whole table.
    """
    comment = chosen.subquery("chosen").c
    parent, addressee = aliased(Comment, name="parent"), aliased(User, name="addressee")
    answered = (
        select(addressee.display_name)
        .join(parent, parent.author_id == addressee.id)
        .where(parent.id == comment.parent_id, parent.id != comment.root_id, parent.state == CommentState.VISIBLE)
        .scalar_subquery()
    )
    rating: ColumnElement[bool | None] = literal(None)
    if rated:
        own = (CommentVote.comment_id == comment.id, CommentVote.voter_id == bindparam("viewer"))
        rating = select(CommentVote.helpful).where(*own).scalar_subquery()
    return (
        select(
            *comment,
            User.display_name,
            User.role,
            User.is_example,
            User.residence_label,
            Initiative.name.label("initiative"),
            Initiative.slug.label("initiative_slug"),
            answered.label("answer_to"),
            rating.label("mine"),
            _asked(comment).label("asked"),
            Anchor.subject,
            Anchor.revision,
            Anchor.is_quote,
            Anchor.exact,
            Anchor.state.label("anchor_state"),
            Anchor.changed_in,
            Anchor.found,
            Occasion.number,
            Occasion.place,
            Occasion.held_on,
            Occasion.is_example.label("invented"),
        )
        .join(User, User.id == comment.author_id)
        .outerjoin(Initiative, Initiative.id == comment.initiative_id)
        .outerjoin(Anchor, Anchor.comment_id == comment.id)
        .outerjoin(Recording, Recording.comment_id == comment.id)
        .outerjoin(Occasion, Occasion.number == Recording.occasion_number)
    )


def _answer(comment_id: Any, root_id: Any) -> ColumnElement[int | None]:
    """Select the first shown reply in a comment's branch that is written for the addressee in the row at hand."""
    reply = aliased(Comment, name="answer")
    return (
        select(func.min(reply.id))
        .where(
            reply.root_id == func.coalesce(root_id, comment_id),
            reply.id > comment_id,
            reply.initiative_id == AnswerRequest.initiative_id,
            reply.state == CommentState.VISIBLE,
        )
        .correlate_except(reply)
        .scalar_subquery()
    )


def _asked(comment: Any) -> ColumnElement[Any]:
    """Select whom a comment asks, all in one value."""
    asked = aliased(Initiative, name="asked_initiative")
    given = gathered(
        AnswerRequest.position,
        asked.slug,
        asked.name,
        request_state(comment.id, comment.root_id),
        _answer(comment.id, comment.root_id),
    )
    return (
        select(given)
        .select_from(AnswerRequest)
        .join(asked, asked.id == AnswerRequest.initiative_id)
        .where(AnswerRequest.comment_id == comment.id)
        .scalar_subquery()
    )


def _view(row: Row[*tuple[Any, ...]]) -> CommentView:
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
        mark=_mark(row) if shown and row.subject is not None else None,
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
        is_example=row.is_example or bool(row.invented),
        place=row.residence_label if shown and not row.initiative else "",
        initiative=(row.initiative or "") if shown else "",
        initiative_slug=(row.initiative_slug or "") if shown else "",
        answer_to=row.answer_to or "",
        my_vote=0 if row.mine is None else 1 if row.mine else -1,
        said=Said(row.number, row.place, row.held_on) if row.number is not None else None,
        asked=_addressees(row.asked) if shown and row.asked else (),
    )


def _addressees(rows: list[list[Any]]) -> tuple[Addressee, ...]:
    return tuple(Addressee(slug, name, AnswerState(state), answer) for _n, slug, name, state, answer in sorted(rows))


def _mark(row: Row[*tuple[Any, ...]]) -> Mark:
    return Mark(row.subject, row.revision, row.is_quote, row.exact, row.anchor_state, row.changed_in, row.found)
