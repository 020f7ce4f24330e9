"""Disks of a test's own: a small one that gets full, and one whose power is cut. They need root, as in CI."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN of Linux: from now on nothing more reaches the disk."""
WITHOUT_FLUSHING = (2).to_bytes(4, "little")
"""EXT4_GOING_FLAGS_NOLOGFLUSH: not even what the journal holds in memory, as when the power fails."""


def mount(folder: Path, *words: str | Path) -> None:
    """Mount something, or skip the test and say why this machine does not allow it."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *words, folder], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine lets nobody mount a disk: {done.stderr.strip() or 'mount failed'}")


def unmount(folder: Path) -> None:
    """Take a disk away once nobody uses it any more."""
    for _ in range(300):
        if subprocess.run(["umount", folder], check=False, capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    pytest.fail(f"somebody still uses {folder}")


@contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """Have a disk of a few megabytes."""
    mount(folder, "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs")
    try:
        yield folder
    finally:
        unmount(folder)


def fill(disk: Path) -> Path:
    """Fill a disk to the last byte; return the file that does it, to be deleted."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for piece in (bytes(1 << 20), bytes(4096)):
            try:
                while True:
                    file.write(piece)
            except OSError:
                continue
    return ballast


class Powered:
    """A disk with ext4 whose power a test may cut."""

    def __init__(self, folder: Path) -> None:
        """Make and mount it below a folder, or skip the test."""
        self.image, self.folder = folder / "image", folder / "disk"
        mkfs = shutil.which("mkfs.ext4") or shutil.which("mkfs.ext4", path="/usr/sbin:/sbin")
        if mkfs is None:
            pytest.skip("mkfs.ext4 is not installed (Debian: e2fsprogs)")
        with self.image.open("wb") as file:
            file.truncate(256 << 20)
        subprocess.run([mkfs, "-q", self.image], check=True)
        self.power_on()

    def power_on(self) -> None:
        """Mount it; ext4 brings itself in order from its journal."""
        mount(self.folder, "-o", "loop", self.image)

    def cut(self) -> None:
        """Cut its power: what nobody had insisted on writing is gone, and every access fails."""
        number = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(number, SHUTDOWN, WITHOUT_FLUSHING)
        except OSError as error:
            pytest.skip(f"this kernel cuts no power: {error}")
        finally:
            os.close(number)

    def take_away(self) -> None:
        """Unmount it, once nobody uses it any more."""
        unmount(self.folder)
