"""Checking the whole log: hashes, links, numbers, and every payload against the tables it speaks of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from participation.base.db import db
from participation.leitbild import chain, payload
from participation.leitbild.models import Change, LogEntry, Passage, Revision
from participation.strategy.models import Node


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
    """Recompute the chain from the first entry to the last and compare it with the tables."""
    entries = {entry.number: entry for entry in db.session.scalars(select(LogEntry))}
    revisions = {revision.number: revision for revision in db.session.scalars(select(Revision))}
    changes: dict[int, list[int]] = defaultdict(list)
    rows = select(Change.id, Change.revision_number).where(Change.revision_number.is_not(None))
    for change_id, number in db.session.execute(rows):
        changes[number or 0].append(change_id)
    last = max([0, *entries, *revisions])
    broken: list[Finding] = []
    remarks: list[Finding] = []
    previous = chain.GENESIS
    for number in range(1, last + 1):
        entry = entries.get(number)
        if entry is None:
            broken.append(Finding(number, "the entry is missing"))
            previous = ""
            continue
        found = [*_own(entry, previous), *_told(entry, revisions.get(entry.revision_number), changes)]
        broken += [Finding(number, text) for text, serious in found if serious]
        remarks += [Finding(number, text) for text, serious in found if not serious]
        previous = entry.hash
    broken += [Finding(last, text) for text in _current(max(revisions, default=0))]
    return Report(len(entries), previous, tuple(broken), tuple(remarks))


def _own(entry: LogEntry, previous: str) -> Iterator[tuple[str, bool]]:
    """Yield what is wrong with the entry itself and with its link."""
    if chain.hash_of(entry.payload) != entry.hash:
        yield "the hash does not fit the payload", True
    if entry.previous_hash != previous:
        yield "it does not follow the entry before it", True
    said = _parsed(entry)
    if said is None:
        yield "the payload is not canonical JSON", True
        return
    if said.get("previous") != entry.previous_hash:
        yield "the payload names another previous hash", True
    if said.get("number") != entry.number or said.get("revision") != entry.revision_number:
        yield "the payload has another number", True
    if said.get("published_at") != chain.rfc3339(entry.at):
        yield "the payload has another time", True


def _told(entry: LogEntry, revision: Revision | None, changes: Mapping[int, list[int]]) -> Iterator[tuple[str, bool]]:
    """Yield where the payload and the tables disagree."""
    said = _parsed(entry)
    if said is None:
        return
    if revision is None:
        yield "its revision is missing", True
        return
    real = payload.build(entry.number, revision, entry.salt, changes[revision.number])
    for key, value in real.items():
        told = said.get(key)
        if told == value:
            continue
        if key == "roles":
            yield from _roles(told, value)
        elif key == "changes":
            yield from ((text, True) for text in _changes(told, value))
        elif key == "text":
            yield "the passages are not those that were sealed", True
        else:
            yield f"{key} is not what was sealed", True
    if extra := set(said) - set(real) - {"previous"}:
        yield f"the payload says more than it should: {', '.join(sorted(extra))}", True


def _roles(told: Any, real: list[dict[str, str]]) -> Iterator[tuple[str, bool]]:
    """Yield a changed person as broken, a changed name only as a remark: people may rename themselves."""
    if not isinstance(told, list) or [_person(role) for role in told] != [_person(role) for role in real]:
        yield "author or approver is not who signed", True
        return
    for one, other in zip(told, real, strict=True):
        if one.get("name") != other["name"]:
            yield f"the {other['role']} has another name today", False


def _person(role: Any) -> tuple[Any, Any]:
    return (role.get("role"), role.get("person")) if isinstance(role, dict) else (None, None)


def _changes(told: Any, real: list[dict[str, Any]]) -> Iterator[str]:
    """Yield which change differs, and in what."""
    sealed = {item.get("id"): item for item in told if isinstance(item, dict)} if isinstance(told, list) else {}
    present = {item["id"]: item for item in real}
    for change_id in sorted({*sealed, *present}, key=str):
        one, other = sealed.get(change_id), present.get(change_id)
        if one is None or other is None:
            yield f"change {change_id} is {'not part of the payload' if one is None else 'missing'}"
            continue
        fields = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
        if fields:
            yield f"change {change_id}: {', '.join(fields)} is not what was sealed"
    if sealed.keys() == present.keys() and told != real and all(sealed[key] == present[key] for key in present):
        yield "the changes stand in another order"


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


def _parsed(entry: LogEntry) -> dict[str, Any] | None:
    try:
        said = json.loads(entry.payload)
        sound = isinstance(said, dict) and chain.canonical(said) == entry.payload
    except (ValueError, TypeError):
        return None
    return said if sound else None
