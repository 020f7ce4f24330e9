"""Removals from before there were seals (migration 0024): they only hid the text. The daily sweep makes them good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from participation.base.db import db
from participation.moderation import sealing
from participation.moderation.deciding import placeholder
from participation.moderation.models import Appeal, AppealState, Case, Decision, Measure, Sealed
from participation.moderation.targets import of_case
from participation.proposals.models import Proposal


def seal_older() -> int:
    """Seal what was removed and still lies behind its placeholder; return how much. Doing it twice is doing it once.

    Left alone is what another decision or an objection has shown again or merely hidden since.
    """
    later, same = aliased(Decision), aliased(Case)
    # Of all decisions that touched a contribution the newest says how it stands.
    followed = exists().where(
        later.case_id == same.id,
        or_(same.comment_id == Case.comment_id, same.proposal_id == Case.proposal_id),
        later.id > Decision.id,
        or_(later.hides, later.measure == Measure.RESTORE),
    )
    reversed_ = exists().where(Appeal.decision_id == Decision.id, Appeal.state == AppealState.UPHELD)
    unsealed = ~exists().where(Sealed.decision_id == Decision.id)
    chosen = (
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.measure == Measure.REMOVE, unsealed, ~followed, ~reversed_)
        .order_by(Decision.id)
    )
    done = 0
    for decision in db.session.scalars(chosen).all():
        target = of_case(decision.case)
        # What is empty went with its author's account.
        if not target.hidden or target.removed:
            continue
        sealing.seal(decision, target)
        if isinstance(target.contribution, Proposal):
            target.contribution.hidden_for = placeholder(decision)
        else:
            target.contribution.state_reason = placeholder(decision)
        db.session.flush()
        done += 1
    return done


def sweep(before: datetime) -> int:
    """Seal what is not sealed yet, then delete for good what nobody can object to any more; return how much of that."""
    seal_older()
    return sealing.delete_due(before)
