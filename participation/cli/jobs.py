"""`flask jobs …`: how the work in the background stands, and doing it."""

from __future__ import annotations

import json
import signal
import sys
import threading
from types import FrameType
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup

from participation.base.db import db
from participation.jobs.apart import end_with_parent
from participation.jobs.queries import Standing, State, standings
from participation.ops.backlog import queues

jobs = AppGroup("jobs", help="Work in the background: mails, documents, exports, deletions, signing.")


@jobs.command("list")
def listed() -> None:
    """Show every job: when it last ran, when it runs next, what waits; the exit code is 1 if one is stuck or late."""
    waiting = {queue.name: queue for queue in queues()}
    stuck = False
    for one in standings(list(_office().jobs)):
        queue = waiting.get(one.name)
        rest = f"{queue.waiting} waiting, {queue.given_up} given up" if queue else ""
        click.echo(f"{one.state.value:<8} {one.name:<12} {_last(one):<44} {_next(one):<26} {rest}".rstrip())
        stuck = stuck or one.state in (State.STUCK, State.LATE)
    if stuck:
        sys.exit(1)


@jobs.command()
@click.argument("name")
@click.option("--now", "at_once", is_flag=True, help="Also if nothing is due.")
@click.option("--here", is_flag=True, hidden=True)
def run(name: str, at_once: bool, here: bool) -> None:
    """Do the job NAME once; with --now also if it is not due."""
    office = _office()
    if name not in office.jobs:
        raise click.UsageError(f"There is no job {name!r}; there are {', '.join(office.jobs)}.")
    signal.signal(signal.SIGTERM, _leave)
    if here:
        end_with_parent()
        # For another process, which has taken the run down and waits for this line.
        result = office.run_here(name, lambda: False)
        click.echo(json.dumps({"done": result.done, "failed": result.failed}))
        return
    ran = office.run(name, forced=at_once)
    if ran is None:
        click.echo("nothing is due, or another process is at it")
        return
    click.echo(f"{name}: {ran.result.done} done, {ran.result.failed} failed{f', {ran.error}' if ran.error else ''}")
    if ran.error or ran.result.failed:
        sys.exit(1)


@jobs.command()
def work() -> None:
    """Do the jobs as they come, until SIGTERM or SIGINT; what has begun is finished if it takes a few seconds."""
    if current_app.config["JOBS"] == "off":
        raise click.ClickException("JOBS is off: set it to worker for this process and for the web server.")
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told.set())
    office = _office()
    db.session.remove()
    click.echo("working")
    office.start()
    told.wait()
    click.echo("ending" if office.stop() else "ending; something was cut off, others will find it")


def _office() -> Any:
    return current_app.extensions["jobs"]


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """End in an orderly way: what was taken is put back."""
    sys.exit(143)


def _last(one: Standing) -> str:
    if one.running:
        return f"runs for {one.minutes} min"
    if one.last is None or one.last.finished_at is None:
        return "never ran"
    done = f"{one.last.done} done, {one.last.failed} failed" if not one.last.error else one.last.error
    return f"{one.last.finished_at:%Y-%m-%d %H:%M} {one.last.outcome.value}, {done}"


def _next(one: Standing) -> str:
    return f"next {one.next_at:%Y-%m-%d %H:%M}" if one.next_at else "next when something waits"
