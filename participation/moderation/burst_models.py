"""Tables of bursts: what came from one network in a short time, and what moderators made of it.

Of a network only a keyed hash is kept, and that for a few days; who took part stays until a moderator has decided.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.dialogue.models import Thread


class BurstKind(enum.Enum):
    """What came in numbers."""

    VOTES = "votes"
    """Of one thread."""
    ACCOUNTS = "accounts"
    """Addresses confirmed for the first time."""
    CONTRIBUTIONS = "contributions"
    """Comments and proposals, wherever."""


class BurstState(enum.Enum):
    """What moderators made of it."""

    OPEN = "open"
    HARMLESS = "harmless"
    """Nothing unusual: a class, a town hall, a workshop."""
    APART = "apart"
    """Its votes are counted apart."""
    FOLLOWED = "followed"
    """Of accounts and contributions: looked at one by one."""


class Sighting(Base):
    """Somebody did something from a network; the first time only."""

    __tablename__ = "sightings"
    __table_args__ = (
        CheckConstraint("(kind = 'votes') = (thread_id <> 0)", name="thread_of_votes"),
        Index("ix_sightings_at", "at"),
        Index("ix_sightings_user_id", "user_id"),
    )

    network: Mapped[str] = mapped_column(String(16), primary_key=True)
    """A keyed hash of the address without its last part."""
    kind: Mapped[BurstKind] = mapped_column(choice(BurstKind), primary_key=True)
    thread_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of a vote; 0 for everything else, since a key has no gaps."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)


_OPEN_VOTES = text("state = 'open' AND kind = 'votes'")
_OPEN_OTHERS = text("state = 'open' AND kind <> 'votes'")


class Burst(Base):
    """Many votes, accounts or contributions from one network in a short time, for people to look at."""

    __tablename__ = "bursts"
    __table_args__ = (
        CheckConstraint("(kind = 'votes') = (thread_id IS NOT NULL)", name="thread_of_votes"),
        CheckConstraint("state <> 'apart' OR kind = 'votes'", name="only_votes_apart"),
        CheckConstraint("state <> 'followed' OR kind <> 'votes'", name="votes_not_followed"),
        CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name="taken_until"),
        CheckConstraint("last_at >= first_at", name="in_order"),
        Index(
            "uq_bursts_open_votes",
            "network",
            "thread_id",
            unique=True,
            sqlite_where=_OPEN_VOTES,
            postgresql_where=_OPEN_VOTES,
        ),
        Index(
            "uq_bursts_open_others",
            "network",
            "kind",
            unique=True,
            sqlite_where=_OPEN_OTHERS,
            postgresql_where=_OPEN_OTHERS,
        ),
        Index("ix_bursts_state_due_at", "state", "due_at"),
        Index("ix_bursts_last_at", "last_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[BurstKind] = mapped_column(choice(BurstKind))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"))
    network: Mapped[str | None] = mapped_column(String(16))
    """As in the sightings; forgotten after the same time."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    people: Mapped[int]
    """How many took part; stays when their names are forgotten."""
    young: Mapped[int] = mapped_column(default=0)
    """How many of their accounts were younger than a week."""
    state: Mapped[BurstState] = mapped_column(choice(BurstState), default=BurstState.OPEN)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime] = mapped_column(default=now)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_until: Mapped[datetime | None]

    thread: Mapped[Thread | None] = relationship()
    taken_by: Mapped[User | None] = relationship()


class BurstMember(Base):
    """Somebody who took part. Deleted once a burst counts as harmless or is followed up one by one."""

    __tablename__ = "burst_members"

    burst_id: Mapped[int] = mapped_column(ForeignKey("bursts.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)


class BurstRuling(Base):
    """What a moderator decided about a burst, and why; never changed, only followed by another."""

    __tablename__ = "burst_rulings"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("result <> 'open'", name="decides"),
        Index("ix_burst_rulings_burst_id_id", "burst_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    burst_id: Mapped[int] = mapped_column(ForeignKey("bursts.id"))
    result: Mapped[BurstState] = mapped_column(choice(BurstState))
    reason: Mapped[str] = mapped_column(Text)
    votes: Mapped[int] = mapped_column(default=0)
    """How many votes it moved."""
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(default=now)

    burst: Mapped[Burst] = relationship()
    moderator: Mapped[User] = relationship()
