"""Where bytes lie: under their SHA-256, in a folder that no server serves. Knows no table.

A bucket can stand in for the folder: see `bucket`.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

SHA256 = re.compile(r"[0-9a-f]{64}")


class Unreachable(Exception):
    """The storage cannot be reached or does not work just now; trying again later is all that helps."""


class Storage(Protocol):
    """A place for bytes."""

    def save(self, data: bytes) -> str:
        """Keep bytes for good before returning their SHA-256; what is there already is kept once."""

    def open(self, sha256: str) -> BinaryIO:
        """Return bytes to read.

        Raises:
            FileNotFoundError: if they are not there.
        """

    def delete(self, sha256: str) -> None:
        """Forget bytes; what is not there is forgotten already."""

    def older_than(self, before: datetime) -> Iterator[str]:
        """Yield the SHA-256 of everything that nobody saved since a moment."""

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of everything there is."""


def key_of(sha256: str) -> str:
    """Return the path of bytes inside a storage: spread over 256 folders.

    Raises:
        ValueError: if it is no SHA-256.
    """
    if not SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256}"


class Folder:
    """A folder with one file for each content."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(self, data: bytes) -> str:
        """Keep bytes for good: they and their names are on the disk when this returns."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            # Younger again, so that whoever sweeps now leaves it.
            os.utime(path)
            return sha256
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        for folder in (path.parent, self.root):
            _fsync(folder)
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """Return bytes to read."""
        return self._path(sha256).open("rb")

    def delete(self, sha256: str) -> None:
        """Forget bytes."""
        self._path(sha256).unlink(missing_ok=True)

    def older_than(self, before: datetime) -> Iterator[str]:
        """Yield the SHA-256 of everything that nobody saved since a moment; unfinished files of then are deleted."""
        for path in sorted(self.root.glob("??/*")):
            try:
                young = path.stat().st_mtime >= before.timestamp()
            except FileNotFoundError:
                continue  # Just renamed, or swept by another process.
            if young:
                continue
            if SHA256.fullmatch(path.name):
                yield path.name
            else:
                path.unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of everything there is."""
        return (path.name for path in sorted(self.root.glob("??/*")) if SHA256.fullmatch(path.name))

    def _path(self, sha256: str) -> Path:
        return self.root / key_of(sha256)


def sweep(storage: Storage, known: Collection[str], before: datetime) -> int:
    """Delete what no row names and nobody saved since a moment; return how much that was."""
    orphans = [sha256 for sha256 in storage.older_than(before) if sha256 not in known]
    for sha256 in orphans:
        storage.delete(sha256)
    return len(orphans)


def _fsync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
