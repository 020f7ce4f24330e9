"""Writing entries, and putting what was published back beside the salts it was committed with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from participation.base.db import db
from participation.ledger.commitments import SALT_SIZE, Opening
from participation.ledger.export import Content, commitments
from participation.ledger.leaf import GENESIS, LISTS, Leaf, LeafType, rfc3339
from participation.ledger.models import LogEntry, LogOpening, LogRedacted

Values = Mapping[str, Any]
"""Field → what it says; the fields named in LISTS hold lists."""

Salts = Mapping[tuple[str, int], bytes]
"""(Field, place) → salt, for one entry."""

Redacted = Mapping[tuple[str, int], LogRedacted]
"""(Field, place) → what is known of what was erased, for one entry."""

NO_SALT = bytes(SALT_SIZE)
"""Stands in for a salt that is gone: it opens nothing, so whoever checks finds the gap."""


def append(
    kind: LeafType,
    *,
    document: str,
    at: datetime,
    public: Values,
    sealed: Values,
    extra: Mapping[str, Any],
    revision_number: int | None = None,
) -> LogEntry:
    """Commit to the values under fresh salts and chain the leaf to the last one.

    Two who append at once name the same previous hash, which the database takes only once.
    """
    last = db.session.execute(
        select(LogEntry.number, LogEntry.hash).order_by(LogEntry.number.desc()).limit(1)
    ).one_or_none()
    content, secret = _fresh(public), _fresh(sealed)
    leaf = Leaf(
        type=kind,
        number=last.number + 1 if last else 1,
        previous=last.hash if last else GENESIS,
        document=document,
        time=rfc3339(at),
        commitments=commitments(content),
        sealed=commitments(secret),
        extra=extra,
    )
    entry = LogEntry(
        number=leaf.number,
        type=kind,
        revision_number=revision_number,
        payload=leaf.text,
        previous_hash=leaf.previous,
        hash=leaf.hash.hex(),
        at=at,
    )
    db.session.add(entry)
    db.session.flush()
    openings = [
        {"entry_number": leaf.number, "field": name, "position": place, "salt": opening.salt}
        for name, field in {**content, **secret}.items()
        for place, opening in enumerate([field] if isinstance(field, Opening) else field)
        if isinstance(opening, Opening)
    ]
    if openings:
        db.session.execute(insert(LogOpening), openings)
    return entry


def salts(numbers: Sequence[int]) -> dict[int, Salts]:
    """Return the salts of entries, in one statement."""
    found: dict[int, dict[tuple[str, int], bytes]] = defaultdict(dict)
    rows = db.session.execute(
        select(LogOpening.entry_number, LogOpening.field, LogOpening.position, LogOpening.salt).where(
            LogOpening.entry_number.in_(numbers)
        )
    )
    for number, field, position, salt in rows:
        found[number][field, position] = salt
    return dict(found)


def redacted(numbers: Sequence[int] | None = None) -> dict[int, Redacted]:
    """Return what was erased of entries, or of all, in one statement."""
    found: dict[int, dict[tuple[str, int], LogRedacted]] = defaultdict(dict)
    chosen = select(LogRedacted).order_by(LogRedacted.entry_number, LogRedacted.field, LogRedacted.position)
    if numbers is not None:
        chosen = chosen.where(LogRedacted.entry_number.in_(numbers))
    for row in db.session.scalars(chosen):
        found[row.entry_number][row.field, row.position] = row
    return dict(found)


def erase(subject: int, gone: Mapping[tuple[str, int], bytes], redaction: int, ground: str) -> None:
    """Delete salts of an entry that the entry `redaction` says are gone; the caller erases what they opened.

    `gone` holds the commitment of each (field, place).
    """
    rows = [
        {
            "entry_number": subject,
            "field": field,
            "position": place,
            "commitment": commitment,
            "redaction_number": redaction,
            "ground": ground,
        }
        for (field, place), commitment in gone.items()
    ]
    db.session.execute(insert(LogRedacted), rows)
    for field, place in gone:
        db.session.execute(
            delete(LogOpening)
            .where(LogOpening.entry_number == subject, LogOpening.field == field, LogOpening.position == place)
            .execution_options(synchronize_session="fetch")
        )


def path(field: str, place: int) -> str:
    """Return how a redaction names a field, or an item of a list: `title`, `reasons/3`."""
    return f"{field}/{place}" if field in LISTS else field


def opened(values: Values, known: Salts, gone: Redacted | None = None) -> Content:
    """Return values with the salts they were committed with: what a stranger needs to check them.

    Of what is `gone` only the commitments of items are left; a single value is left out.
    """
    gone = gone or {}
    return {
        name: [
            gone[name, place].commitment if (name, place) in gone else _opening(known, name, place, item)
            for place, item in enumerate(value)
        ]
        if name in LISTS
        else _opening(known, name, 0, value)
        for name, value in values.items()
        if name in LISTS or (name, 0) not in gone
    }


def _opening(known: Salts, name: str, place: int, value: Any) -> Opening:
    salt = known.get((name, place), NO_SALT)
    return Opening(salt if len(salt) == SALT_SIZE else NO_SALT, value)


def _fresh(values: Values) -> Content:
    return {
        name: [Opening.new(item) for item in value] if name in LISTS else Opening.new(value)
        for name, value in values.items()
    }
