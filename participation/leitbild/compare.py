"""Comparing two revisions, passage by passage and word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import aliased

from participation.base.db import db
from participation.leitbild.changes import diff_html
from participation.leitbild.models import Passage

CAP = 200
"""Passages shown; two revisions that differ in more are better read side by side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A passage that differs between two revisions."""

    node_id: str
    kind: Literal["added", "removed", "changed"]
    title: str
    title_before: str
    cluster_id: str | None
    html: Markup
    change_id: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, in reading order; `rest` counts what was left out."""

    differences: tuple[Difference, ...]
    rest: int


def compare(earlier: int, later: int, *, cap: int | None = None) -> Comparison:
    """Return the passages whose wording, title or state differs, in reading order.

    `cap` says how many; else as many as a page shows.

    No passage ever disappears: what was struck stays listed, so the later revision names them all.
    """
    old, new = aliased(Passage), aliased(Passage)
    both = (
        select(
            new.node_id,
            new.position,
            new.title,
            old.title.label("title_before"),
            new.cluster_id,
            old.body.label("before"),
            new.body.label("after"),
            new.change_id,
        )
        .outerjoin(old, (old.node_id == new.node_id) & (old.revision_number == earlier))
        .where(
            new.revision_number == later,
            old.node_id.is_(None)
            | (old.body != new.body)
            | (old.title != new.title)
            | (old.text_state != new.text_state),
        )
        .order_by(new.position)
    )
    rows = db.session.execute(both).all()
    found = [
        Difference(
            row.node_id,
            _kind(row.before, row.after),
            row.title,
            row.title_before or row.title,
            row.cluster_id,
            Markup(diff_html(row.before or "", row.after)),  # noqa: S704 - escaped where it is made
            row.change_id,
            row.before or "",
            row.after,
        )
        for row in rows[: cap or CAP]
    ]
    return Comparison(tuple(found), len(rows) - len(found))


def _kind(before: str | None, after: str) -> Literal["added", "removed", "changed"]:
    if before and not after:
        return "removed"
    return "changed" if before else "added"
