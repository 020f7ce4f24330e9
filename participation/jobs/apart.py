"""Work in a process of its own: its memory goes with it, and it can be ended when it hangs."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from participation.jobs.job import Ended, Result

LOOK = 0.5
"""Seconds between two looks whether it shall end."""
GRACE = 5.0
"""Seconds for putting things back after being told to end."""
NICE = 10
"""How much it stands back for those who answer requests."""


class TookTooLong(Exception):
    """The process was ended: it took longer than its bound."""


class Broke(Exception):
    """The process ended without telling what it did."""


def work_apart(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, *, bound: timedelta, ended: Ended
) -> Result:
    """Run a command that prints a result as JSON on its last line; what it logs goes where ours does.

    Raises:
        TookTooLong: after `bound`.
        Broke: if it fails.
    """
    last = time.monotonic() + bound.total_seconds()
    with subprocess.Popen(  # noqa: S603 - fixed words
        command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        told: str | None = None
        while told is None:
            try:
                told, _nothing = process.communicate(timeout=LOOK)
            except subprocess.TimeoutExpired:
                if ended():
                    _end(process)
                    return Result()
                if time.monotonic() > last:
                    _end(process)
                    raise TookTooLong from None
    if process.returncode != 0:
        raise Broke(f"exit code {process.returncode}")
    try:
        said = json.loads(told.strip().splitlines()[-1])
        return Result(int(said["done"]), int(said["failed"]))
    except (ValueError, LookupError, TypeError) as error:
        raise Broke("it told nothing") from error


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
