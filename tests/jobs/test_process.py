"""`flask jobs work` as a real process: it works, two of them do nothing twice, and SIGTERM ends it in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import func, select

from participation.base.db import db, transaction
from participation.documents.models import Document, DocumentState
from participation.documents.operations import claim_next, queue_missing
from participation.jobs.models import JobRun, RunOutcome
from participation.notify.models import Letter
from participation.notify.operations import post
from participation.web.jobs.office import handed_down
from tests.jobs.test_bell import wait_for

ROOT = Path(__file__).resolve().parents[2]


def begin(app, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, **handed_down(app.config), "JOBS": "worker", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "flask", "--app", "participation", "jobs", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def count(app, *conditions) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(*conditions)) or 0


def test_two_workers_send_each_mail_once_and_end_when_they_are_told(separate_app):
    with separate_app.app_context(), transaction():
        for number in range(30):
            post(f"{number}@example.org", "accounts/already", {"name": "Anna"})
    workers = [begin(separate_app, "work") for _ in range(2)]
    try:
        assert all(worker.stdout.readline() == "working\n" for worker in workers)
        assert wait_for(lambda: count(separate_app, Letter.sent_at.is_(None)) == 0, 60)
        assert wait_for(lambda: count(separate_app, JobRun.name == "retention", JobRun.outcome == RunOutcome.DONE), 60)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
    told = [worker.communicate(timeout=30)[0].splitlines()[-1] for worker in workers]
    assert told == ["ending", "ending"]
    assert [worker.returncode for worker in workers] == [0, 0]
    mails = (Path(separate_app.config["INSTANCE"]) / "mail").glob("*.eml")
    got = Counter(message_from_bytes(mail.read_bytes(), policy=default)["To"] for mail in mails)
    assert got == Counter(f"{number}@example.org" for number in range(30))
    assert count(separate_app, JobRun.name == "retention") == 1, "of two, one sweeps"
    assert count(separate_app, JobRun.outcome == RunOutcome.RUNNING) == 0


@pytest.mark.one_database
def test_documents_are_built_in_a_process_of_their_own(separate_app):
    with separate_app.app_context():
        with transaction():
            queue_missing()
            db.session.query(Document).filter(Document.media_type.not_like("text/%")).delete()
        ran = separate_app.extensions["jobs"].run("documents")
        assert ran.error == ""
        assert ran.result.done == count(separate_app, Document.state == DocumentState.READY) > 0
        assert count(separate_app, JobRun.name == "documents") == 1


@pytest.mark.one_database
def test_who_must_end_while_building_puts_the_document_back(separate_app, monkeypatch):
    from participation.documents.printer import print_due

    with separate_app.app_context():
        with transaction():
            queue_missing()

        def told(_claim):
            raise SystemExit(143)

        with pytest.raises(SystemExit):
            print_due(told)
        assert count(separate_app, Document.attempts > 0) == 0
        with transaction():
            assert claim_next() is not None
