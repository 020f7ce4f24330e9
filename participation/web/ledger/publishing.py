"""The export, kept as a file for each state of the checkpoints; and signing where the web process may read the key."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from participation.audit.contents import export
from participation.base.db import transaction
from participation.ledger import keys, operations, queries
from participation.ledger.operations import Signer
from participation.ledger.signing import Forked, RolledBack

FRESH = 3600.0
"""Seconds that a kept export is handed out."""


def signer() -> Signer:
    """Return the log's name and key file from the settings."""
    return Signer(current_app.config["LOG_ORIGIN"], current_app.config["LOG_KEY_FILE"])


def sign_if_possible() -> None:
    """Sign what was just published, if this process may read the key; else someone else does, by `flask log sign`.

    A publication stands, signed or not: what goes wrong here is only noted.
    """
    if not may_sign():
        return
    try:
        sign_now()
    except (keys.BadKeyFile, operations.WrongKey, RolledBack, Forked, OSError, SQLAlchemyError):
        current_app.logger.exception("the log was not signed")


def may_sign() -> bool:
    """Tell whether this process may read the log's key."""
    return os.access(signer().key_file, os.R_OK)


def sign_now() -> bool:
    """Sign what is new; tell whether anything was."""
    mine = signer()
    with mine.alone(), transaction():
        return operations.sign(mine) is not None


def drop_exports() -> None:
    """Throw the kept exports away: they hold what was just erased."""
    for old in (Path(current_app.config["INSTANCE"]) / "log").glob("export-*.json"):
        old.unlink(missing_ok=True)


def export_file() -> Path | None:
    """Return the export as a file: made anew for each state of the checkpoints, and every hour.

    It is built from the tables as they are, so what was altered there shows in it.
    """
    config = current_app.config
    signed = queries.checkpoints()
    if not signed:
        return None
    known = "\n".join([*config["WITNESSES"], *(one.text for one in signed)])
    folder = Path(config["INSTANCE"]) / "log"
    path = folder / f"export-{hashlib.sha256(known.encode()).hexdigest()[:24]}.json"
    if not path.exists() or time.time() - path.stat().st_mtime > FRESH:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".tmp", delete=False, encoding="utf-8") as file:
            json.dump(export(config["LOG_ORIGIN"], config["WITNESSES"]), file, ensure_ascii=False)
        Path(file.name).replace(path)
        for old in folder.glob("export-*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    return path
