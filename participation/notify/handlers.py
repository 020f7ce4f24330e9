"""What the events of other rooms set off. Handlers only write rows, in the transaction of the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

HANDLERS: Mapping[type, Sequence[Callable[[Any], None]]] = {}
