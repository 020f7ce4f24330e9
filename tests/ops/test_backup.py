"""A copy taken while people write holds one moment, comes back whole into an empty installation, and tells its age."""

from __future__ import annotations

import json
import stat
import threading

import pytest
from sqlalchemy import func, select

from participation.app import create_app
from participation.attachments.storage import Folder
from participation.base.db import db, transaction
from participation.cli.log import prepare
from participation.dialogue.counters import recount
from participation.dialogue.models import Comment
from tests.factories import dialogue
from tests.factories import leitbild as make

TEXT = "Was gesichert wird, ist alles."


@pytest.fixture
def site(separate_app):
    """A platform with a signed log, a comment and an uploaded file."""
    with separate_app.app_context():
        prepare()
        with transaction():
            dialogue.comment(body=TEXT)
        db.session.remove()
    Folder(separate_app.config["INSTANCE"] / "attachments").save(b"picture")
    return separate_app


@pytest.fixture
def empty(databases, backend):
    """An installation without anything."""
    with databases.app(databases.new_url(backend, None)) as app:
        yield app


def run(app, *words: object):
    """Call `flask ops …` and return what it said."""
    result = app.test_cli_runner().invoke(args=["ops", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def comments(app) -> list[str]:
    with app.app_context():
        found = list(db.session.scalars(select(Comment.body).order_by(Comment.id)))
        db.session.remove()
    return found


def sign_another_version(app) -> None:
    with app.app_context():
        with transaction():
            make.revision()
        prepare()
        db.session.remove()


def test_everything_comes_back(site, empty, tmp_path):
    said = run(site, "backup", tmp_path / "copy")
    assert said.exit_code == 0, said.output
    said = run(empty, "restore", tmp_path / "copy")
    assert said.exit_code == 0, said.output
    assert "The log has 1 entries" in said.output
    assert comments(empty) == [TEXT]
    stored = Folder(empty.config["INSTANCE"] / "attachments")
    assert [stored.open(sha256).read() for sha256 in stored.all()] == [b"picture"]
    assert not empty.config["LOG_KEY_FILE"].exists()
    with empty.app_context():
        assert recount() == []
    assert empty.test_client().get("/leitbild").status_code == 200


def test_only_its_owner_can_read_it_and_keys_go_along_only_if_asked(site, empty, tmp_path):
    run(site, "backup", tmp_path / "plain")
    run(site, "backup", tmp_path / "keys", "--with-keys")
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o700
    assert not (tmp_path / "plain" / "keys").exists()
    assert (tmp_path / "keys" / "keys" / "log-key").read_bytes() == site.config["LOG_KEY_FILE"].read_bytes()
    assert run(empty, "restore", tmp_path / "keys").exit_code == 0
    key = empty.config["LOG_KEY_FILE"]
    assert key.read_bytes() == site.config["LOG_KEY_FILE"].read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_nothing_is_ever_overwritten(site, tmp_path):
    (tmp_path / "copy").mkdir()
    said = run(site, "backup", tmp_path / "copy")
    assert said.exit_code == 1
    assert "is there already" in said.output
    assert list((tmp_path / "copy").iterdir()) == []
    run(site, "backup", tmp_path / "other")
    said = run(site, "restore", tmp_path / "other")
    assert said.exit_code == 1
    assert "not empty" in said.output
    assert comments(site) == [TEXT]


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_damaged_backup_is_not_restored(site, empty, tmp_path, damage):
    run(site, "backup", tmp_path / "copy")
    database = next((tmp_path / "copy").glob("database.*"))
    if damage == "changed":
        database.write_bytes(database.read_bytes()[:-1] + b"?")
    elif damage == "missing":
        database.unlink()
    else:
        (tmp_path / "copy" / "more.txt").write_text("x")
    said = run(empty, "restore", tmp_path / "copy")
    assert said.exit_code == 1
    assert "Nothing was restored" in said.output
    assert run(site, "backup", tmp_path / "whole").exit_code == 0
    assert run(empty, "restore", tmp_path / "whole").exit_code == 0, "it is still empty"


def test_an_older_backup_sets_the_log_back_and_that_is_said(site, empty, tmp_path):
    run(site, "backup", tmp_path / "copy")
    sign_another_version(site)
    kept = tmp_path / "witness.txt"
    kept.write_text(site.config["LOG_KEY_FILE"].with_name("log-key.signed").read_text())
    said = run(empty, "restore", tmp_path / "copy", "--checkpoint", kept)
    assert said.exit_code == 1
    assert "sets the log back" in said.output
    assert "witness.txt remembers 2 entries of the log, here are only 1: 1 would be lost." in said.output
    said = run(empty, "restore", tmp_path / "copy", "--checkpoint", kept, "--accept-rollback")
    assert said.exit_code == 0, said.output
    assert "ROLLBACK, accepted" in said.output
    assert comments(empty) == [TEXT]


def test_the_signers_memory_on_this_machine_notices_too(site, empty, tmp_path):
    run(site, "backup", tmp_path / "copy")
    sign_another_version(site)
    memory = empty.config["LOG_KEY_FILE"].with_name("log-key.signed")
    memory.write_text(site.config["LOG_KEY_FILE"].with_name("log-key.signed").read_text())
    said = run(empty, "restore", tmp_path / "copy")
    assert said.exit_code == 1
    assert "the signer's memory remembers 2 entries" in said.output


def test_another_history_is_not_served(site, empty, databases, backend, tmp_path):
    other = create_app(databases.settings(databases.copy(backend)))
    with other.app_context():
        with transaction():
            make.revision()
        prepare()
        db.session.remove()
    run(other, "backup", tmp_path / "copy")
    kept = tmp_path / "witness.txt"
    sign_another_version(site)
    kept.write_text(site.config["LOG_KEY_FILE"].with_name("log-key.signed").read_text())
    said = run(empty, "restore", tmp_path / "copy", "--checkpoint", kept)
    assert said.exit_code == 1
    assert "Do not serve this" in said.output
    assert "remembers another log" in said.output


def test_a_backup_under_load_is_of_one_moment(site, empty, tmp_path):
    """Each writer adds a thread with one comment in one transaction: a copy of one moment has as many of both."""
    stop, done = threading.Event(), []

    def write() -> None:
        with site.app_context():
            while not stop.is_set():
                with transaction():
                    dialogue.comment(body=TEXT)
                done.append(1)
            db.session.remove()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for one in writers:
        one.start()
    try:
        while len(done) < 5 and any(one.is_alive() for one in writers):
            stop.wait(0.02)
        before = len(done)
        said = run(site, "backup", tmp_path / "copy")
        after = len(done)
    finally:
        stop.set()
        for one in writers:
            one.join()
    assert said.exit_code == 0, said.output
    rows = json.loads((tmp_path / "copy" / "manifest.json").read_text())["rows"]
    assert 1 + before <= rows["comments"] <= 1 + after + 3
    assert run(empty, "restore", tmp_path / "copy").exit_code == 0
    with empty.app_context():
        assert db.session.scalar(select(func.count()).select_from(Comment)) == rows["comments"]
        assert recount() == []


def test_a_backup_of_another_engine_or_a_newer_version_is_refused(site, empty, tmp_path, backend):
    run(site, "backup", tmp_path / "copy")
    manifest = tmp_path / "copy" / "manifest.json"
    told = json.loads(manifest.read_text())
    for change, words in (({"engine": "oracle"}, "one of oracle"), ({"migration": "9999"}, "newer version")):
        manifest.write_text(json.dumps({**told, **change}))
        said = run(empty, "restore", tmp_path / "copy")
        assert said.exit_code == 1
        assert words in said.output
