"""Reading the shelf. Documents exist of published versions only, so everybody may read all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from participation.base.clock import now
from participation.base.db import db
from participation.documents.formats import Format, filename
from participation.documents.models import Document, DocumentState
from participation.documents.words import NOT_HERE


@dataclass(frozen=True, slots=True)
class Item:
    """A document as a page offers it, without its bytes."""

    id: int
    revision_number: int
    earlier_number: int | None
    format: Format
    state: DocumentState
    media_type: str
    size: int | None
    sha256: str | None
    built_at: datetime | None
    claimed_until: datetime | None
    error: str

    @property
    def filename(self) -> str:
        """What its file is called."""
        return filename(self.format, self.revision_number, self.earlier_number)

    @property
    def is_ready(self) -> bool:
        """Whether it can be handed out."""
        return self.state is DocumentState.READY

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be made."""
        return self.state is DocumentState.WAITING

    @property
    def is_explained(self) -> bool:
        """Whether the error is meant for readers: what is missing here, not what broke."""
        return self.state is DocumentState.FAILED and self.error == NOT_HERE


def shelf(number: int, earlier: int | None = None) -> list[Item]:
    """Return the documents of a version, or of a comparison, in the order of the formats; one statement."""
    found = [Item(*row) for row in db.session.execute(_of(number, earlier))]
    order = list(Format)
    return sorted(found, key=lambda item: order.index(item.format))


def item(number: int, made: Format, earlier: int | None = None) -> Item | None:
    """Return one document of a version or of a comparison."""
    row = db.session.execute(_of(number, earlier).where(Document.format == made)).one_or_none()
    return Item(*row) if row else None


def content(wanted: Item) -> bytes | None:
    """Return a document's bytes; None if it was discarded since it was looked up."""
    return db.session.scalar(select(Document.content).where(Document.id == wanted.id, Document.sha256 == wanted.sha256))


def waiting(*, due: bool = False) -> int:
    """Return how many documents wait for the press; with `due` only those that it could take now."""
    counted = select(func.count()).where(Document.state == DocumentState.WAITING)
    if due:
        counted = counted.where(Document.claimed_until.is_(None) | (Document.claimed_until < now()))
    return db.session.scalar(counted) or 0


def failed() -> list[Item]:
    """Return what could not be made, for operators."""
    chosen = _items().where(Document.state == DocumentState.FAILED).order_by(Document.id)
    return [Item(*row) for row in db.session.execute(chosen)]


def _of(number: int, earlier: int | None) -> Select[*tuple[Any, ...]]:
    return _items().where(
        Document.revision_number == number,
        Document.earlier_number.is_(None) if earlier is None else Document.earlier_number == earlier,
    )


def _items() -> Select[*tuple[Any, ...]]:
    return select(
        Document.id,
        Document.revision_number,
        Document.earlier_number,
        Document.format,
        Document.state,
        Document.media_type,
        Document.size,
        Document.sha256,
        Document.built_at,
        Document.claimed_until,
        Document.error,
    )
