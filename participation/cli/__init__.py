"""Commands for operators and developers: `flask <room> <verb>`. Each does its work in one `transaction()`."""

from __future__ import annotations

import click

from participation.cli.accounts import accounts
from participation.cli.dev import dev
from participation.cli.leitbild import leitbild
from participation.cli.log import log
from participation.cli.notify import notify
from participation.cli.strategy import strategy

COMMANDS: tuple[click.Command, ...] = (
    accounts,
    dev,
    leitbild,
    log,
    notify,
    strategy,
)
