"""The watch book from the command line."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from participation.base.db import transaction
from participation.watchbook import operations

watchbook = AppGroup("watchbook", help="The security log.")


@watchbook.command("forget")
def forget() -> None:
    """Delete entries older than SECURITY_LOG_DAYS; run it once a day."""
    with transaction():
        gone = operations.forget(current_app.config["PERIODS"]["security_log"])
    click.echo(f"Deleted {gone} entries.")
