"""In which order a conversation is read, and where a page of it begins. A cursor holds nothing secret."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

MAX_ID = 2**31 - 1
"""The largest id a database holds; a larger number in an address means nothing."""


class Sort(enum.Enum):
    """The order of a conversation; the values stand in addresses."""

    NEWEST = "neueste"
    OLDEST = "aelteste"
    SUPPORTED = "hilfreichste"
    DISCUSSED = "meistbesprochene"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last comment of a page: its value in the order (score, number of replies, else 0) and its id."""

    sort: Sort
    id: int
    value: int = 0

    def __str__(self) -> str:
        return f"{self.sort.value[0]}{self.value}.{self.id}"


_CURSOR = re.compile(r"([nahm])(-?[0-9]{1,9})\.([0-9]{1,10})", re.ASCII)


def parse(text: str | None, sort: Sort) -> Cursor | None:
    """Read a cursor from an address; None where it is malformed or belongs to another order."""
    match = _CURSOR.fullmatch(text or "")
    if match is None or match[1] != sort.value[0] or int(match[3]) > MAX_ID:
        return None
    return Cursor(sort, int(match[3]), int(match[2]))


def known(number: int) -> int:
    """Return a number from an address, kept within what a database can compare."""
    return min(max(number, 0), MAX_ID)
