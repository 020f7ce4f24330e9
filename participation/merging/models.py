"""Tables of merges: one draft for each node, and the steps that led to it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice


class StepKind(enum.Enum):
    """How a step came about."""

    DECIDE = "decide"
    UNDO = "undo"
    REDO = "redo"


class Merge(Base):
    """The merge of a node's Textänderungen; there is one, and moderators share it."""

    __tablename__ = "merges"
    __table_args__ = (CheckConstraint("edit >= 0", name="edit"),)

    node_id: Mapped[str] = mapped_column(String(120), ForeignKey("nodes.id"), primary_key=True)
    edit: Mapped[int] = mapped_column(default=0)
    """The number of the newest step; a save must name the one it was based on."""


class MergeStep(Base):
    """What was decided at one save. Never updated; undo and redo add a step that repeats an earlier one."""

    __tablename__ = "merge_steps"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("shows >= 0 AND shows <= number", name="shows"),
        CheckConstraint("previous IS NULL OR (previous >= 0 AND previous < number)", name="previous"),
        CheckConstraint("kind <> 'decide' OR (shows = number AND previous IS NOT NULL)", name="decided"),
    )

    node_id: Mapped[str] = mapped_column(String(120), ForeignKey("merges.node_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[StepKind] = mapped_column(choice(StepKind))
    shows: Mapped[int]
    """The step in which this state was decided; 0 is the state in which nothing is."""
    previous: Mapped[int | None]
    """The step to which undo leads from here; empty where there is nothing before."""
    base: Mapped[str] = mapped_column(Text)
    """The wording that the decisions speak of. With each step, so that every step can be read alone."""
    decisions: Mapped[list[Any]] = mapped_column(JSON)
    dropped: Mapped[list[Any]] = mapped_column(JSON)
    """Decisions that stopped fitting and that nobody has acknowledged yet."""
    seen: Mapped[dict[str, str]] = mapped_column(JSON)
    """The wording and the proposals that were last acknowledged, each with a digest; what differs is news."""
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship()
