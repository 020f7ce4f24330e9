"""PostgreSQL crashes again and again under load: nothing is lost, people read a friendly page, and it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests

from tests.faults import writers
from tests.faults.servers import AppServer, tell

BACK = 5.0
"""Seconds within which pages work again once the database answers, without a restart of ours."""
PAGES = ("/leitbild", writers.NODE, "/vorschlaege")


def refused(server: AppServer) -> None:
    """While the database is gone: 503 with a friendly page that says when to try again; we ourselves are alive."""
    fresh = requests.get(f"{server.base}{writers.NODE}?x={time.monotonic()}", timeout=30)
    assert fresh.status_code == 503
    assert "Gleich geht es weiter" in fresh.text
    assert fresh.headers["Retry-After"].isdecimal()
    assert requests.get(f"{server.base}/healthz", timeout=30).status_code == 200
    ready = requests.get(f"{server.base}/readyz", timeout=30)
    assert (ready.status_code, ready.json()["failing"]) == (503, ["database"])


def seconds_until_back(server: AppServer) -> float:
    """Return how long it takes until every page and the probe work again."""
    began = time.monotonic()
    for path in (*PAGES, "/readyz"):
        while requests.get(f"{server.base}{path}", timeout=30).status_code != 200:
            assert time.monotonic() - began < 60, f"{path} does not come back"
            time.sleep(0.05)
    return time.monotonic() - began


def test_a_database_that_crashes_again_and_again_loses_nothing(start: Callable[..., AppServer], cluster, full):
    crashes = 20 if full else 4
    server = start("postgresql", RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0", PAGE_CACHE_MB="0")
    begun = writers.writers(server)
    waits = []
    for number in range(crashes):
        writers.wait_for(begun, 10)
        cluster.stop("fast" if number % 4 == 3 else "immediate")
        try:
            refused(server)
        finally:
            cluster.start()
        waits.append(seconds_until_back(server))
    writers.wait_for(begun, 10)
    writers.finish(begun)
    found = writers.balance(begun, server.environment["DATABASE_URL"], f"{crashes} crashes of PostgreSQL")
    tell(f"back after at most {max(waits):.2f} s")
    writers.assert_nothing_is_lost(found, begun, server)
    assert set(found.unheard) == {"503"}, "every form was answered, with its words"
    assert max(waits) < BACK
