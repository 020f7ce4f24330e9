"""Work in a process of its own ends with the one that started it, however that one died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from participation.jobs.apart import work_apart

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import os, sys, time
from participation.jobs.apart import end_with_parent
end_with_parent()
with open(sys.argv[1], "w") as out:
    out.write(str(os.getpid()))
time.sleep(120)
"""
PARENT = """
import os, sys
from datetime import timedelta
from pathlib import Path
from participation.jobs.apart import work_apart
command = (sys.executable, "-c", sys.argv[1], sys.argv[2])
work_apart(command, os.environ, Path("."), bound=timedelta(minutes=2), ended=lambda: False)
"""


def number_in(path: Path) -> int:
    until = time.monotonic() + 30
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < until, "the child did not begin"
        time.sleep(0.05)
    return int(path.read_text())


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    told = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(told)], cwd=ROOT)
    child = number_in(told)
    assert not gone(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait(timeout=10)
    until = time.monotonic() + 30
    while not gone(child):
        assert time.monotonic() < until, "the child lives on alone"
        time.sleep(0.05)


def test_a_child_that_is_done_tells_what_it_did():
    words = (
        'from participation.jobs.apart import end_with_parent; end_with_parent(); print(\'{"done": 3, "failed": 1}\')'
    )
    result = work_apart(
        (sys.executable, "-c", words), os.environ, ROOT, bound=timedelta(minutes=1), ended=lambda: False
    )
    assert (result.done, result.failed) == (3, 1)
