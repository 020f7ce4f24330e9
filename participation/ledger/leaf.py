"""Leaves: what the log says about one entry, in canonical JSON. Strings and integers only, and nothing about people."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from participation.ledger import merkle
from participation.ledger.canonical import canonical, parse

VERSION = 1
"""Of the leaf's form; a reader that does not know it must not guess."""

GENESIS = "0" * 64
"""What the first leaf names as the one before it."""

LISTS = frozenset({"passages", "changes", "reasons"})
"""Fields whose commitment is a root over the commitments to their items."""

_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELD = re.compile(r"[a-z][a-z0-9_]*(/(0|[1-9][0-9]*))?")
_DOCUMENT = re.compile(r"[a-z][a-z0-9-]*")
_KEY = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class LeafType(enum.Enum):
    """What an entry of the log is about."""

    REVISION = "revision"
    """A version of the document was published."""
    RESOLUTION = "resolution"
    """A body decided about a version."""
    CORRECTION = "correction"
    """Something said in an earlier entry is put right; the wording of a version never is."""
    REDACTION = "redaction"
    """Fields of an earlier entry were deleted, with their salts."""
    KEY_ROTATION = "key-rotation"
    """From this leaf on another key signs."""


_OWN = {
    LeafType.REVISION: {"revision"},
    LeafType.RESOLUTION: {"subject", "subject_hash"},
    LeafType.CORRECTION: {"subject", "subject_hash"},
    LeafType.REDACTION: {"subject", "subject_hash", "fields"},
    LeafType.KEY_ROTATION: {"old_key", "new_key"},
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log. `number` counts from 1 and is the leaf's place in the tree plus one."""

    type: LeafType
    number: int
    previous: str
    """Hash of the leaf before, in hex."""
    document: str
    time: str
    commitments: Mapping[str, str]
    """Field → commitment in hex; these fields are public."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """As above, for what is never published but could be opened in a dispute: who signed."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only this type has: `revision`; `subject`, `subject_hash`, `fields`; `old_key`, `new_key`."""

    def __post_init__(self) -> None:
        if wrong := _wrong(self):
            raise ValueError(f"not a leaf: {wrong}")

    @property
    def text(self) -> str:
        """The canonical JSON that is kept and hashed."""
        return canonical(
            {
                "version": VERSION,
                "type": self.type.value,
                "number": self.number,
                "previous": self.previous,
                "document": self.document,
                "time": self.time,
                "commitments": dict(self.commitments),
                "sealed": dict(self.sealed),
                **self.extra,
            }
        )

    @property
    def hash(self) -> bytes:
        """The leaf's hash in the tree."""
        return merkle.leaf_hash(self.text.encode())


def read(text: str) -> Leaf:
    """Return the leaf of a kept text.

    Raises:
        ValueError: if it is not canonical, of another version, or says more or less than it should.
    """
    said = parse(text)
    if not isinstance(said, dict) or said.get("version") != VERSION:
        raise ValueError("not a leaf of this version")
    try:
        kind = LeafType(said["type"])
        leaf = Leaf(
            type=kind,
            number=said["number"],
            previous=said["previous"],
            document=said["document"],
            time=said["time"],
            commitments=said["commitments"],
            sealed=said["sealed"],
            extra={name: said[name] for name in _OWN[kind]},
        )
    except KeyError as error:
        raise ValueError(f"not a leaf: {error} is missing") from error
    if leaf.text != text:
        raise ValueError("the leaf says more than it should")
    return leaf


def hash_text(text: str) -> bytes:
    """Return the hash of a leaf's text in the tree."""
    return merkle.leaf_hash(text.encode())


def rfc3339(moment: datetime) -> str:
    """Return a moment as UTC with microseconds: 2026-11-02T10:00:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _wrong(leaf: Leaf) -> str:
    """Name the first thing that is not as it should be."""
    checks: tuple[tuple[str, Callable[[], bool]], ...] = (
        (f"{leaf.type.value} has other members", lambda: set(leaf.extra) == _OWN[leaf.type]),
        ("number", lambda: _positive(leaf.number)),
        ("previous", lambda: _matches(_HASH, leaf.previous) and (leaf.number == 1) == (leaf.previous == GENESIS)),
        ("document", lambda: _matches(_DOCUMENT, leaf.document)),
        ("time", lambda: _matches(_TIME, leaf.time)),
        ("commitments", lambda: _commits(leaf.commitments) and _commits(leaf.sealed)),
        ("a field both public and sealed", lambda: not set(leaf.commitments) & set(leaf.sealed)),
        *((name, partial(_EXTRA[name], value, leaf.number)) for name, value in leaf.extra.items() if name in _EXTRA),
    )
    return next((name for name, sound in checks if not sound()), "")


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _commits(group: Any) -> bool:
    return isinstance(group, Mapping) and all(_matches(_NAME, k) and _matches(_HASH, v) for k, v in group.items())


def _fields(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_matches(_FIELD, name) for name in value)


_EXTRA: Mapping[str, Callable[[Any, int], bool]] = {
    "revision": lambda value, _number: _positive(value),
    "subject": lambda value, number: _positive(value) and value < number,
    "subject_hash": lambda value, _number: _matches(_HASH, value),
    "fields": lambda value, _number: _fields(value),
    "old_key": lambda value, _number: _matches(_KEY, value),
    "new_key": lambda value, _number: _matches(_KEY, value),
}
