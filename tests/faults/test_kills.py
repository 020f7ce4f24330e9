"""`kill -9` amid writes: what was acknowledged is there, once, and the counters are right.

Retrying with the same key after a lost answer is a test of its own, where the forms carry one.
"""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.faults.conftest import AppServer, tell
from tests.web_helpers import token_in

NODE = "/strategie/lce-sofort-industrieparks"
PEOPLE = ("anna@example.org", "jan@example.org", "mira@example.org")
BETWEEN = 7.0
"""Seconds between two kills: a server whose processes die within 5.5 seconds gives up as a whole, so that
whoever watches over it starts it again."""


class Writer(threading.Thread):
    """One person who writes one comment after the other, and notes which were acknowledged."""

    def __init__(self, base: str, session: requests.Session, token: str, enough: threading.Event, target: int) -> None:
        super().__init__(daemon=True)
        self.base, self.session, self.token, self.enough, self.target = base, session, token, enough, target
        self.attempted: list[str] = []
        self.acknowledged: list[str] = []
        self.refused: Counter[str] = Counter()

    def run(self) -> None:
        while not (self.enough.is_set() and len(self.attempted) >= self.target):
            body = f"Beitrag {uuid.uuid4().hex}"
            self.attempted.append(body)
            form = {"csrf_token": self.token, "kind": "frage", "lang": "de", "body": body}
            try:
                answer = self.session.post(f"{self.base}{NODE}/beitrag", data=form, allow_redirects=False, timeout=30)
            except requests.RequestException as error:
                self.refused[type(error).__name__] += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 303:
                self.acknowledged.append(body)
            else:
                self.refused[str(answer.status_code)] += 1


def logged_in(base: str, email: str, password: str) -> tuple[requests.Session, str]:
    """Return the session of a demo account and a token for its forms."""
    session = requests.Session()
    token = token_in(session.get(f"{base}/konto/anmelden", timeout=30).text)
    login = {"csrf_token": token, "email": email, "password": password}
    assert session.post(f"{base}/konto/anmelden", data=login, allow_redirects=False, timeout=30).status_code == 303
    return session, token_in(session.get(f"{base}{NODE}", timeout=30).text)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_kills_lose_and_double_nothing(request, cluster, tmp_path, engine):
    kills, writes = (50, 10_000) if request.config.getoption("faults_full") else (5, 500)
    instance = tmp_path / "instance"
    database = cluster.address if engine == "postgresql" else f"sqlite:///{tmp_path / 'participation.db'}"
    server = AppServer(instance, database, 0, workers=2)
    # No limits: one person writes more here than anybody may.
    server.environment["PARTICIPATION_MODE"] = "test"
    server.run("dev", "prepare")
    server.start()
    base = f"http://127.0.0.1:{server.port}"
    listed = (instance / "demo-accounts.txt").read_text()
    enough = threading.Event()
    writers = []
    try:
        for email in PEOPLE:
            password = re.search(rf"{re.escape(email)}\s+(\S+)", listed)[1]
            writers.append(Writer(base, *logged_in(base, email, password), enough, writes // len(PEOPLE) + 1))
        for one in writers:
            one.start()
        for number in range(kills):
            time.sleep(BETWEEN)
            server.kill_worker(number)
        enough.set()
        for one in writers:
            one.join(3600)
    finally:
        enough.set()
        server.stop()
    attempted = [body for one in writers for body in one.attempted]
    acknowledged = [body for one in writers for body in one.acknowledged]
    reader = create_engine(database)
    with reader.connect() as connection:
        stored = Counter(connection.scalars(text("SELECT body FROM comments WHERE body LIKE 'Beitrag %'")))
    reader.dispose()
    lost = [body for body in acknowledged if body not in stored]
    doubled = [body for body, count in stored.items() if count > 1]
    refused = sum((one.refused for one in writers), Counter())
    tell(
        f"{engine}: {kills} kills, {len(attempted)} attempted, {len(acknowledged)} acknowledged, {len(lost)} lost, "
        f"{len(doubled)} duplicated, {len(stored) - len(acknowledged) + len(lost)} stored unheard, {dict(refused)}"
    )
    assert not lost
    assert not doubled
    assert len(acknowledged) > writes / 2
    assert refused, "no kill was felt"
    server.run("ops", "recount")
