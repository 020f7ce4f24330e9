"""`flask ops check` finds what is wrong and says it in plain words; `flask ops recount` corrects counters."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import select, text, update

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.cli.log import prepare
from participation.dialogue.counters import recount
from participation.dialogue.models import Comment, Stance, Tally, Thread
from participation.dialogue.operations import cast_vote
from participation.jobs.models import Chore, JobRun, RunOutcome
from participation.notify.models import Letter
from participation.ops import check, state
from participation.privacy.models import RetentionRun
from participation.proposals.models import Proposal
from tests.factories import accounts, dialogue, proposals
from tests.factories import leitbild as make


@pytest.fixture
def site(separate_app):
    """A platform that is well."""
    with separate_app.app_context():
        flask_migrate.stamp()
        prepare()
        with transaction():
            db.session.add(RetentionRun(kind="logins", count=0))
        db.session.remove()
    separate_app.config["INSTANCE"].chmod(0o700)
    return separate_app


def findings(app, *, exit_code: int) -> dict[str, list[tuple[str, str]]]:
    """Return what the check found, by what it is about."""
    said = app.test_cli_runner().invoke(args=["ops", "check", "--json"])
    assert said.exit_code == exit_code, said.output
    found: dict[str, list[tuple[str, str]]] = {}
    for one in json.loads(said.stdout):
        found.setdefault(one["about"], []).append((one["level"], one["text"]))
    return found


def broken(app) -> list[tuple[str, str]]:
    found = findings(app, exit_code=1)
    return [(about, words) for about, ones in found.items() for level, words in ones if level == "broken"]


def test_a_platform_that_is_well(site):
    found = findings(site, exit_code=0)
    assert set(found) >= {
        "settings",
        "disk",
        "files",
        "mail",
        "database",
        "migrations",
        "clock",
        "log",
        "counters",
        "work",
        "jobs",
    }
    levels = {about: {level for level, _ in ones} for about, ones in found.items() if about not in ("disk", "database")}
    assert levels == {about: {"well"} for about in levels}
    said = site.test_cli_runner().invoke(args=["ops", "check"])
    assert said.exit_code == 0
    assert "ok" in said.output
    assert "all as counted" in said.output


def test_wrong_counters_are_found_and_corrected(site):
    with site.app_context(), transaction():
        made = dialogue.comment()
        voter = accounts.user()
        cast_vote(voter, made.thread, Stance.NO)
        proposal = proposals.proposal()
        numbers = made.thread.id, made.id, proposal.id
    with site.app_context(), transaction():
        db.session.execute(update(Thread).where(Thread.id == numbers[0]).values(comment_count=7, no=3))
        db.session.execute(update(Comment).where(Comment.id == numbers[1]).values(helpful=2))
        db.session.execute(text("DELETE FROM tallies"))
        db.session.execute(update(Proposal).where(Proposal.id == numbers[2]).values(supporter_count=9))
    assert ("counters", "5 in all are wrong: run `flask ops recount --fix`") in broken(site)
    run = site.test_cli_runner().invoke
    said = run(args=["ops", "recount"])
    assert said.exit_code == 1
    assert f"thread {numbers[0]}: comment_count said 7, counted 1" in said.output
    assert f"proposal {numbers[2]}: supporter_count said 9, counted 0" in said.output
    said = run(args=["ops", "recount", "--fix"])
    assert said.exit_code == 0, said.output
    assert "5 corrected." in said.output
    assert run(args=["ops", "recount"]).output == "All counters are right.\n"
    with site.app_context():
        assert recount() == []
        assert db.session.scalar(select(Tally.no).where(Tally.thread_id == numbers[0])) == 1


def test_counters_are_corrected_while_people_vote(site):
    """What is cast during a correction is neither lost nor counted twice."""
    with site.app_context(), transaction():
        thread_id = dialogue.thread().id
        people = [accounts.user().id for _ in range(12)]
        db.session.execute(update(Thread).where(Thread.id == thread_id).values(yes=50))
    stop = threading.Event()

    def vote() -> None:
        with site.app_context():
            for person in people:
                with transaction():
                    cast_vote(db.session.get(User, person), db.session.get(Thread, thread_id), Stance.YES)
            stop.set()
            db.session.remove()

    voting = threading.Thread(target=vote)
    voting.start()
    while not stop.is_set():
        assert site.test_cli_runner().invoke(args=["ops", "recount", "--fix"]).exit_code == 0
    voting.join()
    with site.app_context():
        assert recount() == []
        assert db.session.get(Thread, thread_id).yes == 12


def test_a_log_that_was_set_back_or_rewritten_is_broken(site):
    with site.app_context():
        with transaction():
            make.revision()
        prepare()
        memory = site.config["LOG_KEY_FILE"].with_name("log-key.signed")
        text_now = memory.read_text()
        origin, size, rest = text_now.split("\n", 2)
        db.session.remove()
    memory.write_text("\n".join([origin, str(int(size) + 3), rest]))
    found = dict(broken(site))
    assert found["log"] == "the log was set back or rewritten: 5 leaves were signed, 2 are left"


def test_work_that_nobody_does_is_seen(site):
    with site.app_context(), transaction():
        waiting = {"recipient": "anna@example.org", "template": "accounts/confirm", "params": {}}
        db.session.add(Letter(**waiting, created_at=now() - timedelta(hours=3)))
        db.session.add(Letter(**waiting, attempts=99))
    found = findings(site, exit_code=1)["work"]
    assert ("broken", "1 letters wait, the oldest for 180 minutes: does anybody do the work?") in found
    assert ("look", "1 letters were given up after many tries") in found
    assert "anna" not in str(found)


def test_jobs_that_are_stuck_late_or_failing_are_seen(site):
    past = now() - timedelta(hours=2)
    with site.app_context(), transaction():
        db.session.add(JobRun(name="letters", attempt=1, started_at=past, beat_at=past, deadline_at=past))
        ended = {"outcome": RunOutcome.FAILED, "finished_at": past, "error": "OSError"}
        db.session.add(JobRun(name="bursts", attempt=1, deadline_at=past, **ended))
        db.session.add(Chore(name="retention", due_at=past))
    found = findings(site, exit_code=1)["jobs"]
    assert [level for level, _words in found] == ["look", "broken", "broken"]
    assert "bursts failed: OSError" in found[0][1]
    assert "letters is stuck, at work for 120 minutes" in found[1][1]
    assert "retention is late by 120 minutes" in found[2][1]
    text = site.test_client().get("/metrics").text
    assert 'participation_job_stuck{job="letters"} 1.0' in text
    assert 'participation_job_late{job="retention"} 1.0' in text
    assert 'participation_job_failing{job="bursts"} 1.0' in text
    assert 'participation_job_stuck{job="bursts"} 0.0' in text
    assert site.test_client().get("/readyz").json["failing"] == [], "a stuck job is no reason to send nobody here"


def test_tables_that_are_behind(site):
    with site.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert ("migrations", "the tables are behind: run `flask db upgrade`") in broken(site)


def test_clocks_that_are_apart(site, monkeypatch):
    monkeypatch.setattr(check, "now", lambda: now() + timedelta(seconds=30))
    (words,) = [words for about, words in broken(site) if about == "clock"]
    assert words.startswith(("database and process are 30.0 s", "database and process are 29."))


@pytest.mark.one_database
def test_files_that_others_can_read(site):
    site.config["INSTANCE"].chmod(0o755)
    site.config["LOG_KEY_FILE"].chmod(0o644)
    words = [words for about, words in broken(site) if about == "files"]
    assert any("chmod 700" in one for one in words)
    assert any("log-key is open to other users: chmod 600" in one for one in words)


@pytest.mark.one_database
def test_a_mail_server_that_is_not_there(site):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        site.config["MAIL_URL"] = f"smtp://anna:geheim@127.0.0.1:{probe.getsockname()[1]}"
        (words,) = [words for about, words in broken(site) if about == "mail"]
    assert "does not take us" in words
    assert "geheim" not in words


@pytest.mark.one_database
def test_a_full_disk_and_a_redis_that_is_missing(site, monkeypatch):
    monkeypatch.setattr(state, "free_bytes", lambda _folder: 5_000_000)
    site.config["REDIS_URL"] = "redis://127.0.0.1:1/0"
    found = findings(site, exit_code=1)
    assert found["disk"] == [("broken", "0.0 GB free")]
    ((level, words),) = found["redis"]
    assert level == "look"
    assert "does not answer" in words


@pytest.mark.one_database
def test_a_database_that_is_gone_is_one_finding(site):
    with site.app_context():
        db.session.remove()
        db.engine.dispose()
        path = Path(db.engine.url.database)
    path.unlink()
    path.mkdir()
    found = broken(site)
    assert [about for about, _words in found] == ["database"]


@pytest.mark.one_database
def test_settings_of_a_production_that_is_hardly_meant(site):
    site.config["MODE"] = "production"
    words = " ".join(words for _level, words in findings(site, exit_code=0)["settings"])
    assert "no https" in words
    assert "nobody gets any" in words
    assert "PROXY_HOPS" in words
    assert "OPERATOR_NAME, OPERATOR_ADDRESS not set: /impressum" in words
    site.config["OPERATOR_NAME"], site.config["OPERATOR_ADDRESS"] = "Zweckverband Neiße", ("Markt 1",)
    assert "OPERATOR" not in " ".join(words for _level, words in findings(site, exit_code=0)["settings"])
