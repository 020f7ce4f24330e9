"""What comments are about, down to the quoted words: taken down on writing, followed when the texts change.

The texts come as arguments: what a conversation is about stays unknown here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from participation.base import quotes
from participation.base.db import db
from participation.base.text import normalise
from participation.base.verdict import DomainError
from participation.dialogue.models import Anchor, AnchorState, WaitingComment

QUOTE_LIMIT = 500
"""Characters a quote may have."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a comment may be about, as it reads now."""

    subject: str
    text: str
    """Plain and on one line; see base.text.shown."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a comment is about: some quoted words of a passage, or (without a selector) all of it."""

    passage: Passage
    revision: int
    selector: quotes.Selector | None = None


class QuoteTooLong(DomainError):
    """More was quoted than fits."""

    default = _l("Das Zitat ist zu lang. Höchstens 500 Zeichen sind möglich.")


class NotQuoted(DomainError):
    """The words do not stand in any of the texts; `closest` is the stretch that comes nearest, or empty."""

    default = _l("Diese Worte stehen nicht im heutigen Wortlaut.")

    def __init__(self, closest: str) -> None:
        super().__init__()
        self.closest = closest


class QuotedTwice(DomainError):
    """The words stand at several places and nothing tells which is meant."""

    default = _l("Diese Worte stehen mehrmals im Wortlaut. Nehmen Sie ein paar Worte davor oder danach dazu.")

    @property
    def closest(self) -> str:
        """Nothing: the words themselves are right."""
        return ""


def quote(
    passages: Sequence[Passage], words: str, *, prefix: str = "", suffix: str = ""
) -> tuple[Passage, quotes.Selector]:
    """Return which passage holds the words and where; the first passage that holds them counts.

    `prefix` and `suffix` tell the places apart where the words stand more than once.

    Raises:
        QuoteTooLong, NotQuoted, QuotedTwice: where the words cannot be taken down.
    """
    wanted = " ".join(normalise(words, limit=20 * QUOTE_LIMIT).split())
    if len(wanted) > QUOTE_LIMIT:
        raise QuoteTooLong
    for passage in passages:
        ranges = quotes.places(passage.text, wanted)
        if not ranges:
            continue
        if len(ranges) > 1 and not (prefix or suffix):
            raise QuotedTwice
        start, end = quotes.best(passage.text, ranges, prefix[-quotes.CONTEXT :], suffix[: quotes.CONTEXT])
        return passage, quotes.select(passage.text, start, end)
    raise NotQuoted(_closest(passages, wanted))


def take_down(comment_id: int, reference: Reference) -> None:
    """Take down what a comment is about; nothing where there is no text to be about."""
    selector = reference.selector
    if selector is None and not reference.passage.text:
        return
    row = Anchor(
        comment_id=comment_id,
        subject=reference.passage.subject,
        revision=reference.revision,
        is_quote=selector is not None,
        exact=selector.exact if selector else reference.passage.text,
        prefix=selector.prefix if selector else "",
        suffix=selector.suffix if selector else "",
    )
    db.session.add(row)
    db.session.flush()


def follow(texts: Mapping[str, str | None], revision: int) -> int:
    """Look for the passages again in the new texts of their subjects; None for a subject that is gone.

    Two statements, however many comments there are: one reads the anchors, one writes those whose state changed.
    Equal quotes are looked for once. Returns how many changed.
    """
    if not texts:
        return 0
    rows = db.session.execute(
        select(
            Anchor.comment_id,
            Anchor.subject,
            Anchor.is_quote,
            Anchor.exact,
            Anchor.prefix,
            Anchor.suffix,
            Anchor.state,
            Anchor.found,
        )
        .where(Anchor.subject.in_(texts))
        .order_by(Anchor.comment_id)
    ).all()
    known: dict[tuple[object, ...], tuple[AnchorState, str]] = {}
    changed = []
    for row in rows:
        key = tuple(row)[1:]
        if key not in known:
            selector = quotes.Selector(row.exact, row.prefix, row.suffix)
            known[key] = _state(texts[row.subject], selector, row.found, is_quote=row.is_quote)
        state, found = known[key]
        if (state, found) == (row.state, row.found):
            continue
        changed_in = None if state is AnchorState.HOLDS else revision
        changed.append({"comment_id": row.comment_id, "state": state, "found": found, "changed_in": changed_in})
    if changed:
        db.session.execute(update(Anchor), changed)
    return len(changed)


def forget(subject: str, erased: str, current: str, mark: str) -> None:
    """Put a mark in the place of quoted words that stood in a text that was erased and do not stand in the current one.

    Around words that stay, only the context goes; both texts as readers saw them.
    """

    def is_gone(words: str) -> bool:
        return words.strip() != "" and words in erased and words not in current

    for row in db.session.scalars(select(Anchor).where(Anchor.subject == subject)):
        if is_gone(row.exact):
            row.exact, row.prefix, row.suffix = mark, "", ""
        row.prefix = "" if is_gone(row.prefix) else row.prefix
        row.suffix = "" if is_gone(row.suffix) else row.suffix
        row.found = "" if is_gone(row.found) else row.found
    for waiting in db.session.scalars(select(WaitingComment).where(WaitingComment.subject == subject)):
        waiting.exact = mark if is_gone(waiting.exact) else waiting.exact
        waiting.prefix = "" if is_gone(waiting.prefix) else waiting.prefix
        waiting.suffix = "" if is_gone(waiting.suffix) else waiting.suffix
    db.session.flush()


def _state(text: str | None, selector: quotes.Selector, found: str, *, is_quote: bool) -> tuple[AnchorState, str]:
    """Return what became of a passage, and how it reads now where it changed."""
    if not text:
        return AnchorState.GONE, ""
    if not is_quote:
        return (AnchorState.HOLDS if text == selector.exact else AnchorState.CHANGED), ""
    place = quotes.locate(text, selector)
    if place is None and found:
        # Changed before, step by step: what it last read leads on where the first wording no longer does.
        place = quotes.locate(text, quotes.Selector(found))
        if place is not None:
            return AnchorState.CHANGED, text[place.start : place.end]
    if place is None:
        return AnchorState.GONE, ""
    return (AnchorState.HOLDS, "") if place.same else (AnchorState.CHANGED, text[place.start : place.end])


def _closest(passages: Sequence[Passage], wanted: str) -> str:
    for passage in passages:
        near = quotes.nearest(passage.text, wanted)
        if near is not None:
            return passage.text[slice(*near)]
    return ""
