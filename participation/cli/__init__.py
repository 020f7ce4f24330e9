"""Commands for operators and developers: `flask <room> <verb>`. Each does its work in one `transaction()`."""

from __future__ import annotations

import click

from participation.cli.accounts import accounts
from participation.cli.bodies import bodies
from participation.cli.dev import dev
from participation.cli.documents import documents
from participation.cli.jobs import jobs
from participation.cli.leitbild import leitbild
from participation.cli.log import log
from participation.cli.notify import notify
from participation.cli.ops import ops
from participation.cli.privacy import privacy
from participation.cli.strategy import strategy
from participation.cli.watchbook import watchbook

COMMANDS: tuple[click.Command, ...] = (
    accounts,
    bodies,
    dev,
    documents,
    jobs,
    leitbild,
    log,
    notify,
    ops,
    privacy,
    strategy,
    watchbook,
)
