"""The platform's own log, checked by strangers: a published version, a live server, a witness, a set-back database."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.serving import make_server

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.cli.log import prepare
from participation.ledger import keys, operations, queries
from participation.ledger.models import LogCheckpoint
from participation.ledger.operations import Signer
from participation.leitbild import guards
from tests.factories import leitbild as make
from tests.ledger.stranger import run

pytestmark = pytest.mark.one_database
NAME = "universitaet.example/zeuge"


@pytest.fixture
def site(separate_app: Flask) -> Iterator[Flask]:
    """A platform with version 2, each version signed."""
    with separate_app.app_context():
        prepare()
        with transaction():
            make.revision()
        prepare()
        db.session.remove()
    return separate_app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def signer(app: Flask) -> Signer:
    return Signer(app.config["LOG_ORIGIN"], app.config["LOG_KEY_FILE"])


def public_key(app: Flask) -> str:
    return str(keys.public(app.config["LOG_ORIGIN"], keys.load(app.config["LOG_KEY_FILE"])))


def invoke(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


def test_a_stranger_checks_a_published_version_from_an_empty_folder(site: Flask, tmp_path: Path):
    done = invoke(site, "log", "export", str(tmp_path / "export.json"))
    assert (done.exit_code, "2 entries" in done.output) == (0, True), done.output
    checked = run("verify", tmp_path, "export.json", "--key", public_key(site))
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "✓ Alle 2 Einträge stehen im Baum" in checked.stdout
    assert "✓ Jede Fassung ist genau die davor" in checked.stdout
    assert "– Dass nicht alles neu geschrieben wurde" in checked.stdout
    told = (tmp_path / "export.json").read_text(encoding="utf-8")
    (tmp_path / "export.json").write_text(told.replace("und Speicher", "ohne Speicher"), encoding="utf-8")
    assert run("verify", tmp_path, "export.json").returncode == 1


def test_the_export_names_nobody(site: Flask):
    told = site.test_client().get("/log/export.json").text
    with site.app_context():
        people = [name for (name,) in db.session.execute(text("SELECT display_name FROM users")).all()]
    assert people
    assert not [name for name in people if name in told]
    assert "@" not in json.dumps([entry["passages"] for entry in json.loads(told)["contents"]]).replace("@id", "")


def test_a_stranger_checks_the_running_site(site: Flask, tmp_path: Path):
    with serving(site) as address:
        checked = run("verify", tmp_path, address, "--key", public_key(site))
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert "✓ Die Seite belegt das Gleiche auch einzeln." in checked.stdout


def test_a_witness_cosigns_and_the_site_keeps_it_and_a_database_set_back_is_refused(site: Flask, tmp_path: Path):
    database = Path(site.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    made = run("witness", tmp_path, "keygen", "--name", NAME, "--key", "zeuge.pem")
    witness_key = made.stdout.strip()
    site.config["WITNESSES"] = (witness_key,)
    own = ("--log-key", public_key(site), "--name", NAME, "--key", "zeuge.pem", "--state", "stand.json")
    with site.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, tmp_path / "backup.db")
    with serving(site) as address:
        done = run("witness", tmp_path, "run", address, *own, "--first", "--submit", "--out", "a.txt")
        assert (done.returncode, done.stderr) == (0, "")
        page = site.test_client().get("/log").text
        assert "hat zuletzt 2 Einträge bezeugt" in page
        with site.app_context():
            with transaction():
                make.revision()
            prepare()
            db.session.remove()
        assert run("witness", tmp_path, "run", address, *own, "--submit", "--out", "b.txt").returncode == 0
        checked = run("verify", tmp_path, address, "--witness", witness_key, "--checkpoint", "a.txt")
        assert checked.returncode == 0, checked.stdout
        assert f"✓ {NAME} hat die ersten 3 Einträge bezeugt" in checked.stdout
        # Version 3 is made undone from a backup, and another one published in its place.
        with site.app_context():
            db.session.remove()
            db.engine.dispose()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{database}{suffix}").unlink(missing_ok=True)
            shutil.copy(tmp_path / "backup.db", database)
        done = run("witness", tmp_path, "run", address, *own)
        assert done.returncode == 1
        assert "ZURÜCKGESETZT" in done.stderr
        with site.app_context():
            with transaction():
                make.revision(make.approved(after="Ein anderer dritter Wortlaut"))
            with pytest.raises(Exception, match="not those that were signed"), signer(site).alone(), transaction():
                operations.sign(signer(site))
            assert queries.newest().size == 2
            # Even with the signer's memory deleted, the witness still knows.
            signer(site).memory.unlink()
            with signer(site).alone(), transaction():
                assert operations.sign(signer(site)) is not None
            db.session.remove()
        done = run("witness", tmp_path, "run", address, *own)
        assert done.returncode == 1
        assert "UMGESCHRIEBEN" in done.stderr
        assert run("verify", tmp_path, address, "--checkpoint", "b.txt").returncode == 1


def test_the_commands_make_a_key_sign_once_and_change_the_key(separate_app: Flask, tmp_path: Path):
    site = separate_app
    refused = invoke(site, "log", "sign")
    assert refused.exit_code == 1
    assert "Nothing was signed" in refused.output
    assert invoke(site, "log", "export", str(tmp_path / "x.json")).exit_code == 1
    first = invoke(site, "log", "key").output.strip()
    assert invoke(site, "log", "key").output.strip() == first == public_key(site)
    assert site.config["LOG_KEY_FILE"].stat().st_mode & 0o777 == 0o600
    assert "Signed 1 entries" in invoke(site, "log", "sign").output
    assert invoke(site, "log", "sign").output == "Nothing new to sign.\n"
    done = invoke(site, "log", "rotate")
    assert done.exit_code == 0, done.output
    second = public_key(site)
    assert second != first
    assert second in done.output
    with site.app_context():
        with transaction():
            make.revision()
        db.session.remove()
    assert "Signed 3 entries" in invoke(site, "log", "sign").output
    invoke(site, "log", "export", str(tmp_path / "export.json"))
    export = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert export["keys"] == [first, second]
    checked = run("verify", tmp_path, "export.json", "--key", first)
    assert checked.returncode == 0, checked.stdout
    assert invoke(site, "leitbild", "verify").exit_code == 0
    for path in ("/revisionslog", "/revisionslog/2", "/log"):
        page = site.test_client().get(path)
        assert page.status_code == 200, path
    assert "Schlüssel gewechselt" in site.test_client().get("/revisionslog").text


def test_a_change_of_keys_that_was_cut_short_is_finished(site: Flask):
    """The power fails after the commit and before the files are in place."""
    mine, first = signer(site), public_key(site)
    with site.app_context():
        keys.save(keys.generate(), mine.new_key_file)
        with mine.alone(), transaction():
            operations.rotate(mine, "leitbild", now())
        db.session.remove()
    assert "signs this log" in invoke(site, "log", "sign").output
    assert public_key(site) == first
    assert invoke(site, "log", "rotate").exit_code == 0
    assert public_key(site) != first
    assert invoke(site, "log", "sign").output == "Nothing new to sign.\n"
    assert not mine.new_key_file.exists()


def test_a_key_that_signs_nothing_yet_is_not_rotated(separate_app: Flask):
    invoke(separate_app, "log", "key")
    refused = invoke(separate_app, "log", "rotate")
    assert (refused.exit_code, "The key stays" in refused.output) == (1, True)
    with separate_app.app_context():
        assert queries.tree().root() == queries.tree(1).root()


def test_another_key_than_the_one_in_use_signs_nothing(site: Flask):
    with site.app_context():
        site.config["LOG_KEY_FILE"].unlink()
        keys.save(keys.generate(), site.config["LOG_KEY_FILE"])
        with transaction():
            make.revision()
        db.session.remove()
    refused = invoke(site, "log", "sign")
    assert refused.exit_code == 1
    assert "signs this log" in refused.output


def test_a_key_open_to_others_is_refused(site: Flask):
    site.config["LOG_KEY_FILE"].chmod(0o644)
    refused = invoke(site, "log", "sign")
    assert refused.exit_code == 1
    assert "open to others" in refused.output


def test_two_who_sign_at_once_leave_one_checkpoint(site: Flask):
    with site.app_context():
        with transaction():
            make.revision()
        db.session.remove()
    done: list[bool] = []

    def work() -> None:
        with site.app_context():
            try:
                with signer(site).alone(), transaction():
                    done.append(operations.sign(signer(site)) is not None)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == [False, False, False, True]
    with site.app_context():
        assert [row.size for row in queries.checkpoints()] == [1, 2, 3]


def test_a_fresh_database_gets_a_fresh_key_on_ones_own_machine(site: Flask):
    old = public_key(site)
    with site.app_context():
        with transaction():
            db.session.execute(LogCheckpoint.__table__.delete())
        assert "Signed 2 entries" in prepare()
        db.session.remove()
    assert public_key(site) != old
    retired = site.config["LOG_KEY_FILE"].parent.glob("log-key.retired-*")
    assert len(list(retired)) == 1


def test_the_check_of_the_operator_knows_the_checkpoints_too(site: Flask):
    with site.app_context():
        with transaction():
            for statement in guards.removal("sqlite"):
                db.session.execute(text(statement))
            db.session.execute(text("UPDATE log_checkpoints SET size = 3 WHERE size = 2"))
        db.session.remove()
    told = invoke(site, "leitbild", "verify")
    assert told.exit_code == 1
    assert "3 entries were signed, 2 are left" in told.output
