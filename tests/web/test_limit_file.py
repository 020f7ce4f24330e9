"""Limits without Redis: one file for all processes of a machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import time_machine

from participation.web.limit_file import SCHEME, LimitFile

ONE_OF_MANY = """
import sys
from participation.web.limit_file import LimitFile
counts = LimitFile(sys.argv[1])
print(sum(counts.acquire_entry("anna", 30, 60) for _ in range(20)))
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"{SCHEME}://{tmp_path / 'limits.db'}"


def test_a_full_window_takes_nobody_until_it_moves_on(address):
    counts = LimitFile(address)
    with time_machine.travel("2026-11-22 10:00:00+00:00", tick=False) as clock:
        assert [counts.acquire_entry("anna", 2, 60) for _ in range(3)] == [True, True, False]
        assert counts.acquire_entry("jan", 2, 60)
        assert counts.get_moving_window("anna", 2, 60)[1] == 2
        clock.shift(61)
        assert counts.get_moving_window("anna", 2, 60)[1] == 0
        assert counts.acquire_entry("anna", 2, 60)


def test_four_processes_count_as_one(address):
    command = [sys.executable, "-c", ONE_OF_MANY, address]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    taken = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(taken) == 30


def test_what_expired_is_swept_away_whoever_it_counted(address, monkeypatch):
    monkeypatch.setattr("participation.web.limit_file.SWEEP", 2)
    counts = LimitFile(address)
    with time_machine.travel("2026-11-22 10:00:00+00:00", tick=False) as clock:
        counts.incr("192.0.2.7", 60)
        clock.shift(61)
        counts.incr("192.0.2.8", 60)
    (left,) = counts._connection().execute("SELECT count(*) FROM hits").fetchone()
    assert left == 1


def test_it_forgets_on_demand(address):
    counts = LimitFile(address)
    assert counts.incr("anna", 60, 3) == 3
    counts.incr("jan", 60)
    counts.clear("anna")
    assert (counts.get("anna"), counts.get("jan")) == (0, 1)
    assert counts.reset() == 1
    assert counts.check()
    assert not LimitFile(f"{SCHEME}:///nowhere/at/all.db").check()
