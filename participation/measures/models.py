"""The table of reports. The current state of a measure is kept on its node."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.strategy.models import Node, Status


class ReportState(enum.Enum):
    """A report waits for a moderator, who confirms it, asks back, or refuses it."""

    WAITING = "waiting"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


OPEN = (ReportState.WAITING, ReportState.ASKED)
"""While a report is in one of these, its reporter may still write on it."""


class StatusReport(Base):
    """What someone reports about how far a measure has come (Standmeldung)."""

    __tablename__ = "status_reports"
    __table_args__ = (
        CheckConstraint("moderator_id IS NULL OR moderator_id <> reporter_id", name="not_ones_own"),
        CheckConstraint(
            "decision = 'waiting' OR (moderator_id IS NOT NULL AND decided_at IS NOT NULL)", name="decided_by_someone"
        ),
        CheckConstraint("decision NOT IN ('asked', 'refused') OR answer <> ''", name="no_without_reason"),
        CheckConstraint("status NOT IN ('beschlossen', 'verworfen') OR reference <> ''", name="resolution_is_named"),
        CheckConstraint("status <> 'zurueckgestellt' OR review_on IS NOT NULL", name="postponed_until"),
        CheckConstraint(
            "next_step <> '' OR status IN ('umgesetzt', 'verworfen', 'ueberholt')", name="open_has_next_step"
        ),
        CheckConstraint("source_url <> '' OR source <> ''", name="has_source"),
        CheckConstraint(
            "source_url = '' OR source_url LIKE 'https://%' OR source_url LIKE 'http://%'", name="source_is_web"
        ),
        Index(
            "uq_status_reports_open",
            "node_id",
            "reporter_id",
            unique=True,
            sqlite_where=text("decision IN ('waiting', 'asked')"),
            postgresql_where=text("decision IN ('waiting', 'asked')"),
        ),
        Index("ix_status_reports_node_id_decision_id", "node_id", "decision", "id"),
        Index("ix_status_reports_decision_id", "decision", "id"),
        Index("ix_status_reports_reporter_id_id", "reporter_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"))
    status: Mapped[Status] = mapped_column(choice(Status))
    since: Mapped[date]
    """The day of the state, not of the report."""
    source_url: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    """The source in words: a document, a newspaper, who said so."""
    next_step: Mapped[str] = mapped_column(Text, default="")
    """What happens next; compulsory while something is still to come."""
    reference: Mapped[str] = mapped_column(String(300), default="")
    """Which resolution of which body; compulsory for beschlossen and verworfen."""
    review_on: Mapped[date | None]
    """When a postponed measure is looked at again."""
    carrier: Mapped[str] = mapped_column(String(160), default="")
    """Who carries the measure out (Träger), where it is known."""
    jump_reason: Mapped[str] = mapped_column(Text, default="")
    """Why a state follows that does not usually follow the one before."""
    before: Mapped[Status] = mapped_column(choice(Status, name="status_before"))
    """The measure's state when the report was written, and when it was confirmed."""
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filed_at: Mapped[datetime] = mapped_column(default=now)
    """When it was last handed in; the period of the moderators counts from here."""
    edit: Mapped[int] = mapped_column(default=1)
    """Counts saves; a decision must name the one it was read in."""
    decision: Mapped[ReportState] = mapped_column(choice(ReportState), default=ReportState.WAITING)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the moderation last asked, or why it refused."""
    talk: Mapped[list[Any]] = mapped_column(default=list)
    """Questions and replies in their order, each {by: moderation or reporter, at, text}; only ever added to."""
    is_example: Mapped[bool] = mapped_column(default=False)

    node: Mapped[Node] = relationship()
    reporter: Mapped[User] = relationship(foreign_keys=[reporter_id])
    moderator: Mapped[User | None] = relationship(foreign_keys=[moderator_id])

    @property
    def name(self) -> str:
        """The name people use: S-12."""
        return f"S-{self.id}"
