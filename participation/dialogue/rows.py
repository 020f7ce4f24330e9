"""Comments as plain rows for templates, read in one statement with all that stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, bindparam, literal, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, Role, User
from participation.base.db import db
from participation.dialogue.models import Comment, CommentKind, CommentState, CommentVote


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
        )
        .join(User, User.id == comment.author_id)
        .outerjoin(Initiative, Initiative.id == comment.initiative_id)
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
