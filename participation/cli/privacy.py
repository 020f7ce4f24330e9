"""`flask privacy …`: exports, deletions and retention from a timer, beside what the server does by itself."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.privacy.retention import last_runs

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
    before = max((run.id for run in last_runs(size=1)), default=0)
    ran = current_app.extensions["jobs"].run("retention", forced=at_once)
    if ran is None:
        click.echo("nothing is due")
        return
    for run in reversed([run for run in last_runs() if run.id > before]):
        click.echo(f"{run.kind}: {run.count if run.count >= 0 else 'failed'}")
    if ran.error or ran.result.failed:
        raise SystemExit(1)
