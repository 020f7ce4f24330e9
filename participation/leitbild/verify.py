"""Checking the whole log: hashes, links, numbers, and every commitment against the tables it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from participation.base.db import db
from participation.ledger.entries import opened, salts
from participation.ledger.export import commitments
from participation.ledger.leaf import GENESIS, Leaf, LeafType, hash_text, read, rfc3339
from participation.ledger.merkle import Tree
from participation.ledger.models import LogCheckpoint, LogEntry
from participation.ledger.note import Checkpoint, MalformedNote, Note
from participation.leitbild import payload
from participation.leitbild.contents import changes_by_revision
from participation.leitbild.models import Passage, Revision
from participation.strategy.models import Node

_IS = {"passages": "are", "changes": "are", "reasons": "are"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one entry."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. Sound without findings; a person's new name is only a remark."""

    entries: int
    head: str
    """The hash of the newest entry; compare it with one noted elsewhere, for a cut-off end leaves no other trace."""
    broken: tuple[Finding, ...]
    remarks: tuple[Finding, ...]

    @property
    def first(self) -> Finding | None:
        """The first broken entry and what is wrong with it."""
        return self.broken[0] if self.broken else None


def verify() -> Report:
    """Check every entry and the state in use; a bounded number of statements for each entry.

    Finds what was altered without rewriting everything after it; against that only a checkpoint kept elsewhere helps.
    """
    entries = {entry.number: entry for entry in db.session.scalars(select(LogEntry))}
    revisions = {revision.number: revision for revision in db.session.scalars(select(Revision))}
    changes = changes_by_revision()
    last = max(entries, default=0)
    broken: list[Finding] = []
    remarks: list[Finding] = []
    previous = GENESIS
    revision_number = 0
    for number in range(1, last + 1):
        entry = entries.get(number)
        if entry is None:
            broken.append(Finding(number, "the entry is missing"))
            previous = ""
            continue
        found = [*_own(entry, previous)]
        if entry.type is LeafType.REVISION:
            revision_number += 1
            if entry.revision_number != revision_number:
                found.append(("a revision is missing before it", True))
            found += _told(entry, revisions.get(entry.revision_number or 0), changes)
        broken += [Finding(number, text) for text, serious in found if serious]
        remarks += [Finding(number, text) for text, serious in found if not serious]
        previous = entry.hash
    told = {entry.revision_number for entry in entries.values() if entry.type is LeafType.REVISION}
    broken += [Finding(last + 1, f"revision {number} has no entry") for number in sorted({*revisions} - told)]
    broken += [Finding(size, text) for size, text in _signed([hash_text(entries[n].payload) for n in sorted(entries)])]
    broken += [Finding(last, text) for text in _current(max(revisions, default=0))]
    return Report(len(entries), previous, tuple(broken), tuple(remarks))


def _own(entry: LogEntry, previous: str) -> Iterator[tuple[str, bool]]:
    """Yield what is wrong with the entry itself and with its link."""
    if hash_text(entry.payload).hex() != entry.hash:
        yield "the hash does not fit the payload", True
    if entry.previous_hash != previous:
        yield "it does not follow the entry before it", True
    leaf = _leaf(entry)
    if leaf is None:
        yield "the payload is not a leaf in canonical JSON", True
        return
    if leaf.previous != entry.previous_hash:
        yield "the payload names another previous hash", True
    if leaf.number != entry.number or leaf.extra.get("revision") != entry.revision_number:
        yield "the payload has another number", True
    if leaf.type is not entry.type:
        yield "the payload is of another type", True
    if leaf.time != rfc3339(entry.at):
        yield "the payload has another time", True


def _told(entry: LogEntry, revision: Revision | None, changes: Mapping[int, list[int]]) -> Iterator[tuple[str, bool]]:
    """Yield where the commitments and the tables disagree."""
    leaf = _leaf(entry)
    if leaf is None:
        return
    if revision is None:
        yield "its revision is missing", True
        return
    known = salts([entry.number]).get(entry.number, {})
    ids = changes[revision.number]
    public = commitments(opened(payload.public(revision, ids), known))
    for name in sorted({*public, *leaf.commitments}):
        if public.get(name) != leaf.commitments.get(name):
            yield f"the {name} {_IS.get(name, 'is')} not what was sealed", True
    sealed = commitments(opened(payload.sealed(revision, ids), known))
    for name in sorted(set(leaf.sealed) - {field for field, _place in known}):
        yield f"the salt of the {name} is missing", True
    for name in sorted({*sealed, *leaf.sealed}):
        if sealed.get(name) != leaf.sealed.get(name):
            # People may rename themselves.
            renamed = name.endswith("_name") and (name in sealed) == (name in leaf.sealed)
            role = name.removesuffix("_name")
            yield (f"the {role} has another name today", False) if renamed else (f"the {role} is not who signed", True)
    places = select(Passage.position).where(Passage.revision_number == revision.number).order_by(Passage.position)
    if any(at != place for at, place in enumerate(db.session.scalars(places))):
        yield "the passages do not stand in their places", True


def _signed(hashes: list[bytes]) -> Iterator[tuple[int, str]]:
    """Yield which checkpoints the entries do not fit."""
    rows = db.session.execute(select(LogCheckpoint.size, LogCheckpoint.note).order_by(LogCheckpoint.size)).all()
    tree = Tree(hashes)
    for size, text in rows:
        if size > len(tree):
            yield size, f"{size} entries were signed, {len(tree)} are left"
        elif _checkpoint(text) != (size, tree.root(size)):
            yield size, f"the first {size} entries are not those that were signed"


def _checkpoint(text: str) -> tuple[int, bytes] | None:
    try:
        found = Checkpoint.parse(Note.parse(text).text)
    except MalformedNote:
        return None
    return found.size, found.root


def _current(number: int) -> Iterator[str]:
    """Yield where the strategy in use is not the newest revision."""
    rows = db.session.execute(
        select(Node.id, func.coalesce(Passage.node_id, ""))
        .outerjoin(Passage, (Passage.node_id == Node.id) & (Passage.revision_number == number))
        .where(
            Passage.node_id.is_(None)
            | (Passage.body != Node.body)
            | (Passage.html != Node.html)
            | (Passage.title != Node.title)
            | (Passage.text_state != Node.text_state)
        )
        .order_by(Node.reading_order)
    )
    for node_id, _passage in rows:
        yield f"the strategy shows another wording of {node_id} than the newest revision"


def _leaf(entry: LogEntry) -> Leaf | None:
    try:
        return read(entry.payload)
    except ValueError:
        return None
