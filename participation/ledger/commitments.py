"""Commitments: a hash that binds to a value and tells nothing about it without its salt.

Who deletes salt and value leaves a number that fits everything equally well; who only deletes the value leaves
something that can be guessed. So both go, or none.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from participation.ledger import merkle
from participation.ledger.canonical import canonical

DOMAIN = b"lbl1\0"
"""Keeps our commitments apart from any other use of SHA-256."""

SALT_SIZE = 32


def new_salt() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(SALT_SIZE)


def commit(salt: bytes, data: bytes) -> bytes:
    """Return SHA-256("lbl1\\0" ‖ salt ‖ data)."""
    if len(salt) != SALT_SIZE:
        raise ValueError("a salt has 32 bytes")
    return hashlib.sha256(DOMAIN + salt + data).digest()


@dataclass(frozen=True, slots=True)
class Opening:
    """A value and the salt it was committed with; kept as long as the value may be shown."""

    salt: bytes
    value: Any

    @classmethod
    def new(cls, value: Any) -> Opening:
        """Return an opening with a fresh salt."""
        return cls(new_salt(), value)

    @property
    def commitment(self) -> bytes:
        """The commitment to the value's canonical JSON."""
        return commit(self.salt, canonical(self.value).encode())

    def opens(self, commitment: bytes) -> bool:
        """Tell whether a commitment was made from this."""
        return hmac.compare_digest(self.commitment, commitment)


def commit_list(commitments: Iterable[bytes]) -> bytes:
    """Return the commitment to a list: the Merkle root over the commitments to its items.

    So a single item can be shown, or deleted, without the others.
    """
    return merkle.root(merkle.leaf_hash(one) for one in commitments)
