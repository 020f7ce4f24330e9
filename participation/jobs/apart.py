"""Work in a process of its own: its memory goes with it, and it can be ended when it hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
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

    It must call `end_with_parent`: if we are killed, nobody else would end it.

    Raises:
        TookTooLong: after `bound`.
        Broke: if it fails.
    """
    last = time.monotonic() + bound.total_seconds()
    with (
        _lifeline() as line,
        subprocess.Popen(  # noqa: S603 - fixed words
            command, env=dict(environment), cwd=folder, stdin=line, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
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


def end_with_parent() -> None:
    """Have this process told to end when the one that started it is gone: its input ends then, however it died."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


@contextmanager
def _lifeline() -> Iterator[int]:
    """Give an input that stays open, and empty, as long as we live."""
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
