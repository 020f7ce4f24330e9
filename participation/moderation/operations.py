"""Deciding about comments: hide one for a stated ground, show it again. Every decision stays on record."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import DomainError, require
from participation.dialogue import operations as dialogue
from participation.dialogue.models import Comment
from participation.dialogue.policy import may_hide, may_restore
from participation.moderation.events import CommentHidden, CommentRestored
from participation.moderation.models import Action, Decision
from participation.moderation.rules import RULES, citation

FACTS_LIMIT = 1000


class UnknownRule(DomainError):
    """A decision cites a rule that does not exist."""

    default = _l("Wählen Sie die Regel, gegen die der Beitrag verstößt.")


class FactsMissing(DomainError):
    """A decision does not say what it rests on."""

    default = _l("Schreiben Sie dazu, was Sie zu der Entscheidung bringt. Die Person, die schrieb, liest es.")


def hide(actor: User, comment: Comment, rule: int, facts: str) -> Decision:
    """Hide a comment for breaking a rule; its author is told rule, facts and how to object."""
    require(may_hide(actor, comment))
    if rule not in RULES:
        raise UnknownRule
    decision = _decide(actor, comment, Action.HIDE, citation(rule), facts)
    dialogue.hide_comment(actor, comment, decision.ground)
    emit(CommentHidden(comment, decision))
    return decision


def restore(actor: User, comment: Comment, facts: str) -> Decision:
    """Show a hidden comment again, saying why its ground does not hold."""
    require(may_restore(actor, comment))
    decision = _decide(actor, comment, Action.RESTORE, comment.state_reason[:120], facts)
    dialogue.restore_comment(actor, comment)
    emit(CommentRestored(comment, decision))
    return decision


def _decide(actor: User, comment: Comment, action: Action, ground: str, facts: str) -> Decision:
    facts = normalise(facts, limit=FACTS_LIMIT)
    if not facts:
        raise FactsMissing
    decision = Decision(comment_id=comment.id, action=action, ground=ground, facts=facts, moderator_id=actor.id)
    db.session.add(decision)
    db.session.flush()
    return decision
