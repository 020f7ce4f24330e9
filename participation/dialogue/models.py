"""Tables of threads, comments and votes."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from participation.accounts.models import Initiative, User
from participation.base.clock import now
from participation.base.db import Base, choice
from participation.base.similar import fingerprint
from participation.base.triggers import create_with
from participation.dialogue import guards
from participation.places.models import Region


class ThreadState(enum.Enum):
    """Open, or resting for votes while moderators evaluate; never closed for good."""

    OPEN = "open"
    EVALUATING = "evaluating"


class CommentKind(enum.Enum):
    """What a comment wants to be."""

    QUESTION = "frage"
    FOR = "dafuer"
    AGAINST = "dagegen"
    ADDITION = "ergaenzung"
    EXPERIENCE = "erfahrung"


class CommentState(enum.Enum):
    """Whether the text of a comment is shown."""

    VISIBLE = "visible"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


DELETED = "gelöscht"
"""The reason of a withdrawn comment whose text is gone for good, because its author's account was deleted."""


class Stance(enum.Enum):
    """A person's position on the subject of a thread."""

    YES = "zustimmung"
    NO = "ablehnung"
    ABSTAIN = "enthaltung"


class Thread(Base):
    """One conversation and its Stimmungsbild."""

    __tablename__ = "threads"
    __table_args__ = (
        CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0 AND comment_count >= 0", name="counters"),
        CheckConstraint("apart >= 0", name="apart"),
        Index("ix_threads_last_comment_at", "last_comment_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[ThreadState] = mapped_column(choice(ThreadState), default=ThreadState.OPEN)
    round: Mapped[int] = mapped_column(default=1)
    """Counts evaluation rounds, from 1."""
    votable: Mapped[bool] = mapped_column(default=False)
    comment_count: Mapped[int] = mapped_column(default=0)
    """Comments and replies that are visible."""
    root_count: Mapped[int] = mapped_column(default=0)
    """Comments that are not replies, whatever their state: what the pager goes through."""
    frage: Mapped[int] = mapped_column(default=0)
    dafuer: Mapped[int] = mapped_column(default=0)
    dagegen: Mapped[int] = mapped_column(default=0)
    ergaenzung: Mapped[int] = mapped_column(default=0)
    erfahrung: Mapped[int] = mapped_column(default=0)
    """Comments that are not replies, by kind, whatever their state."""
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)
    apart: Mapped[int] = mapped_column(default=0, server_default="0")
    """Stances from a conspicuous burst, which moderators set apart: in none of the three above, and in no tally."""
    last_comment_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def votes(self) -> int:
        """All stances together."""
        return self.yes + self.no + self.abstain


class Tally(Base):
    """The stances of one region in one thread."""

    __tablename__ = "tallies"
    __table_args__ = (CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0", name="counters"),)

    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), primary_key=True)
    region: Mapped[Region] = mapped_column(choice(Region), primary_key=True)
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)


class Ballot(Base):
    """One person's stance on one thread's subject."""

    __tablename__ = "ballots"
    __table_args__ = (Index("ix_ballots_voter_id_thread_id", "voter_id", "thread_id"),)

    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), primary_key=True)
    voter_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    stance: Mapped[Stance] = mapped_column(choice(Stance))
    region: Mapped[Region] = mapped_column(choice(Region))
    """The voter's region when the stance was last cast; the tally it is counted in."""
    round: Mapped[int]
    cast_at: Mapped[datetime] = mapped_column(default=now)


class ApartVote(Base):
    """Says that one person's stance on one thread's subject counts apart; stays when they change or renew it."""

    __tablename__ = "apart_votes"

    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"), primary_key=True)
    voter_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)


_ROOTS = text("root_id IS NULL")


