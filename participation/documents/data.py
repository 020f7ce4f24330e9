"""JSON for whoever wants to compute with a version; static/leitbild.schema.json says what is in it."""

from __future__ import annotations

import json
from typing import Any

from participation.documents.blocks import Imprint
from participation.documents.manuscript import published
from participation.documents.measures import COLUMNS, Measure, groups, plain
from participation.ledger import queries as ledger
from participation.ledger.leaf import rfc3339
from participation.leitbild import queries
from participation.leitbild.models import Change
from participation.leitbild.provenance import grounds

FORMAT = "lausitz-leitbild/1"
"""Raised when what is there already changes its meaning; what is added does not raise it."""


def typeset(number: int, imprint: Imprint) -> bytes:
    """Return a version as JSON in UTF-8."""
    return (json.dumps(describe(number, imprint), ensure_ascii=False, indent=1) + "\n").encode()


def describe(number: int, imprint: Imprint) -> dict[str, Any]:
    """Return what the JSON of a version says."""
    row = published(number)
    changes = queries.changes_of_revision(number)
    rests_on = grounds([change.id for change in changes])
    return {
        "$schema": f"{imprint.address}/leitbild/schema.json",
        "format": FORMAT,
        "language": "de",
        "publisher": {"name": imprint.site, "address": imprint.address},
        "revision": {
            "number": row.number,
            "title": row.title,
            "summary": "\n".join(plain(row.summary_html).split("\n")),
            "published_at": rfc3339(row.published_at),
            "is_initial": row.number == 1,
            "address": f"{imprint.address}/leitbild/fassung/{row.number}",
        },
        "log": {
            "entry": row.log_number,
            "hash": row.hash,
            "size": row.log_number,
            "root": ledger.tree(row.log_number).root().hex(),
            "address": f"{imprint.address}/log",
        },
        "passages": [
            {
                "id": line.node_id,
                "position": position,
                "depth": line.depth,
                "kind": line.kind_id,
                "parent": line.parent_id,
                "cluster": line.cluster_id,
                "title": line.title,
                "body": line.body,
                "state": line.state.value,
                "change": line.change_id,
            }
            for position, line in enumerate(queries.text(number))
        ],
        "changes": [
            _change(change, [ground.number or 0 for ground in rests_on[change.id]], imprint) for change in changes
        ],
        "measures": [_measure(measure) for group in groups(number) for measure in group.measures],
    }


def _change(change: Change, outcomes: list[int], imprint: Imprint) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "passage": change.node_id,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "culture": change.culture,
        "cross_border": change.cross_border,
        "outcomes": outcomes,
        "address": f"{imprint.address}/leitbild/aenderung/{change.id}",
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {key: value(measure) for key, (_heading, value) in COLUMNS.items()}
