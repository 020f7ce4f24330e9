"""`flask log …`: the key, signing, changing the key, and the export for strangers."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from participation.audit import contents
from participation.base.clock import now
from participation.base.db import transaction
from participation.ledger import keys, operations, queries
from participation.ledger.operations import Signer
from participation.ledger.signing import Forked, RolledBack
from participation.leitbild.payload import DOCUMENT

log = AppGroup("log", help="The verifiable log: key, checkpoints, export.")

REFUSALS = (keys.BadKeyFile, operations.WrongKey, RolledBack, Forked, OSError)


def signer() -> Signer:
    """Return the log's name and key file from the settings."""
    return Signer(current_app.config["LOG_ORIGIN"], current_app.config["LOG_KEY_FILE"])


@log.command()
def key() -> None:
    """Make the log's key unless there is one, and print its public part."""
    mine = signer()
    try:
        if not mine.key_file.exists():
            keys.save(keys.generate(), mine.key_file)
        click.echo(str(keys.public(mine.origin, keys.load(mine.key_file))))
    except (keys.BadKeyFile, OSError) as error:
        raise click.ClickException(str(error)) from error


@log.command()
def sign() -> None:
    """Sign a checkpoint if there is something new; for a timer, as a user of its own."""
    click.echo(sign_now(signer()))


def sign_now(mine: Signer) -> str:
    """Sign, commit, and return what to tell."""
    try:
        with mine.alone(), transaction():
            note = operations.sign(mine)
    except REFUSALS as error:
        raise click.ClickException(f"Nothing was signed: {error}.") from error
    except IntegrityError as error:
        raise click.ClickException("Nothing was signed: someone else just signed.") from error
    if note is None:
        return "Nothing new to sign."
    _origin, size, root = note.text.splitlines()
    return f"Signed {size} entries, root {root}."


@log.command()
def rotate() -> None:
    """Change to a new key: an entry of the log says so, and both keys sign it."""
    mine = signer()
    try:
        if not mine.new_key_file.exists():
            keys.save(keys.generate(), mine.new_key_file)
        new_key = str(keys.public(mine.origin, keys.load(mine.new_key_file)))
        # After a crash the log may have changed over already, and only the files wait.
        in_use = queries.keys()
        if new_key not in in_use:
            with mine.alone():
                with transaction():
                    note = operations.rotate(mine, DOCUMENT, now())
                mine.remember(note)
        retired = retire(mine)
        mine.new_key_file.replace(mine.key_file)
    except REFUSALS as error:
        raise click.ClickException(f"The key stays: {error}.") from error
    click.echo(f"The new key signs from now on: {new_key}")
    click.echo(f"The old one is kept in {retired}.")


def retire(mine: Signer) -> Path:
    """Put the key aside under its id."""
    public = keys.public(mine.origin, keys.load(mine.key_file))
    retired = mine.key_file.with_name(f"{mine.key_file.name}.retired-{public.id.hex()}")
    mine.key_file.replace(retired)
    return retired


@log.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write what static/verify.py checks: everything that is signed."""
    found = contents.export(current_app.config["LOG_ORIGIN"], current_app.config["WITNESSES"])
    if found is None:
        raise click.ClickException("Nothing is signed yet: flask log key, then flask log sign.")
    file.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"{len(found['leaves'])} entries in {file}")


def prepare() -> str:
    """Have a key and a signature over everything, on one's own machine; return what to tell.

    In production this is the operator's: the key may live with another user, and signing is never a side effect.
    A database in which nothing was ever signed is another log than the one that the key remembers: it gets a new key.
    """
    mine = signer()
    if current_app.config["MODE"] == "production":
        return "The log is signed by `flask log sign`."
    if mine.memory.exists() and queries.newest() is None:
        if mine.key_file.exists():
            retire(mine)
        mine.memory.unlink()
    if not mine.key_file.exists():
        keys.save(keys.generate(), mine.key_file)
    return sign_now(mine)
