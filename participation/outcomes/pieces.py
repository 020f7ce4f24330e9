"""Contributions as evidence: what an outcome rests on, and what could be chosen for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, User
from participation.base.db import db
from participation.dialogue.models import Comment, CommentKind, CommentState, CommentVersion
from participation.outcomes.models import Evidence, Fate
from participation.proposals.models import Proposal, ProposalState
from participation.proposals.rows import joint_names, names
from participation.strategy.models import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A contribution that is evidence or could be: whose it is, the text read, and what happened to it since."""

    comment_id: int | None = None
    proposal_id: int | None = None
    fate: Fate | None = None
    answer: str = ""
    author_id: int
    author: str
    """Empty, as the initiative, when the text was withdrawn or hidden since."""
    initiative: str | None
    joint: tuple[str, ...] = ()
    """Who handed a proposal in together with its author; empty when it was hidden since."""
    lang: str
    html: str
    """Of the version read; empty when the text was withdrawn or hidden since."""
    written_at: datetime
    """When this version was written."""
    thread_id: int | None
    support: int
    """Who found a comment helpful, or co-signed a proposal."""
    is_example: bool
    version: int = 1
    """The comment's pinned version, or the current one when it is not pinned; of a proposal always the current one."""
    current_version: int = 1
    state: CommentState = CommentState.VISIBLE
    """Of a proposal that moderators hid: hidden, like a comment."""
    kind: CommentKind | None = None
    title: str = ""
    number: int | None = None
    proposal_state: ProposalState | None = None
    open_until: datetime | None = None
    stale: bool = False
    """Whether a revision changed what the proposal rests on, so that its author has to look at it."""

    @property
    def key(self) -> str:
        """The name of this contribution in forms and error lists: k12 or v3."""
        return f"k{self.comment_id}" if self.comment_id is not None else f"v{self.proposal_id}"

    @property
    def edited_since(self) -> bool:
        """Whether the comment was changed after the version that was read."""
        return self.version != self.current_version

    @property
    def shown(self) -> bool:
        """Whether the text may still be read."""
        return self.state is CommentState.VISIBLE


def evidence(outcome_id: int) -> list[Piece]:
    """Return an outcome's evidence in the order it was pinned, each in the version that was read."""
    return _evidence(Evidence.outcome_id == outcome_id)


def pinned_text(piece: Evidence) -> Piece:
    """Return one piece of evidence in the version that was read; without text if it was withdrawn or hidden since."""
    return _evidence(Evidence.id == piece.id)[0]


def comment_candidates(thread_id: int, *, size: int) -> list[Piece]:
    """Return visible opening comments of a thread, most helpful first, one more than `size` if there are more."""
    chosen = _comments().where(
        Comment.thread_id == thread_id, Comment.root_id.is_(None), Comment.state == CommentState.VISIBLE
    )
    rows = db.session.execute(chosen.order_by(Comment.score.desc(), Comment.id.desc()).limit(size + 1))
    return [_comment_piece(*row) for row in rows]


def comments_by_id(ids: Collection[int], thread_ids: Collection[int]) -> list[Piece]:
    """Return visible comments and replies of these threads."""
    if not ids:
        return []
    chosen = _comments().where(
        Comment.id.in_(ids), Comment.thread_id.in_(thread_ids), Comment.state == CommentState.VISIBLE
    )
    return [_comment_piece(*row) for row in db.session.execute(chosen.order_by(Comment.id))]


