"""What people may do in a conversation. Pure: a page asks once, and once more per comment only whose it is."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l

from participation.accounts.models import Role, User
from participation.accounts.policy import Mandate, may_moderate, may_take_part
from participation.base.verdict import Verdict, no, yes
from participation.dialogue.models import Comment, CommentState, Thread, ThreadState, WaitingComment, WaitingState

LOGIN_TO_VOTE = no(_l("Zum Abstimmen brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)
LOGIN_TO_WRITE = no(_l("Zum Schreiben brauchen Sie ein Konto. Danach geht es genau hier weiter."), login_helps=True)
NOT_VOTABLE = no(_l("Hierüber wird nicht abgestimmt. Schreiben Sie, was Sie davon halten."))
RESTING = no(_l("Die Abstimmung ruht, weil wir auswerten. Danach zählt Ihre Stimme für die nächste Runde."))
MODERATORS_DO_NOT_VOTE = no(_l("Wer moderiert, fasst das Stimmungsbild zusammen und stimmt deshalb nicht mit ab."))


def may_comment(actor: User | None) -> Verdict:
    """Say whether a person may write in conversations; threads are never closed for comments."""
    return LOGIN_TO_WRITE if actor is None else may_take_part(actor)


def must_wait(actor: User, needed: int, mandates: Collection[Mandate] = ()) -> bool:
    """Say whether what a person writes waits for a moderator first.

    It does until `needed` contributions of theirs could be read (0: never). Whoever is trusted by a role, a seat in a
    body or the mandate of a verified initiative does not wait.
    """
    return actor.role is Role.RESIDENT and not actor.seated and not mandates and actor.admitted < needed


def may_edit_waiting(actor: User | None, waiting: WaitingComment) -> Verdict:
    """Say whether a person may change or withdraw a contribution that waits: who wrote it, until it is decided."""
    allowed = may_comment(actor)
    if not allowed or actor is None:
        return allowed
    if waiting.author_id != actor.id:
        return no(_l("Diesen Beitrag ändert nur, wer ihn geschrieben hat."))
    if waiting.state is not WaitingState.WAITING:
        return no(_l("Dieser Beitrag wartet nicht mehr."))
    return yes


def may_vote(actor: User | None, thread: Thread) -> Verdict:
    """Say whether a person may take a stance on a thread's subject: residents, while the thread is open."""
    if not thread.votable:
        return NOT_VOTABLE
    if thread.state is not ThreadState.OPEN:
        return RESTING
    if actor is None:
        return LOGIN_TO_VOTE
    taking_part = may_take_part(actor)
    if not taking_part:
        return taking_part
    return yes if actor.role is Role.RESIDENT else MODERATORS_DO_NOT_VOTE


def may_rate(actor: User | None, comment: Comment) -> Verdict:
    """Say whether a person may call a comment helpful or not; never their own, never one that is not shown."""
    if actor is None:
        return LOGIN_TO_VOTE
    taking_part = may_take_part(actor)
    if not taking_part:
        return taking_part
    if comment.author_id == actor.id:
        return no(_l("Ihren eigenen Beitrag bewerten andere."))
    return _shown(comment)


def may_edit(actor: User | None, comment: Comment) -> Verdict:
    """Say whether a person may change a comment: its author, while it is shown."""
    allowed = may_comment(actor)
    if not allowed or actor is None:
        return allowed
    if comment.author_id != actor.id:
        return no(_l("Diesen Beitrag ändert nur, wer ihn geschrieben hat."))
    return _shown(comment)


def may_withdraw(actor: User | None, comment: Comment) -> Verdict:
    """Say whether a person may withdraw a comment: its author, while it is shown."""
    return may_edit(actor, comment)


def may_hide(actor: User | None, comment: Comment) -> Verdict:
    """Say whether a person may hide a comment: a moderator, never their own, only one that is shown."""
    return _may_judge(actor, comment) and _shown(comment)


def may_restore(actor: User | None, comment: Comment) -> Verdict:
    """Say whether a person may show a hidden comment again: a moderator, never their own."""
    judging = _may_judge(actor, comment)
    if judging and comment.state is not CommentState.HIDDEN:
        return no(_l("Dieser Beitrag ist nicht ausgeblendet."))
    return judging


def _may_judge(actor: User | None, comment: Comment) -> Verdict:
    moderating = may_moderate(actor)
    if moderating and actor is not None and comment.author_id == actor.id:
        return no(_l("Über den eigenen Beitrag entscheidet eine andere Person aus der Moderation."))
    return moderating


def _shown(comment: Comment) -> Verdict:
    if comment.state is CommentState.WITHDRAWN:
        return no(_l("Dieser Beitrag wurde zurückgezogen."))
    if comment.state is CommentState.HIDDEN:
        return no(_l("Dieser Beitrag ist ausgeblendet."))
    return yes
