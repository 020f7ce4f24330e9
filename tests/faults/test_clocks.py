"""Two application servers on one database whose clocks are ten minutes apart: five fast, five slow.

Sessions, links and limits of one hold at the other, the log keeps its order, and where a deadline decides, both ask the
database's clock. That SQLite's users share one machine, and so one clock, is why this needs PostgreSQL.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.faults import writers
from tests.faults.servers import AppServer
from tests.web_helpers import token_in

SKEW = 300
"""Seconds."""

OWN_NUMBERS = """
import itertools, os
from tests.factories import accounts
accounts._numbers = itertools.count(os.getpid() * 1000)
"""
"""Each process makes people of its own."""
PUBLISH = """
from participation.base.db import transaction
from tests.factories import leitbild
with transaction():
    print(leitbild.revision().published_at.isoformat())
"""
READING = """
from datetime import timedelta
from sqlalchemy import select, update
from participation.base.db import db, transaction
from participation.leitbild import reading
from participation.leitbild.models import Draft, Reading
from participation.leitbild.policy import may_publish
from tests.factories import leitbild
from tests.factories.accounts import moderator
ends = reading.database_time() + timedelta(seconds={seconds})
with transaction():
    draft = db.session.scalar(select(Draft).where(Draft.base_number == {base}))
    if draft is None:
        draft = leitbild.draft(leitbild.approved())
        reading.lay_out(draft.author, draft, expected_edit=draft.edit, period=timedelta(days=21))
    db.session.execute(update(Reading).values(begins_at=ends - timedelta(days=21), ends_at=ends))
    db.session.flush()
    db.session.expire_all()
    print(bool(may_publish(moderator(), draft, at=reading.database_time())))
"""


@pytest.fixture
def fast_and_slow(start: Callable[..., AppServer], unreliable, tmp_path) -> Iterator[tuple[AppServer, AppServer]]:
    """Two servers with one database, one secret and one folder."""
    preload = {"LD_PRELOAD": str(unreliable), "FIRST_CONTRIBUTION_WAITS": "0"}
    fast = start("postgresql", workers=1, CLOCK_SKEW=str(SKEW), **preload)
    address = fast.environment["DATABASE_URL"]
    slow = AppServer(fast.instance, address, workers=1, log=tmp_path, CLOCK_SKEW=str(-SKEW), **preload)
    slow.start()
    yield fast, slow
    slow.stop()


def hours_apart(fast: AppServer, slow: AppServer) -> float:
    """Return how far both clocks are apart, as pages of operators would show it."""
    code = "from participation.base.clock import now\nprint(now().timestamp())"
    return float(fast.python(code)) - float(slow.python(code))


def moved(session: requests.Session, to: AppServer) -> requests.Session:
    """Return the same browser, sent to another server by the proxy between."""
    other = requests.Session()
    for cookie in session.cookies:
        other.cookies.set(cookie.name, cookie.value)
    other.headers["Host"] = f"127.0.0.1:{to.port}"
    return other


def test_sessions_and_forms_of_one_hold_at_the_other(fast_and_slow):
    fast, slow = fast_and_slow
    assert hours_apart(fast, slow) > 2 * SKEW - 60, "the clocks are not apart, so that this tests nothing"
    for here, there in ((fast, slow), (slow, fast)):
        session, token = writers.logged_in(here, "anna@example.org")
        browser = moved(session, there)
        page = browser.get(f"{there.base}{writers.NODE}", timeout=30)
        assert "Anna Noack" in page.text, "logged out by the clock"
        writer = writers.Writer(there.base, browser, token)
        assert writer.insist("Beitrag mit der Uhr der anderen")
        assert not writer.unheard


def test_links_of_one_hold_at_the_other(fast_and_slow):
    for number, (here, there) in enumerate((fast_and_slow, fast_and_slow[::-1])):
        session = requests.Session()
        page = session.get(f"{here.base}/konto/registrieren", timeout=30)
        form = {
            "csrf_token": token_in(page.text),
            "email": f"uhr{number}@example.org",
            "display_name": f"Uhr {number}",
            "password": "eine ganz lange Passphrase",
            "region": "brandenburg",
        }
        answer = session.post(f"{here.base}/konto/registrieren", data=form, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)[-3000:]
        link = link_to(here, f"uhr{number}@example.org")
        page = session.get(f"{there.base}{link}", timeout=30)
        assert page.status_code == 200
        pressed = {"csrf_token": token_in(page.text)}
        answer = session.post(f"{there.base}{link}", data=pressed, allow_redirects=False, timeout=30)
        assert answer.status_code == 303


def link_to(server: AppServer, address: str) -> str:
    """Return the path of the link that was mailed to somebody."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        for file in (server.instance / "mail").glob("*"):
            mail = file.read_text(encoding="utf-8", errors="replace").replace("=\n", "")
            found = re.search(r"/konto/bestaetigen/[\w-]+", mail)
            if address in mail and found:
                return found[0]
        time.sleep(0.1)
    pytest.fail("no mail comes")


def test_the_log_keeps_its_order(fast_and_slow):
    published = [server.python(OWN_NUMBERS + PUBLISH) for server in (*fast_and_slow, *fast_and_slow)]
    assert published[0] > published[1], "the second is dated before the first, and still comes after it"
    for server in fast_and_slow:
        server.run("log", "sign")
        server.run("leitbild", "verify")
        checked = found(server, "log")
        assert checked != {"broken"}
        assert found(server, "clock") & {"look", "broken"}, "an operator is told"
        page = requests.get(f"{server.base}/leitbild", timeout=30)
        assert page.status_code == 200
        assert "Fassung 5" in page.text


def found(server: AppServer, about: str) -> set[str]:
    """Return what `flask ops check` says about something."""
    code = (
        "from flask import current_app\n"
        'print(current_app.test_cli_runner().invoke(args=["ops", "check", "--json"]).output)'
    )
    return {one["level"] for one in json.loads(server.python(code)) if one["about"] == about}


@pytest.mark.parametrize(("seconds", "over"), [(120, False), (-1, True)])
def test_a_reading_ends_for_both_at_the_same_moment(fast_and_slow, seconds, over):
    """Half-open: it lasts up to its end, and at its end it is over, whatever the clock of who asks says."""
    said = {server.python(OWN_NUMBERS + READING.format(seconds=seconds, base=1)) for server in fast_and_slow}
    assert said == {str(over)}
