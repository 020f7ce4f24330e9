"""Checking the whole log: hashes, links, numbers, and every commitment against the tables it speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from participation.audit.tellers import TELLERS
from participation.base.db import db
from participation.ledger.entries import Redacted, opened, path, redacted, salts
from participation.ledger.erased import is_mark
from participation.ledger.export import commitments
from participation.ledger.leaf import GENESIS, LISTS, Leaf, LeafType, hash_text, read, rfc3339
from participation.ledger.merkle import Tree
from participation.ledger.models import LogCheckpoint, LogEntry
from participation.ledger.note import Checkpoint, MalformedNote, Note
from participation.leitbild import tracing
from participation.leitbild.models import Passage
from participation.leitbild.queries import current_number
from participation.strategy.models import Node

_SAYS = {"passages": ("body",), "changes": ("before", "after")}
"""Where a redacted item of a list shows its mark."""

_IS = {"passages": "are", "changes": "are", "reasons": "are"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one entry."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. Sound without findings; a person's new name or what is redacted is only a remark."""

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
    last = max(entries, default=0)
    broken: list[Finding] = []
    remarks: list[Finding] = []
    gone, named = redacted(), _redactions(entries)
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
        found += _told(entry, entries, gone.get(number, {}))
        if {path(*place): row.redaction_number for place, row in gone.get(number, {}).items()} != named.get(number, {}):
            found.append(("what is redacted is not what the log says", True))
        broken += [Finding(number, text) for text, serious in found if serious]
        remarks += [Finding(number, text) for text, serious in found if not serious]
        previous = entry.hash
    broken += [Finding(last + 1, text) for teller in TELLERS.values() for text in teller.untold()]
    broken += [Finding(size, text) for size, text in _signed([hash_text(entries[n].payload) for n in sorted(entries)])]
    broken += [Finding(last, text) for text in _current()]
    broken += [Finding(last, text) for text in tracing.faults()]
    if untraced := tracing.untraced():
        remarks.append(Finding(last, f"{len(untraced)} revisions wait for `flask leitbild trace`"))
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


def _redactions(entries: Mapping[int, LogEntry]) -> dict[int, dict[str, int]]:
    """Return for each entry which of its fields the log says were erased, and in which entry."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, entry in sorted(entries.items()):
        leaf = _leaf(entry) if entry.type is LeafType.REDACTION else None
        if leaf is not None and leaf.type is LeafType.REDACTION:
            for field in leaf.extra["fields"]:
                found[leaf.extra["subject"]].setdefault(field, number)
    return found


def _told(entry: LogEntry, entries: Mapping[int, LogEntry], gone: Redacted) -> Iterator[tuple[str, bool]]:
    """Yield where the entry and the tables disagree."""
    leaf = _leaf(entry)
    if leaf is None:
        return
    subject = entries.get(leaf.extra.get("subject", entry.number))
    if subject is None or leaf.extra.get("subject_hash", entry.hash) != subject.hash:
        yield "it is about an entry that is not there like that", True
    teller = TELLERS.get(entry.type)
    told = teller.tell(entry) if teller is not None else None
    if told is None:
        yield f"its {entry.type.value} is missing", True
        return
    yield from ((text, True) for text in told.wrong)
    yield from ((f"the {name} is another one", True) for name in told.extra if leaf.extra.get(name) != told.extra[name])
    known = salts([entry.number]).get(entry.number, {})
    erased = {field for field, _place in gone}
    yield from _public(leaf, commitments(opened(told.public, known, gone)), erased - LISTS)
    for name in sorted(set(leaf.sealed) - {field for field, _place in known} - erased):
        yield f"the salt of the {name} is missing", True
    yield from _sealed(leaf, commitments(opened(told.sealed, known, gone)), erased)
    for field, place in sorted(set(gone) & set(known)):
        yield f"the salt of the {path(field, place)} is still there, though it is redacted", True
    for field, place in sorted(gone):
        if field in told.public and not _marked(told.public[field], field, place):
            yield f"the {path(field, place)} is redacted, but not what stands in its place", True
    if gone:
        yield f"redacted, not comparable: {', '.join(path(*place) for place in sorted(gone))}", False


def _marked(value: Any, field: str, place: int) -> bool:
    """Tell whether a redacted field shows its mark; what is computed, or mixed with what may stay, counts as such."""
    if field in ("rendering", "reasons", "annex"):
        return True
    found = value[place] if field in LISTS else value
    texts = [found[name] for name in _SAYS[field]] if field in _SAYS else [found]
    return any(is_mark(text) for text in texts)


def _public(leaf: Leaf, public: Mapping[str, str], gone: AbstractSet[str]) -> Iterator[tuple[str, bool]]:
    for name in sorted({*public, *leaf.commitments} - gone):
        if public.get(name) != leaf.commitments.get(name):
            yield f"the {name} {_IS.get(name, 'is')} not what was sealed", True


def _sealed(leaf: Leaf, sealed: Mapping[str, str], gone: AbstractSet[str]) -> Iterator[tuple[str, bool]]:
    for name in sorted({*sealed, *leaf.sealed} - gone):
        if sealed.get(name) != leaf.sealed.get(name):
            # People may rename themselves.
            renamed = name.endswith("_name") and (name in sealed) == (name in leaf.sealed)
            role = name.removesuffix("_name")
            yield (f"the {role} has another name today", False) if renamed else (f"the {role} is not who signed", True)


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


def _current() -> Iterator[str]:
    """Yield where the strategy in use is not the newest revision."""
    number = current_number()
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
