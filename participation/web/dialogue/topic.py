"""What a conversation is about, as the page that carries it describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from participation.dialogue.models import Thread


class ReceiptLine(Protocol):
    """What became of a contribution, as components/receipt.html draws it."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def link(self) -> str: ...


def no_receipts(comment_ids: list[int]) -> Mapping[int, ReceiptLine]:
    """Say that nothing became of anything yet."""
    return {}


@dataclass(frozen=True)
class Topic:
    """A subject with its page."""

    url: str
    """The path of the page; POSTs go to <url>/beitrag and <url>/stimme."""
    thread: Thread | None
    begin: Callable[[], Thread]
    """Return the thread, opened if need be; called inside a transaction."""
    votable: bool = False
    anchors: Sequence[tuple[str, str]] = ()
    """The points a comment may speak of: id and wording."""
    whole: str = ""
    """What a comment speaks of otherwise, e.g. "die ganze Maßnahme"."""
    question: str = ""
    """Opens an empty conversation; "Was fällt Ihnen zu diesem Satz ein?" if empty."""
    vote_question: str = ""
    """Stands above the vote, e.g. "Was halten Sie von dieser Maßnahme?"."""
    vote_closed: str = ""
    """Why nobody votes here any more; the Stimmungsbild stays."""
    rests_until: datetime | None = None
    """Until when the vote rests, while it does."""
    receipts: Callable[[list[int]], Mapping[int, ReceiptLine]] = no_receipts
    """Asked once a page with the ids of the comments on it."""
