"""Setting up, the example dialogue, and large data sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import User
from participation.accounts.voices import VOICES
from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.cli.dev import ACCOUNTS, FILE
from participation.cli.fill import fill
from participation.dialogue.counters import recount
from participation.dialogue.models import Ballot, Comment, CommentState, Thread
from participation.leitbild.models import Revision
from participation.moderation import cases, openness
from participation.moderation.models import Appeal, AppealState, Case, CaseState, Category, Decision
from participation.notify.models import Letter
from participation.proposals.models import Proposal
from tests.web_helpers import form_token


@pytest.fixture
def fresh(separate_app: Flask) -> Iterator[Flask]:
    with separate_app.app_context():
        yield separate_app


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.one_database
def test_demo_accounts_are_made_once_and_their_passwords_work(fresh):
    run = fresh.test_cli_runner().invoke
    first = run(args=["dev", "accounts"])
    assert first.exit_code == 0
    path = Path(fresh.config["INSTANCE"]) / FILE
    assert path.stat().st_mode & 0o077 == 0
    told = path.read_text()
    assert run(args=["dev", "accounts"]).exit_code == 0
    assert path.read_text() == told
    assert count(User) == len(ACCOUNTS)
    for line in told.splitlines():
        email, password = line.split()[-2:]
        client = fresh.test_client()
        data = {"email": email, "password": password, "csrf_token": form_token(client, "/konto/anmelden")}
        assert client.post("/konto/anmelden", data=data).status_code == 303
        assert client.get("/konto/profil").status_code == 200
        assert email in first.output
        assert password in first.output


@pytest.mark.one_database
def test_the_example_dialogue_is_played_once_marked_and_sound(fresh):
    run = fresh.test_cli_runner().invoke
    assert "version 2" in run(args=["dev", "demo"]).output
    sizes = [count(model) for model in (User, Comment, Proposal, Ballot, Revision)]
    assert run(args=["dev", "demo"]).exit_code == 0
    assert [count(model) for model in (User, Comment, Proposal, Ballot, Revision)] == sizes
    assert not db.session.scalar(select(func.count()).where(User.is_example.is_(False), User.id != VOICES))
    assert not db.session.scalar(select(func.count()).where(Proposal.is_example.is_(False)))
    assert not recount()
    assert verify().broken == ()
    page = fresh.test_client().get("/strategie/lce-sofort-industrieparks").text
    assert page.count("ld-example") >= 10


@pytest.mark.one_database
def test_the_example_dialogue_shows_what_moderation_does(fresh):
    fresh.test_cli_runner().invoke(args=["dev", "demo"])
    client = fresh.test_client()
    log = client.get("/moderationslog").text
    assert log.count("ld-example") == log.count("ld-t3--big") == 3
    for said in ("Nichts über Private", "Keine Werbung", "kein Verstoß"):
        assert said in log
    path = openness.half_of(db.session.scalars(select(Decision.at).order_by(Decision.id)).first()).key
    assert "erfundenen Beispiel" in client.get(f"/transparenz/{path}").text
    made = db.session.scalars(select(Decision).order_by(Decision.id)).all()
    assert all(report.at < one.at < now() for one in made for report in cases.reports(one.case_id))
    assert [row.state for row in db.session.scalars(select(Appeal))] == [AppealState.UPHELD]
    assert [row.hides for row in made] == [True, True, False]
    hidden = db.session.scalars(select(Comment).where(Comment.state == CommentState.HIDDEN)).all()
    assert [row.author.display_name for row in hidden] == ["Uwe T."]
    assert count(Case) == 4
    assert [row.category for row in db.session.scalars(select(Case).where(Case.state == CaseState.OPEN))] == [
        Category.RULES
    ]
    assert not count(Letter)


def test_filling_gives_the_asked_sizes_and_right_counters(fresh):
    with transaction():
        made = fill(threads=150, comments=6, long=(100,), seed=3, at=now())
    assert made["threads"] == count(Thread) == 151
    assert made["comments"] == count(Comment)
    assert db.session.scalar(select(func.max(Thread.comment_count))) == 100
    assert made["proposals"] == 151 - 135
    assert not recount()


@pytest.mark.one_database
def test_the_same_seed_gives_the_same_data(databases, backend, fresh):
    at = now()

    def bodies() -> list[tuple[int, str, int]]:
        rows = db.session.execute(select(Comment.thread_id, Comment.body, Comment.score).order_by(Comment.id))
        return [tuple(row) for row in rows]

    with transaction():
        fill(threads=20, comments=5, long=(), seed=1, at=at)
    first = bodies()
    db.session.rollback()
    from participation.app import create_app

    other = create_app(databases.settings(databases.copy(backend)))
    with other.app_context():
        with transaction():
            fill(threads=20, comments=5, long=(), seed=1, at=at)
        assert bodies() == first
        db.engine.dispose()


@pytest.mark.one_database
def test_a_malformed_length_is_named(fresh):
    result = fresh.test_cli_runner().invoke(args=["dev", "fill", "--long", "100,viel"])
    assert result.exit_code == 2
    assert "--long" in result.output
    assert count(Thread) == 0
