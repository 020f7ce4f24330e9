"""Tables of outcomes and their evidence."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.dialogue.models import Comment, Thread
from participation.proposals.models import Proposal
from participation.strategy.models import Node


class OutcomeKind(enum.Enum):
    """What the round came to."""

    CONFIRMED = "bestaetigt"
    TEXT = "textaenderung"
    MEASURE = "neue-massnahme"
    DELETION = "streichung"
    MERGE = "zusammenfuehrung"
    SPLIT = "teilung"
    EXAMINE = "pruefauftrag"
    NO_CONSENSUS = "kein-konsens"


class OutcomeState(enum.Enum):
    """An outcome is written, handed over, and approved by a second moderator, or the evaluation is given up."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ABANDONED = "abandoned"


RUNNING = (OutcomeState.DRAFT, OutcomeState.SUBMITTED)
"""While an outcome is in one of these, its thread rests for votes."""


class Fate(enum.Enum):
    """What an outcome makes of one contribution."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    CONSIDERED = "considered"
    OPEN = "open"
    """Pinned, and not answered yet: the answer must be there before a change that rests on it is published."""


class Outcome(Base):
    """The record of one evaluation round of one thread."""

    __tablename__ = "outcomes"
    __table_args__ = (
        CheckConstraint("(node_id IS NULL) <> (proposal_id IS NULL)", name="one_subject"),
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="four_eyes"),
        CheckConstraint(
            "state <> 'approved' OR (approver_id IS NOT NULL AND number IS NOT NULL AND approved_at IS NOT NULL)",
            name="approved_is_complete",
        ),
        Index(
            "uq_outcomes_open_thread",
            "thread_id",
            unique=True,
            sqlite_where=text("state IN ('draft', 'submitted')"),
            postgresql_where=text("state IN ('draft', 'submitted')"),
        ),
        Index("ix_outcomes_state_due_at", "state", "due_at"),
        Index("ix_outcomes_node_id_id", "node_id", "id"),
        Index("ix_outcomes_proposal_id_id", "proposal_id", "id"),
        Index("ix_outcomes_thread_id_id", "thread_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)
    """Given at approval, shown as E-n."""
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    """The thread's subject: a node or a proposal, exactly one."""
    round: Mapped[int]
    state: Mapped[OutcomeState] = mapped_column(choice(OutcomeState), default=OutcomeState.DRAFT)
    kind: Mapped[OutcomeKind | None] = mapped_column(choice(OutcomeKind))
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_html: Mapped[str] = mapped_column(Text, default="")
    pros: Mapped[str] = mapped_column(Text, default="")
    pros_html: Mapped[str] = mapped_column(Text, default="")
    cons: Mapped[str] = mapped_column(Text, default="")
    cons_html: Mapped[str] = mapped_column(Text, default="")
    minority: Mapped[str] = mapped_column(Text, default="")
    """The minority view; the word "keine" says explicitly that there is none."""
    minority_html: Mapped[str] = mapped_column(Text, default="")
    votes_yes: Mapped[int] = mapped_column(default=0)
    votes_no: Mapped[int] = mapped_column(default=0)
    votes_abstain: Mapped[int] = mapped_column(default=0)
    votes_apart: Mapped[int] = mapped_column(default=0, server_default="0")
    """Stances from conspicuous bursts, in none of the three above."""
    started_at: Mapped[datetime] = mapped_column(default=now)
    """When the evaluation began and the stances were frozen."""
    due_at: Mapped[datetime]
    edit: Mapped[int] = mapped_column(default=1)
    """Counts saves; a save must name the one it was based on."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    """Why the second moderator handed it back, or why the evaluation was given up, if so."""
    approved_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    is_example: Mapped[bool] = mapped_column(default=False)

    thread: Mapped[Thread] = relationship()
    node: Mapped[Node | None] = relationship()
    proposal: Mapped[Proposal | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])
    evidence: Mapped[list[Evidence]] = relationship(order_by="Evidence.id", back_populates="outcome")

    @property
    def reference(self) -> str:
        """The name people use: E-4, or empty before approval."""
        return f"E-{self.number}" if self.number else ""


class Evidence(Base):
    """A contribution that an outcome rests on, and what became of it."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(comment_id IS NULL) <> (proposal_id IS NULL)", name="one_source"),
        CheckConstraint("comment_id IS NULL OR comment_version IS NOT NULL", name="comment_is_pinned"),
        CheckConstraint("fate IN ('adopted', 'open') OR answer <> ''", name="no_without_reason"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_someone"),
        CheckConstraint("answered_at IS NULL OR fate <> 'open'", name="answered_is_not_open"),
        UniqueConstraint("outcome_id", "comment_id"),
        UniqueConstraint("outcome_id", "proposal_id"),
        Index("ix_evidence_comment_id", "comment_id"),
        Index("ix_evidence_proposal_id", "proposal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcomes.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    comment_version: Mapped[int | None]
    """The version the moderators read."""
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposals.id"))
    fate: Mapped[Fate] = mapped_column(choice(Fate))
    answer: Mapped[str] = mapped_column(Text, default="")
    """Why it was taken up, in part, or not; compulsory unless adopted."""
    pinned_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    """When it was answered, if that was after the outcome was approved."""
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    outcome: Mapped[Outcome] = relationship(back_populates="evidence")
    comment: Mapped[Comment | None] = relationship()
    proposal: Mapped[Proposal | None] = relationship()

    @property
    def key(self) -> str:
        """The name of this contribution in forms and error lists: k12 or v3."""
        return f"k{self.comment_id}" if self.comment_id is not None else f"v{self.proposal_id}"
