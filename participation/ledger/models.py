"""Tables of the log: entries, the salts that open their commitments, signed checkpoints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.db import Base, choice
from participation.ledger.leaf import LeafType


class LogEntry(Base):
    """One leaf of the log, chained to the one before. Never updated after it was written."""

    __tablename__ = "log_entries"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[LeafType] = mapped_column(choice(LeafType))
    revision_number: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"), index=True)
    """The version it is about; the ledger itself knows no more of it than this number."""
    payload: Mapped[str] = mapped_column(Text)
    """The leaf: canonical JSON of commitments. Names no person and holds no content."""
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """A fork of the chain would have to use a previous hash twice."""
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    """The leaf's hash in the tree: SHA-256 of a zero byte and the payload."""
    at: Mapped[datetime]


class LogOpening(Base):
    """The salt of one commitment. What it commits to stands in the tables of the room that published it."""

    __tablename__ = "log_openings"

    entry_number: Mapped[int] = mapped_column(ForeignKey("log_entries.number"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Place in a list, from 0; 0 for a single value."""
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogRedacted(Base):
    """A field, or an item of a list, whose content and salt were erased. Never updated after it was written.

    The guards let content and salts go only where such a row stands.
    """

    __tablename__ = "log_redacted"

    entry_number: Mapped[int] = mapped_column(ForeignKey("log_entries.number"), primary_key=True)
    """The entry that held it."""
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Place in a list, from 0; 0 for a single value."""
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    """For an item of a list what its list's commitment was made from: without it no other item could be checked."""
    redaction_number: Mapped[int] = mapped_column(ForeignKey("log_entries.number"), index=True)
    """The entry that says so."""
    ground: Mapped[str] = mapped_column(String(40))
    """The reason in a word or two; stands in the marks that take the text's place."""


class LogCheckpoint(Base):
    """A signed statement about the first `size` entries. Only ever gains signatures of witnesses."""

    __tablename__ = "log_checkpoints"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    """The public key of the log in use from here on."""
