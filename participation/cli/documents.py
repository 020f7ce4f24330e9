"""`flask documents …`: making the documents of each version."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.base.db import transaction
from participation.documents import operations, queries

documents = AppGroup("documents", help="Documents made of each version: PDF, DOCX, ODT …")


@documents.command()
@click.option("--again", is_flag=True, help="Also try what could not be made before.")
def build(again: bool) -> None:
    """Make every document that waits; for a timer. Two at once, and what the server does by itself, share the work."""
    queue_what_is_missing(again=again)
    done = current_app.extensions["printer"]()
    click.echo(f"{done.built} built, {done.failed} failed, {queries.waiting()} waiting")
    for item in queries.failed():
        click.echo(f"  {item.filename}: {item.error}", err=True)
    if done.failed:
        raise SystemExit(1)


@documents.command()
@click.argument("number", type=click.IntRange(min=1))
def discard(number: int) -> None:
    """Remove the stored documents of a version, comparisons included, and queue them again."""
    with transaction():
        count = operations.discard(number)
    click.echo(f"{count} documents of version {number} are queued again")


def queue_what_is_missing(*, again: bool = True) -> None:
    """Queue what is missing of any version; with `again` also what failed, as after something was installed."""
    with transaction():
        operations.queue_missing()
        if again:
            operations.retry_failed()
