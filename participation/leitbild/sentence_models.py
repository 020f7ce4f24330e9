"""Tables of sentences: what they say, where they stand, what they came from, word by word.

Written once, with the revision (tracing.py), and never again. A wording is a node's text from the revision that brought
it until the next one; so a node that stays as it is costs nothing in later revisions. The passage of revision n has the
wording of the revision its change belongs to, or of revision 1.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.db import Base
from participation.leitbild import guards


class Sentence(Base):
    """One wording of one sentence. It keeps its id as long as it stays word for word, wherever it moves."""

    __tablename__ = "sentences"
    __table_args__ = (
        CheckConstraint("(first_revision = 1) = (change_id IS NULL)", name="deck_or_change"),
        Index("ix_sentences_first_revision", "first_revision"),
        Index("ix_sentences_change_id", "change_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Part of a permanent address; given in reading order, without gaps."""
    text: Mapped[str] = mapped_column(Text)
    """Markdown, cut out of the node's wording."""
    html: Mapped[str] = mapped_column(Text)
    """Alone, its words marked by the revision that brought them."""
    hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text in UTF-8."""
    first_revision: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"))
    """Where it stood first."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))
    """The change that brought it; empty for what stood in the presentation."""


class Wording(Base):
    """One node's text from one revision on; without sentences where it was struck or taken up elsewhere."""

    __tablename__ = "wordings"

    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(ForeignKey("revisions.number"), primary_key=True, index=True)
    tail: Mapped[str] = mapped_column(Text)
    """What follows the last sentence."""
    html: Mapped[str] = mapped_column(Text)
    """The passage's HTML with a mark behind each sentence that participation brought, where there are several."""
    origin_html: Mapped[str] = mapped_column(Text)
    """The same with every sentence a link and its words marked by the revision that brought them."""
    sentences: Mapped[int]
    touched: Mapped[int]
    """How many of them participation brought."""
    changed: Mapped[int]
    """Of those new in this wording, how many have ancestors."""
    added: Mapped[int]
    removed: Mapped[int]
    """Sentences of the wording before that nothing carries on."""


class Placement(Base):
    """Where a sentence stands in a wording."""

    __tablename__ = "placements"
    __table_args__ = (
        ForeignKeyConstraint(["node_id", "revision_number"], ["wordings.node_id", "wordings.revision_number"]),
        UniqueConstraint("sentence_id", "revision_number"),
    )

    node_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision_number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    gap: Mapped[str] = mapped_column(Text)
    """What stands between the sentence before and this one: space, marks of lists."""
    sentence_id: Mapped[int] = mapped_column(ForeignKey("sentences.id"))


class SentenceAncestor(Base):
    """A sentence that another one carries on."""

    __tablename__ = "sentence_ancestors"
    __table_args__ = (
        CheckConstraint("ancestor_id < sentence_id", name="older"),
        Index("ix_sentence_ancestors_ancestor_id", "ancestor_id"),
    )

    sentence_id: Mapped[int] = mapped_column(ForeignKey("sentences.id"), primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("sentences.id"), primary_key=True)
    diff_html: Mapped[str] = mapped_column(Text)


class SentenceSpan(Base):
    """A range of words in a sentence and where they come from: a change, or a node of the presentation."""

    __tablename__ = "sentence_spans"
    __table_args__ = (
        CheckConstraint("(change_id IS NULL) <> (node_id IS NULL)", name="one_origin"),
        CheckConstraint("length > 0", name="not_empty"),
    )

    sentence_id: Mapped[int] = mapped_column(ForeignKey("sentences.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    length: Mapped[int]
    """In characters; the spans of a sentence joined are the sentence."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))
    node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))


TABLES = (SentenceSpan, SentenceAncestor, Placement, Wording, Sentence)
"""In the order in which they can be emptied."""

guards.protect(*TABLES)
