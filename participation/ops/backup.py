"""A copy of a running installation in a folder of its own: database, uploaded files, and on demand the log's key.

The manifest says what belongs to it (with SHA-256), how many rows each table had and how far the log had come, all of
the same moment, while people went on writing. The folder holds everything about everybody: keep it as safe as the
database itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, func, inspect, select, text

from participation.attachments.storage import Folder, Storage
from participation.base.clock import now
from participation.base.db import Base
from participation.ledger.merkle import Tree
from participation.ledger.models import LogCheckpoint, LogEntry

FORMAT, VERSION = "lausitz-dialog/backup", 1
MANIFEST = "manifest.json"
FILES = "attachments"
"""What people sent, laid out as the storage lays it out."""
KEYS = "keys"


class Refused(Exception):
    """Nothing was done; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation lives."""

    engine: Engine
    storage: Storage
    """Of what people sent."""
    key_files: tuple[Path, ...]
    """What only goes along with the keys: the log's private key, the key of sessions if it is a file."""


def backup(place: Place, folder: Path, *, with_keys: bool) -> dict[str, Any]:
    """Copy an installation into a new folder and return the manifest.

    Raises:
        Refused: if the folder is there already, or pg_dump is missing or fails.
    """
    if folder.exists():
        raise Refused(f"{folder} is there already; name a new folder")
    making = folder.with_name(f".{folder.name}.making")
    if making.exists():
        raise Refused(f"{making} is left from a backup that was cut off; remove it first")
    making.mkdir(mode=0o700, parents=True)
    try:
        state = _sqlite(place.engine, making) if place.engine.dialect.name == "sqlite" else _dump(place.engine, making)
        copy_files(place.storage, Folder(making / FILES))
        if with_keys:
            (making / KEYS).mkdir(mode=0o700)
            for file in place.key_files:
                if file.exists():
                    shutil.copyfile(file, making / KEYS / file.name)
                    (making / KEYS / file.name).chmod(0o600)
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": now().isoformat(timespec="seconds"),
            "engine": place.engine.dialect.name,
            **state,
            "files": {str(path.relative_to(making)): describe(path) for path in files(making)},
        }
        (making / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        _to_disk(making)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return manifest


def files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder but the manifest, in order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST)


def describe(path: Path) -> dict[str, Any]:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def state_of(connection: Connection) -> dict[str, Any]:
    """Return the migration, the rows of each table, and size, root and last checkpoint of the log, of one moment."""
    there = set(inspect(connection).get_table_names())
    tree, newest = Tree(), None
    if "log_entries" in there:
        hashes = connection.scalars(select(LogEntry.hash).order_by(LogEntry.number))
        tree = Tree(bytes.fromhex(one) for one in hashes)
    if "log_checkpoints" in there:
        newest = connection.scalar(select(LogCheckpoint.note).order_by(LogCheckpoint.size.desc()).limit(1))
    migration = None
    if "alembic_version" in there:
        migration = connection.scalar(text("SELECT version_num FROM alembic_version"))
    ours = {name: table for name, table in sorted(Base.metadata.tables.items()) if name in there}
    return {
        "migration": migration,
        "rows": {name: connection.scalar(select(func.count()).select_from(table)) for name, table in ours.items()},
        "log": {"size": len(tree), "root": tree.root().hex(), "checkpoint": newest},
    }


def connection_info(url: URL) -> tuple[str, dict[str, str]]:
    """Return what PostgreSQL's programs take: where to connect, and the environment with the password."""
    where: dict[str, Any] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    info = make_conninfo(**{name: value for name, value in {**where, **url.query}.items() if value})
    return info, {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run a program of PostgreSQL.

    Raises:
        Refused: with its last words.
    """
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words
    except FileNotFoundError as error:
        raise Refused(f"{command[0]} is not installed (Debian: postgresql-client)") from error
    except subprocess.CalledProcessError as error:
        raise Refused(f"{command[0]} failed: {(error.stderr or '').strip()[-600:]}") from error


def _sqlite(engine: Engine, folder: Path) -> dict[str, Any]:
    """Copy by SQLite's own online backup, in one step: of one moment, and no writer waits for it."""
    target = folder / "database.sqlite"
    with (
        closing(sqlite3.connect(engine.url.database or "", timeout=10)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (sound,) = copy.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            raise Refused(f"the copy is damaged: {sound}")
    target.chmod(0o600)
    copied = create_engine(f"sqlite:///{target}")
    with copied.connect() as connection:
        found = state_of(connection)
    copied.dispose()
    return found


def _dump(engine: Engine, folder: Path) -> dict[str, Any]:
    """Dump what one transaction sees; the manifest is read in the same one."""
    info, environment = connection_info(engine.url)
    target = folder / "database.dump"
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        found = state_of(connection)
        command = ["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
        run([*command, f"--file={target}", f"--dbname={info}"], environment)
    target.chmod(0o600)
    return found


def copy_files(source: Storage, target: Storage) -> None:
    """Save everything of one storage in another."""
    for sha256 in source.all():
        try:
            with source.open(sha256) as stored:
                target.save(stored.read())
        except FileNotFoundError:
            continue  # Swept just now: no row has named it for a day.


def _to_disk(folder: Path) -> None:
    """Wait until everything is on the disk: a backup that a power cut takes back is none."""
    for path in [*folder.rglob("*"), folder]:
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
