"""Several processes, each with an application of its own on one database, that do something at the same moment."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

import config
from participation.accounts.models import User
from participation.app import create_app
from participation.base.db import db, transaction
from participation.base.verdict import DomainError
from participation.dialogue.models import Ballot, Stance, Thread
from participation.dialogue.operations import cast_vote
from participation.leitbild.models import Draft
from participation.leitbild.publish import publish
from participation.places.models import Region

PROCESSES = 8
PATIENCE = 60
"""Seconds until a race that does not come to an end counts as lost."""


def vote(person: int, thread: int, stance: str) -> str:
    """Vote as the page does."""
    cast_vote(db.session.get(User, person), db.session.get(Thread, thread), Stance[stance])
    return "voted"


def vote_without_looking(person: int, thread: int, stance: str) -> str:
    """Vote as code would that forgot to look and to lock: only the database is left to refuse."""
    row = {"thread_id": thread, "voter_id": person, "stance": Stance[stance], "region": Region.BRANDENBURG, "round": 1}
    db.session.execute(insert(Ballot).values(row))
    return "voted"


def publish_draft(person: int, draft: int, edit: int) -> int:
    """Publish a draft and return the number of the version."""
    return publish(db.session.get_one(User, person), db.session.get_one(Draft, draft), expected_edit=edit).number


DEEDS: dict[str, Callable[..., object]] = {
    "vote": vote,
    "vote without looking": vote_without_looking,
    "publish": publish_draft,
}


def send(app: Flask, cookie: str, path: str, data: dict[str, str]) -> tuple[int, str]:
    """Send a form as the owner of a session."""
    client = app.test_client()
    client.set_cookie("session", cookie)
    answer = client.post(path, data=data)
    return answer.status_code, answer.text


def do(app: Flask, start: Barrier, deed: str, words: Sequence[Any]) -> object:
    """Do one thing in a transaction of its own, as soon as all others are ready."""
    with app.app_context():
        db.session.execute(select(1))
        db.session.rollback()
    start.wait(PATIENCE)
    if deed == "send":
        return send(app, *words)
    with app.app_context():
        try:
            with transaction():
                return DEEDS[deed](*words)
        except (DomainError, IntegrityError) as error:
            return type(error).__name__
        finally:
            db.session.remove()


def work(settings: dict[str, str], starts: dict[int, Barrier], pipe: Connection) -> None:
    """Be one process: take works, do them in threads at once, hand back what came of them."""
    app = create_app(config.load(settings))
    pipe.send("ready")
    while (job := pipe.recv()) is not None:
        deed, total, works = job
        came: list[object] = [None] * len(works)

        def run(
            place: int, words: Sequence[Any], deed: str = deed, total: int = total, came: list[object] = came
        ) -> None:
            came[place] = do(app, starts[total], deed, words)

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pipe.send(came)


@dataclass
class Racers:
    """The processes, waiting for something to do."""

    pipes: list[Connection]

    def race(self, deed: str, works: Sequence[Sequence[Any]]) -> list[object]:
        """Do all works at the same moment, spread over the processes; return what came of each."""
        for place, pipe in enumerate(self.pipes):
            pipe.send((deed, len(works), list(works[place :: len(self.pipes)])))
        came: list[object] = [None] * len(works)
        for place, pipe in enumerate(self.pipes):
            came[place :: len(self.pipes)] = self._answer(pipe)
        return came

    @staticmethod
    def _answer(pipe: Connection) -> list[object]:
        assert pipe.poll(PATIENCE), "a process does not come to an end"
        return list(pipe.recv())


@contextmanager
def racers(app: Flask, *sizes: int) -> Iterator[Racers]:
    """Start the processes on an application's database, for races of these sizes."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["participation.app", "tests.surface.racers"])
    starts = {size: context.Barrier(size) for size in sizes}
    settings = {
        "PARTICIPATION_MODE": "test",
        "INSTANCE": str(app.config["INSTANCE"]),
        "DATABASE_URL": str(app.config["SQLALCHEMY_DATABASE_URI"]),
    }
    pairs = [context.Pipe() for _ in range(PROCESSES)]
    processes = [context.Process(target=work, args=(settings, starts, theirs), daemon=True) for _, theirs in pairs]
    for process in processes:
        process.start()
    ours = [mine for mine, _ in pairs]
    try:
        for pipe in ours:
            assert pipe.poll(PATIENCE), "a process does not start"
            assert pipe.recv() == "ready"
        yield Racers(ours)
    finally:
        for pipe in ours:
            pipe.send(None)
        for process in processes:
            process.join(10)
            if process.is_alive():
                process.kill()