def proposals_in_reach(*, node_id: str | None = None, proposal_id: int | None = None) -> list[Piece]:
    """Return the proposals an outcome can rest on, most supported first: those about the node and what belongs to it.

    For the outcome of a proposal: itself first, then others about the same node.
    """
    subject = aliased(Proposal)
    chosen = _proposals().join(Node, Node.id == Proposal.node_id)
    if proposal_id is not None:
        chosen = chosen.join(
            subject,
            and_(subject.id == proposal_id, or_(subject.id == Proposal.id, subject.node_id == Proposal.node_id)),
        ).order_by((Proposal.id == proposal_id).desc())
    else:
        chosen = chosen.where(
            or_(Proposal.node_id == node_id, Proposal.other_node_id == node_id, Node.thread_node_id == node_id)
        )
    chosen = chosen.where(Proposal.state.not_in((ProposalState.DRAFT, ProposalState.WITHDRAWN)))
    rows = db.session.execute(chosen.order_by(Proposal.supporter_count.desc(), Proposal.id).limit(100))
    return [_proposal_piece(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class News:
    """What came to a thread after its contributions were read."""

    new: int
    edited: int

    def __bool__(self) -> bool:
        return bool(self.new or self.edited)


def news(thread_id: int, since: datetime) -> News:
    """Count what was written or edited in a thread after a moment."""
    root = aliased(Comment)
    roots = select(Comment.created_at, Comment.edited_at).where(
        Comment.thread_id == thread_id, Comment.root_id.is_(None), _changed_after(since)
    )
    replies = (
        select(Comment.created_at, Comment.edited_at)
        .join(root, root.id == Comment.root_id)
        .where(root.thread_id == thread_id, root.root_id.is_(None), _changed_after(since))
    )
    rows = db.session.execute(roots.union_all(replies)).all()
    new = sum(created > since for created, _edited in rows)
    return News(new, len(rows) - new)


def _changed_after(since: datetime) -> Any:
    return and_(Comment.state == CommentState.VISIBLE, or_(Comment.created_at > since, Comment.edited_at > since))


def _evidence(condition: Any) -> list[Piece]:
    pinned = (
        _comments()
        .add_columns(Evidence.id, Evidence.fate, Evidence.answer, CommentVersion, Evidence.comment_version)
        .join(Evidence, Evidence.comment_id == Comment.id)
        .outerjoin(
            CommentVersion,
            and_(CommentVersion.comment_id == Comment.id, CommentVersion.version == Evidence.comment_version),
        )
        .where(condition)
    )
    cited = (
        _proposals()
        .add_columns(Evidence.id, Evidence.fate, Evidence.answer)
        .join(Evidence, Evidence.proposal_id == Proposal.id)
        .where(condition)
    )
    pieces = {}
    for *row, ident, fate, answer, earlier, version in db.session.execute(pinned):
        pieces[ident] = _comment_piece(*row, earlier=earlier, version=version, fate=fate, answer=answer)
    for *row, ident, fate, answer in db.session.execute(cited):
        pieces[ident] = _proposal_piece(*row, fate=fate, answer=answer)
    return [pieces[ident] for ident in sorted(pieces)]


def _comments() -> Select[*tuple[Any, ...]]:
    return (
        select(Comment, User.display_name, User.is_example, Initiative.name)
        .join(User, User.id == Comment.author_id)
        .outerjoin(Initiative, Initiative.id == Comment.initiative_id)
    )


def _comment_piece(
    comment: Comment,
    author: str,
    is_example: bool,
    initiative: str | None,
    *,
    earlier: CommentVersion | None = None,
    version: int | None = None,
    fate: Fate | None = None,
    answer: str = "",
) -> Piece:
    text = comment if version in (None, comment.version) or earlier is None else earlier
    shown = comment.state is CommentState.VISIBLE
    written_at = earlier.written_at if earlier is not None else (comment.edited_at or comment.created_at)
    return Piece(
        comment_id=comment.id,
        fate=fate,
        answer=answer,
        author_id=comment.author_id,
        author=author if shown else "",
        initiative=initiative if shown else None,
        lang=comment.lang,
        html=text.html if shown else "",
        written_at=written_at,
        thread_id=comment.thread_id,
        support=comment.helpful,
        is_example=is_example,
        version=version or comment.version,
        current_version=comment.version,
        state=comment.state,
        kind=comment.kind,
    )


def _proposals() -> Select[*tuple[Any, ...]]:
    return (
        select(Proposal, User.display_name, Initiative.name, joint_names())
        .join(User, User.id == Proposal.author_id)
        .outerjoin(Initiative, Initiative.id == Proposal.initiative_id)
    )


def _proposal_piece(
    proposal: Proposal,
    author: str,
    initiative: str | None,
    joint: list[list[Any]] | None,
    *,
    fate: Fate | None = None,
    answer: str = "",
) -> Piece:
    shown = proposal.hidden_for is None
    return Piece(
        proposal_id=proposal.id,
        fate=fate,
        answer=answer,
        author_id=proposal.author_id,
        author=author if shown else "",
        initiative=initiative if shown else None,
        joint=names(joint),
        lang=proposal.lang,
        html=proposal.reason_html if shown else "",
        written_at=proposal.submitted_at or proposal.created_at,
        thread_id=proposal.thread_id,
        support=proposal.supporter_count,
        is_example=proposal.is_example,
        title=proposal.shown_title,
        number=proposal.number,
        proposal_state=proposal.state,
        open_until=proposal.open_until,
        version=proposal.version,
        current_version=proposal.version,
        stale=proposal.conflict_revision is not None,
        state=CommentState.VISIBLE if shown else CommentState.HIDDEN,
    )
