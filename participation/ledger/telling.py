"""What the tables say about an entry: the shape in which every room tells what it published.

A room that appends entries has one teller for each of their types; the room `audit` holds the table of all of them
and compares, so no room has to know how the log is checked or exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from participation.ledger.entries import Values
from participation.ledger.models import LogEntry


@dataclass(frozen=True, slots=True)
class Told:
    """What the tables hold today of the thing one entry is about: the very values it was appended with."""

    public: Values = field(default_factory=dict)
    sealed: Values = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Members of the leaf that the tables know as well, like `revision` or `subject`."""
    wrong: tuple[str, ...] = ()
    """What no commitment covers and is wrong all the same."""


def nothing_untold() -> Iterable[str]:
    """Return no complaint: for types without a table of their own."""
    return ()


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells what one type of entry is about."""

    tell: Callable[[LogEntry], Told | None]
    """Return what the tables say; None if what the entry is about is gone. A bounded number of statements."""
    untold: Callable[[], Iterable[str]] = nothing_untold
    """Name published rows that have no entry, for example `revision 3 has no entry`."""
