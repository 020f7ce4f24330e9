"""The table of attached files; their bytes lie in the storage, under their SHA-256."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.clock import now
from participation.base.db import Base, choice

MAX_SIZE = 10 * 1024 * 1024
"""Bytes a file may have."""
MAX_SIDE = 1600
"""Pixels of a stored picture's longer side."""


class MediaType(enum.Enum):
    """What can be attached. No SVG: it is a program as much as a picture."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"


_PENDING = text("kept_at IS NULL")


class Attachment(Base):
    """A file that somebody uploaded."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint(f"size BETWEEN 1 AND {MAX_SIZE}", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("name <> '' AND name NOT LIKE '%/%'", name="named"),
        CheckConstraint(
            f"(media_type = 'application/pdf' AND width IS NULL AND height IS NULL) OR "
            f"(media_type <> 'application/pdf' "
            f"AND width BETWEEN 1 AND {MAX_SIDE} AND height BETWEEN 1 AND {MAX_SIDE})",
            name="pixels",
        ),
        CheckConstraint(
            "kept_at IS NULL OR (title <> '' AND (media_type <> 'application/pdf' OR summary <> ''))", name="described"
        ),
        Index("ix_attachments_sha256", "sha256"),
        Index("ix_attachments_uploaded_by_id", "uploaded_by_id"),
        Index("ix_attachments_pending", "created_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the bytes as they are stored; of a picture after it was made anew."""
    media_type: Mapped[MediaType] = mapped_column(choice(MediaType))
    size: Mapped[int]
    """Bytes as stored."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(120))
    """The file's name, cleaned; the ending follows from what the file is."""
    title: Mapped[str] = mapped_column(String(200), default="")
    """What it is; of a picture, what is to be seen (its alternative text)."""
    summary: Mapped[str] = mapped_column(Text, default="")
    """What a PDF says, as plain text, for whoever cannot read it; compulsory there."""
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    kept_at: Mapped[datetime | None]
    """When it was described and attached; empty while it is pending."""

    @property
    def is_image(self) -> bool:
        """Whether a page may show it."""
        return self.media_type is not MediaType.PDF
