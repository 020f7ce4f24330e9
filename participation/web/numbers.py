"""Numbers in addresses: anybody can write anything there."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter

from participation.dialogue.cursors import MAX_ID


class RowNumber(IntegerConverter):
    """The part `<int:…>` of an address: a number that no column could hold leads nowhere."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max": MAX_ID, **kwargs})  # type: ignore[arg-type]


def number(value: str | None) -> int | None:
    """Return a number that an id or a count can be, None for anything else."""
    if not value or not value.isascii() or not value.isdecimal() or len(value) > 10:
        return None
    return int(value) if int(value) <= MAX_ID else None
