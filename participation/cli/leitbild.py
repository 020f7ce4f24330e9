"""`flask leitbild …`: checking the revision log."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from participation.leitbild.verify import verify as check

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
