"""Sealing what was published: canonical JSON, one SHA-256 per entry over the hash before it, commitments to names.

Pure: no database, no clock. Whoever has the payloads can check the chain with this file alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

GENESIS = "0" * 64
"""What the first entry names as the hash before it."""

DOMAIN = b"lbl1\0"
"""Keeps our commitments apart from any other use of SHA-256."""


def canonical(value: Any) -> str:
    """Return RFC 8785 canonical JSON. Only strings, integers, lists and dicts may occur.

    Raises:
        TypeError: for anything else; a float or a null would not mean the same to every reader.
    """
    _only_plain(value)
    return rfc8785.dumps(value).decode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sealed(previous_hash: str, payload: Mapping[str, Any]) -> str:
    """Return the text that is hashed and kept: the payload, with the hash of the entry before it."""
    return canonical({**payload, "previous": previous_hash})


def seal(previous_hash: str, payload: Mapping[str, Any]) -> str:
    """Return the hash of an entry; it changes when anything before it changes."""
    return hash_of(sealed(previous_hash, payload))


def hash_of(text: str) -> str:
    """Return the hash of an entry's text as it is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def new_salt() -> str:
    """Return 32 random bytes in hex."""
    return secrets.token_hex(32)


def commit(salt: str, *parts: str) -> str:
    """Return a commitment to some words: it tells nothing about them without the salt, and fits no others."""
    return hashlib.sha256(DOMAIN + bytes.fromhex(salt) + "\0".join(parts).encode()).hexdigest()


def rfc3339(moment: datetime) -> str:
    """Return a moment as UTC with microseconds: 2026-11-02T10:00:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text_digest(passages: Iterable[Mapping[str, Any]]) -> str:
    """Return the hash over all passages of a revision, in their order."""
    return digest(list(passages))


def _only_plain(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | list | tuple | Mapping):
        raise TypeError(f"not allowed in a sealed payload: {value!r}")
    if isinstance(value, Mapping):
        for key, item in value.items():
            _only_plain(key)
            _only_plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _only_plain(item)
