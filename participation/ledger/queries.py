"""Reading the log: signed checkpoints, leaves and the tree over them. Nobody is shown anything that is not signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from participation.base.db import db
from participation.ledger.leaf import LeafType, read
from participation.ledger.merkle import Tree
from participation.ledger.models import LogCheckpoint, LogEntry
from participation.ledger.note import Checkpoint, ForgedNote, Note, VerifierKey

REMEMBERED = 50
"""How many checkpoints are looked through for a witness's last cosignature."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed checkpoint."""

    size: int
    text: str
    """The note with all its signatures."""
    key: str

    @property
    def root(self) -> bytes:
        """The root that was signed."""
        return Checkpoint.parse(Note.parse(self.text).text).root


@dataclass(frozen=True, slots=True)
class Seen:
    """What a witness cosigned last."""

    key: VerifierKey
    size: int | None
    at: datetime | None


def newest() -> Signed | None:
    """Return the newest checkpoint."""
    row = db.session.execute(_checkpoints().order_by(LogCheckpoint.size.desc()).limit(1)).one_or_none()
    return Signed(*row) if row else None


def unsigned() -> bool:
    """Tell whether there are entries that no checkpoint covers."""
    signed = db.session.scalar(select(func.max(LogCheckpoint.size))) or 0
    return db.session.scalar(select(LogEntry.number).where(LogEntry.number > signed).limit(1)) is not None


def checkpoints() -> list[Signed]:
    """Return all checkpoints, by size."""
    return [Signed(*row) for row in db.session.execute(_checkpoints().order_by(LogCheckpoint.size))]


def _checkpoints() -> Select[int, str, str]:
    return select(LogCheckpoint.size, LogCheckpoint.note, LogCheckpoint.key)


def moment_of(number: int) -> datetime | None:
    """Return when an entry was written."""
    return db.session.scalar(select(LogEntry.at).where(LogEntry.number == number))


def leaves(start: int, end: int) -> list[str]:
    """Return the texts of leaves from `start` (from 0) to before `end`."""
    chosen = select(LogEntry.payload).where(LogEntry.number > start, LogEntry.number <= end).order_by(LogEntry.number)
    return list(db.session.scalars(chosen))


def tree(size: int | None = None) -> Tree:
    """Return the tree over the first `size` entries, or over all; one statement."""
    chosen = select(LogEntry.hash).order_by(LogEntry.number)
    if size is not None:
        chosen = chosen.where(LogEntry.number <= size)
    return Tree(bytes.fromhex(one) for one in db.session.scalars(chosen))


def keys() -> list[str]:
    """Return the log's public keys in the order in which they signed; empty before the first checkpoint."""
    first = db.session.scalar(select(LogCheckpoint.key).order_by(LogCheckpoint.size).limit(1))
    if first is None:
        return []
    rotations = select(LogEntry.payload).where(LogEntry.type == LeafType.KEY_ROTATION).order_by(LogEntry.number)
    leaves_ = [read(text) for text in db.session.scalars(rotations)]
    return [leaves_[0].extra["old_key"] if leaves_ else first, *(leaf.extra["new_key"] for leaf in leaves_)]


def seen(witnesses: Iterable[VerifierKey]) -> list[Seen]:
    """Return what each witness cosigned last, as far as the newest checkpoints tell; one statement."""
    chosen = select(LogCheckpoint.note).order_by(LogCheckpoint.size.desc()).limit(REMEMBERED)
    notes = [Note.parse(text) for text in db.session.scalars(chosen)]
    return [_last(witness, notes) for witness in witnesses]


def _last(witness: VerifierKey, notes: Sequence[Note]) -> Seen:
    for note in notes:
        try:
            times = [one.at for one in note.verified_by([witness]) if one.at is not None]
        except ForgedNote:
            continue
        if times:
            return Seen(witness, Checkpoint.parse(note.text).size, max(times))
    return Seen(witness, None, None)
