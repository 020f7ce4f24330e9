"""The table of what happened."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.clock import now
from participation.base.db import Base, choice


class Kind(enum.Enum):
    """What an entry is about."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    FACTOR_FAILED = "factor_failed"
    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - a kind of entry
    REFUSED = "refused"
    ROLE = "role"
    DECISION = "decision"
    LOOK = "look"


class SecurityEvent(Base):
    """One entry. People are named by number without a foreign key, so that it outlives them until it expires."""

    __tablename__ = "security_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind), index=True)
    actor_id: Mapped[int | None]
    """Who did it; empty for visitors and commands."""
    subject_id: Mapped[int | None]
    """Whom it happened to, where that is somebody else."""
    mark: Mapped[str] = mapped_column(String(16), default="")
    """Of the address that was tried."""
    facts: Mapped[dict[str, str]]
    """Kinds, numbers and names of routes; never what anybody wrote."""
