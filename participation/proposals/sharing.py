"""With whom a draft is shared, as a condition."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from participation.accounts.models import User
from participation.accounts.queries import spoken_for
from participation.base.clock import now
from participation.proposals.models import CoAuthor, Proposal


def shared_with(viewer: User) -> ColumnElement[bool]:
    """Return the condition under which somebody is a co-author, or invited to be one for an organisation.

    Whoever joined for an organisation reads its drafts as long as they may write for it.
    """
    here = CoAuthor.proposal_id == Proposal.id
    own = and_(CoAuthor.user_id == viewer.id, CoAuthor.initiative_id.is_(None))
    theirs = and_(
        CoAuthor.initiative_id.in_(spoken_for(viewer.id)),
        or_(CoAuthor.joined_at.is_not(None), CoAuthor.expires_at > now()),
    )
    return exists().where(here, or_(own, theirs))
