"""Tables of exports, mailed links, departures, and of the daily sweep."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice


class ExportState(enum.Enum):
    """An export waits, lies ready, was fetched once, was not fetched in time, or could not be made."""

    WAITING = "waiting"
    READY = "ready"
    FETCHED = "fetched"
    EXPIRED = "expired"
    FAILED = "failed"


class PersonalExport(Base):
    """Everything about one person, as a ZIP that lies here until it was fetched or its time is over."""

    __tablename__ = "personal_exports"
    __table_args__ = (
        CheckConstraint("(state = 'ready') = (content IS NOT NULL)", name="only_ready_has_content"),
        CheckConstraint("state <> 'ready' OR expires_at IS NOT NULL", name="ready_expires"),
        Index("ix_personal_exports_user_id_asked_at", "user_id", "asked_at"),
        Index(
            "uq_personal_exports_running",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_personal_exports_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[ExportState] = mapped_column(choice(ExportState), default=ExportState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    size: Mapped[int | None]
    """In bytes."""
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    """Class of what went wrong last; never any content."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)


class LinkPurpose(enum.Enum):
    """What a mailed link is for."""

    ADDRESS = "address"
    """Confirms a new e-mail address."""
    LEAVE = "leave"
    """Stands for the password when an account is to be deleted."""
    STAY = "stay"
    """Calls a deletion off."""


class PrivacyLink(Base):
    """A single-use secret in a mailed link; only its digest is kept."""

    __tablename__ = "privacy_links"
    __table_args__ = (CheckConstraint("(purpose = 'address') = (email <> '')", name="address_names_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    """The new address, for ADDRESS."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Departure(Base):
    """A person's wish to have their account deleted, and that it was done. Calling it off deletes the row."""

    __tablename__ = "departures"
    __table_args__ = (
        Index(
            "ix_departures_due_at",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    remove: Mapped[bool]
    """Whether contributions go as well; else they stay without a name."""
    asked_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class RetentionRun(Base):
    """What the daily sweep deleted, by rule: a number, never what it was."""

    __tablename__ = "retention_runs"
    __table_args__ = (
        CheckConstraint("count >= 0 OR count = -1", name="counted_or_failed"),
        Index("ix_retention_runs_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    count: Mapped[int]
    """-1: the rule failed; it is tried again with the next sweep."""
    at: Mapped[datetime] = mapped_column(default=now)
