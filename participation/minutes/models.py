"""Tables of minutes, their versions, and the single contributions and files of each version."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.base.triggers import create_with
from participation.dialogue.models import CommentKind, Occasion
from participation.minutes import guards
from participation.places.models import Place
from participation.strategy.models import Node


class MinutesState(enum.Enum):
    """Whether minutes were ever published, and still stand."""

    DRAFT = "draft"
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"


class VersionState(enum.Enum):
    """How far a version is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"


class Minutes(Base):
    """The minutes of one event."""

    __tablename__ = "minutes"
    __table_args__ = (
        CheckConstraint("(state = 'draft') = (number IS NULL)", name="numbered"),
        CheckConstraint("(state = 'draft') = (version = 0)", name="versioned"),
        CheckConstraint(
            "state <> 'withdrawn' OR "
            "(withdrawal_reason <> '' AND withdrawn_at IS NOT NULL AND withdrawn_by_id IS NOT NULL)",
            name="withdrawn_with_reason",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(ForeignKey("occasions.number"), unique=True)
    """Given with the first approval, never reused."""
    state: Mapped[MinutesState] = mapped_column(choice(MinutesState), default=MinutesState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    """The one that is public; 0 before the first approval."""
    submission_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """From the form: the same key twice is the same minutes."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawal_reason: Mapped[str] = mapped_column(Text, default="")

    occasion: Mapped[Occasion | None] = relationship()


_OPEN = text("state <> 'approved'")


class MinutesVersion(Base):
    """All that minutes say, as it was approved, or as it is being written."""

    __tablename__ = "minutes_versions"
    __table_args__ = (
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="four_eyes"),
        CheckConstraint(
            "(state = 'approved') = (approver_id IS NOT NULL AND approved_at IS NOT NULL)", name="approved_by_someone"
        ),
        CheckConstraint("participants BETWEEN 1 AND 100000", name="participants"),
        CheckConstraint("title <> '' AND summary <> ''", name="says_something"),
        CheckConstraint("version = 1 OR reason <> ''", name="corrected_with_reason"),
        Index("uq_minutes_versions_open", "minutes_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_minutes_versions_state_submitted_at", "state", "submitted_at"),
    )

    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[VersionState] = mapped_column(choice(VersionState), default=VersionState.DRAFT)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"))
    held_on: Mapped[date]
    participants: Mapped[int]
    """How many people were there."""
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    summary_html: Mapped[str] = mapped_column(Text)
    sanitiser: Mapped[int]
    languages: Mapped[list[str]]
    """In which people spoke."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the version before is corrected."""
    edit: Mapped[int] = mapped_column(default=1)
    """Counts saves; whoever changes or approves names the one they read."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Who wrote last, and handed it over."""
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    returned: Mapped[str] = mapped_column(Text, default="")
    """What was to be changed when it was last given back."""
    saved_at: Mapped[datetime] = mapped_column(default=now)
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]

    minutes: Mapped[Minutes] = relationship()
    place: Mapped[Place] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])


def _of_version(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["minutes_id", "version"],
        ["minutes_versions.minutes_id", "minutes_versions.version"],
        name=f"fk_{table}_version",
    )


class Voice(Base):
    """A single contribution of a version. It has no author, and no column for one."""

    __tablename__ = "minutes_voices"
    __table_args__ = (_of_version("minutes_voices"), UniqueConstraint("minutes_id", "version", "comment_id"))

    minutes_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"))
    kind: Mapped[CommentKind] = mapped_column(choice(CommentKind))
    lang: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    """What it became in the node's thread when it was first approved."""

    node: Mapped[Node] = relationship()


class MinutesFile(Base):
    """A file of a version."""

    __tablename__ = "minutes_files"
    __table_args__ = (_of_version("minutes_files"),)

    minutes_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), primary_key=True, index=True)

    attachment: Mapped[Attachment] = relationship()


create_with(MinutesVersion.__table__, guards.statements)
