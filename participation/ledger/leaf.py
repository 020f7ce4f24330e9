"""Leaves: what the log says about one entry, in canonical JSON. Strings and integers only, and nothing about people."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


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
_COMMON = {"version", "type", "number", "previous", "document", "time", "commitments", "sealed"}


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
            kind,
            *(said[name] for name in ("number", "previous", "document", "time", "commitments", "sealed")),
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
    if set(leaf.extra) != _OWN[leaf.type]:
        return f"{leaf.type.value} needs exactly {', '.join(sorted(_OWN[leaf.type]))}"
    if not _positive(leaf.number) or not _matches(_HASH, leaf.previous):
        return "number or previous"
    if (leaf.number == 1) != (leaf.previous == GENESIS):
        return "only the first leaf has none before it"
    if not isinstance(leaf.document, str) or not leaf.document or not _matches(_TIME, leaf.time):
        return "document or time"
    if not all(_commits(group) for group in (leaf.commitments, leaf.sealed)):
        return "a commitment"
    if set(leaf.commitments) & set(leaf.sealed):
        return "a field both public and sealed"
    return _wrong_extra(leaf)


def _wrong_extra(leaf: Leaf) -> str:
    extra = leaf.extra
    if "revision" in extra and not _positive(extra["revision"]):
        return "revision"
    if "subject" in extra and not (
        _positive(extra["subject"]) and extra["subject"] < leaf.number and _matches(_HASH, extra["subject_hash"])
    ):
        return "subject"
    if "fields" in extra:
        names = extra["fields"]
        if not isinstance(names, list) or not names or not all(_matches(_FIELD, name) for name in names):
            return "fields"
    if "new_key" in extra and not all(isinstance(extra[name], str) for name in ("old_key", "new_key")):
        return "keys"
    return ""


def _positive(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _commits(group: Any) -> bool:
    return isinstance(group, Mapping) and all(_matches(_NAME, k) and _matches(_HASH, v) for k, v in group.items())
