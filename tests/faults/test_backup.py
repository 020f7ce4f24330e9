"""A copy taken amid writes, brought back on an empty machine: whole, verified, and honest about its age."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import writers
from tests.faults.conftest import ENGINES, Sites, sqlite_in
from tests.faults.servers import ROOT, AppServer, tell

PUBLISH = """
from participation.base.db import transaction
from tests.factories import leitbild
with transaction():
    leitbild.revision()
"""


def empty_machine(engine: str, sites: Sites, folder: Path) -> AppServer:
    """Return a server without a database, without files, without keys."""
    instance = folder / "elsewhere"
    instance.mkdir(mode=0o700)
    address = sqlite_in(instance) if engine == "sqlite" else sites.database()
    return AppServer(instance, address, log=folder, RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0")


def refused(server: AppServer, *command: str) -> str:
    """Run a command that must fail, and return what it says."""
    flask = [sys.executable, "-m", "flask", "--app", "participation", *command]
    done = subprocess.run(flask, env=server.environment, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout
    return done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_under_load_comes_back_on_an_empty_machine(
    sites: Sites, start: Callable[..., AppServer], tmp_path, full, engine
):
    running = start(engine, RATE_LIMITS="off", FIRST_CONTRIBUTION_WAITS="0")
    copies = [tmp_path / f"copy{number}" for number in range(5 if full else 2)]
    begun = writers.writers(running)
    before = []
    for copy in copies:
        writers.wait_for(begun, 20)
        before.append([body for one in begun for body in list(one.acknowledged)])
        running.run("ops", "backup", str(copy), "--with-keys")
    writers.wait_for(begun, 5)
    writers.finish(begun)
    found = writers.balance(begun, running.environment["DATABASE_URL"], f"{engine}, {len(copies)} backups under load")
    writers.assert_nothing_is_lost(found, begun, running)
    assert not found.unheard, "a backup held somebody up"

    # After the last copy a version is published and a witness keeps its checkpoint.
    running.python(PUBLISH)
    running.run("log", "sign")
    kept = tmp_path / "witness.txt"
    shutil.copy(running.instance / "log-key.signed", kept)
    running.stop()

    new = empty_machine(engine, sites, tmp_path)
    last = str(copies[-1])
    said = refused(new, "ops", "restore", last, "--checkpoint", str(kept))
    assert "sets the log back" in said
    assert "witness.txt remembers 2 entries of the log, here are only 1: 1 would be lost." in said
    new.run("ops", "restore", last, "--checkpoint", str(kept), "--accept-rollback")

    manifest = json.loads((copies[-1] / "manifest.json").read_text())
    stored = set(new.python(BODIES).splitlines())
    assert set(before[-1]) <= stored, "what was acknowledged before the copy began is in it"
    assert len(stored) == manifest["rows"]["comments"]
    new.run("leitbild", "verify")
    assert "All counters are right" in new.run("ops", "recount")
    tell(f"{engine}: {len(before[-1])} acknowledged before the last copy, {len(stored)} in it, 0 lost, 0 duplicated")

    # It is a platform like any other: the same people log in and write.
    shutil.copy(running.instance / "demo-accounts.txt", new.instance)
    new.start()
    try:
        again = writers.writers(new)
        writers.wait_for(again, 5)
        writers.finish(again)
    finally:
        new.stop()


BODIES = """
from sqlalchemy import select
from participation.base.db import db
from participation.dialogue.models import Comment
print(*db.session.scalars(select(Comment.body)), sep="\\n")
"""
