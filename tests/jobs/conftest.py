"""Jobs that do what a test says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from participation.jobs.job import Job, Result

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(separate_app: Flask) -> Path:
    """Where locks lie."""
    return Path(separate_app.config["INSTANCE"]) / "jobs"


@pytest.fixture
def job() -> Callable[..., Job]:
    def make(name: str = "clock", work: Callable = lambda _ended: Result(1), **more) -> Job:
        return Job(name, name, work, **more)

    return make
