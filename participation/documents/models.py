"""The table of documents."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.clock import now
from participation.base.db import Base, choice
from participation.documents.formats import Format


class DocumentState(enum.Enum):
    """A document waits for the press, lies ready, or could not be made."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Document(Base):
    """A version, or two compared, in one format. The bytes lie here too, so that every server serves the same."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("earlier_number < revision_number", name="earlier_first"),
        CheckConstraint(
            "(state = 'ready') = "
            "(content IS NOT NULL AND sha256 IS NOT NULL AND size IS NOT NULL AND built_at IS NOT NULL)",
            name="ready_has_content",
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(
            "uq_documents_revision_number_format",
            "revision_number",
            "format",
            unique=True,
            sqlite_where=text("earlier_number IS NULL"),
            postgresql_where=text("earlier_number IS NULL"),
        ),
        Index(
            "uq_documents_revision_number_earlier_number_format",
            "revision_number",
            "earlier_number",
            "format",
            unique=True,
            sqlite_where=text("earlier_number IS NOT NULL"),
            postgresql_where=text("earlier_number IS NOT NULL"),
        ),
        Index("ix_documents_earlier_number", "earlier_number"),
        Index(
            "ix_documents_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_number: Mapped[int] = mapped_column(ForeignKey("revisions.number", ondelete="CASCADE"))
    """Goes with its version: the imported text may be taken back before anybody contributed."""
    earlier_number: Mapped[int | None] = mapped_column(ForeignKey("revisions.number", ondelete="CASCADE"))
    """The version it is compared with; empty for a document of one version."""
    format: Mapped[Format] = mapped_column(choice(Format))
    state: Mapped[DocumentState] = mapped_column(choice(DocumentState), default=DocumentState.WAITING)
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int | None]
    """In bytes."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the bytes; also their ETag."""
    built_at: Mapped[datetime | None]
    queued_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    """Until then it belongs to one press; also names the claim, so that a press that was given up cannot deliver."""
    error: Mapped[str] = mapped_column(Text, default="")
    """What went wrong last, for operators; for what is not available here, also for readers."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Last and only on demand: it may be large."""
