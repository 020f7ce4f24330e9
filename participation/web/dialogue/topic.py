"""What a conversation is about, as the page that carries it describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from participation.base.verdict import Verdict, yes
from participation.dialogue.anchors import Passage
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
    def url(self) -> str | None: ...
    @property
    def link(self) -> str: ...


def no_receipts(comment_ids: list[int]) -> Mapping[int, ReceiptLine]:
    """Say that nothing became of anything yet."""
    return {}


class Reworded(NamedTuple):
    """A passage that is not what it was."""

    title: str
    diff_html: str


class Elsewhere(NamedTuple):
    """Where to go on when a conversation is over."""

    title: str
    url: str


@dataclass(frozen=True)
class Wording:
    """The texts that comments may quote, in the state the page shows."""

    since: int
    """The revision that brought what is shown; a form carries it along."""
    read: Callable[[], tuple[int, Sequence[Passage]]]
    """Return `since` and the texts as they stand now; called inside a transaction, after `Topic.begin`."""
    revision: Callable[[], int]
    """Return the number of the newest revision."""
    changes: Callable[[int], Sequence[Reworded]]
    """Return what has changed since a revision."""


@dataclass(frozen=True)
class Topic:
    """A subject with its page."""

    url: str
    """The path of the page; POSTs go to <url>/beitrag and <url>/stimme."""
    thread: Thread | None
    begin: Callable[[], Thread]
    """Return the thread, opened if need be; called inside a transaction. Raises where nobody contributes any more."""
    votable: bool = False
    anchors: Sequence[tuple[str, str]] = ()
    """The points a comment may speak of: id and wording."""
    whole: str = ""
    """What a comment speaks of otherwise, e.g. "die ganze Maßnahme"."""
    wording: Wording | None = None
    """What can be quoted."""
    going_on: Verdict = yes
    """Whether the conversation goes on at all; else everything stays readable and the reason stands there."""
    elsewhere: Elsewhere | None = None
    """Where to go on, if it does not."""
    question: str = ""
    """Opens an empty conversation; "Was fällt Ihnen zu diesem Satz ein?" if empty."""
    vote_question: str = ""
    """Stands above the vote, e.g. "Was halten Sie von dieser Maßnahme?"."""
    vote_closed: str = ""
    """Why nobody votes here any more; the Stimmungsbild stays."""
    vote_note: str = ""
    """A sentence more about the votes."""
    rests_until: datetime | None = None
    """Until when the vote rests, while it does."""
    receipts: Callable[[list[int]], Mapping[int, ReceiptLine]] = no_receipts
    """Asked once a page with the ids of the comments on it."""
