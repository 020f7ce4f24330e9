"""What the comments on a node may quote: its own wording, its points, and what has no conversation of its own below."""

from __future__ import annotations

from collections.abc import Sequence

from participation.accounts.models import User
from participation.base.quotes import marked
from participation.base.text import shown
from participation.base.verdict import NotFound
from participation.dialogue.anchors import Passage
from participation.leitbild.changes import diff_html
from participation.leitbild.queries import current_number, reworded
from participation.strategy.lines import Line
from participation.strategy.queries import NodePage, node_page
from participation.web.dialogue.topic import Reworded, Wording
from participation.web.shell import viewer


def wording(page: NodePage) -> Wording:
    """Return what the comments on a node may quote, in the state of its page."""
    return Wording(
        since=_since(page),
        read=lambda: _read(page.node.id, viewer()),
        revision=current_number,
        changes=lambda since: _changes(page, since),
    )


def marked_html(page: NodePage) -> dict[str, str]:
    """Return the wordings with what comments quote marked in them, by node; only those that are quoted."""
    wordings = {page.node.id: page.node.html, **{point.id: point.html for point in page.points}}
    return {ident: marked(wordings[ident], words, css="ld-spoken") for ident, words in page.quoted.items()}


def _read(node_id: str, user: User | None) -> tuple[int, Sequence[Passage]]:
    page = node_page(node_id, user)
    if page is None:
        raise NotFound
    spoken = [Passage(line.id, shown(line.html)) for line in _lines(page) if line.is_current]
    return _since(page), [Passage(node_id, shown(page.node.html)), *spoken]


def _since(page: NodePage) -> int:
    """Return the newest of the revisions that brought what is talked about here; what went counts as well."""
    return max(page.node.since_revision, *(line.since_revision for line in _lines(page)), 1)


def _changes(page: NodePage, since: int) -> list[Reworded]:
    ids = [page.node.id, *(line.id for line in _lines(page))]
    return [Reworded(title, diff_html(before, after)) for title, before, after in reworded(ids, since)]


def _lines(page: NodePage) -> list[Line]:
    return [*page.points, *_below(page.contents, page.node.id)]


def _below(lines: Sequence[Line], owner_id: str) -> list[Line]:
    found: list[Line] = []
    for line in lines:
        found += [line] if line.thread_node_id == owner_id else []
        found += _below(line.below, owner_id)
    return found
