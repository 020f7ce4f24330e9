"""What says nearly the same as a contribution, wherever and whoever wrote it: for moderators to set side by side.

Equal texts are found by their fingerprint, however old; nearly equal ones among the newest, so the cost stays bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.accounts.models import User
from participation.base.db import db
from participation.base.diff import Segment, compare
from participation.base.similar import HEAD, fingerprint, most_similar
from participation.dialogue.models import Comment, CommentState
from participation.moderation.targets import Kind, Target
from participation.proposals.models import Proposal, ProposalState

CUTOFF = 0.6
NEWEST = 600
"""How many comments are looked through for nearly equal texts; and a third as many proposals."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another contribution, compared word by word with the one in question."""

    kind: Kind
    id: int
    """Of a comment; of a proposal its number."""
    text: str
    author_id: int
    author: str
    at: datetime
    same_author: bool
    exact: bool
    segments: tuple[Segment, ...] = ()

    @property
    def path(self) -> str:
        """Its page."""
        return f"/vorschlaege/{self.id}" if self.kind is Kind.PROPOSAL else f"/beitrag/{self.id}"


def lookalikes(target: Target, *, limit: int = SHOWN) -> list[Lookalike]:
    """Return up to `limit` contributions most like one, equal ones first; three statements."""
    text, author_id = _text(target), target.author_id
    if not text:
        return []
    equal = _comments(target, author_id, mark=fingerprint(text), limit=limit)
    known = {one.id for one in equal}
    near = [*(one for one in _comments(target, author_id) if one.id not in known), *_proposals(target, author_id)]
    ranked = most_similar(text, ((place, one.text) for place, one in enumerate(near)), limit=limit, cutoff=CUTOFF)
    found = [*equal, *(near[place] for place, _likeness in ranked)][:limit]
    return [
        Lookalike(
            one.kind,
            one.id,
            one.text,
            one.author_id,
            one.author,
            one.at,
            one.same_author,
            one.exact,
            tuple(compare(text, one.text)),
        )
        for one in found
    ]


def _text(target: Target) -> str:
    made = target.contribution
    return (made.body if isinstance(made, Comment) else _said(made.wording, made.reason))[:HEAD]


def _said(wording: str, reason: str) -> str:
    return f"{wording}\n{reason}".strip()


def _comments(target: Target, author_id: int, *, mark: str | None = None, limit: int = NEWEST) -> list[Lookalike]:
    """Return comments with a fingerprint, or without one the newest; hidden ones too, moderators may read them."""
    if mark == "":
        return []
    chosen = (
        select(Comment.id, func.substr(Comment.body, 1, HEAD), Comment.author_id, User.display_name, Comment.created_at)
        .join(User, User.id == Comment.author_id)
        .where(Comment.state != CommentState.WITHDRAWN)
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    if target.kind is Kind.COMMENT:
        chosen = chosen.where(Comment.id != target.contribution.id)
    if mark:
        chosen = chosen.where(Comment.fingerprint == mark)
    return [
        Lookalike(Kind.COMMENT, ident, text, writer, name, at, writer == author_id, bool(mark))
        for ident, text, writer, name, at in db.session.execute(chosen)
    ]


def _proposals(target: Target, author_id: int) -> list[Lookalike]:
    chosen = (
        select(
            Proposal.number,
            func.substr(Proposal.wording, 1, HEAD),
            func.substr(Proposal.reason, 1, HEAD),
            Proposal.author_id,
            User.display_name,
            Proposal.submitted_at,
            Proposal.updated_at,
        )
        .join(User, User.id == Proposal.author_id)
        .where(Proposal.state != ProposalState.DRAFT, Proposal.number.is_not(None))
        .order_by(Proposal.number.desc())
        .limit(NEWEST // 3)
    )
    if target.kind is Kind.PROPOSAL:
        chosen = chosen.where(Proposal.id != target.contribution.id)
    return [
        Lookalike(
            Kind.PROPOSAL,
            number or 0,
            _said(wording, reason)[:HEAD],
            writer,
            name,
            at or later,
            writer == author_id,
            exact=False,
        )
        for number, wording, reason, writer, name, at, later in db.session.execute(chosen)
    ]
