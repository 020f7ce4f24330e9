"""Secrets for links: the person gets the token, the database keeps only its digest."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return an unguessable, URL-safe token of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex, the only form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
