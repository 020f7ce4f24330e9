"""What a comment that is being sent is about: the point that was chosen, or the words that were quoted."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.base.verdict import Conflict
from participation.dialogue.anchors import Reference, quote
from participation.web.dialogue.forms import CommentForm
from participation.web.dialogue.topic import Topic


class WordingMoved(Conflict):
    """The wording is no longer the one the writer saw; the page shows both, with what was typed."""

    default = _l(
        "Während Sie schrieben, hat sich der Wortlaut geändert. Ihr Text ist noch da. Passt er auch zur neuen Fassung?"
    )


def meant(topic: Topic, form: CommentForm) -> Reference | None:
    """Return what a comment is about, in the wording as it stands now; None for all of it, and for a reply.

    Raises:
        WordingMoved: if a revision changed the wording since the page was drawn.
        QuoteTooLong, NotQuoted, QuotedTwice: if the quote cannot be taken down.
    """
    if topic.wording is None or form.parent_id is not None:
        return None
    since, passages = topic.wording.read()
    if form.seen_since is not None and form.seen_since < since:
        raise WordingMoved
    # The point that was chosen is looked through first.
    ordered = sorted(passages, key=lambda passage: passage.subject != form.anchor.data)
    words = form.quote.data or ""
    if words.strip():
        context = {"prefix": form.quote_prefix.data or "", "suffix": form.quote_suffix.data or ""}
        passage, selector = quote(ordered, words, **context)
        return Reference(passage, topic.wording.revision(), selector)
    if form.anchor.data and ordered and ordered[0].subject == form.anchor.data:
        return Reference(ordered[0], topic.wording.revision())
    return None
