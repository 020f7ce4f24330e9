"""The power of SQLite's disk is cut amid writes: what was acknowledged is there when it comes back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.faults import writers
from tests.faults.disks import Powered
from tests.faults.servers import AppServer


@pytest.fixture
def disk(tmp_path) -> Iterator[Powered]:
    made = Powered(tmp_path)
    yield made
    made.take_away()


def test_what_was_acknowledged_survives(disk: Powered, start: Callable[..., AppServer], full):
    cuts = 20 if full else 3
    server = start("sqlite", folder=disk.folder, RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0")
    # The copy of the prepared site is nobody's acknowledged write: from here on only the platform sees to its disk.
    subprocess.run(["sync", "-f", disk.folder], check=True)
    begun = writers.writers(server)
    for number in range(cuts):
        writers.wait_for(begun, 20)
        unsaved = disk.folder / f"unsaved{number}"
        unsaved.write_text("nobody insisted on this")
        disk.cut()
        server.kill()
        disk.take_away()
        disk.power_on()
        assert not unsaved.exists() or unsaved.read_text() == "", "the cut was none: even this survived"
        server.start()
    writers.wait_for(begun, 20)
    writers.finish(begun)
    found = writers.balance(begun, server.environment["DATABASE_URL"], f"{cuts} power cuts")
    writers.assert_nothing_is_lost(found, begun, server)
    assert found.unheard, "no cut was felt"
    server.stop()
