"""What a case is about: a comment or a proposal, handled alike."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import Message, NotFound
from participation.dialogue.models import Comment, CommentState
from participation.dialogue.operations import hide_comment, restore_comment
from participation.moderation.models import Case
from participation.proposals.hiding import hide_proposal, restore_proposal
from participation.proposals.models import Proposal, ProposalState


class Kind(enum.Enum):
    """The kinds of contributions, as they stand in addresses."""

    COMMENT = "beitrag"
    PROPOSAL = "vorschlag"


LABELS: dict[Kind, Message] = {Kind.COMMENT: _l("Beitrag"), Kind.PROPOSAL: _l("Vorschlag")}


@dataclass(frozen=True, slots=True)
class Target:
    """A contribution that can be reported."""

    kind: Kind
    contribution: Comment | Proposal

    @property
    def author_id(self) -> int:
        """Who wrote it."""
        return self.contribution.author_id

    @property
    def shown(self) -> bool:
        """Whether everybody can read it."""
        if isinstance(self.contribution, Comment):
            return self.contribution.state is CommentState.VISIBLE
        return self.contribution.state is not ProposalState.DRAFT and self.contribution.hidden_for is None

    @property
    def hidden(self) -> bool:
        """Whether a moderator hid it."""
        if isinstance(self.contribution, Comment):
            return self.contribution.state is CommentState.HIDDEN
        return self.contribution.hidden_for is not None

    @property
    def removed(self) -> bool:
        """Whether a moderator hid it and its text was taken out."""
        words = self.contribution.body if isinstance(self.contribution, Comment) else self.contribution.reason
        return self.hidden and not words

    @property
    def path(self) -> str:
        """Its page."""
        if isinstance(self.contribution, Proposal):
            return f"/vorschlaege/{self.contribution.number}"
        return f"/beitrag/{self.contribution.id}"

    @property
    def keys(self) -> dict[str, int]:
        """The column of a case that names it."""
        return {"comment_id" if self.kind is Kind.COMMENT else "proposal_id": self.contribution.id}

    @property
    def theirs(self) -> ColumnElement[bool]:
        """Which cases are about it."""
        column = Case.comment_id if self.kind is Kind.COMMENT else Case.proposal_id
        return column == self.contribution.id

    def hide(self, actor: User, reason: str) -> None:
        """Replace it by a placeholder with its reason."""
        if isinstance(self.contribution, Comment):
            hide_comment(actor, self.contribution, reason)
        else:
            hide_proposal(actor, self.contribution, reason)

    def restore(self, actor: User) -> None:
        """Show it again, in its place, with all that belongs to it."""
        if isinstance(self.contribution, Comment):
            restore_comment(actor, self.contribution)
        else:
            restore_proposal(actor, self.contribution)


def of_comment(comment: Comment) -> Target:
    """Return a comment as a target."""
    return Target(Kind.COMMENT, comment)


def of_proposal(proposal: Proposal) -> Target:
    """Return a proposal as a target."""
    return Target(Kind.PROPOSAL, proposal)


def of_case(case: Case) -> Target:
    """Return what a case is about."""
    if case.comment is not None:
        return of_comment(case.comment)
    if case.proposal is not None:
        return of_proposal(case.proposal)
    raise NotFound


def find(kind: Kind, ident: int) -> Target | None:
    """Return a comment by its id or a proposal by its id; whoever asks has to look whether it is shown."""
    if kind is Kind.COMMENT:
        comment = db.session.get(Comment, ident)
        return of_comment(comment) if comment is not None else None
    proposal = db.session.get(Proposal, ident)
    return of_proposal(proposal) if proposal is not None and proposal.state is not ProposalState.DRAFT else None
