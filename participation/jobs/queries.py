"""How every job stands."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from participation.base.clock import now
from participation.base.db import db
from participation.jobs.models import Chore, JobRun, RunOutcome
from participation.jobs.runs import SILENT

LATE = timedelta(minutes=15)
"""How long a job may be due before nobody seems to do it."""


class State(enum.Enum):
    """How a job stands, the worst first."""

    STUCK = "stuck"
    LATE = "late"
    FAILING = "failing"
    RUNNING = "running"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Standing:
    """One job."""

    name: str
    state: State
    last: JobRun | None
    """The newest run that ended."""
    running: Sequence[JobRun]
    next_at: datetime | None
    """Empty: as soon as something waits."""

    @property
    def minutes(self) -> int:
        """For how many minutes the oldest run is going on, or the job is late."""
        since = self.running[0].started_at if self.running else self.next_at
        return max(int((now() - since).total_seconds() // 60), 0) if since else 0


def standings(names: Sequence[str] = ()) -> list[Standing]:
    """Return how these jobs stand, and every other one that has left a trace; three statements."""
    newest = select(func.max(JobRun.id)).where(JobRun.outcome != RunOutcome.RUNNING).group_by(JobRun.name)
    ended = {run.name: run for run in db.session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}
    running: dict[str, list[JobRun]] = {}
    open_ones = select(JobRun).where(JobRun.outcome == RunOutcome.RUNNING).order_by(JobRun.id)
    for run in db.session.scalars(open_ones.execution_options(populate_existing=True)):
        running.setdefault(run.name, []).append(run)
    chores = {chore.name: chore for chore in db.session.scalars(select(Chore))}
    others = sorted({*ended, *running, *chores} - set(names))
    return [_standing(name, ended.get(name), running.get(name, []), chores.get(name)) for name in (*names, *others)]


def last_runs(*, size: int = 50) -> Sequence[JobRun]:
    """Return the newest runs."""
    return db.session.scalars(select(JobRun).order_by(JobRun.id.desc()).limit(size)).all()


def _standing(name: str, last: JobRun | None, running: list[JobRun], chore: Chore | None) -> Standing:
    moment = now()
    if any(run.deadline_at < moment or run.beat_at < moment - SILENT for run in running):
        state = State.STUCK
    elif not running and chore is not None and chore.due_at < moment - LATE:
        state = State.LATE
    elif last is not None and _went_wrong(last):
        state = State.FAILING
    else:
        state = State.RUNNING if running else State.WELL
    # While it runs, a chore only says when it would come again after a crash.
    return Standing(name, state, last, running, chore.due_at if chore and not running else None)


def _went_wrong(run: JobRun) -> bool:
    """Tell whether a run failed, or did nothing but fail, as when the mail server is away."""
    return run.outcome in (RunOutcome.FAILED, RunOutcome.LOST) or (run.failed > 0 and run.done == 0)
