"""Tables of erasures and corrections. Rows are frozen once their entry stands in the log."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.ledger.models import LogEntry
from participation.leitbild import guards
from participation.strategy.models import Node


class Ground(enum.Enum):
    """Why something is erased. Stands in the log and in the mark, so the values are words for readers."""

    REQUEST = "Löschantrag"
    """A person asked for it: Article 17 of the General Data Protection Regulation."""
    RIGHTS = "Persönlichkeitsrecht"
    """It hurts the rights of somebody who is written about."""
    COPYRIGHT = "Urheberrecht"
    COURT = "Gerichtsbeschluss"
    ACCOUNT = "Konto gelöscht"
    """A signer's name goes with their account; nobody has to decide about that."""


class ErasureState(enum.Enum):
    """An erasure is requested by one moderator and done by another, or given up."""

    REQUESTED = "requested"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class CorrectionState(enum.Enum):
    """A correction is laid out, then confirmed or given up."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Erasure(Base):
    """A request to erase pieces of what was published, and whether it was done. Holds none of the content."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="four_eyes"),
        CheckConstraint("ground = 'Konto gelöscht' OR author_id IS NOT NULL", name="author"),
        CheckConstraint(
            "state <> 'done' OR ground = 'Konto gelöscht' OR approver_id IS NOT NULL",
            name="approver",
        ),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_has_time"),
        CheckConstraint("reason <> ''", name="has_reason"),
        Index("ix_erasures_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ErasureState] = mapped_column(choice(ErasureState), default=ErasureState.REQUESTED)
    ground: Mapped[Ground] = mapped_column(choice(Ground))
    reason: Mapped[str] = mapped_column(Text)
    """Public, and part of the log: it must not repeat what goes."""
    pieces: Mapped[list[str]]
    """What the moderator chose."""
    fields: Mapped[list[str]]
    """What that meant in the log when it was chosen, e.g. `5 reasons/1`; the second moderator must see the same."""
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    done_at: Mapped[datetime | None]

    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])


class Redaction(Base):
    """An entry of the log about what an erasure took from one earlier entry. Never updated after it was written."""

    __tablename__ = "redactions"

    entry_number: Mapped[int] = mapped_column(ForeignKey("log_entries.number"), primary_key=True, autoincrement=False)
    subject: Mapped[int] = mapped_column(ForeignKey("log_entries.number"), index=True)
    erasure_id: Mapped[int] = mapped_column(ForeignKey("erasures.id"), index=True)

    erasure: Mapped[Erasure] = relationship()
    entry: Mapped[LogEntry] = relationship(foreign_keys=[entry_number])


class Correction(Base):
    """Something an earlier entry said that is put right beside it."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="four_eyes"),
        CheckConstraint("said <> '' AND right_text <> '' AND reason <> ''", name="complete"),
        CheckConstraint("said <> right_text", name="corrects_something"),
        CheckConstraint(
            "(state = 'confirmed') = (entry_number IS NOT NULL AND approver_id IS NOT NULL AND decided_at IS NOT NULL)",
            name="confirmed_is_logged",
        ),
        Index("ix_corrections_subject_node_id", "subject", "node_id"),
        Index("ix_corrections_state_until", "state", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[CorrectionState] = mapped_column(choice(CorrectionState), default=CorrectionState.OPEN)
    subject: Mapped[int] = mapped_column(ForeignKey("log_entries.number"))
    """The entry it is about."""
    node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """The passage, if it is about one."""
    said: Mapped[str] = mapped_column(Text)
    right_text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime]
    """Objections are taken until then."""
    decided_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    entry_number: Mapped[int | None] = mapped_column(ForeignKey("log_entries.number"), unique=True)

    node: Mapped[Node | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    approver: Mapped[User | None] = relationship(foreign_keys=[approver_id])
    objections: Mapped[list[Objection]] = relationship(order_by="Objection.id", back_populates="correction")


class Objection(Base):
    """What a resident has to say against a correction, and the answer."""

    __tablename__ = "objections"
    __table_args__ = (
        UniqueConstraint("correction_id", "author_id"),
        CheckConstraint("text <> ''", name="has_text"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]

    correction: Mapped[Correction] = relationship(back_populates="objections")
    author: Mapped[User] = relationship(foreign_keys=[author_id])


guards.protect(Redaction)
guards.freeze(Erasure, "done_at")
guards.freeze(Correction, "entry_number")
