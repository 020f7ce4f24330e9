"""Operators see how the work in the background stands; nobody else does."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import Role
from participation.base.clock import now
from participation.base.db import db
from participation.jobs.models import JobRun, RunOutcome
from participation.web.jobs.table import JOBS
from tests.factories import accounts

PAGE = "/betrieb/auftraege"


def test_the_page_names_every_job_and_what_is_stuck(app, client):
    past = now() - timedelta(hours=2)
    accounts.log_in(client, accounts.user(role=Role.OPERATOR))
    assert "hängt" not in client.get(PAGE).text.split("<main")[1].split("Was hängt, wird")[0]
    db.session.add(JobRun(name="letters", attempt=1, started_at=past, beat_at=past, deadline_at=past))
    ended = {"outcome": RunOutcome.FAILED, "finished_at": past, "error": "Stays"}
    db.session.add(JobRun(name="departures", attempt=3, deadline_at=past, **ended))
    db.session.flush()
    text = client.get(PAGE).text
    for job in JOBS:
        assert str(job.title) in text
    assert "Mails verschicken: hängt" in text
    assert "Läuft seit 120 Minuten." in text
    assert "Konten löschen: zuletzt misslungen" in text
    assert "(Stays)" in text
    assert "3. Versuch" in text
    assert PAGE in client.get("/betrieb/rollen").text


def test_the_page_takes_as_many_statements_however_much_ran(app, client, statements):
    accounts.log_in(client, accounts.user(role=Role.OPERATOR))
    client.get(PAGE)
    with statements() as few:
        client.get(PAGE)
    for number in range(40):
        ended = {"outcome": RunOutcome.DONE, "finished_at": now()}
        db.session.add(JobRun(name=JOBS[number % len(JOBS)].name, attempt=1, deadline_at=now(), **ended))
    db.session.flush()
    with statements() as many:
        client.get(PAGE)
    assert many.number <= few.number


def test_the_commands_list_and_do(separate_app):
    runner = separate_app.test_cli_runner()
    listed = runner.invoke(args=["jobs", "list"])
    assert listed.exit_code == 0
    assert all(job.name in listed.output for job in JOBS)
    assert "never ran" in listed.output
    assert runner.invoke(args=["jobs", "run", "bursts"]).output == "bursts: 0 done, 0 failed\n"
    assert "nothing is due" in runner.invoke(args=["jobs", "run", "bursts"]).output
    assert runner.invoke(args=["jobs", "run", "bursts", "--now"]).output == "bursts: 0 done, 0 failed\n"
    assert "There is no job 'nothing'" in runner.invoke(args=["jobs", "run", "nothing"]).output
    with separate_app.app_context():
        past = now() - timedelta(hours=1)
        db.session.add(JobRun(name="exports", attempt=1, started_at=past, beat_at=past, deadline_at=past))
        db.session.commit()
    listed = runner.invoke(args=["jobs", "list"])
    assert (listed.exit_code, "stuck    exports" in listed.output) == (1, True)
