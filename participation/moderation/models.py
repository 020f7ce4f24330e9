"""Tables of moderation."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.dialogue.models import Comment


class Action(enum.Enum):
    """What a moderator did to a comment."""

    HIDE = "hide"
    RESTORE = "restore"


class Decision(Base):
    """A moderator's decision about a comment; never changed, only followed by another."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("facts <> ''", name="has_facts"),
        Index("ix_decisions_comment_id_id", "comment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    action: Mapped[Action] = mapped_column(choice(Action))
    ground: Mapped[str] = mapped_column(String(120))
    """The rule, e.g. "Regel 3"; for a restoration why the ground does not hold."""
    facts: Mapped[str] = mapped_column(Text)
    """What in the comment the ground applies to; told to its author."""
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    comment: Mapped[Comment] = relationship()
    moderator: Mapped[User] = relationship()
