"""Everything that writes in a conversation, under one name; the work is done in `comments` and `votes`.

Here: opening a thread, and resting it while moderators evaluate.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.base.db import db
from participation.base.verdict import Conflict
from participation.dialogue.comments import (
    edit_comment,
    hide_comment,
    restore_comment,
    withdraw_comment,
    write_comment,
)
from participation.dialogue.models import Thread, ThreadState
from participation.dialogue.votes import cast_vote, locked_thread, rate_comment

__all__ = [
    "AlreadyResting",
    "NotResting",
    "cast_vote",
    "edit_comment",
    "hide_comment",
    "open_thread",
    "pause_votes",
    "rate_comment",
    "restore_comment",
    "resume",
    "withdraw_comment",
    "write_comment",
]


class AlreadyResting(Conflict):
    """Someone else began the evaluation a moment ago."""

    default = _l("Die Auswertung dieses Gesprächs hat schon begonnen.")


class NotResting(Conflict):
    """Someone else ended the evaluation a moment ago."""

    default = _l("Die Auswertung dieses Gesprächs ist schon beendet.")


def open_thread(*, votable: bool) -> Thread:
    """Add an empty thread. Who owns it sees to it that a subject gets only one."""
    thread = Thread(votable=votable)
    db.session.add(thread)
    db.session.flush()
    return thread


def pause_votes(thread: Thread) -> None:
    """Rest a thread's vote while it is evaluated; votes under way are counted first, later ones are refused.

    The policy belongs to whoever evaluates (outcomes). Once this returns, the counters stand still.
    """
    locked = locked_thread(thread)
    if locked.state is ThreadState.EVALUATING:
        raise AlreadyResting
    locked.state = ThreadState.EVALUATING
    db.session.flush()


def resume(thread: Thread) -> None:
    """Open a thread's vote for the next round."""
    locked = locked_thread(thread)
    if locked.state is ThreadState.OPEN:
        raise NotResting
    locked.state = ThreadState.OPEN
    locked.round += 1
    db.session.flush()
