"""Ed25519 keys in files that only their owner can read: PEM (PKCS #8), as openssl writes them, too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from participation.ledger.note import KeyType, VerifierKey


class BadKeyFile(Exception):
    """A key file that is missing, readable by others, or holds something else."""


def generate() -> Ed25519PrivateKey:
    """Return a new private key."""
    return Ed25519PrivateKey.generate()


def save(private: Ed25519PrivateKey, path: Path) -> None:
    """Write a private key to a new file with mode 0600; an existing file is never overwritten.

    Raises:
        FileExistsError: if there is one.
    """
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> Ed25519PrivateKey:
    """Return the private key of a file.

    Raises:
        BadKeyFile: also if group or others may read or write it.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(10_000)
        private = load_pem_private_key(data, password=None)
    except (OSError, ValueError, TypeError) as error:
        raise BadKeyFile(f"{path} holds no private key we can read") from error
    if mode & 0o077:
        raise BadKeyFile(f"{path} is open to others (mode {mode:04o}); it must be 0600")
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKeyFile(f"{path} holds a key of another kind than Ed25519")
    return private


def public(name: str, private: Ed25519PrivateKey, kind: KeyType = KeyType.LOG) -> VerifierKey:
    """Return the public part under the name it signs with; for a log the name is its origin."""
    return VerifierKey(name, kind, private.public_key().public_bytes_raw())
