"""An application server with its processes, to be killed and changed under load."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from textwrap import indent
from urllib.error import HTTPError

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = "only-for-fault-tests-0123456789abcdef"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tell(line: str) -> None:
    """Print a result, for whoever runs these tests to read."""
    sys.stdout.write(f"\n{line}\n")


class AppServer:
    """One application server with its processes."""

    def __init__(
        self,
        folder: Path,
        database: str,
        public_port: int = 0,
        workers: int = 2,
        log: Path | None = None,
        **settings: str,
    ) -> None:
        """Remember the settings. `public_port` is the one of a proxy in front; `log` a folder for what it says."""
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PARTICIPATION")},
            "PARTICIPATION_MODE": "local",
            "SECRET_KEY": KEY,
            "PUBLIC_URL": f"http://127.0.0.1:{public_port or self.port}",
            "INSTANCE": str(folder),
            "DATABASE_URL": database,
            "PROXY_HOPS": "1" if public_port else "0",
            "PORT": str(self.port),
            "WORKERS": str(workers),
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.instance = folder
        self.log = ((log or folder.parent) / f"server-{self.port}.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *command: str) -> str:
        """Run a command of the platform with the same settings, and return what it said."""
        flask = [sys.executable, "-m", "flask", "--app", "participation", *command]
        done = subprocess.run(flask, env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr[-2000:]
        return done.stdout

    def python(self, code: str) -> str:
        """Run lines of Python with the same settings, in the context of the platform; return what they print."""
        whole = f"from participation.app import create_app\nwith create_app().app_context():\n{indent(code, '    ')}"
        done = subprocess.run(
            [sys.executable, "-c", whole], env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "deploy/server.py"], env=self.environment, cwd=ROOT, stdout=self.log, stderr=self.log
        )
        end, reason = time.monotonic() + 90, ""
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except OSError as error:
                reason = error.read().decode() if isinstance(error, HTTPError) else str(error)
                time.sleep(0.1)
        said = Path(self.log.name).read_text(errors="replace")[-2000:]
        pytest.fail(f"the server on port {self.port} does not get ready: {reason} {said}")

    def workers(self) -> list[int]:
        """Return the numbers of the worker processes."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    command = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if parent == self.process.pid and b"resource_tracker" not in command:
                    found.append(int(entry.name))
        return found

    def kill_worker(self, number: int) -> None:
        """`kill -9` one of the worker processes; the server starts another one."""
        there = self.workers()
        if there:
            os.kill(there[number % len(there)], signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9` everything of it at once."""
        everything = [self.process.pid, *self.workers()]
        for number in everything:
            os.kill(number, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None
