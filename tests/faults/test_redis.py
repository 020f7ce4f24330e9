"""Redis hangs, dies and comes back under load: everything works, once a quarter of a second later, then as ever."""

from __future__ import annotations

import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.faults import writers
from tests.faults.servers import AppServer, tell
from tests.redis import Redis

LATER = 0.25
"""Seconds that the first request of a process may take longer when Redis hangs."""
PAUSE = 2.0
"""Seconds for which a silent Redis is not asked again."""


@pytest.fixture
def redis() -> Iterator[Redis]:
    made = Redis()
    made.start()
    yield made
    made.tell(signal.SIGCONT)
    made.kill()


@contextmanager
def hanging(redis: Redis) -> Iterator[None]:
    redis.tell(signal.SIGSTOP)
    try:
        yield
    finally:
        redis.tell(signal.SIGCONT)


@contextmanager
def dead(redis: Redis) -> Iterator[None]:
    redis.kill()
    try:
        yield
    finally:
        redis.start()


class Voter:
    """Votes again and again, each time under a limit that is counted in Redis."""

    def __init__(self, server: AppServer, email: str) -> None:
        self.server = server
        self.session, self.token = writers.logged_in(server, email)

    def vote(self) -> float:
        """Vote, which must succeed; return how many seconds it took."""
        began = time.monotonic()
        answer = self.session.post(
            f"{self.server.base}{writers.NODE}/stimme",
            data={"csrf_token": self.token, "stimme": "zustimmung"},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 303, answer.status_code
        return time.monotonic() - began

    def degraded(self) -> list[str]:
        """Return what the probe says is missing."""
        answer = requests.get(f"{self.server.base}/readyz", timeout=30)
        assert answer.status_code == 200
        return list(answer.json()["degraded"])

    def until_asked_again(self) -> None:
        """Wait until the platform asks Redis again."""
        time.sleep(PAUSE + 0.1)


@pytest.mark.parametrize("trouble", [hanging, dead])
def test_without_redis_everything_works(start: Callable[..., AppServer], redis, full, trouble):
    rounds = 10 if full else 3
    # One process: in each only the first request that finds Redis silent waits for it.
    server = start("sqlite", workers=1, REDIS_URL=redis.url)
    voters = [Voter(server, email) for email in writers.PEOPLE]
    usual = statistics.median(voters[n % 3].vote() for n in range(9))
    first, later = [], []
    for number in range(rounds):
        one = voters[number % 3]
        assert one.degraded() == []
        with trouble(redis):
            first.append(one.vote() - usual)
            later += [one.vote() - usual for _ in range(3)]
            assert one.degraded() == ["redis"]
        one.until_asked_again()
        one.vote()
    tell(
        f"Redis {trouble.__name__}, {rounds} rounds: a vote takes {usual:.3f} s, the first without Redis "
        f"{min(first):+.3f} to {max(first):+.3f} s more, later ones {min(later):+.3f} to {max(later):+.3f} s"
    )
    # A busy machine may hold up one of them, but not each.
    assert min(first) <= LATER
    assert statistics.median(later) <= LATER / 2
