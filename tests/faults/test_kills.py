"""`kill -9` amid writes: what was acknowledged is there, once, and the counters are right.

Whoever got no answer sends the same form again, with the same key, until it is acknowledged.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults import writers
from tests.faults.conftest import ENGINES
from tests.faults.servers import AppServer

BETWEEN = 6.0
"""Seconds between two kills: a server whose processes die within 5.5 seconds gives up as a whole, so that
whoever watches over it starts it again."""
WHOLE = 5
"""Each so many-th kill takes everything of the server at once, as a lack of memory or a power cut does."""


@pytest.mark.parametrize("engine", ENGINES)
def test_kills_lose_and_double_nothing(start: Callable[..., AppServer], full, engine):
    kills, writes = (50, 10_000) if full else (5, 400)
    # Without limits: one person writes more here than anybody may.
    server = start(engine, RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0")
    begun = writers.writers(server, writes // len(writers.PEOPLE) + 1)
    for number in range(1, kills + 1):
        writers.wait_for(begun, 5)
        if number % WHOLE == 0:
            server.kill()
            server.start()
        else:
            server.kill_worker(number)
            time.sleep(BETWEEN)
    writers.finish(begun)
    found = writers.balance(begun, server.environment["DATABASE_URL"], f"{engine}, {kills} kills")
    writers.assert_nothing_is_lost(found, begun, server)
    assert found.attempted >= writes
    assert found.unheard, "no kill was felt"