class Comment(Base):
    """A contribution to a thread; source and sanitised HTML are kept together."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("(parent_id IS NULL) = (root_id IS NULL)", name="reply_has_root"),
        CheckConstraint("root_id IS NOT NULL OR kind IS NOT NULL", name="root_has_kind"),
        UniqueConstraint("author_id", "submission_key"),
        Index("ix_comments_thread_id_id", "thread_id", "id", sqlite_where=_ROOTS, postgresql_where=_ROOTS),
        Index("ix_comments_thread_id_score", "thread_id", "score", "id", sqlite_where=_ROOTS, postgresql_where=_ROOTS),
        Index(
            "ix_comments_thread_id_reply_count",
            "thread_id",
            "reply_count",
            "id",
            sqlite_where=_ROOTS,
            postgresql_where=_ROOTS,
        ),
        Index("ix_comments_thread_id_kind", "thread_id", "kind", "id", sqlite_where=_ROOTS, postgresql_where=_ROOTS),
        Index("ix_comments_root_id_id", "root_id", "id"),
        Index("ix_comments_author_id_id", "author_id", "id"),
        Index("ix_comments_initiative_id_id", "initiative_id", "id"),
        Index("ix_comments_fingerprint", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    """The comment that opens this branch; empty for that comment itself."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"))
    kind: Mapped[CommentKind | None] = mapped_column(choice(CommentKind))
    """Empty only for replies."""
    anchor: Mapped[str | None] = mapped_column(String(120))
    """The id of the bullet meant, resolved on higher floors."""
    anchor_text: Mapped[str] = mapped_column(Text, default="")
    """The bullet's wording at the time of writing."""
    lang: Mapped[str] = mapped_column(String(8), default="de")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitiser: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Of the words of the body (base/similar.py): equal for equal texts, empty for very short ones."""
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[CommentState] = mapped_column(choice(CommentState), default=CommentState.VISIBLE)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    """Shown in the placeholder of a hidden comment: rule and ground; of a withdrawn one DELETED or nothing."""
    helpful: Mapped[int] = mapped_column(default=0)
    unhelpful: Mapped[int] = mapped_column(default=0)
    score: Mapped[int] = mapped_column(default=0)
    """helpful - unhelpful; stored because a list is ordered by it."""
    reply_count: Mapped[int] = mapped_column(default=0)
    """All replies in this branch; kept on the opening comment only."""
    submission_key: Mapped[str | None] = mapped_column(String(64))
    """From the form: the same key twice is the same contribution."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]

    author: Mapped[User] = relationship()
    initiative: Mapped[Initiative | None] = relationship()
    thread: Mapped[Thread] = relationship()

    @validates("body")
    def _take_fingerprint(self, _key: str, body: str) -> str:
        self.fingerprint = fingerprint(body)
        return body


ENOUGH = 10
"""More contributions than that nobody has to have shown before the next one appears at once."""


