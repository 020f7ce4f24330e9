"""Files in an S3-compatible storage instead of the folder: a server of its own on this machine, and none at all."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from participation.attachments.bucket import Bucket
from participation.attachments.place import storage_at
from participation.attachments.storage import Folder, Unreachable, sweep
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.ops import backup, restore
from participation.proposals import attaching
from participation.web.attachments import shelf
from participation.web.privacy import keeper
from tests.attachments.test_views import files, page, upload, words
from tests.factories import proposals
from tests.factories.accounts import log_in, user
from tests.factories.attachments import pdf

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a storage server, without its scheme."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the storage server ended"
                assert time.monotonic() < until, "the storage server does not answer"
                time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    name = f"dateien-{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"
    made = f"s3+http://key:secret%2F1@{server}/{name}?region=eu-central-1"
    Bucket(made).client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return made


@pytest.fixture
def nobody() -> str:
    return f"s3+http://key:secret@127.0.0.1:{free_port()}/dateien"


@pytest.fixture
def draft(client):
    author = user("Anke Nowak")
    made = proposals.draft(author)
    db.session.commit()
    log_in(client, author)
    return made


@pytest.fixture
def stored_at(app, monkeypatch):
    """Have the application keep files under an address."""

    def choose(url: str) -> None:
        monkeypatch.setitem(app.config, "UPLOADS_URL", url)
        app.extensions.pop("shelf", None)

    yield choose
    app.extensions.pop("shelf", None)


def test_an_address_says_who_where_and_how():
    bucket = Bucket("s3://key:a%2Fb@s3.example.org/dateien?region=de")
    assert (bucket.endpoint, bucket.key, bucket.secret) == ("https://s3.example.org", "key", "a/b")
    assert (bucket.name, bucket.region) == ("dateien", "de")


def test_without_an_address_files_lie_in_the_instance(tmp_path):
    found = storage_at("", tmp_path)
    assert isinstance(found, Folder)
    assert found.root == tmp_path / "attachments"


def test_bytes_are_kept_once_under_their_hash(url):
    bucket = Bucket(url)
    sha256 = bucket.save(b"Plan")
    assert sha256 == hashlib.sha256(b"Plan").hexdigest() == bucket.save(b"Plan")
    assert Bucket(url).open(sha256).read() == b"Plan"
    assert list(bucket.all()) == [sha256]
    bucket.delete(sha256)
    bucket.delete(sha256)
    with pytest.raises(FileNotFoundError):
        bucket.open(sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 64 + "/x"])
def test_nothing_but_a_hash_opens_a_file(url, name):
    for deed in (Bucket(url).open, Bucket(url).delete):
        with pytest.raises(ValueError, match="not a SHA-256"):
            deed(name)


def test_a_sweep_takes_what_nobody_names_and_nothing_young(url):
    bucket = Bucket(url)
    named, orphan = bucket.save(b"gebraucht"), bucket.save(b"verwaist")
    assert sweep(bucket, {named}, now() - timedelta(days=1)) == 0, "everything is young"
    assert sweep(bucket, {named}, now() + timedelta(minutes=1)) == 1
    assert list(bucket.all()) == [named]
    with pytest.raises(FileNotFoundError):
        bucket.open(orphan)


def test_a_storage_without_our_bucket_is_no_missing_file(url):
    elsewhere = Bucket(url.replace("/dateien-", "/andere-"))
    with pytest.raises(Unreachable, match="NoSuchBucket"):
        elsewhere.open("0" * 64)


def test_a_file_goes_into_the_bucket_and_comes_back_as_a_download(client, draft, stored_at, url, app):
    stored_at(url)
    data = pdf()
    assert upload(client, page(draft), data).status_code == 303
    (found,) = attaching.files(draft.id)
    assert list(Bucket(url).all()) == [found.sha256]
    assert not (app.config["INSTANCE"] / "attachments").exists()
    got = client.get(f"/anhang/{found.id}")
    assert got.data == data
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    part = client.get(f"/anhang/{found.id}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, data[:4])
    keeper.sweep_files(now())
    assert list(Bucket(url).all()) == [found.sha256]


def test_without_the_storage_nothing_is_half_taken_and_no_word_is_lost(client, draft, stored_at, nobody):
    stored_at(nobody)
    answer = upload(client, page(draft), pdf(), summary="Drei Wege, gut beschrieben.")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Drei Wege, gut beschrieben." in words(answer)
    assert "secret" not in words(answer)
    assert files() == 0


def test_a_download_says_that_it_comes_later(client, draft, stored_at, url, nobody):
    stored_at(url)
    upload(client, page(draft), pdf())
    (found,) = attaching.files(draft.id)
    stored_at(nobody)
    assert client.get(f"/anhang/{found.id}").status_code == 503
    assert client.get("/strategie").status_code == 200
    stored_at(url)
    assert client.get(f"/anhang/{found.id}").status_code == 200
    assert shelf.storage() is shelf.storage()


def test_a_copy_takes_the_bucket_along_and_brings_it_back(separate_app, databases, backend, tmp_path, url):
    with separate_app.app_context():
        here = backup.Place(db.engine, Bucket(url), ())
        sha256 = here.storage.save(b"Plan")
        with transaction():
            user("Anke Nowak")
        db.session.remove()
        manifest = backup.backup(here, tmp_path / "copy", with_keys=False)
    assert f"attachments/{sha256[:2]}/{sha256}" in manifest["files"]
    other = Bucket(url.replace("/dateien-", "/zurueck-"))
    other.client.create_bucket(Bucket=other.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with databases.app(databases.new_url(backend, None)) as empty, empty.app_context():
        there = backup.Place(db.engine, other, ())
        back = {"known": (), "migrations": MIGRATIONS, "accept_rollback": False}
        restore.restore(there, tmp_path / "copy", **back)
        assert other.open(sha256).read() == b"Plan"
    with (
        databases.app(databases.new_url(backend, None)) as empty,
        empty.app_context(),
        pytest.raises(backup.Refused, match="uploaded files already"),
    ):
        restore.restore(backup.Place(db.engine, other, ()), tmp_path / "copy", **back)


@pytest.mark.one_database
def test_the_check_names_a_storage_that_does_not_answer(separate_app, url, nobody):
    def said() -> str:
        return separate_app.test_cli_runner().invoke(args=["ops", "check"]).output

    separate_app.config["UPLOADS_URL"] = nobody
    assert "see UPLOADS_URL" in said()
    assert "secret" not in said()
    separate_app.config["UPLOADS_URL"] = url
    assert "the storage answers" in said()
