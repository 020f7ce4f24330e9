"""Keeping what has to be read again: sealed with a key that is not in the database.

Keys are derived from a secret by HKDF (RFC 5869), one for each purpose; sealing is Fernet (AES-128-CBC with
HMAC-SHA-256). Whoever has the database alone reads nothing; with another secret nothing can be read any more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unsealable(Exception):
    """It was sealed with another secret, or is damaged."""


def seal(secret: str, purpose: str, plain: str) -> str:
    """Return a text sealed, to be kept."""
    return _fernet(secret, purpose).encrypt(plain.encode()).decode()


def unseal(secret: str, purpose: str, sealed: str) -> str:
    """Return what was sealed.

    Raises:
        Unsealable: if secret or purpose are others, or the text is damaged.
    """
    try:
        return _fernet(secret, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def keyed(secret: str, purpose: str, text: str) -> str:
    """Return 16 hex digits that tell texts apart without telling them to whoever lacks the secret."""
    return hmac.new(_derive(secret, purpose), text.encode(), hashlib.sha256).hexdigest()[:16]


def _fernet(secret: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derive(secret, purpose)))


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"lausitz-dialog " + purpose.encode()).derive(secret.encode())
