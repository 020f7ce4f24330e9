"""How we talk to Redis: it is never the truth, so nobody waits for it."""

from __future__ import annotations

from typing import Any

PATIENCE = 0.2
"""Seconds until a Redis that does not answer counts as absent."""


def options() -> dict[str, Any]:
    """Return the options of every client: short patience and no second try.

    Without `retry` the library tries again by itself, with pauses that add up to many seconds.
    """
    # Loaded only where Redis is used.
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    return {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}


def answers(url: str) -> bool:
    """Tell whether a Redis answers."""
    import redis  # noqa: PLC0415

    try:
        with redis.from_url(url, **options()) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
