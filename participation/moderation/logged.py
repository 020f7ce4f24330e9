"""Whether the verifiable log rests on a contribution: then a removal is not enough, and moderators are told so."""

from __future__ import annotations

from sqlalchemy import or_, select, union

from participation.base.db import db
from participation.dialogue.models import Comment
from participation.leitbild.models import Change, ChangeOutcome
from participation.moderation.targets import Target
from participation.outcomes.models import Evidence
from participation.proposals.models import Proposal


def revisions_resting_on(target: Target) -> list[int]:
    """Return the numbers of the published versions that a contribution went into, the first one first.

    Their entries hold wordings, reasons and answers that may repeat it. One statement.
    """
    about = target.contribution
    is_comment = isinstance(about, Comment)
    pinned = (Evidence.comment_id if is_comment else Evidence.proposal_id) == about.id
    by_outcome = (
        select(Change.revision_number)
        .join(ChangeOutcome, ChangeOutcome.change_id == Change.id)
        .join(Evidence, Evidence.outcome_id == ChangeOutcome.outcome_id)
        .where(pinned, Change.revision_number.is_not(None))
    )
    if is_comment:
        return sorted(set(db.session.scalars(by_outcome)))
    itself = select(Proposal.revision_number).where(
        or_(Proposal.id == about.id, Proposal.merged_into_id == about.id), Proposal.revision_number.is_not(None)
    )
    return sorted(set(db.session.scalars(union(by_outcome, itself))))
