"""A disk that is full, or that fails when data are forced onto it: clear answers, nothing lost, and on it goes.

PostgreSQL's data lie in a tablespace on the full disk. When its log can no longer be forced onto a disk, PostgreSQL
stops by itself rather than promise too much, and whoever watches over it starts it again.
"""

from __future__ import annotations

import os
import pwd
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import make_url, text

from tests import postgres
from tests.faults import disks, writers
from tests.faults.conftest import Sites
from tests.faults.servers import AppServer
from tests.programs import missing

FREELY = {"RATE_LIMITS": "off", "FIRST_CONTRIBUTION_WAITS": "0", "PAGE_CACHE_MB": "0"}
SIZE = 96
"""Megabytes of the small disk."""


def until_felt(begun: list[writers.Writer], answers: int) -> None:
    """Wait until everybody was told so many times that nothing can be stored."""
    end = time.monotonic() + writers.PATIENCE
    before = [one.unheard["503"] for one in begun]
    while any(one.unheard["503"] - old < answers for one, old in zip(begun, before, strict=True)):
        assert time.monotonic() < end, "the trouble is not felt"
        time.sleep(0.05)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with disks.small(tmp_path / "disk", SIZE) as made:
        yield made


@pytest.fixture
def shared_disk() -> Iterator[Path]:
    """A small disk where PostgreSQL may write, too."""
    folder = Path(postgres.mkdtemp(prefix="participation-small-disk-"))
    folder.chmod(0o755)
    with disks.small(folder / "disk", SIZE) as made:
        yield made
    shutil.rmtree(folder)


def fills_up(server: AppServer, disk: Path, rounds: int, what: str) -> None:
    """Fill the disk and make room again, several times, while people write."""
    begun = writers.writers(server)
    for _ in range(rounds):
        writers.wait_for(begun, 10)
        ballast = disks.fill(disk)
        until_felt(begun, 3)
        assert requests.get(f"{server.base}{writers.NODE}", timeout=30).status_code == 200, "reading goes on"
        ballast.unlink()
    writers.wait_for(begun, 10)
    writers.finish(begun)
    found = writers.balance(begun, server.environment["DATABASE_URL"], f"{what}, {rounds} times a full disk")
    writers.assert_nothing_is_lost(found, begun, server)
    assert set(found.unheard) == {"503"}, "every form was answered, with its words"


def test_a_full_disk_of_sqlite(disk: Path, start: Callable[..., AppServer], full):
    server = start("sqlite", folder=disk, **FREELY)
    fills_up(server, disk, 10 if full else 2, "sqlite")
    server.stop()


def test_a_full_disk_of_postgresql(shared_disk: Path, sites: Sites, start: Callable[..., AppServer], full):
    server = start("postgresql", **FREELY)
    server.stop()
    place = shared_disk / "tables"
    place.mkdir()
    if os.geteuid() == 0:
        os.chown(place, pwd.getpwnam("postgres").pw_uid, -1)
    name = make_url(server.environment["DATABASE_URL"]).database
    engine = postgres.admin(sites.cluster().address)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE TABLESPACE small LOCATION '{place}'"))
        connection.execute(text(f'ALTER DATABASE "{name}" SET TABLESPACE small'))
    server.start()
    fills_up(server, shared_disk, 10 if full else 2, "postgresql")
    server.stop()
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}"'))
        connection.execute(text("DROP TABLESPACE small"))
    engine.dispose()


def test_a_disk_that_fails_under_sqlite(unreliable: Path, start: Callable[..., AppServer], tmp_path, full):
    fails = tmp_path / "fails"
    server = start("sqlite", LD_PRELOAD=str(unreliable), FAILING_DISK=str(fails), **FREELY)
    begun = writers.writers(server)
    rounds = 20 if full else 3
    for _ in range(rounds):
        writers.wait_for(begun, 10)
        fails.touch()
        until_felt(begun, 3)
        assert requests.get(f"{server.base}{writers.NODE}", timeout=30).status_code == 200, "reading goes on"
        fails.unlink()
    fails.touch()
    until_felt(begun, 1)
    server.kill()  # what was not acknowledged may be there or not, but never twice
    fails.unlink()
    server.start()
    writers.wait_for(begun, 10)
    writers.finish(begun)
    found = writers.balance(begun, server.environment["DATABASE_URL"], f"sqlite, fsync fails {rounds + 1} times")
    writers.assert_nothing_is_lost(found, begun, server)


def test_a_disk_that_fails_under_postgresql(unreliable: Path, start: Callable[..., AppServer], tmp_path, full):
    programs = postgres.programs()
    if programs is None:
        missing("PostgreSQL")
    cluster = postgres.Cluster(programs, fsync=True, preload=unreliable)
    fails = cluster.folder / "fails"
    cluster.environment["FAILING_DISK"] = str(fails)
    cluster.start()
    try:
        server = start("sqlite", **FREELY)  # for its accounts' passwords; then on the other database
        server.stop()
        server.environment["DATABASE_URL"] = cluster.address
        (server.instance / "demo-accounts.txt").unlink()
        server.run("dev", "prepare")
        server.start()
        begun = writers.writers(server)
        rounds = 10 if full else 2
        for _ in range(rounds):
            writers.wait_for(begun, 10)
            fails.touch()
            until_felt(begun, 3)
            fails.unlink()
            cluster.revive()
        writers.wait_for(begun, 10)
        writers.finish(begun)
        found = writers.balance(begun, cluster.address, f"postgresql, fsync fails {rounds} times")
        writers.assert_nothing_is_lost(found, begun, server)
        assert set(found.unheard) == {"503"}, "every form was answered, with its words"
        server.stop()
    finally:
        fails.unlink(missing_ok=True)
        cluster.remove()
