"""Commands for operators and developers: `flask <room> <verb>`. Each does its work in one `transaction()`."""

from __future__ import annotations

import click

from participation.cli.accounts import accounts
from participation.cli.notify import notify

COMMANDS: tuple[click.Command, ...] = (
    accounts,
    notify,
)
