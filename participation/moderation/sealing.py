"""Removed texts. They are taken out of the contribution at once, and out of what quotes them in its cases (`quoting`),
and kept under seal while somebody may still object.

A reversal puts them back. When the time to object is over and nobody's objection waits, the daily sweep deletes them
for good; the row stays and says when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update

from participation.base.clock import now
from participation.base.db import db
from participation.dialogue import sealing as comments
from participation.dialogue.models import Comment
from participation.moderation import quoting
from participation.moderation.models import Appeal, AppealState, Case, Decision, Sealed
from participation.moderation.policy import APPEAL_PERIOD
from participation.moderation.targets import Target
from participation.proposals import hiding as proposals
from participation.proposals.models import Proposal

_PARTS = ("body", "title", "wording", "reason", "benefit", "culture")


def seal(decision: Decision, target: Target) -> Sealed:
    """Take a contribution's texts out of its rows and keep them under seal until nobody can object any more."""
    about = target.contribution
    taken = comments.take_text(about) if isinstance(about, Comment) else proposals.take_text(about)
    taken["quoted"] = quoting.take_quotes(decision, target, _texts(taken))
    # A removal from before there were seals is sealed later; the time to object runs from the decision all the same.
    made = Sealed(decision_id=decision.id, content=taken, until=decision.at + APPEAL_PERIOD, sealed_at=now())
    db.session.add(made)
    db.session.flush()
    return made


def unseal(target: Target) -> None:
    """Put a contribution's texts back, if they are still there, and break the seal."""
    found = sealed(target)
    if found is None or found.content is None:
        return
    about = target.contribution
    if isinstance(about, Comment):
        comments.put_text_back(about, found.content)
    else:
        proposals.put_text_back(about, found.content)
    quoting.put_quotes_back(found.content.get("quoted", ()))
    db.session.delete(found)
    db.session.flush()


def sealed(target: Target) -> Sealed | None:
    """Return the seal on a removed contribution; its content is empty once the text is deleted for good."""
    chosen = (
        select(Sealed)
        .join(Decision, Decision.id == Sealed.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .where(target.theirs)
        .order_by(Sealed.decision_id.desc())
        .limit(1)
    )
    return db.session.scalar(chosen)


def for_appeal(appeal: Appeal, *, may_decide: bool) -> list[tuple[str, str]]:
    """Return a removed text for the moderator who decides about an objection: names of the parts and their words.

    Nobody else reads it, and nobody once the time to object is over.
    """
    if not may_decide or appeal.state is not AppealState.OPEN:
        return []
    found = db.session.get(Sealed, appeal.decision_id)
    if found is None or found.content is None or found.until <= now():
        return []
    return [(name, found.content[name]) for name in _PARTS if found.content.get(name)]


def delete_due(before: datetime) -> int:
    """Delete texts for good whose time to object was over before a moment and about which no objection waits."""
    waiting = exists().where(Appeal.decision_id == Sealed.decision_id, Appeal.state == AppealState.OPEN)
    late = update(Sealed).where(Sealed.until <= before, Sealed.gone_at.is_(None), ~waiting)
    gone = late.values(content=None, gone_at=now()).returning(Sealed.decision_id)
    return len(db.session.execute(gone, execution_options={"synchronize_session": False}).all())


def forget(user_id: int) -> None:
    """Delete the removed texts of a person whose account goes, where they wrote for themselves."""
    about = (
        select(Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(Comment, Comment.id == Case.comment_id)
        .outerjoin(Proposal, Proposal.id == Case.proposal_id)
        .where(Decision.author_id == user_id, Comment.initiative_id.is_(None), Proposal.initiative_id.is_(None))
    )
    mine = update(Sealed).where(Sealed.decision_id.in_(about), Sealed.gone_at.is_(None))
    gone = mine.values(content=None, gone_at=now())
    db.session.execute(gone, execution_options={"synchronize_session": False})


def _texts(taken: Mapping[str, Any]) -> list[str]:
    """Return what a contribution and its earlier versions said, part by part."""
    parts = [row[name] for row in (taken, *taken["versions"]) for name in _PARTS if row.get(name)]
    return parts + [step["reason"] for step in taken.get("steps", ()) if step["reason"]]


def stays_removed(target: Target) -> bool:
    """Say whether a removed contribution has no text any more that could be shown again."""
    found = sealed(target)
    return target.removed and (found is None or found.content is None)
