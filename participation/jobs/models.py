"""Tables of jobs. They name nobody."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.clock import now
from participation.base.db import Base, choice


class RunOutcome(enum.Enum):
    """How a run ended, if it did; lost: its process went away."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


class Chore(Base):
    """When a job is due next; whichever process moves the moment on does it."""

    __tablename__ = "chores"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """In a row. A job of which only one runs counts as failed while it runs: so a crash waits before it comes again."""


class JobRun(Base):
    """One time a job was done: numbers and the kind of an error, never what it was about."""

    __tablename__ = "job_runs"
    __table_args__ = (
        CheckConstraint("(outcome = 'running') = (finished_at IS NULL)", name="finished"),
        CheckConstraint("done >= 0 AND failed >= 0 AND attempt >= 1", name="counts"),
        Index("ix_job_runs_name_id", "name", "id"),
        Index("ix_job_runs_finished_at", "finished_at"),
        Index(
            "ix_job_runs_running",
            "id",
            sqlite_where=text("outcome = 'running'"),
            postgresql_where=text("outcome = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(default=now)
    beat_at: Mapped[datetime] = mapped_column(default=now)
    """The last sign of life of its process."""
    deadline_at: Mapped[datetime]
    """After that it counts as stuck."""
    finished_at: Mapped[datetime | None]
    outcome: Mapped[RunOutcome] = mapped_column(choice(RunOutcome), default=RunOutcome.RUNNING)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(80), default="")
    """The kind of error, as its class is called; its words may quote somebody."""
    attempt: Mapped[int]
    """The first, or the second after a failure …"""
    next_at: Mapped[datetime | None]
    """When it comes again; empty: when something waits."""
