"""A resolution as an entry of the revision log."""

from __future__ import annotations

from flask import render_template

from participation.base.verdict import NotFound
from participation.ledger.leaf import Leaf
from participation.ledger.models import LogEntry
from participation.resolutions import queries
from participation.web.resolutions import words


def page(entry: LogEntry, leaf: Leaf) -> str:
    """Show what a body decided, why, and the hash."""
    found = queries.of_entry(entry.number)
    if found is None:
        raise NotFound
    return render_template("resolutions/entry.html", entry=entry, leaf=leaf, resolution=found, words=words)
