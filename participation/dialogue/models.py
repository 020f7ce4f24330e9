"""Tables of threads, comments and votes."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.accounts.models import Initiative, User
from participation.base.clock import now
from participation.base.db import Base, choice
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
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[CommentState] = mapped_column(choice(CommentState), default=CommentState.VISIBLE)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    """Shown in the placeholder of a hidden comment: rule and ground."""
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
