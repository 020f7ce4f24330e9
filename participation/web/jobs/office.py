"""Runs the jobs of one installation: in this process, in one of its own, or not at all."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask, Response

from participation.base.db import db, transaction
from participation.jobs import runs
from participation.jobs.apart import work_apart
from participation.jobs.bell import Bell
from participation.jobs.crew import Crew
from participation.jobs.job import Ended, Job, Result
from participation.jobs.working import Ran, do
from participation.web import metrics as figures
from participation.web.jobs.table import BELLS, JOBS

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 8.0
"""Seconds for what is being done when the process ends; less than the server waits for requests."""
HANDED_DOWN = ("SECRET_KEY", "PUBLIC_URL", "MAIL_URL", "MAIL_FROM", "CONTENT", "INSTANCE", "STATEMENT_TIMEOUT")


def prepare(app: Flask) -> None:
    """Ring after requests that left something to do; work in this process if it shall."""
    office = app.extensions["jobs"] = Office(app)
    how = app.config["JOBS"]
    if how == "off":
        return

    @app.after_request
    def ring(response: Response) -> Response:
        if names := office.take_marks():
            response.call_on_close(lambda: office.ring(names))
        if how == "embedded" and office.crew.looker is None:
            # Not before the first request: commands and tools build applications, too.
            response.call_on_close(office.start)
        return response


class Office:
    """The jobs of one application in one process."""

    def __init__(self, app: Flask, jobs: Iterable[Job] = JOBS) -> None:
        """Nothing runs before `start`."""
        config = app.config
        self.app = app
        self.jobs = {job.name: job for job in jobs}
        self.locks = Path(config["INSTANCE"]) / "jobs"
        redis_url = config["REDIS_URL"] if config["JOBS"] == "worker" else ""
        self.bell = Bell(self.jobs, file=Path(config["INSTANCE"]) / "jobs.db", redis_url=redis_url)
        self.crew = Crew(self.due, self.run_quietly)
        self.starting = threading.Lock()

    def start(self) -> None:
        """Begin to work in threads of this process; once."""
        with self.starting:
            if self.crew.looker is not None:
                return
            self.crew.start()
        try:
            self.bell.hear(self.crew.begin)
        except Exception as error:  # noqa: BLE001 - without a bell work begins a minute later
            self.app.logger.warning("the bell is not heard: %s", type(error).__name__)
        # The interpreter waits for threads that are no daemons, and only for them.
        threading.Thread(target=self._end_with_the_process, name="jobs end").start()

    def stop(self, patience: float = PATIENCE) -> bool:
        """Begin nothing more, wait for what is being done; say whether all of it ended."""
        self.bell.stop()
        return self.crew.stop(patience)

    def ring(self, names: Iterable[str]) -> None:
        """Say that jobs have something to do; where nobody can hear it, begin here if this process works."""
        for name in names:
            if not self.bell.ring(name) and self.crew.looker is not None:
                self.crew.begin(name)

    def due(self) -> list[str]:
        """Return which jobs have something to do; also closes the runs of processes that went away."""
        with self.app.app_context():
            if runs.any_lost():
                db.session.rollback()
                with transaction():
                    runs.close_lost()
            return [name for name, job in self.jobs.items() if runs.is_due(job)]

    def run(self, name: str, *, forced: bool = False, ended: Ended = lambda: False) -> Ran | None:
        """Do a job in this thread if it is due; None if nothing is, or another process does it."""
        job = self.jobs[name]
        if job.apart:
            job = replace(job, work=lambda told: self._apart(job, told))
        return do(job, self.locks, forced=forced, ended=ended)

    def run_here(self, name: str, ended: Ended) -> Result:
        """Do what another process has taken down as a run."""
        return self.jobs[name].work(ended)

    def run_quietly(self, name: str) -> None:
        """Do a job for the crew, and ring for whatever it left to others."""
        with self.app.app_context():
            self.run(name, ended=self.crew.ending.is_set)
            names = [one for one in self.take_marks() if one != name]
        self.ring(names)

    def take_marks(self) -> list[str]:
        """Return which jobs this session has left something to."""
        return [name for mark, names in BELLS.items() if db.session.info.pop(mark, False) for name in names]

    def _apart(self, job: Job, ended: Ended) -> Result:
        command = (sys.executable, "-m", "flask", "--app", "participation", "jobs", "run", job.name, "--here")
        # What the child counts is nobody's request.
        environment = {name: value for name, value in os.environ.items() if name != figures.FOLDER}
        environment |= handed_down(self.app.config)
        return work_apart(command, environment, ROOT, bound=job.bound, ended=ended)

    def _end_with_the_process(self) -> None:
        threading.main_thread().join()
        self.stop()


def handed_down(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment from which a child reads the settings that ours has."""
    told = {name: str(config[name]) for name in HANDED_DOWN}
    told |= {"PARTICIPATION_MODE": config["MODE"], "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"], "JOBS": "off"}
    return {**told, "PYTHONDONTWRITEBYTECODE": "1"} if sys.dont_write_bytecode else told