class WaitingState(enum.Enum):
    """What became of a contribution that waited."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"


class WaitingComment(Base):
    """A contribution of a new account that waits for a moderator, kept apart from what everybody reads.

    Nothing that lists, counts or exports comments can show it, because it is none yet. Once it is decided a comment
    with its text stands in the conversation (of a refused one: a placeholder with the ground), and this row keeps only
    who decided when. What its author withdraws is deleted.
    """

    __tablename__ = "waiting_comments"
    __table_args__ = (
        CheckConstraint("parent_id IS NOT NULL OR kind IS NOT NULL", name="root_has_kind"),
        CheckConstraint("(state = 'waiting') = (body <> '')", name="text_while_waiting"),
        CheckConstraint("(state = 'waiting') = (comment_id IS NULL)", name="comment_once_decided"),
        CheckConstraint("(state = 'waiting') = (decided_by_id IS NULL)", name="decided_by"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> author_id", name="not_ones_own"),
        CheckConstraint("(taken_by_id IS NULL) = (taken_until IS NULL)", name="taken_until"),
        CheckConstraint("subject = '' OR exact <> ''", name="subject_has_words"),
        UniqueConstraint("author_id", "submission_key"),
        UniqueConstraint("comment_id"),
        Index("ix_waiting_comments_state_due_at", "state", "due_at"),
        Index("ix_waiting_comments_decided_at", "decided_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[CommentKind | None] = mapped_column(choice(CommentKind))
    anchor: Mapped[str | None] = mapped_column(String(120))
    anchor_text: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(8), default="de")
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    sanitiser: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    """Counts edits, so that a moderator decides about the text that was read; earlier texts are not kept."""
    subject: Mapped[str] = mapped_column(String(120), default="")
    """What holds the passage that is meant, as in Anchor; empty where nothing certain is meant."""
    revision: Mapped[int | None]
    is_quote: Mapped[bool] = mapped_column(default=False)
    exact: Mapped[str] = mapped_column(Text, default="")
    prefix: Mapped[str] = mapped_column(Text, default="")
    suffix: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[list[int]] = mapped_column(default=list)
    """The organisations that are to answer, once it has appeared."""
    answer_days: Mapped[int] = mapped_column(default=0)
    """How long their answer is then awaited."""
    submission_key: Mapped[str | None] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    """Until when a moderator should have looked at it."""
    state: Mapped[WaitingState] = mapped_column(choice(WaitingState), default=WaitingState.WAITING)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_until: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"))
    """What it became."""

    author: Mapped[User] = relationship(foreign_keys=[author_id])
    taken_by: Mapped[User | None] = relationship(foreign_keys=[taken_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    thread: Mapped[Thread] = relationship()
    parent: Mapped[Comment | None] = relationship(foreign_keys=[parent_id])


class AnchorState(enum.Enum):
    """What became of the passage that a comment is about."""

    HOLDS = "gilt"
    CHANGED = "geaendert"
    GONE = "entfallen"


class Anchor(Base):
    """The passage that a comment is about: some quoted words, or one point as a whole, as they stood at the time.

    A quote is a TextQuoteSelector: https://www.w3.org/TR/annotation-model/#text-quote-selector. Its state is looked up
    when a revision is published, never when a page is read.
    """

    __tablename__ = "anchors"
    __table_args__ = (
        CheckConstraint("exact <> ''", name="has_words"),
        CheckConstraint("(state = 'gilt') = (changed_in IS NULL)", name="changed_in_revision"),
        CheckConstraint("found = '' OR state = 'geaendert'", name="found_only_if_changed"),
        CheckConstraint("is_quote OR (prefix = '' AND suffix = '' AND found = '')", name="only_quotes_select"),
        Index("ix_anchors_subject", "subject"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120))
    """The id of what holds the passage, resolved on higher floors."""
    revision: Mapped[int]
    """The number of the revision that was read."""
    is_quote: Mapped[bool]
    """Whether some words are meant; else all that the subject says."""
    exact: Mapped[str] = mapped_column(Text)
    """The words at the time of writing."""
    prefix: Mapped[str] = mapped_column(Text, default="")
    suffix: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[AnchorState] = mapped_column(choice(AnchorState), default=AnchorState.HOLDS)
    changed_in: Mapped[int | None]
    """The number of the revision that brought this state; empty while the passage holds."""
    found: Mapped[str] = mapped_column(Text, default="")
    """Of a changed quote: how the passage reads now, where that could be told."""


class Occasion(Base):
    """Where and when people said something that moderators wrote down. Higher floors know what else belongs to it."""

    __tablename__ = "occasions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(160))
    """As shown, e.g. "Jänschwalde/Janšojce"."""
    held_on: Mapped[date]
    is_example: Mapped[bool] = mapped_column(default=False)


class Recording(Base):
    """Marks a comment that was said at an occasion; its author is the account of `accounts.voices`, nobody's."""

    __tablename__ = "recordings"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    occasion_number: Mapped[int] = mapped_column(ForeignKey("occasions.number"), index=True)


class AnswerState(enum.Enum):
    """What became of a request for an answer; derived, never stored."""

    OPEN = "offen"
    ANSWERED = "beantwortet"
    LAPSED = "ohne-antwort"


class AnswerRequest(Base):
    """An organisation that a contribution asks for an answer; at most three each."""

    __tablename__ = "answer_requests"
    __table_args__ = (
        CheckConstraint("position BETWEEN 1 AND 3", name="at_most_three"),
        CheckConstraint("due_at >= asked_at", name="period"),
        UniqueConstraint("comment_id", "position"),
        Index("ix_answer_requests_initiative_id_comment_id", "initiative_id", "comment_id"),
    )

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("initiatives.id"), primary_key=True)
    position: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime]
    """From then on it counts as without an answer, until there is one."""


class CommentVersion(Base):
    """An earlier text of a comment, kept when it was edited."""

    __tablename__ = "comment_versions"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class CommentVote(Base):
    """Whether one person found one comment helpful."""

    __tablename__ = "comment_votes"

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    voter_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    helpful: Mapped[bool]
    cast_at: Mapped[datetime] = mapped_column(default=now)


create_with(Recording.__table__, guards.statements)
