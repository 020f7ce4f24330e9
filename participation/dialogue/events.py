"""What happened in a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from participation.dialogue.models import Comment, Stance, Thread


@dataclass(frozen=True, slots=True)
class CommentWritten:
    """A contribution or a reply (then with its parent) was added."""

    comment: Comment
    parent: Comment | None


@dataclass(frozen=True, slots=True)
class ContributionReleased:
    """A moderator let a waiting contribution appear; CommentWritten follows."""

    comment: Comment
    moderator_id: int


@dataclass(frozen=True, slots=True)
class AnswerRequested:
    """A new contribution asks organisations for an answer."""

    comment: Comment
    initiative_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommentEdited:
    """An author changed the text; the earlier one is kept as a version."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class CommentWithdrawn:
    """An author took a comment back."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class CommentHidden:
    """A moderator hid a comment; the reason stands on it."""

    comment: Comment
    moderator_id: int


@dataclass(frozen=True, slots=True)
class CommentRestored:
    """A moderator showed a hidden comment again."""

    comment: Comment
    moderator_id: int


@dataclass(frozen=True, slots=True)
class VoteCast:
    """A person took, changed or (stance None) withdrew a stance."""

    thread: Thread
    voter_id: int
    stance: Stance | None
