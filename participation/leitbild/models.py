"""Tables of changes, drafts and revisions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, exists, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.dialogue.models import Thread
from participation.ledger.models import LogEntry, LogOpening, LogRedacted
from participation.leitbild import guards
from participation.outcomes.models import Outcome
from participation.strategy.models import Node, TextState


class ChangeKind(enum.Enum):
    """What a change does to a node."""

    TEXT = "textaenderung"
    ADDITION = "ergaenzung"
    DELETION = "streichung"
    MERGE = "zusammenfuehrung"
    SPLIT = "teilung"


class ChangeState(enum.Enum):
    """A change is drafted, handed over, approved by a second moderator, and published with a revision."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    DROPPED = "dropped"


class DraftState(enum.Enum):
    """A draft collects changes, is handed over, and becomes a revision."""

    OPEN = "open"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DROPPED = "dropped"


class Revision(Base):
    """A published version of the Leitbild (Fassung). Never updated after it was written."""

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint("number = 1 OR (author_id IS NOT NULL AND approver_id IS NOT NULL)", name="signed"),
        CheckConstraint("author_id IS NULL OR author_id <> approver_id", name="four_eyes"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    """What changed, in Markdown."""
    summary_html: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who compiled it; empty for the Ausgangsfassung."""
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]

    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])


class Draft(Base):
    """What is to become the next revision."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(
            "uq_drafts_running",
            text("(1)"),
            unique=True,
            sqlite_where=text("state IN ('open', 'submitted')"),
            postgresql_where=text("state IN ('open', 'submitted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[DraftState] = mapped_column(choice(DraftState), default=DraftState.OPEN)
    base_number: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    """The revision it rests on; publishing is refused when there is a newer one."""
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Who last put it together; someone else must publish."""
    edit: Mapped[int] = mapped_column(default=1)
    """Counts saves; a save or a publication must name the one it was based on."""
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    revision_number: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"), unique=True)

    author: Mapped[User] = relationship()
    reading: Mapped[Reading | None] = relationship(
        primaryjoin="and_(Reading.draft_id == Draft.id, Reading.ended_at.is_(None))", viewonly=True, uselist=False
    )
    """The public reading that the draft, handed over, is in."""


class Reading(Base):
    """A draft laid out for everyone to read and comment on (Lesung). It ends by publication or is broken off."""

    __tablename__ = "readings"
    __table_args__ = (
        CheckConstraint("ends_at > begins_at", name="lasts"),
        Index(
            "uq_readings_running",
            "draft_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Nothing is published before this moment, by the database's clock."""
    ended_at: Mapped[datetime | None]
    """When it was published or taken back; empty while it lies out."""
    ended_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was taken back; empty when it was published."""


class Change(Base):
    """A change (Änderung) of one node's wording, resting on at least one outcome."""

    __tablename__ = "changes"
    __table_args__ = (
        CheckConstraint("node_id IS NOT NULL OR kind = 'ergaenzung'", name="has_node"),
        CheckConstraint("(kind = 'ergaenzung') = (new_node_id IS NOT NULL)", name="addition_names_node"),
        CheckConstraint("kind <> 'ergaenzung' OR parent_id IS NOT NULL", name="addition_has_parent"),
        CheckConstraint("kind <> 'zusammenfuehrung' OR target_id IS NOT NULL", name="merge_has_target"),
        CheckConstraint("before <> after", name="changes_something"),
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="four_eyes"),
        CheckConstraint("(state = 'published') = (revision_number IS NOT NULL)", name="published_in_revision"),
        CheckConstraint("state NOT IN ('approved', 'published') OR approver_id IS NOT NULL", name="approver"),
        ForeignKeyConstraint(
            ["id", "first_outcome_id"],
            ["change_outcomes.change_id", "change_outcomes.outcome_id"],
            name="fk_changes_has_outcome",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_changes_node_id_id", "node_id", "id"),
        Index("ix_changes_target_id", "target_id"),
        Index("ix_changes_state_id", "state", "id"),
        Index("ix_changes_draft_id_id", "draft_id", "id"),
        Index("ix_changes_revision_number_id", "revision_number", "id"),
        Index("uq_changes_thread_id", "thread_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    """Said aloud, because a column that is also part of a foreign key is not numbered by itself."""
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    state: Mapped[ChangeState] = mapped_column(choice(ChangeState), default=ChangeState.DRAFT)
    node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """The node that changes; for an addition filled in at publication."""
    new_node_id: Mapped[str | None] = mapped_column(String(120))
    """The id an added node will have."""
    new_title: Mapped[str] = mapped_column(Text, default="")
    new_kind_id: Mapped[str | None] = mapped_column(ForeignKey("kinds.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """Under which node an addition goes, as its last child."""
    target_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """For a merge the node that takes this one up; for an addition by a split the node it was split from."""
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    diff_html: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    culture: Mapped[str] = mapped_column(Text)
    """Kulturcheck: the effect on cultural traditions; "keine Auswirkung" needs a sentence."""
    cross_border: Mapped[str] = mapped_column(Text)
    """What it means for the neighbours."""
    first_outcome_id: Mapped[int]
    """The outcome it mainly rests on; the database demands the matching row in change_outcomes."""
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"))
    revision_number: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"))
    edit: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    """What is said about it during a reading; opened by the first comment."""

    thread: Mapped[Thread | None] = relationship()
    node: Mapped[Node | None] = relationship(foreign_keys=[node_id])
    parent: Mapped[Node | None] = relationship(foreign_keys=[parent_id])
    target: Mapped[Node | None] = relationship(foreign_keys=[target_id])
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])
    outcomes: Mapped[list[Outcome]] = relationship(
        secondary="change_outcomes",
        primaryjoin="Change.id == ChangeOutcome.change_id",
        secondaryjoin="Outcome.id == ChangeOutcome.outcome_id",
        viewonly=True,
        order_by="Outcome.id",
    )

    @property
    def reference(self) -> str:
        """The name people use: Ä-7."""
        return f"Ä-{self.id}"

    in_reading: Mapped[bool] = column_property(exists().where(Reading.draft_id == draft_id, Reading.ended_at.is_(None)))
    """Whether it lies out in a public reading."""


class ChangeOutcome(Base):
    """An outcome a change rests on."""

    __tablename__ = "change_outcomes"

    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), primary_key=True)
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcomes.id"), primary_key=True, index=True)


class Passage(Base):
    """One node's wording in one revision. Never updated after it was written."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_revision_number_position", "revision_number", "position"),
        Index("ix_passages_node_id_revision_number", "node_id", "revision_number"),
    )

    revision_number: Mapped[int] = mapped_column(ForeignKey("revisions.number"), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    position: Mapped[int]
    """Reading order within the revision, from 0."""
    depth: Mapped[int]
    kind_id: Mapped[str] = mapped_column(ForeignKey("kinds.id"))
    parent_id: Mapped[str | None] = mapped_column(String(120))
    cluster_id: Mapped[str | None] = mapped_column(String(120))
    horizon: Mapped[str | None] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text_state: Mapped[TextState] = mapped_column(choice(TextState))
    """Against the Ausgangsfassung; struck and merged nodes stay listed with an empty body."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))
    """The change that brought this wording, in this or an earlier revision; empty for the Ausgangsfassung."""

    change: Mapped[Change | None] = relationship()


class AnnexEntry(Base):
    """One measure in the list of measures of one revision, as everything stood when it was frozen. Never updated."""

    __tablename__ = "annex_entries"
    __table_args__ = (Index("ix_annex_entries_revision_number_position", "revision_number", "position"),)

    revision_number: Mapped[int] = mapped_column(ForeignKey("revisions.number"), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    position: Mapped[int]
    """Among the measures of the revision, from 0."""
    facts: Mapped[dict[str, Any]]
    """What `annex.Entry` reads: strings, whole numbers and lists of them, so that it can be hashed."""


guards.protect(Revision, Passage, LogEntry, LogOpening, LogRedacted, AnnexEntry)
