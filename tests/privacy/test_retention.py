"""What goes when its time is over, what stays, and that one process of many does it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from participation.accounts.models import AccountToken, Login, LoginMethod, TokenPurpose, User
from participation.base.clock import now
from participation.base.db import db
from participation.moderation.models import Decision, Report
from participation.notify.models import Letter, Notification
from participation.notify.operations import PAUSES, notify
from participation.privacy import departures, exports, retention
from participation.privacy.models import PrivacyLink, RetentionRun
from participation.privacy.retention import RULES, Rule
from participation.web.jobs.table import retain
from participation.web.limit_file import LimitFile
from participation.web.privacy import keeper, words
from tests.factories import accounts
from tests.factories import moderation as cases
from tests.factories import privacy as make

DAY = timedelta(days=1)


def swept(app: Flask) -> dict[str, int]:
    return retention.sweep(app.config["PERIODS"])


def letter(*, sent: timedelta | None = None, age: timedelta = DAY, attempts: int = 1) -> Letter:
    made = Letter(
        recipient="a@example.org",
        template="accounts/already",
        params={},
        created_at=now() - age,
        attempts=attempts,
        sent_at=now() - sent if sent is not None else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


def test_what_is_due_goes_and_what_is_not_stays(app: Flask):
    stale, fresh = accounts.user(confirmed=False), accounts.user(confirmed=False)
    linked, old = accounts.user(confirmed=False), accounts.user()
    for person in (stale, linked, old):
        person.created_at = now() - 15 * DAY
    db.session.add(AccountToken(user_id=linked.id, purpose=TokenPurpose.CONFIRM, digest="1", expires_at=now() + DAY))
    db.session.add(AccountToken(user_id=stale.id, purpose=TokenPurpose.CONFIRM, digest="2", expires_at=now() - DAY))
    db.session.add(AccountToken(user_id=old.id, purpose=TokenPurpose.RESET, digest="3", expires_at=now() - DAY))
    for number, age in enumerate((-DAY, DAY)):
        db.session.add(Login(user_id=old.id, digest=f"l{number}", method=LoginMethod.LINK, expires_at=now() + age))
    keep = [letter(sent=29 * DAY), letter(age=89 * DAY, attempts=len(PAUSES) + 1), letter(age=200 * DAY)]
    go = [letter(sent=31 * DAY), letter(age=91 * DAY, attempts=len(PAUSES) + 1)]
    for _ in range(2):
        notify(old.id, "reply", {"by": "x"}, "/")
    notify(old.id, "reply", {"by": "unread"}, "/")
    first, second, unread = db.session.scalars(select(Notification).order_by(Notification.id)).all()
    first.read_at, second.read_at = now() - 366 * DAY, now() - 364 * DAY
    unread.created_at = now() - 800 * DAY
    ids = {name: [one.id for one in group] for name, group in (("keep", keep), ("go", go))}
    people = (stale.id, fresh.id, linked.id, old.id)
    done = swept(app)
    assert (done["unconfirmed"], done["logins"], done["links"]) == (1, 1, 1)
    assert (done["letters"], done["failed_letters"], done["notes"]) == (1, 1, 1)
    assert set(db.session.scalars(select(User.id).where(User.id.in_(people)))) == set(people[1:])
    assert set(db.session.scalars(select(Letter.id))) == set(ids["keep"])
    assert ids["go"]
    assert len(db.session.scalars(select(Notification)).all()) == 2
    runs = db.session.scalars(select(RetentionRun)).all()
    assert {run.kind: run.count for run in runs} == done


def test_a_deleted_account_is_not_taken_for_an_unconfirmed_one(app: Flask):
    person, _thread, comment, _proposal = make.busy()
    make.gone(person, remove=False)
    person.created_at = now() - 30 * DAY
    assert swept(app)["unconfirmed"] == 0
    assert db.session.get(User, person.id) is not None
    assert comment.author_id == person.id


def test_a_rule_that_fails_holds_up_no_other_and_comes_again_soon(app: Flask, monkeypatch):
    broken = Rule("broken", "x", "", lambda _before: 1 // 0)
    monkeypatch.setattr(keeper, "RULES", (broken, *RULES))
    done = keeper.sweep_now()
    assert done["broken"] == -1
    assert done["letters"] == 0
    assert retain(lambda: False).again == retention.AGAIN
    monkeypatch.undo()
    assert retain(lambda: False).again is None


def test_of_many_processes_one_sweeps_once_a_day(separate_app: Flask):
    office = separate_app.extensions["jobs"]

    def sweep() -> bool:
        with separate_app.app_context():
            return office.run("retention") is not None

    def sweeps(moment: datetime) -> int:
        with time_machine.travel(moment), ThreadPoolExecutor(4) as pool:
            return sum(pool.map(lambda _number: sweep(), range(4)))

    moment = now()
    assert [sweeps(moment), sweeps(moment + DAY / 2), sweeps(moment + DAY + DAY / 24)] == [1, 0, 1]


def test_the_keeper_deletes_accounts_whose_day_has_come(app: Flask):
    person, other = make.busy()[0], make.busy("Jan")[0]
    for one in (person, other):
        departures.request_departure(one, remove=True, period=make.WEEK, password=accounts.PASSWORD)
    departures.departure_of(person).due_at = now() - DAY
    assert keeper.delete_due() == 1
    assert (person.left_at is None, other.left_at is None) == (False, True)
    assert db.session.scalars(select(PrivacyLink).where(PrivacyLink.user_id == person.id)).all() == []


@pytest.mark.one_database
def test_what_the_notice_promises_is_what_the_settings_say(app: Flask, client, monkeypatch):
    text = client.get("/datenschutz").text
    assert "nach 14 Tagen" in text
    assert "nach 30 Tagen" in text
    monkeypatch.setitem(app.config["PERIODS"], "unconfirmed", 3 * DAY)
    assert "nach 3 Tagen" in client.get("/datenschutz").text
    assert len(words.kept(app.config["PERIODS"])) == len(RULES)


@pytest.mark.one_database
def test_operators_see_what_was_deleted(app: Flask, client):
    swept(app)
    accounts.log_in(client, accounts.user(role=accounts.Role.OPERATOR))
    page = client.get("/betrieb/loeschfristen")
    assert page.status_code == 200
    assert "Gelesene Benachrichtigungen" in page.text


@pytest.mark.one_database
def test_the_command_for_a_timer_does_what_waits(app: Flask):
    exports.ask(make.busy()[0])
    departures.request_departure(make.busy("Jan")[0], remove=True, period=make.WEEK, password=accounts.PASSWORD)
    assert (
        app.test_cli_runner().invoke(args=["privacy", "work"]).output
        == "1 exports made, 0 accounts deleted, 0 bursts flagged\n"
    )


def test_no_limit_counts_for_longer_than_an_hour():
    """The notice of privacy says so; what is counted may be a network address."""
    web = Path(__file__).resolve().parents[2] / "participation" / "web"
    text = "".join(path.read_text(encoding="utf-8") for path in web.rglob("*.py"))
    assert re.findall(r"\d+ ?(?:/|per) ?(?:\d+ ?)?(?:day|month|year)", text) == []


@pytest.mark.one_database
def test_the_command_runs_once_a_day_unless_told_so(app: Flask):
    run = app.test_cli_runner().invoke
    assert "unconfirmed: 0" in run(args=["privacy", "retain"]).output
    assert run(args=["privacy", "retain"]).output == "nothing is due\n"
    assert "limits: 0" in run(args=["privacy", "retain", "--now"]).output


def test_counted_addresses_leave_the_file_of_limits(tmp_path):
    storage = LimitFile(f"limit-file://{tmp_path / 'limits.db'}")
    storage.incr("address:192.0.2.1", 10)
    storage.incr("address:192.0.2.2", 1000)
    assert storage.sweep((now() + timedelta(seconds=60)).timestamp()) == 1
    assert storage.get("address:192.0.2.2") == 1


def test_addresses_of_reporters_go_when_nobody_can_object_any_more(app: Flask):
    old, recent = (cases.decision(email=f"{name}@example.org") for name in ("alt", "neu"))
    db.session.execute(update(Decision).where(Decision.id == old.id).values(at=now() - 201 * DAY))
    assert swept(app)["reporters"] == 1
    kept = {row.case_id: row.email for row in db.session.scalars(select(Report))}
    assert (kept[old.case_id], kept[recent.case_id]) == ("", "neu@example.org")
