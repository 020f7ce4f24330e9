"""Limits in Redis, and without it: hanging, dead or back again, no answer waits longer than a quarter of a second."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from participation.app import create_app
from participation.base.db import transaction
from participation.web import shared_limits
from participation.web.security import limiter
from participation.web.shared_limits import SCHEME, SharedLimits
from tests.factories.accounts import log_in, user
from tests.redis import Redis
from tests.web_helpers import form_token

NODE = "/strategie/lce-sofort-industrieparks"


@pytest.fixture
def server(monkeypatch) -> Iterator[Redis]:
    monkeypatch.setattr(shared_limits, "PAUSE", 0.3)
    made = Redis()
    made.start()
    yield made
    made.kill()


@pytest.fixture
def counts(server, tmp_path) -> SharedLimits:
    return SharedLimits(f"{SCHEME}://{tmp_path / 'limits.db'}", redis_url=server.url)


def seconds(call) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_two_machines_count_as_one(server, tmp_path):
    machines = [SharedLimits(f"{SCHEME}://{tmp_path / name}", redis_url=server.url) for name in ("a.db", "b.db")]
    assert [machines[n % 2].acquire_entry("anna", 3, 60) for n in range(4)] == [True, True, True, False]
    assert machines[0].get_moving_window("anna", 3, 60)[1] == 3


def test_one_that_hangs_costs_one_request_a_quarter_of_a_second_and_comes_back(server, counts):
    assert counts.acquire_entry("anna", 2, 60)
    server.tell(signal.SIGSTOP)
    taken = []
    assert seconds(lambda: taken.append(counts.acquire_entry("anna", 2, 60))) <= 0.25
    assert seconds(lambda: taken.append(counts.acquire_entry("anna", 2, 60))) <= 0.05
    assert counts.acquire_entry("anna", 2, 60) is False, "the file counts meanwhile"
    assert taken == [True, True]
    server.tell(signal.SIGCONT)
    time.sleep(0.5)
    assert counts.acquire_entry("anna", 3, 60), "Redis knows of one or two, not of three"
    assert counts.absent_until == 0


def test_one_that_died_is_missed_by_nobody(server, counts):
    assert counts.acquire_entry("anna", 1, 60)
    server.kill()
    assert seconds(lambda: counts.acquire_entry("anna", 1, 60)) <= 0.25
    assert counts.acquire_entry("anna", 1, 60) is False
    assert counts.check()
    server.start()
    time.sleep(0.4)
    assert counts.acquire_entry("anna", 1, 60), "a new Redis knows nothing yet"
    assert counts.acquire_entry("anna", 1, 60) is False


def test_pages_go_on_without_redis_and_limits_still_hold(server, databases):
    settings = databases.settings(databases.copy("sqlite"))
    settings.RATELIMIT_ENABLED = True
    settings.RATELIMIT_STORAGE_URI = f"{SCHEME}://{settings.INSTANCE / 'limits.db'}"
    settings.RATELIMIT_STORAGE_OPTIONS = {"redis_url": server.url}
    app = create_app(settings)
    try:
        client = app.test_client()
        with app.app_context(), transaction():
            log_in(client, user())
        typed = {"csrf_token": form_token(client, NODE), "kind": "frage", "lang": "de"}

        def send(number: int) -> int:
            return client.post(f"{NODE}/beitrag", data={**typed, "body": f"Frage Nummer {number}?"}).status_code

        assert send(0) == 303
        usual = seconds(lambda: send(1))
        server.tell(signal.SIGSTOP)
        assert seconds(lambda: send(2)) <= usual + 0.25
        answer = client.get("/readyz")
        assert answer.json["degraded"] == ["redis"]
        assert answer.json["failing"] == ["migrations"], "tests have no migrations; Redis fails nothing"
        assert [send(number) for number in range(3, 13)] == [303] * 9 + [429]
    finally:
        limiter.enabled = False
        server.tell(signal.SIGCONT)
