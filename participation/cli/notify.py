"""Sending what waits in the outbox."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.notify.queries import waiting_letters

notify = AppGroup("notify", help="Notifications and mails.")


@notify.command("deliver")
def deliver() -> None:
    """Send every letter that is due; for cron, beside the thread of the server."""
    done = current_app.extensions["postman"]()
    click.echo(f"{done.sent} sent, {done.failed} failed, {waiting_letters()} waiting")
    if done.failed:
        raise SystemExit(1)
