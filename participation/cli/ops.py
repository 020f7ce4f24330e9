"""`flask ops …`: copies, bringing them back, and whether everything is well."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from participation.attachments.place import storage_at
from participation.attachments.storage import Storage, Unreachable
from participation.audit.verify import verify
from participation.base import redis_client
from participation.base.db import db
from participation.base.outage import says
from participation.cli.log import signer
from participation.ledger import queries
from participation.ledger.note import Checkpoint, MalformedNote, Note
from participation.ledger.signing import Forked, RolledBack, signed_checkpoint
from participation.notify.transport import probe
from participation.ops import backup as copies
from participation.ops import counters
from participation.ops import restore as returns
from participation.ops.backup import Place, Refused
from participation.ops.check import Level, Site, examine
from participation.ops.restore import Known, SetBack

ops = AppGroup("ops", help="Copies, bringing them back, and whether everything is well.")

MARKS = {Level.WELL: "ok    ", Level.LOOK: "look  ", Level.BROKEN: "BROKEN"}


@ops.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--with-keys", is_flag=True, help="Also the log's private key, and the key of sessions if it is a file.")
def backup(folder: Path, with_keys: bool) -> None:
    """Copy the running installation into a new FOLDER; people may go on writing."""
    try:
        manifest = copies.backup(place(), folder.resolve(), with_keys=with_keys)
    except (Refused, Unreachable, OSError, SQLAlchemyError) as error:
        raise click.ClickException(f"No backup was made: {_words(error)}.") from error
    log = manifest["log"]
    click.echo(f"{sum(manifest['rows'].values())} rows, {len(manifest['files'])} files in {folder}")
    click.echo(f"The log had {log['size']} entries, root {log['root']}.")
    click.echo(
        "It holds everything about everybody. Settings from the environment (SECRET_KEY, passwords) are not in it."
    )


@ops.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A checkpoint that a witness or somebody else kept.",
)
@click.option("--accept-rollback", is_flag=True, help="Even if entries of the log are lost by it.")
def restore(folder: Path, checkpoint: tuple[Path, ...], accept_rollback: bool) -> None:
    """Fill an empty installation from the backup in FOLDER, and check the log."""
    known = remembered(checkpoint)
    here = place()
    try:
        manifest = returns.restore(
            here, folder.resolve(), known=known, migrations=_migrations(), accept_rollback=accept_rollback
        )
    except SetBack as error:
        raise click.ClickException(
            f"Nothing was restored, for this backup sets the log back. {error}\nWhat was published since then would be "
            "gone, and everybody who kept a checkpoint can prove it. Look for a newer backup. If there is none: "
            "--accept-rollback, then tell the witnesses and the public."
        ) from error
    except (Refused, Unreachable, OSError, SQLAlchemyError) as error:
        raise click.ClickException(f"Nothing was restored: {_words(error)}.") from error
    wrong = returns.differences(here, manifest)
    report = verify()
    if report.first is not None:
        wrong.append(f"the log is broken at entry {report.first.number}: {report.first.text}")
    wrong += _forks(known)
    log = manifest["log"]
    click.echo(f"Restored what there was at {manifest['made_at']}: {sum(manifest['rows'].values())} rows.")
    click.echo(f"The log has {log['size']} entries, root {log['root']}.")
    lost = returns.set_back(log, known)
    for line in lost:
        click.echo(f"ROLLBACK, accepted: {line}", err=True)
    if lost:
        click.echo(
            "The signer refuses to sign this log as long as its memory lies beside the key; move it away on purpose.",
            err=True,
        )
    if not known:
        click.echo(
            "Nobody outside of the backup told how far the log had come: compare the root with what witnesses keep."
        )
    if wrong:
        raise click.ClickException("\n".join(["Do not serve this:", *(f"  - {one}" for one in wrong)]))


@ops.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def check(as_json: bool) -> None:
    """Examine the running installation and say what is wrong; the exit code is 1 if anything is broken."""
    found = examine(site())
    if as_json:
        told = [{"about": one.about, "level": one.level.value, "text": one.text} for one in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for one in found:
            click.echo(f"{MARKS[one.level]}  {one.about:<10}  {one.text}")
    if any(one.level is Level.BROKEN for one in found):
        sys.exit(1)


@ops.command()
@click.option("--fix", is_flag=True, help="Also correct what is wrong.")
def recount(fix: bool) -> None:
    """Count again what the counters say; without --fix the exit code is 1 if one is wrong."""
    found = counters.mend() if fix else counters.wrong()
    for one in found:
        click.echo(f"{one.row}: {one.counter} said {one.stored}, counted {one.counted}")
    click.echo(f"{len(found)} {'corrected' if fix else 'wrong'}." if found else "All counters are right.")
    if found and not fix:
        sys.exit(1)


def place() -> Place:
    """Return where this installation lives."""
    instance = Path(current_app.config["INSTANCE"])
    return Place(db.engine, _storage(), (signer().key_file, instance / "secret-key"))


def site() -> Site:
    """Return what the checks must know."""
    config = current_app.config
    return Site(
        mode=config["MODE"],
        public_url=config["PUBLIC_URL"],
        mail_url=config["MAIL_URL"],
        proxy_hops=config["PROXY_HOPS"],
        unnamed=tuple(name for name in ("OPERATOR_NAME", "OPERATOR_ADDRESS") if not config[name]),
        instance=Path(config["INSTANCE"]),
        signer=signer(),
        migrations=_migrations(),
        reach_mail=lambda: probe(config["MAIL_URL"], folder=Path(config["INSTANCE"]) / "mail"),
        storage=_storage(),
        reach_redis=partial(redis_client.answers, config["REDIS_URL"]) if config["REDIS_URL"] else None,
    )


def remembered(files: tuple[Path, ...]) -> list[Known]:
    """Return every checkpoint that somebody outside of the database kept.

    Raises:
        click.ClickException: if one cannot be read; it is never overlooked.
    """
    known = []
    try:
        if (last := signer().last()) is not None:
            known.append(Known("the signer's memory", last))
        known += [
            Known(file.name, Checkpoint.parse(Note.parse(file.read_text(encoding="utf-8")).text)) for file in files
        ]
    except (Forked, MalformedNote, ValueError, OSError) as error:
        raise click.ClickException(f"A checkpoint cannot be read: {error}") from error
    return known


def _forks(known: list[Known]) -> list[str]:
    """Return whose checkpoint says something else about entries that are here."""
    tree, found = queries.tree(), []
    for one in known:
        try:
            signed_checkpoint(tree, one.checkpoint.origin, one.checkpoint, ())
        except Forked as error:
            found.append(f"{one.by} remembers another log: {error}")
        except RolledBack:
            pass  # told apart, and accepted
    return found


def _migrations() -> Path:
    return Path(current_app.root_path).parent / "migrations"


def _storage() -> Storage:
    return storage_at(current_app.config["UPLOADS_URL"], Path(current_app.config["INSTANCE"]))


def _words(error: Exception) -> str:
    if isinstance(error, Unreachable):
        return f"the storage of uploaded files does not take us ({error}); see UPLOADS_URL"
    return says(error) or type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)
