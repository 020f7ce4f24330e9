"""Commands for operators and developers: `flask <room> <verb>`. Each does its work in one `transaction()`."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
