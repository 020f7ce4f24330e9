"""People who write one contribution after the other, each form again until it is acknowledged."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import requests
from sqlalchemy import create_engine, text

from tests.faults.servers import AppServer, tell
from tests.web_helpers import token_in

NODE = "/strategie/lce-sofort-industrieparks"
PEOPLE = ("anna@example.org", "jan@example.org", "mira@example.org")
PATIENCE = 180.0
"""Seconds after which a person gives up on one contribution: then something is broken."""


class Writer(threading.Thread):
    """One person in one browser; writes until told that it is enough, and at least `target` contributions."""

    def __init__(self, base: str, session: requests.Session, token: str, target: int = 0) -> None:
        super().__init__(daemon=True)
        self.base, self.session, self.token, self.target = base, session, token, target
        self.enough = threading.Event()
        self.attempted: list[str] = []
        self.acknowledged: list[str] = []
        self.unheard: Counter[str] = Counter()
        """What came instead of an acknowledgement, by status or kind of error."""
        self.unfriendly: list[str] = []
        """Answers 503 that lack what was typed, the form to send it again, or when to try again."""

    def run(self) -> None:
        while not self.enough.is_set() or len(self.attempted) < self.target:
            body = f"Beitrag {uuid.uuid4().hex}"
            self.attempted.append(body)
            if not self.insist(body):
                return

    def insist(self, body: str) -> bool:
        """Send a form until it is acknowledged; every time with the key that it has carried from the beginning."""
        form = {
            "csrf_token": self.token,
            "kind": "frage",
            "lang": "de",
            "body": body,
            "submission_key": uuid.uuid4().hex,
        }
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.send(form):
                self.acknowledged.append(body)
                return True
            time.sleep(0.05)
        return False

    def send(self, form: dict[str, str]) -> bool:
        """Send a form once; whether it was acknowledged."""
        try:
            answer = self.session.post(f"{self.base}{NODE}/beitrag", data=form, allow_redirects=False, timeout=30)
        except requests.RequestException as error:
            self.unheard[type(error).__name__] += 1
            return False
        if answer.status_code == 303:
            return True
        self.unheard[str(answer.status_code)] += 1
        if answer.status_code == 503 and not is_friendly(answer, form):
            self.unfriendly.append(answer.text[:2000])
        return False


def is_friendly(answer: requests.Response, form: dict[str, str]) -> bool:
    """Tell whether a 503 says when to try again, and holds the typed words in a form with the same key."""
    return (
        answer.headers.get("Retry-After", "").isdecimal()
        and "Gleich geht es weiter" in answer.text
        and escape(form["body"]) in answer.text
        and f'value="{form["submission_key"]}"' in answer.text
        and f'action="{NODE}/beitrag"' in answer.text
    )


def logged_in(server: AppServer, email: str) -> tuple[requests.Session, str]:
    """Return the session of a demo account and a token for its forms."""
    listed = (server.instance / "demo-accounts.txt").read_text()
    password = re.search(rf"{re.escape(email)}\s+(\S+)", listed)[1]
    session = requests.Session()
    token = token_in(session.get(f"{server.base}/konto/anmelden", timeout=60).text)
    login = {"csrf_token": token, "email": email, "password": password}
    answer = session.post(f"{server.base}/konto/anmelden", data=login, allow_redirects=False, timeout=60)
    assert answer.status_code == 303
    return session, token_in(session.get(f"{server.base}{NODE}", timeout=60).text)


def writers(server: AppServer, target: int = 0, people: Iterable[str] = PEOPLE) -> list[Writer]:
    """Log people in and let them begin; each writes at least `target` contributions."""
    begun = [Writer(server.base, *logged_in(server, email), target) for email in people]
    for one in begun:
        one.start()
    return begun


def finish(begun: list[Writer]) -> None:
    """Let them end what they have begun, up to their target."""
    for one in begun:
        one.enough.set()
    for one in begun:
        one.join()


def acknowledged(begun: list[Writer]) -> int:
    """Return how many contributions were acknowledged so far."""
    return sum(len(one.acknowledged) for one in begun)


def wait_for(begun: list[Writer], more: int) -> None:
    """Wait until so many further contributions are acknowledged: the platform works again."""
    goal, end = acknowledged(begun) + more, time.monotonic() + PATIENCE
    while acknowledged(begun) < goal:
        assert time.monotonic() < end, "nothing is acknowledged any more"
        time.sleep(0.02)


@dataclass(frozen=True)
class Balance:
    """What became of everything that was written."""

    attempted: int
    acknowledged: int
    lost: int
    duplicated: int
    unheard: Counter[str]


def balance(begun: list[Writer], database: str, what: str) -> Balance:
    """Compare what was acknowledged with what is stored; print it, for whoever runs these tests to read."""
    reader = create_engine(database)
    with reader.connect() as connection:
        stored = Counter(connection.scalars(text("SELECT body FROM comments WHERE body LIKE 'Beitrag %'")))
    reader.dispose()
    heard = [body for one in begun for body in one.acknowledged]
    found = Balance(
        attempted=sum(len(one.attempted) for one in begun),
        acknowledged=len(heard),
        lost=sum(body not in stored for body in heard),
        duplicated=sum(count > 1 for count in stored.values()),
        unheard=sum((one.unheard for one in begun), Counter()),
    )
    tell(
        f"{what}: {found.attempted} attempted, {found.acknowledged} acknowledged, {found.lost} lost, "
        f"{found.duplicated} duplicated; sent again after {dict(found.unheard)}"
    )
    return found


def assert_nothing_is_lost(found: Balance, begun: list[Writer], server: AppServer) -> None:
    """Everything is acknowledged in the end, and is there once; counters and log are right."""
    assert (found.lost, found.duplicated) == (0, 0)
    assert found.acknowledged == found.attempted > 0
    assert [page for one in begun for page in one.unfriendly] == []
    assert "All counters are right" in server.run("ops", "recount")
    server.run("leitbild", "verify")
