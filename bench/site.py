"""A seeded installation and its production server, on SQLite or PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Size:
    """How much a database holds."""

    name: str
    threads: int
    long: tuple[int, ...]
    """Comments of the long conversations."""


SMALL = Size("30,000", 950, (100, 5000))
LARGE = Size("1,000,000", 33_000, (100, 5000, 100_000))


@dataclass
class Installation:
    """A folder with its database; `url` is empty for SQLite in the folder."""

    folder: Path
    url: str
    seeded: str = ""
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.environment = os.environ | {
            "PARTICIPATION_MODE": "local",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "INSTANCE": str(self.folder),
            "DATABASE_URL": self.url,
            "PYTHONPATH": str(ROOT),
            "RATE_LIMITS": "off",
        }

    @property
    def backend(self) -> str:
        """sqlite or postgresql."""
        return "postgresql" if self.url else "sqlite"

    def command(self, *words: str) -> str:
        """Run one of the platform's commands and return what it printed."""
        flask = [sys.executable, "-m", "flask", "--app", "participation", *words]
        return subprocess.run(flask, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True).stdout

    def seed(self, size: Size) -> None:
        """Bring in strategy, example dialogue and many comments."""
        self.command("dev", "prepare", "--demo")
        long = ",".join(map(str, size.long))
        self.command("dev", "fill", "--threads", str(size.threads), "--comments", "30", "--long", long, "--seed", "1")

    def password_of(self, name: str) -> str:
        """Return the password that the demo account of a name was given."""
        for line in (self.folder / "demo-accounts.txt").read_text().splitlines():
            if f"{name}@" in line:
                return line.split()[-1]
        raise LookupError(name)


@dataclass
class Server:
    """The running production server."""

    address: str
    process: subprocess.Popen[bytes]
    first_answer: float
    """Seconds from the start of the process."""

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        return children(self.process.pid)

    def cpu(self) -> float:
        """Return the seconds of CPU that server and workers used so far (fields 14 and 15 of /proc/PID/stat)."""
        return sum(map(cpu_of, [self.process.pid, *self.workers()]))

    def memory(self) -> int:
        """Return the largest worker's own memory in bytes (Pss: shared pages are divided)."""
        return max((_pss(pid) for pid in self.workers()), default=0)


@contextmanager
def serving(site: Installation, *, workers: int = 2, **settings: str) -> Iterator[Server]:
    """Start the server as ./start does, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--no-ws", "--workers", str(workers), "--blocking-threads", "16", "--workers-kill-timeout", "3"),
        *("--log-level", "error", "participation.wsgi:app"),
    ]
    started = time.monotonic()
    environment = site.environment | {"PUBLIC_URL": address, **settings}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None:
                    raise RuntimeError("the server ended") from None
                time.sleep(0.02)
        yield Server(address, process, time.monotonic() - started)
    finally:
        process.terminate()
        process.wait(timeout=60)


@dataclass
class Member:
    """Somebody who is logged in: their cookie, and the token of their forms."""

    cookie: str
    token: str


def log_in(server: Server, name: str, password: str) -> Member:
    """Log in as a browser does."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{server.address}/konto/anmelden").read().decode()
    form = {"csrf_token": token_in(page), "email": f"{name}@example.org", "password": password}
    request = urllib.request.Request(
        f"{server.address}/konto/anmelden", urlencode(form).encode(), {"Origin": server.address}
    )
    opener.open(request).close()
    token = token_in(opener.open(f"{server.address}/strategie").read().decode())
    return Member("; ".join(f"{one.name}={one.value}" for one in jar), token)


def token_in(page: str) -> str:
    """Return the token of a page's first form."""
    found = re.search(r'name="?csrf_token"?[^>]*value="?([^">\s]+)', page)
    if found is None:
        raise LookupError("no form on the page")
    return found[1]


def children(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()]


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU a process used so far; 0 if it ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def database_cpu() -> float:
    """Return the seconds of CPU that all processes named postgres used so far, ended sessions included."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if (path / "comm").read_text().strip() == "postgres":
                fields = (path / "stat").read_text().rsplit(")", 1)[1].split()
                total += sum(map(int, fields[11:15])) / TICKS
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def as_json(value: object) -> str:
    """Return a value as JSON to read."""
    return json.dumps(value, indent=2, ensure_ascii=False)
