"""Passwords, kept as Argon2id hashes with the parameters OWASP asks for: 19 MiB, two rounds, one lane."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from participation.base.text import fold
from participation.base.verdict import DomainError

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


class GuessablePassword(DomainError):
    """The password is one of those that anybody tries first."""

    default = _l(
        "Dieses Passwort errät man schnell. Nehmen Sie einen kurzen Satz oder einige Wörter, die nicht zusammengehören."
    )


def demand_unguessable(password: str, known: Iterable[str] = ()) -> None:
    """Raise `GuessablePassword` for a password that is easily guessed."""
    if guessable(password, known):
        raise GuessablePassword


def guessable(password: str, known: Iterable[str] = ()) -> bool:
    """Say whether a password is among the first that anybody tries.

    That is one of the 30,000 most common ones, with digits and signs around it or not, one or two characters over and
    over, or what is `known` about the person: name and address.
    """
    folded = fold(password)
    core = _AROUND.sub("", folded)
    own = {part for text in known for part in re.split(r"[\W_]+", fold(text)) if len(part) > 2}
    rest = [part for part in re.split(r"[\W_\d]+", folded) if part and part not in own]
    return len(set(folded)) < 4 or folded in _common() or core in _common() or not core or not rest


_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""Digits and signs at either end: what people add to a common word."""


@cache
def _common() -> frozenset[str]:
    # Large lists; only whoever chooses a password needs them.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")
