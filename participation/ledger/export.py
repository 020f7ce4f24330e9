"""What a stranger checks: leaves, checkpoints and openings in one JSON value. docs/log-format.md describes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from participation.ledger.commitments import Opening, commit_list
from participation.ledger.leaf import LISTS

FORMAT = "verifiable-log-export"
VERSION = 1

Item = Opening | bytes
"""An item of a list: its opening, or only its commitment when it was redacted."""

Content = Mapping[str, Opening | Sequence[Item]]
"""Field → opening, or the items of a list. A redacted field is absent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf as it is kept, and what may be shown of it."""

    text: str
    content: Content


def commitments(content: Content) -> dict[str, str]:
    """Return what goes into a leaf: a commitment for each field, in hex."""
    return {
        name: (field.commitment if isinstance(field, Opening) else commit_list(map(_commitment, field))).hex()
        for name, field in content.items()
    }


def export(
    origin: str,
    keys: Sequence[str],
    witnesses: Sequence[str],
    entries: Sequence[Entry],
    checkpoints: Sequence[str],
) -> dict[str, Any]:
    """Return the export. The entries must end where the last checkpoint does; keys are in the order they signed."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "origin": origin,
        "keys": list(keys),
        "witnesses": list(witnesses),
        "leaves": [entry.text for entry in entries],
        "checkpoints": list(checkpoints),
        "contents": [{name: _shown(name, field) for name, field in entry.content.items()} for entry in entries],
    }


def _shown(name: str, field: Opening | Sequence[Item]) -> Any:
    if isinstance(field, Opening) == (name in LISTS):
        raise ValueError(f"{name} must be {'a list' if name in LISTS else 'one value'}")
    if isinstance(field, Opening):
        return _opened(field)
    return [_opened(item) if isinstance(item, Opening) else {"commitment": item.hex()} for item in field]


def _opened(opening: Opening) -> dict[str, Any]:
    return {"salt": opening.salt.hex(), "value": opening.value}


def _commitment(item: Item) -> bytes:
    return item.commitment if isinstance(item, Opening) else item
