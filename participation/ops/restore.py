"""An empty installation filled from a backup, and the question whether that sets the log back.

A restored backup is a rollback: whatever was published after it is gone. Whoever kept a checkpoint elsewhere (the
signer beside its key, a witness) can tell; so these are compared before anything is written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from participation.attachments.storage import Folder
from participation.ledger.note import Checkpoint
from participation.ops.backup import (
    FILES,
    FORMAT,
    KEYS,
    MANIFEST,
    VERSION,
    Place,
    Refused,
    connection_info,
    copy_files,
    describe,
    files,
    run,
    state_of,
)
from participation.ops.state import known_migrations


@dataclass(frozen=True, slots=True)
class Known:
    """How far the log had come, as somebody outside of the database remembers it."""

    by: str
    """e.g. "the signer's memory"."""
    checkpoint: Checkpoint


class SetBack(Refused):
    """The backup is older than what somebody remembers; entries of the log would be lost."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose files are all there and unchanged.

    Raises:
        Refused: says which file is not.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{folder} holds no backup: its {MANIFEST} cannot be read") from error
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise Refused(f"{folder} holds a backup of a kind that this version does not know")
    there = {str(path.relative_to(folder)): path for path in files(folder)}
    for name in sorted({*there, *manifest["files"]}):
        if name not in there:
            raise Refused(f"the backup is incomplete: {name} is missing")
        if name not in manifest["files"]:
            raise Refused(f"the backup holds {name}, which its manifest does not name")
        if describe(there[name]) != manifest["files"][name]:
            raise Refused(f"the backup is damaged: {name} is not what the manifest says")
    return manifest


def restore(
    place: Place, folder: Path, *, known: Iterable[Known], migrations: Path, accept_rollback: bool
) -> dict[str, Any]:
    """Fill an empty installation and return the manifest.

    Raises:
        SetBack: if that sets the log back and was not accepted; nothing was written.
        Refused: if the installation is not empty, or the backup does not fit or is damaged.
    """
    manifest = read_manifest(folder)
    if manifest["engine"] != place.engine.dialect.name:
        raise Refused(f"the backup is one of {manifest['engine']}, this installation uses {place.engine.dialect.name}")
    if manifest["migration"] not in (None, *known_migrations(migrations)[1]):
        raise Refused("the backup was made by a newer version of the platform; install that one first")
    _must_be_empty(place, folder)
    lost = set_back(manifest["log"], known)
    if lost and not accept_rollback:
        raise SetBack(" ".join(lost))
    if manifest["engine"] == "sqlite":
        _put_file(place.engine, folder / "database.sqlite")
    else:
        info, environment = connection_info(place.engine.url)
        how = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        run(["pg_restore", *how, f"--dbname={info}", str(folder / "database.dump")], environment)
    copy_files(Folder(folder / FILES), place.storage)
    for key in place.key_files:
        if (folder / KEYS / key.name).exists():
            shutil.copyfile(folder / KEYS / key.name, key)
            key.chmod(0o600)
    return manifest


def set_back(log: dict[str, Any], known: Iterable[Known]) -> list[str]:
    """Return in plain words who remembers more of the log than there is."""
    return [
        f"{one.by} remembers {one.checkpoint.size} entries of the log, here are only {log['size']}: "
        f"{one.checkpoint.size - log['size']} would be lost."
        for one in known
        if one.checkpoint.size > log["size"]
    ]


def differences(place: Place, manifest: dict[str, Any]) -> list[str]:
    """Return where an installation is not what a manifest says; an empty list means that everything arrived."""
    with place.engine.connect() as connection:
        found = state_of(connection)
    wrong = [
        f"the table {name} has {found['rows'].get(name, 0)} rows, the backup had {count}"
        for name, count in manifest["rows"].items()
        if found["rows"].get(name) != count
    ]
    if (found["log"]["size"], found["log"]["root"]) != (manifest["log"]["size"], manifest["log"]["root"]):
        wrong.append("the log is not the one that the manifest describes")
    return wrong


def _must_be_empty(place: Place, folder: Path) -> None:
    if inspect(place.engine).get_table_names():
        raise Refused("the database of this installation is not empty; a backup goes into an empty one only")
    if next(iter(place.storage.all()), None):
        raise Refused("there are uploaded files already; a backup goes into an empty installation only")
    for key in place.key_files:
        if (folder / KEYS / key.name).exists() and key.exists():
            raise Refused(f"{key} is there already; a key is never overwritten")


def _put_file(engine: Engine, copy: Path) -> None:
    """Put the database file in place; until it is whole, nobody sees it."""
    target = Path(engine.url.database or "")
    engine.dispose()
    making = target.with_name(f"{target.name}.restoring")
    shutil.copyfile(copy, making)
    making.chmod(0o600)
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    making.replace(target)
