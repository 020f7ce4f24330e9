"""Runs: beginning, signs of life, ending. Nothing here commits but the heartbeat, which has a connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Engine, Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from participation.base.clock import now
from participation.base.db import db
from participation.jobs.job import Job, Result, pause
from participation.jobs.models import Chore, JobRun, RunOutcome

BEAT = 15.0
"""Seconds between two signs of life."""
SILENT = timedelta(minutes=1)
"""After so long without one a run counts as stuck …"""
LOST = timedelta(minutes=5)
"""… and after so long as lost."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A run that has begun."""

    id: int
    attempt: int


def is_due(job: Job) -> bool:
    """Tell whether a job is to be done now: something waits or its time has come, and no failure says to wait."""
    chore = _chore(job)
    if chore is not None and chore.due_at > now():
        return not chore.failures and job.waiting()
    return (chore is not None and bool(chore.failures)) or job.every is not None or job.waiting()


def begin(job: Job, *, forced: bool = False) -> Ticket | None:
    """Take down that a run begins, or return None if there is nothing to do; commit before doing it."""
    if not forced and not is_due(job):
        return None
    moment, chore = now(), _chore(job)
    attempt = (chore.failures if chore else 0) + 1
    if job.alone and not _claim(job.name, chore, moment, attempt):
        return None
    run = JobRun(name=job.name, started_at=moment, beat_at=moment, deadline_at=moment + job.bound, attempt=attempt)
    db.session.add(run)
    db.session.flush()
    return Ticket(run.id, attempt)


def finish(job: Job, ticket: Ticket, result: Result) -> None:
    """Take down what a run did, and when it comes again."""
    following = None
    if job.every is not None or result.again is not None:
        following = now() + (result.again or job.every or timedelta())
    _schedule(job.name, following, 0)
    _end(ticket, RunOutcome.DONE, done=result.done, failed=result.failed, next_at=following)


def fail(job: Job, ticket: Ticket, kind: str) -> None:
    """Take down that a run failed as a whole, and when it is tried again."""
    following = now() + pause(ticket.attempt)
    _schedule(job.name, following, ticket.attempt)
    _end(ticket, RunOutcome.FAILED, error=kind[:80], next_at=following)


def beat(engine: Engine, run_id: int) -> None:
    """Give a sign of life, and commit it."""
    with engine.begin() as connection:
        connection.execute(update(JobRun).where(JobRun.id == run_id).values(beat_at=now()))


def any_lost() -> bool:
    """Tell whether the process of a run went away."""
    return db.session.scalar(select(JobRun.id).where(*_gone(now())).limit(1)) is not None


def close_lost() -> int:
    """Take down which runs will never end because their process went away; return how many."""
    moment = now()
    lost = update(JobRun).where(*_gone(moment)).values(outcome=RunOutcome.LOST, finished_at=moment)
    return _changed(lost)


def forget(before: datetime) -> int:
    """Delete the record of runs that ended before a moment; return how many."""
    return _changed(delete(JobRun).where(JobRun.finished_at < before))


def _gone(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return JobRun.outcome == RunOutcome.RUNNING, JobRun.beat_at < moment - LOST


def _chore(job: Job) -> Chore | None:
    return db.session.get(Chore, job.name, populate_existing=True)


def _claim(name: str, chore: Chore | None, moment: datetime, attempt: int) -> bool:
    """Count the run as failed until it ends well. Of two at once the database lets one through."""
    values = {"due_at": moment + pause(attempt), "failures": attempt}
    if chore is None:
        return _added(Chore(name=name, **values))
    seen = (Chore.name == name, Chore.due_at == chore.due_at, Chore.failures == chore.failures)
    return _changed(update(Chore).where(*seen).values(**values)) == 1


def _schedule(name: str, following: datetime | None, failures: int) -> None:
    if following is None:
        _changed(delete(Chore).where(Chore.name == name))
    elif not _changed(update(Chore).where(Chore.name == name).values(due_at=following, failures=failures)):
        _added(Chore(name=name, due_at=following, failures=failures))


def _added(chore: Chore) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(chore)
    except IntegrityError:
        return False
    return True


def _end(ticket: Ticket, outcome: RunOutcome, **values: object) -> None:
    """Close a run; one that was given up as lost came back after all."""
    ended = update(JobRun).where(JobRun.id == ticket.id)
    _changed(ended.values(outcome=outcome, finished_at=now(), beat_at=now(), **values))


def _changed(statement: Update | Delete) -> int:
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[None]", result).rowcount
