"""Doing a job once: claim, work, take down how it went. An edge of its own, like the postman."""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from participation.base.db import db, transaction
from participation.jobs.job import Ended, Job, Result
from participation.jobs.locks import alone
from participation.jobs.runs import BEAT, beat, begin, fail, finish, is_due

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run went: what it did, or the kind of error on which it failed as a whole."""

    result: Result
    error: str = ""


def do(job: Job, folder: Path, *, forced: bool = False, ended: Ended = lambda: False) -> Ran | None:
    """Do a job if it is due, or `forced`; None if there was nothing to do, or another process does it.

    `folder` holds the files of locks. Call it outside of a transaction.
    """
    # Looking is cheap and disturbs nobody; only who has something to do begins to write.
    wanted = forced or is_due(job)
    db.session.rollback()
    if not wanted:
        return None
    with alone(job.name, folder) if job.alone else nullcontext(True) as mine:
        if not mine:
            return None
        with transaction():
            ticket = begin(job, forced=forced)
        if ticket is None:
            return None
        try:
            with Heartbeat(ticket.id):
                result = job.work(ended)
        except Exception as error:
            log.exception("the job %s failed", job.name)
            db.session.rollback()
            with transaction():
                fail(job, ticket, type(error).__name__)
            return Ran(Result(), type(error).__name__)
        # What was only read ends before the writing begins.
        db.session.rollback()
        with transaction():
            finish(job, ticket, result)
        return Ran(result)


class Heartbeat:
    """Gives signs of life while a run lasts, from a thread of its own."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        self.engine = db.engine.engine
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.over.set()

    def _beat(self) -> None:
        while not self.over.wait(BEAT):
            try:
                beat(self.engine, self.run_id)
            except SQLAlchemyError as error:
                log.warning("no sign of life from run %s: %s", self.run_id, type(error).__name__)
