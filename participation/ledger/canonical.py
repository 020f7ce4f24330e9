"""Canonical JSON (RFC 8785) of strings, integers, lists and objects: nothing two readers could read differently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(value: Any) -> str:
    """Return a value's canonical JSON.

    Raises:
        TypeError: for a float, a truth value, null or bytes.
        ValueError: for an integer beyond 2^53 - 1 or a lone surrogate.
    """
    _only_plain(value)
    return rfc8785.dumps(value).decode()


def parse(text: str) -> Any:
    """Return the value of canonical JSON.

    Raises:
        ValueError: if the text is not canonical, to the last character.
    """
    try:
        value = json.loads(text)
        sound = canonical(value) == text
    except (TypeError, RecursionError) as error:
        raise ValueError("not canonical JSON") from error
    if not sound:
        raise ValueError("not canonical JSON")
    return value


def _only_plain(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a name must be a string: {key!r}")
            _only_plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _only_plain(item)
    elif isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"not allowed in canonical JSON: {value!r}")
