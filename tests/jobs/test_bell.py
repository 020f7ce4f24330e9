"""The bell calls; without it, or with a Redis that is dead, hangs or holds rubbish, the work is done all the same."""

from __future__ import annotations

import pickle
import queue
import socket
import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select

from participation.app import create_app
from participation.base import redis_client
from participation.base.db import db, transaction
from participation.jobs.bell import CROWD, NAME, Bell
from participation.notify.models import Letter
from participation.notify.operations import post

REDIS = "redis://127.0.0.1:6379/9"


def wait_for(condition, seconds: float = 20.0) -> bool:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return True
        threading.Event().wait(0.05)
    return False


@pytest.fixture(params=["file", "redis"])
def make(request, tmp_path, monkeypatch):
    """Bells that belong together, and only to this test."""
    url = REDIS if request.param == "redis" else ""
    if url and not redis_client.answers(url):
        pytest.skip("no Redis answers")
    monkeypatch.setattr("participation.jobs.bell.NAME", f"{NAME}-{uuid.uuid4().hex}")
    made: list[Bell] = []

    def new() -> Bell:
        made.append(Bell(["letters", "documents"], file=tmp_path / "jobs.db", redis_url=url))
        return made[-1]

    yield new
    for bell in made:
        bell.stop()
        if bell.ringing:
            bell.ringing[0].flush()


def test_a_ring_is_heard_elsewhere_and_only_known_names_begin_anything(make):
    heard: queue.Queue[str] = queue.Queue()
    hearing, ringing = make(), make()
    for name in ("documents", "unknown", "letters"):
        assert ringing.ring(name)
    hearing.hear(heard.put)
    assert [heard.get(timeout=20), heard.get(timeout=20)] == ["documents", "letters"]
    assert ringing.ring("letters")
    assert heard.get(timeout=20) == "letters"


def test_nothing_that_lies_there_is_ever_unpickled(make, tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path(tmp_path / "exploded").touch, ()

    heard: queue.Queue[str] = queue.Queue()
    ringing, hearing = make(), make()
    huey, _call = ringing._ready()
    for rubbish in (pickle.dumps(Bomb()), b"[]", b'["1", "os.system", "touch x"]', b"\xff"):
        huey.storage.enqueue(rubbish)
    assert ringing.ring("letters")
    hearing.hear(heard.put)
    assert heard.get(timeout=30) == "letters"
    assert not (tmp_path / "exploded").exists()


def test_calls_that_nobody_hears_do_not_pile_up(make):
    bell = make()
    for _ in range(CROWD + 20):
        assert bell.ring("letters")
    assert bell._ready()[0].pending_count() == CROWD


def test_who_cannot_write_the_file_is_told_and_goes_on(tmp_path):
    assert not Bell(["letters"], file=tmp_path / "nowhere" / "jobs.db").ring("letters")


@pytest.mark.parametrize("hangs", [False, True])
def test_with_a_dead_or_hanging_redis_the_work_is_done(databases, backend, hangs):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if hangs:
            server.listen(64)  # takes connections and never says a word
        settings = databases.settings(databases.copy(backend))
        settings.JOBS, settings.REDIS_URL = "worker", f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        app = create_app(settings)
        office = app.extensions["jobs"]
        with app.app_context(), transaction():
            post("a@example.org", "accounts/already", {"name": "Anna"})
        assert not office.bell.ring("letters")
        asked = office.bell._ready
        office.bell._ready = lambda: pytest.fail("it was just found silent")
        assert not office.bell.ring("letters"), "the next request waits for nothing"
        office.bell._ready = asked

        def sent() -> bool:
            with app.app_context():
                return db.session.scalars(select(Letter.sent_at)).one() is not None

        assert not sent()
        office.start()
        assert wait_for(sent)
        assert office.stop()
        with app.app_context():
            db.engine.dispose()
