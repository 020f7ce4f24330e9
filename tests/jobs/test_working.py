"""A job is done by one, taken down, tried again with longer and longer pauses; what got stuck or lost is seen."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from participation.app import create_app
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.jobs import runs
from participation.jobs.job import Result, pause
from participation.jobs.locks import alone
from participation.jobs.models import JobRun, RunOutcome
from participation.jobs.queries import LATE, State, standings
from participation.jobs.runs import LOST, SILENT, begin, close_lost, is_due
from participation.jobs.working import Ran, do

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def break_down(_ended):
    raise ValueError("Anna Muster, anna@example.org")


def standing(name: str):
    return next(one for one in standings() if one.name == name)


def test_a_run_is_taken_down_and_comes_again_when_its_time_has_come(separate_app, folder, job):
    daily = job(work=lambda _ended: Result(3, 1), every=HOUR, alone=True)
    with separate_app.app_context():
        assert do(daily, folder) == Ran(Result(3, 1))
        assert do(daily, folder) is None
        run = db.session.scalars(select(JobRun)).one()
        assert (run.outcome, run.done, run.failed, run.attempt, run.error) == (RunOutcome.DONE, 3, 1, 1, "")
        assert standing("clock").state is State.WELL
        db.session.rollback()
        with time_machine.travel(now() + HOUR + MINUTE):
            assert do(daily, folder) is not None


def test_without_anything_to_do_nothing_is_written(separate_app, folder, job):
    with separate_app.app_context():
        assert do(job(waiting=lambda: False), folder) is None
        assert db.session.scalars(select(JobRun)).all() == []


def test_failures_wait_longer_each_time_and_tell_no_words(separate_app, folder, job):
    assert [pause(number) for number in (1, 2, 3, 7, 50)] == [MINUTE, 2 * MINUTE, 4 * MINUTE, HOUR, HOUR]
    for alone_ in (True, False):
        broken = job(f"broken {alone_}", break_down, waiting=lambda: True, alone=alone_)
        moment = now()
        with separate_app.app_context():
            for attempt in (1, 2, 3):
                with time_machine.travel(moment, tick=False):
                    assert do(broken, folder) == Ran(Result(), "ValueError")
                    db.session.rollback()
                    moment += pause(attempt) - timedelta(seconds=1)
                with time_machine.travel(moment, tick=False):
                    assert not is_due(broken), "however much waits"
                    db.session.rollback()
                moment += timedelta(seconds=2)
            rows = db.session.scalars(select(JobRun).where(JobRun.name == broken.name).order_by(JobRun.id)).all()
            assert [run.attempt for run in rows] == [1, 2, 3]
            assert {run.error for run in rows} == {"ValueError"}
            assert standing(broken.name).state is State.FAILING
            db.session.rollback()
            with time_machine.travel(moment + HOUR):
                assert do(job(broken.name, waiting=lambda: True, alone=alone_), folder).result.done == 1
                assert standing(broken.name).state is State.WELL
                db.session.rollback()


def test_of_many_threads_one_does_what_one_must_do(separate_app, folder, job):
    done, start = [], threading.Barrier(4)
    daily = job(work=lambda _ended: done.append(1) or Result(1), every=HOUR, alone=True)

    def work() -> None:
        with separate_app.app_context():
            start.wait()
            do(daily, folder)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1


def _hold(url: str, instance: str, ready, release) -> None:
    """Another process: take the lock, say so, and keep it."""
    import config

    app = create_app(config.load({"PARTICIPATION_MODE": "test", "INSTANCE": instance, "DATABASE_URL": url}))
    with app.app_context(), alone("clock", app.config["INSTANCE"] / "jobs") as mine:
        ready.put(mine)
        release.wait(60)


def test_a_lock_holds_among_processes_and_goes_with_the_one_that_is_killed(separate_app, folder, job):
    context = multiprocessing.get_context("spawn")
    ready, release = context.Queue(), context.Event()
    url = separate_app.config["SQLALCHEMY_DATABASE_URI"]
    other = context.Process(target=_hold, args=(url, str(separate_app.config["INSTANCE"]), ready, release))
    other.start()
    try:
        assert ready.get(timeout=60)
        with separate_app.app_context():
            with alone("clock", folder) as mine:
                assert not mine
            with alone("another", folder) as mine:
                assert mine
            assert do(job(every=HOUR, alone=True), folder, forced=True) is None
            db.session.rollback()
            other.kill()
            other.join()
            for _ in range(100):
                if do(job(every=HOUR, alone=True), folder, forced=True):
                    break
                threading.Event().wait(0.1)
            else:
                pytest.fail("the lock outlived its process")
    finally:
        other.kill()


def test_a_job_that_runs_too_long_or_is_silent_is_stuck(separate_app, job):
    with separate_app.app_context():
        with transaction():
            begin(job(waiting=lambda: True, bound=10 * MINUTE))
        assert standing("clock").state is State.RUNNING
        db.session.rollback()
        for change in (
            {"deadline_at": now() - MINUTE},
            {"beat_at": now() - SILENT - MINUTE, "deadline_at": now() + HOUR},
        ):
            with transaction():
                db.session.execute(update(JobRun).values(**change))
            assert standing("clock").state is State.STUCK
            db.session.rollback()


def test_a_run_whose_process_went_away_is_closed_and_a_living_one_is_not(separate_app, folder, job):
    with separate_app.app_context():
        with transaction():
            dead = begin(job("dead", waiting=lambda: True))
            living = begin(job("living", waiting=lambda: True))
        with time_machine.travel(now() + LOST + MINUTE):
            runs.beat(db.engine.engine, living.id)
            assert runs.any_lost()
            db.session.rollback()
            with transaction():
                assert close_lost() == 1
            found = {run.name: run.outcome for run in db.session.scalars(select(JobRun))}
            assert found == {"dead": RunOutcome.LOST, "living": RunOutcome.RUNNING}
            assert standing("dead").state is State.FAILING
            db.session.rollback()
    assert dead.id != living.id


def test_who_dies_in_the_middle_does_not_begin_again_at_once(separate_app, folder, job):
    class Died(BaseException):
        """Stands in for the end of the process."""

    def die(_ended):
        raise Died

    with separate_app.app_context():
        with pytest.raises(Died):
            do(job(work=die, every=HOUR, alone=True), folder)
        db.session.rollback()
        assert do(job(every=HOUR, alone=True), folder) is None
        with time_machine.travel(now() + 2 * MINUTE):
            assert do(job(every=HOUR, alone=True), folder) is not None


def test_a_run_that_did_nothing_but_fail_is_failing_and_one_that_did_something_is_not(separate_app, folder, job):
    with separate_app.app_context():
        for result, state in ((Result(0, 2), State.FAILING), (Result(1, 2), State.WELL)):
            do(job(work=lambda _ended, result=result: result, waiting=lambda: True), folder)
            assert standing("clock").state is state
            db.session.rollback()


def test_a_job_that_nobody_does_is_late(separate_app, folder, job):
    with separate_app.app_context():
        do(job(every=HOUR, alone=True), folder)
        db.session.rollback()
        with time_machine.travel(now() + HOUR + LATE + MINUTE):
            assert standing("clock").state is State.LATE
            db.session.rollback()
