"""A PostgreSQL server for the tests: the one that answers, else one of our own for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

USUAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


class NoServer(Exception):
    """No server answers, and none could be started."""


@contextmanager
def server(folder: Path) -> Iterator[str]:
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
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    found = str(programs[0]) if programs else shutil.which("initdb")
    if found is None:
        raise NoServer("no PostgreSQL server answers, and initdb is not installed")
    with own_server(Path(found).parent, folder / "postgresql") as address:
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
def own_server(programs: Path, folder: Path) -> Iterator[str]:
    """Start a server on a free port and end it afterwards; root hands it to the user postgres, as it must."""
    folder.mkdir(parents=True)
    data, sockets = folder / "data", folder
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent != Path(gettempdir()) and parent.is_relative_to(gettempdir()):  # pytest closes its folders
                parent.chmod(parent.stat().st_mode | 0o011)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str | Path) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run(programs / "initdb", "--auth=trust", "--username=postgres", "-D", data)
    options = f"-p {port} -k {sockets} -h 127.0.0.1 -c fsync=off -c shared_buffers=64MB"
    control = (programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w")
    run(*control, "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "immediate", "stop")
