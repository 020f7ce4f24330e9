"""What happened, told to whoever listens, inside the same transaction.

Handlers only write rows; nothing leaves the house here. The table of handlers stands in `participation/app.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Handler = Callable[[Any], None]

_handlers: dict[type, tuple[Handler, ...]] = {}


def connect(table: Mapping[type, Sequence[Handler]]) -> None:
    """Replace the table of handlers; called once by the factory."""
    _handlers.clear()
    _handlers.update({event: tuple(handlers) for event, handlers in table.items()})


def emit(event: object) -> None:
    """Call every handler of the event's class, in the table's order."""
    for handler in _handlers.get(type(event), ()):
        handler(event)
