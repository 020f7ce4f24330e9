"""A PostgreSQL server for the tests: the one that answers, else one of our own for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from time import sleep

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

USUAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


class NoServer(Exception):
    """No server answers, and none could be started."""


@contextmanager
def server() -> Iterator[str]:
    """Give the address of a server's own database, where databases may be created.

    `TEST_POSTGRES` names one, or says `own` to start one even if the usual address answers.

    Raises:
        NoServer: says what is missing.
    """
    named = os.environ.get("TEST_POSTGRES", "")
    if named != "own":
        if answers(named or USUAL):
            yield named or USUAL
            return
        if named:
            raise NoServer(f"no PostgreSQL server answers at {named}")
    found = programs()
    if found is None:
        raise NoServer("no PostgreSQL server answers, and initdb is not installed")
    with own_server(found) as address:
        yield address


def answers(address: str) -> bool:
    """Whether a server answers and lets us in."""
    engine = admin(address)
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


def admin(address: str) -> Engine:
    """Return an engine that commits each statement, as CREATE DATABASE wants."""
    return create_engine(address, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})


@contextmanager
def own_server(programs: Path) -> Iterator[str]:
    """Start a server on a free port and end it afterwards."""
    cluster = Cluster(programs)
    cluster.start()
    try:
        yield cluster.address
    finally:
        cluster.remove()


class Cluster:
    """A server of our own that a test may stop and start again; root hands it to the user postgres, as it must."""

    def __init__(self, programs: Path, *, fsync: bool = False, preload: Path | None = None) -> None:
        """Lay out its files; it is not started yet. Not among pytest's: those are closed to other users.

        `preload` is a library that its processes load first; it is copied to where they can read it.
        """
        folder = Path(mkdtemp(prefix="participation-postgresql-"))
        self.folder, self.data = folder, folder / "data"
        self.as_user: list[str] = []
        if os.geteuid() == 0:
            self.as_user = ["runuser", "-u", "postgres", "--"]
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.control = (programs / "pg_ctl", "-D", self.data, "-l", folder / "log", "-w")
        self.options = f"-p {self.port} -k {folder} -h 127.0.0.1 -c shared_buffers=64MB"
        self.options += "" if fsync else " -c fsync=off"
        self.environment = dict(os.environ)
        if preload is not None:
            shutil.copy(preload, folder)
            self.environment["LD_PRELOAD"] = str(folder / preload.name)
        self._run(programs / "initdb", "--auth=trust", "--username=postgres", "-D", self.data)

    @property
    def address(self) -> str:
        """The server's own database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run(*self.control, "-o", self.options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: fast, or immediate, which is a crash that needs recovery."""
        self._run(*self.control, "-m", mode, "stop")

    def revive(self) -> None:
        """Start it if it gave up by itself, as whoever watches over it would; wait until it answers."""
        for _ in range(600):
            if answers(self.address):
                return
            with suppress(subprocess.CalledProcessError):
                self._run(self.control[0], "-D", self.data, "status")
                sleep(0.1)
                continue
            with suppress(subprocess.CalledProcessError):
                self.start()
        raise NoServer("it does not come back")

    def remove(self) -> None:
        """Stop it, if it runs, and delete its files."""
        if (self.data / "postmaster.pid").exists():
            with suppress(subprocess.CalledProcessError):  # it gave up by itself
                self.stop()
        shutil.rmtree(self.folder)

    def _run(self, *command: str | Path) -> None:
        subprocess.run(
            [*self.as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder, env=self.environment
        )


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, or None if there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = str(installed[0]) if installed else shutil.which("initdb")
    return Path(found).parent if found else None
