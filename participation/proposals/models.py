"""Tables of proposals, their history and their supporters."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import Initiative, User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.dialogue.models import Thread
from participation.places.models import Place
from participation.strategy.models import Node


class ProposalType(enum.Enum):
    """What a proposal asks for; the values are the content's vocabulary."""

    TEXT = "textaenderung"
    MEASURE = "neue-massnahme"
    ADDITION = "ergaenzung"
    DELETION = "streichung"
    MERGE = "zusammenfuehrung"
    SPLIT = "teilung"


class ProposalState(enum.Enum):
    """Where a proposal stands in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    OPEN = "open"
    SYNTHESIS = "synthesis"
    RECOMMENDED = "recommended"
    NOT_RECOMMENDED = "not_recommended"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    REJECTED = "rejected"
    INCORPORATED = "incorporated"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


UNSETTLED = frozenset(
    {
        ProposalState.SUBMITTED,
        ProposalState.OPEN,
        ProposalState.SYNTHESIS,
        ProposalState.RECOMMENDED,
        ProposalState.ACCEPTED,
    }
)
"""States in which a proposal still waits for something."""


class Proposal(Base):
    """What someone wants the Leitbild to say."""

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("(state = 'draft' AND submitted_at IS NULL) OR number IS NOT NULL", name="numbered"),
        CheckConstraint("type <> 'zusammenfuehrung' OR other_node_id IS NOT NULL", name="merge_has_other"),
        CheckConstraint("other_node_id IS NULL OR other_node_id <> node_id", name="other_is_other"),
        CheckConstraint("supporter_count >= 0", name="supporters"),
        UniqueConstraint("author_id", "submission_key"),
        Index("ix_proposals_state_number", "state", "number"),
        Index("ix_proposals_supporter_count_number", "supporter_count", "number"),
        Index("ix_proposals_node_id_number", "node_id", "number"),
        Index("ix_proposals_author_id_id", "author_id", "id"),
        Index("ix_proposals_initiative_id_id", "initiative_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)
    """Given at the first submission, shown as V-n, never reused."""
    type: Mapped[ProposalType] = mapped_column(choice(ProposalType))
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState), default=ProposalState.DRAFT)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"))
    """The node to change, or the one under which something new belongs."""
    other_node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """For a merge: the node that this one is to become part of."""
    base_revision: Mapped[int]
    """The number of the revision the author had before them."""
    before: Mapped[str] = mapped_column(Text, default="")
    """The node's wording at that time; empty when something new is asked for."""
    title: Mapped[str] = mapped_column(String(160))
    wording: Mapped[str] = mapped_column(Text, default="")
    """The wanted wording; for a split the parts, separated by lines of ---; empty for a deletion."""
    diff_html: Mapped[str] = mapped_column(Text, default="")
    """Before and wording compared word by word, made when the proposal was saved."""
    reason: Mapped[str] = mapped_column(Text)
    reason_html: Mapped[str] = mapped_column(Text)
    benefit: Mapped[str] = mapped_column(Text, default="")
    """The benefit beyond one's own place."""
    culture: Mapped[str] = mapped_column(Text, default="")
    """The effect on cultural traditions."""
    lang: Mapped[str] = mapped_column(String(8), default="de")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"), unique=True)
    supporter_count: Mapped[int] = mapped_column(default=0)
    check_due_at: Mapped[datetime | None]
    open_until: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    """Why it was taken up or not; shown as the receipt."""
    revision_number: Mapped[int | None]
    """The revision it went into."""
    submission_key: Mapped[str | None] = mapped_column(String(64))
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]

    node: Mapped[Node] = relationship(foreign_keys=[node_id])
    other_node: Mapped[Node | None] = relationship(foreign_keys=[other_node_id])
    author: Mapped[User] = relationship()
    initiative: Mapped[Initiative | None] = relationship()
    thread: Mapped[Thread | None] = relationship()
    merged_into: Mapped[Proposal | None] = relationship(remote_side="Proposal.id")

    @property
    def reference(self) -> str:
        """The name people use: V-12, or empty for a draft."""
        return f"V-{self.number}" if self.number else ""


class ProposalPlace(Base):
    """A place that a proposal concerns."""

    __tablename__ = "proposal_places"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"), primary_key=True, index=True)

    place: Mapped[Place] = relationship()


class ProposalStep(Base):
    """One entry of a proposal's public history."""

    __tablename__ = "proposal_steps"
    __table_args__ = (Index("ix_proposal_steps_proposal_id_id", "proposal_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"))
    state: Mapped[ProposalState] = mapped_column(choice(ProposalState))
    """The state entered with this step."""
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    as_moderator: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(default=now)

    actor: Mapped[User] = relationship()


class ProposalSupport(Base):
    """One person's Mitzeichnung."""

    __tablename__ = "proposal_supports"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(default=now)
