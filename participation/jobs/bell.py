"""The bell: says that there is something to do, by huey. What may be lost with it is a minute, never work.

Only names of jobs travel, as JSON: whoever can write to Redis can ring, and nothing else. huey's own way, pickle, would
run whatever lies there.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from participation.base import redis_client

log = logging.getLogger(__name__)

NAME = "lausitz-dialog"
PAUSE = 2.0
"""Seconds for which a bell that did not ring is not touched again."""
CROWD = 100
"""So many calls may lie there unheard, as when no worker runs; more would say nothing new."""
SLOWEST = 1.0
"""Seconds between two looks into the file when nothing happens."""


class Bell:
    """Rings in one process and is heard in another, or in the same one."""

    def __init__(self, names: Collection[str], *, file: Path, redis_url: str = "") -> None:
        """`file` is used unless there is a Redis. Nothing is opened before the first ring."""
        self.names = frozenset(names)
        self.file, self.redis_url = file, redis_url
        self.lock = threading.Lock()
        self.silent_until = 0.0
        self.ringing: tuple[Any, Any] | None = None
        self.consumer: Any = None

    def ring(self, name: str) -> bool:
        """Say that a job has something to do; False if nobody can hear it. Waits a fifth of a second at most."""
        if not self._worth_trying():
            return False
        try:
            huey, call = self._ready()
            if huey.pending_count() < CROWD:
                call(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the look around will find the work
            log.warning("the bell does not ring: %s", type(error).__name__)
            self.silent_until = time.monotonic() + PAUSE
            return False
        self.silent_until = 0.0
        return True

    def hear(self, begin: Callable[[str], None]) -> None:
        """Call `begin` with the name of each job that somebody rings for, from a thread of its own."""
        # It says at every beat that Redis is away; /readyz and `flask ops check` say so, too, and better.
        logging.getLogger("huey").setLevel(logging.CRITICAL)
        huey, _call = self._made(self._heard(begin), patient=True)
        consumer = huey.create_consumer(
            workers=1, periodic=False, max_delay=SLOWEST, scheduler_interval=60, check_worker_health=False
        )
        consumer._set_signal_handlers = lambda: None  # noqa: SLF001 - signals are the server's, or the command's
        consumer.start()
        self.consumer = consumer

    def stop(self) -> None:
        """Hear nothing more."""
        if self.consumer is not None:
            self.consumer.stop()

    def _worth_trying(self) -> bool:
        if not self.silent_until:
            return True
        with self.lock:
            moment = time.monotonic()
            if moment < self.silent_until:
                return False
            # The others go on without while this one tries.
            self.silent_until = moment + PAUSE
            return True

    def _heard(self, begin: Callable[[str], None]) -> Callable[[str], None]:
        def heard(name: str) -> None:
            if name in self.names:
                begin(name)

        return heard

    def _ready(self) -> tuple[Any, Any]:
        if self.ringing is None:
            self.ringing = self._made(lambda _name: None, patient=False)
        return self.ringing

    def _made(self, heard: Callable[[str], None], *, patient: bool) -> tuple[Any, Any]:
        """Return huey and the function that rings; `patient` for who waits for calls."""
        # Loaded where it is used: commands mostly do without.
        from huey import RedisHuey, SqliteHuey  # noqa: PLC0415

        shared = {"results": False, "utc": True, "serializer": Names()}
        if self.redis_url:
            from redis import ConnectionPool  # noqa: PLC0415

            options = redis_client.options()
            if patient:
                options |= {"socket_timeout": 5.0}
            pool = ConnectionPool.from_url(self.redis_url, **options)
            huey = RedisHuey(NAME, connection_pool=pool, **shared)
        else:
            self.file.touch(mode=0o600)
            huey = SqliteHuey(NAME, filename=str(self.file), fsync=False, cache_mb=0, timeout=0.2, **shared)
        return huey, huey.task(name="ring")(heard)


class Names:
    """Turns a call into JSON and back; nothing but the name of a job survives."""

    def serialize(self, message: Any) -> bytes:
        """Return a call as bytes."""
        return json.dumps([message.id, message.name, *message.args]).encode()

    def deserialize(self, data: bytes) -> Any:
        """Return a call.

        Raises:
            ValueError: if it is none of ours.
        """
        from huey.registry import Message  # noqa: PLC0415

        told = json.loads(bytes(data))
        if not (isinstance(told, list) and len(told) == 3 and all(isinstance(one, str) for one in told)):
            raise ValueError("not a call")
        return Message(told[0], told[1], args=(told[2],), kwargs={})
