"""Sending what waits in the outbox."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.base.db import transaction
from participation.notify.operations import send_unknown_again
from participation.notify.queries import unknown_letters, waiting_letters

notify = AppGroup("notify", help="Notifications and mails.")


@notify.command("deliver")
def deliver() -> None:
    """Send every letter that is due; for cron, beside what the server does by itself."""
    done = current_app.extensions["postman"]()
    click.echo(f"{done.sent} sent, {done.failed} failed, {waiting_letters()} waiting, {unknown_letters()} unknown")
    if done.failed or done.unknown:
        raise SystemExit(1)


@notify.command("unknown")
@click.option("--send-again", is_flag=True, help="Queue them again; some may arrive twice.")
def unknown(send_again: bool) -> None:
    """Count letters that were given to the mail server by a process that died, or to one that fell silent.

    They are never sent again by themselves: nobody shall get a mail twice because a process died.
    """
    if send_again:
        with transaction():
            count = send_unknown_again()
        click.echo(f"{count} letters are queued again")
    else:
        click.echo(f"{unknown_letters()} letters may be out or not; --send-again may send them twice")
