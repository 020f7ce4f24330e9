"""`flask leitbild …`: checking the revision log, freezing the list of measures, storing where sentences come from."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from participation.audit.verify import verify as check
from participation.base.db import transaction
from participation.leitbild import tracing
from participation.leitbild.freeze import freeze_missing

leitbild = AppGroup("leitbild", help="The Leitbild and its revision log.")


@leitbild.command()
def verify() -> None:
    """Recompute the whole revision log and name the first broken entry."""
    report = check()
    for remark in report.remarks:
        click.echo(f"entry {remark.number}: {remark.text}")
    if report.first is not None:
        click.echo(f"BROKEN at entry {report.first.number}: {report.first.text}", err=True)
        for finding in report.broken[1:]:
            click.echo(f"  then entry {finding.number}: {finding.text}", err=True)
        sys.exit(1)
    click.echo(f"{report.entries} entries, all sound. Newest hash: {report.head}")


@leitbild.command("freeze")
def freeze_command() -> None:
    """Freeze the list of measures of versions that have none yet: those published before it existed."""
    for line in freeze() or ["Nothing to do: every version has its list of measures."]:
        click.echo(line)


def freeze() -> list[str]:
    """Freeze what is missing and return what to tell the operator."""
    with transaction():
        done = freeze_missing()
    return [f"Frozen: list of measures of version {number}, {count} measures." for number, count in done.items()]


@leitbild.command()
def trace() -> None:
    """Store where sentences come from, for versions that were published before this was stored."""
    click.echo(trace_now())


def trace_now() -> str:
    """Store what is missing, commit, and return what to tell."""
    with transaction():
        count = tracing.trace()
    return f"Sentences stored for {count} versions." if count else "The sentences of every version are stored."
