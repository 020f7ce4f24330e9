"""Passwords, kept as Argon2id hashes with the parameters OWASP asks for: 19 MiB, two rounds, one lane."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM, MAXIMUM = 10, 200
"""How many characters a password may have."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash to be stored; takes some 30 milliseconds on purpose."""
    return _hasher.hash(password)


def verify(stored: str, password: str) -> bool:
    """Say whether the password is the one behind the stored hash."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def verify_nobody(password: str) -> None:
    """Do the work of `verify` for an address without an account, so that the time of the answer tells nothing."""
    verify(_nobody(), password)


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")
