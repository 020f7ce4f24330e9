"""Rate limits of several machines in Redis; when it hangs or dies, each machine counts in its own file meanwhile.

Redis is never the truth: what is counted there may be lost at any time. The first request that meets a silent Redis
waits a fifth of a second; then nobody asks it for some seconds, and after that one request tries again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from limits.storage import MovingWindowSupport, Storage

from participation.base import redis_client
from participation.web.limit_file import LimitFile

SCHEME = "limit-shared"
PAUSE = 2.0
"""Seconds for which an absent Redis is not asked again."""

Result = TypeVar("Result")


class Store(Protocol):
    """What both can do."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool: ...
    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]: ...
    def incr(self, key: str, expiry: int, amount: int = 1) -> int: ...
    def get(self, key: str) -> int: ...
    def get_expiry(self, key: str) -> float: ...
    def reset(self) -> int | None: ...
    def clear(self, key: str) -> None: ...


class SharedLimits(Storage, MovingWindowSupport):
    """Moments of requests by key, in Redis or in the file named by the address: limit-shared:///path/limits.db."""

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str, wrap_exceptions: bool = False, *, redis_url: str, **_options: Any) -> None:
        """Prepare both; neither is asked before the first request."""
        from limits.storage import RedisStorage  # noqa: PLC0415 - loads redis

        super().__init__(uri, wrap_exceptions)
        self.file = LimitFile(uri.replace(f"{SCHEME}://", "limit-file://", 1))
        self.redis = RedisStorage(redis_url, **redis_client.options())
        self.absences: tuple[type[Exception], ...] = (*_all(self.redis.base_exceptions), OSError)
        self.lock = threading.Lock()
        self.absent_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What may go wrong with the file; what goes wrong with Redis never shows."""
        return self.file.base_exceptions

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a request unless the window is full."""
        return self._either(lambda store: store.acquire_entry(key, limit, expiry, amount))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the window began and how many requests it holds."""
        return self._either(lambda store: store.get_moving_window(key, limit, expiry))

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count requests and return how many there are."""
        return self._either(lambda store: store.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        """Return how many requests are counted."""
        return self._either(lambda store: store.get(key))

    def get_expiry(self, key: str) -> float:
        """Return when the last counted request is forgotten."""
        return self._either(lambda store: store.get_expiry(key))

    def check(self) -> bool:
        """Say whether anything can be counted."""
        return self.redis.check() or self.file.check()

    def reset(self) -> int | None:
        """Forget everything."""
        self.file.reset()
        return self._either(lambda store: store.reset())

    def clear(self, key: str) -> None:
        """Forget what is counted under a key."""
        self.file.clear(key)
        self._either(lambda store: store.clear(key))

    def sweep(self, before: float) -> int:
        """Forget what expired in the file; Redis forgets by itself."""
        return self.file.sweep(before)

    def _either(self, count: Callable[[Store], Result]) -> Result:
        """Count in Redis, or in the file while it is absent; only one request at a time finds out."""
        if self._worth_asking():
            try:
                found = count(self.redis)
            except self.absences:
                self.absent_until = time.monotonic() + PAUSE
            else:
                self.absent_until = 0.0
                return found
        return count(self.file)

    def _worth_asking(self) -> bool:
        if not self.absent_until:
            return True
        with self.lock:
            moment = time.monotonic()
            if moment < self.absent_until:
                return False
            # The others go on without while this one tries.
            self.absent_until = moment + PAUSE
            return True


def _all(kinds: type[Exception] | tuple[type[Exception], ...]) -> tuple[type[Exception], ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)
