"""Where bytes lie, and when they go."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta

import pytest

from participation.attachments.storage import Folder, sweep
from participation.base.clock import now


def test_bytes_are_kept_once_under_their_hash(tmp_path):
    folder = Folder(tmp_path / "attachments")
    sha256 = folder.save(b"Plan")
    assert sha256 == hashlib.sha256(b"Plan").hexdigest() == folder.save(b"Plan")
    assert folder.open(sha256).read() == b"Plan"
    assert [path.name for path in (tmp_path / "attachments").rglob("*") if path.is_file()] == [sha256]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "/x"])
def test_nothing_but_a_hash_opens_a_file(tmp_path, name):
    folder = Folder(tmp_path)
    for deed in (folder.open, folder.delete):
        with pytest.raises(ValueError, match="not a SHA-256"):
            deed(name)


def test_bytes_and_folders_are_on_the_disk_when_saving_returns(tmp_path, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(os.fstat(handle).st_mode & 0o170000), real(handle)))
    Folder(tmp_path).save(b"Plan")
    assert synced == [0o100000, 0o040000, 0o040000], "the file, then the folders that name it"


def test_a_save_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def broken(_handle):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        Folder(tmp_path).save(b"Plan")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_sweep_takes_what_nobody_names_and_leaves_the_rest(tmp_path):
    folder = Folder(tmp_path)
    named, orphan, fresh = folder.save(b"gebraucht"), folder.save(b"verwaist"), folder.save(b"eben erst")
    half = tmp_path / orphan[:2] / ".new-x"
    half.write_bytes(b"ab")
    old = (now() - timedelta(days=2)).timestamp()
    for path in (*(tmp_path / sha[:2] / sha for sha in (named, orphan)), half):
        os.utime(path, (old, old))
    assert sweep(folder, {named}, now() - timedelta(days=1)) == 1
    assert folder.open(named).read() == b"gebraucht"
    assert folder.open(fresh).read() == b"eben erst"
    assert not half.exists()
    with pytest.raises(FileNotFoundError):
        folder.open(orphan)


def test_what_is_saved_again_is_young_again(tmp_path):
    folder = Folder(tmp_path)
    sha256 = folder.save(b"Plan")
    os.utime(tmp_path / sha256[:2] / sha256, (1, 1))
    folder.save(b"Plan")
    assert sweep(folder, set(), now() - timedelta(days=1)) == 0
