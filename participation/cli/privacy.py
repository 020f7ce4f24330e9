"""`flask privacy …`: exports, deletions and retention from a timer, beside the thread of the server."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.base.db import transaction
from participation.privacy.retention import claim

privacy = AppGroup("privacy", help="Exports, deletions, and what is deleted when its time is over.")


@privacy.command()
def work() -> None:
    """Make the exports that wait, delete the accounts whose day has come, flag bursts for the moderators."""
    made, gone = current_app.extensions["keeper_due"]()
    flagged = current_app.extensions["keeper_bursts"]()
    click.echo(f"{made} exports made, {gone} accounts deleted, {flagged} bursts flagged")


@privacy.command()
@click.option("--now", "at_once", is_flag=True, help="Also if it was done today already.")
def retain(at_once: bool) -> None:
    """Delete what its retention rule names; once a day, whichever process is first."""
    with transaction():
        mine = claim()
    if not mine and not at_once:
        click.echo("nothing is due")
        return
    done = current_app.extensions["keeper"]()
    for kind, count in done.items():
        click.echo(f"{kind}: {count if count >= 0 else 'failed'}")
    if -1 in done.values():
        raise SystemExit(1)
