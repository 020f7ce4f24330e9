"""What moderators decided about contributions, with the statement of reasons that their authors receive."""

from __future__ import annotations

from dataclasses import dataclass

from participation.dialogue.models import Comment
from participation.moderation.models import Decision


@dataclass(frozen=True, slots=True)
class CommentHidden:
    """A comment was hidden; the decision names rule and facts."""

    comment: Comment
    decision: Decision


@dataclass(frozen=True, slots=True)
class CommentRestored:
    """A hidden comment is shown again; the decision says why."""

    comment: Comment
    decision: Decision
