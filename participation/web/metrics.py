"""Counting requests, their time and their SQL statements, for Prometheus; nothing about people.

Several processes of one server count together: `deploy/server.py` names a folder for their counts in
PROMETHEUS_MULTIPROC_DIR before it starts them, and whichever of them is asked adds all up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event

from participation.jobs.queries import Standing, State
from participation.ops.backlog import Queue

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus_client when it is imported."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REGISTRY = CollectorRegistry()
REQUESTS = Counter("participation_requests", "Requests answered.", ("endpoint", "method", "status"), registry=REGISTRY)
DURATIONS = Histogram(
    "participation_request_seconds", "Time from request to answer.", ("endpoint",), buckets=SECONDS, registry=REGISTRY
)
STATEMENTS = Counter("participation_statements", "SQL statements executed.", ("endpoint",), registry=REGISTRY)

_statements: ContextVar[int] = ContextVar("statements", default=0)


def watch(engine: Engine) -> None:
    """Count the statements of an engine."""

    @event.listens_for(engine, "before_cursor_execute")
    def counted(*_args: Any) -> None:
        _statements.set(_statements.get() + 1)


def begin() -> None:
    """Start counting the statements of a request."""
    _statements.set(0)


def count(endpoint: str | None, method: str, status: int, seconds: float) -> int:
    """Count a request that was answered; return how many statements it took.

    Addresses that do not exist share a name, and so do methods that nobody knows: nobody can invent new ones.
    """
    name, statements = endpoint or "none", _statements.get()
    REQUESTS.labels(name, method if method in METHODS else "other", f"{status // 100}xx").inc()
    DURATIONS.labels(name).observe(seconds)
    STATEMENTS.labels(name).inc(statements)
    return statements


def page(queues: Iterable[Queue] | None, jobs: Iterable[Standing] = ()) -> bytes:
    """Return everything counted, with what waits and how the jobs stand; None if the database did not answer."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REGISTRY)
    registry.register(Waiting(queues))
    registry.register(Jobs(jobs))
    return generate_latest(registry)


class Waiting(Collector):
    """What waits, read when asked."""

    def __init__(self, queues: Iterable[Queue] | None) -> None:
        """`queues` is None if the database did not answer."""
        self.queues = queues

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        yield GaugeMetricFamily(
            "participation_database_up", "Whether the database answered.", value=float(self.queues is not None)
        )
        waiting = GaugeMetricFamily("participation_backlog", "Work that waits.", labels=["queue"])
        given_up = GaugeMetricFamily("participation_given_up", "Work that failed for good.", labels=["queue"])
        oldest = GaugeMetricFamily("participation_backlog_oldest_seconds", "Longest wait.", labels=["queue"])
        for queue in self.queues or ():
            waiting.add_metric([queue.name], queue.waiting)
            given_up.add_metric([queue.name], queue.given_up)
            oldest.add_metric([queue.name], queue.oldest_seconds)
        yield from (waiting, given_up, oldest)


class Jobs(Collector):
    """How the jobs stand that left a trace."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        self.standings = tuple(standings)

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges: 1 where it is so."""
        for state, meaning in (
            (State.STUCK, "Whether it runs longer than it may, or its process is silent."),
            (State.LATE, "Whether it is due and nobody does it."),
            (State.FAILING, "Whether it failed when it was done last."),
        ):
            gauge = GaugeMetricFamily(f"participation_job_{state.value}", meaning, labels=["job"])
            for one in self.standings:
                gauge.add_metric([one.name], float(one.state is state))
            yield gauge
