"""What moderators may know of an account: what it wrote, and what was decided about it.

Never how it voted, and never its address: neither helps to decide about a contribution.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import Role, User
from participation.base.db import db
from participation.base.text import excerpt, shown
from participation.base.verdict import require
from participation.dialogue.models import Comment, CommentState
from participation.moderation.models import Appeal, AppealState, Case, CaseState, Decision, Measure
from participation.moderation.policy import may_see_history
from participation.proposals.models import Proposal, ProposalState

SHOWN = 20
LENGTH = 200
"""Characters of a contribution that a line shows."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as moderators see it."""

    id: int
    name: str
    role: Role
    created_at: datetime
    is_confirmed: bool
    suspended_until: datetime | None
    closed_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    """Something the account wrote, as a line."""

    text: str
    path: str
    at: datetime
    state: str
    """visible, hidden, withdrawn; of a proposal its state."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision about the account with the objections to it."""

    decision: Decision
    moderator: str
    appeals: Sequence[Appeal]


@dataclass(frozen=True, slots=True)
class History:
    """What is known of an account's way here."""

    person: Person
    comments: Counter[CommentState]
    """How many, by state."""
    latest: Sequence[Written]
    proposals: Sequence[Written]
    proposal_count: int
    waiting: Sequence[Case]
    """Cases that are open."""
    decisions: Sequence[Judged]
    measures: Counter[Measure]
    """How many decisions that stand, by measure; what an objection undid does not count."""
    reversed: int

    def comments_in(self, state: str) -> int:
        """Return how many comments are in a state."""
        return self.comments[CommentState(state)]


def history(viewer: User | None, user_id: int) -> History | None:
    """Return an account's history for a moderator, in six statements; None where there is no such account.

    Raises:
        Denied: if the viewer does not moderate.
    """
    require(may_see_history(viewer))
    row = db.session.execute(
        select(
            User.id,
            User.display_name,
            User.role,
            User.created_at,
            User.confirmed_at.is_not(None),
            User.suspended_until,
            User.closed_at,
            User.left_at,
        ).where(User.id == user_id)
    ).first()
    if row is None:
        return None
    counted = db.session.execute(
        select(Comment.state, func.count()).where(Comment.author_id == user_id).group_by(Comment.state)
    )
    judged = _judged(user_id)
    standing = [one for one in judged if all(appeal.state is not AppealState.UPHELD for appeal in one.appeals)]
    proposals, proposal_count = _proposals(user_id)
    return History(
        person=Person(*row),
        comments=Counter({row[0]: row[1] for row in counted}),
        latest=_comments(user_id),
        proposals=proposals,
        proposal_count=proposal_count,
        waiting=db.session.scalars(
            select(Case)
            .where(Case.author_id == user_id, Case.state == CaseState.OPEN)
            .order_by(Case.due_at)
            .limit(SHOWN)
        ).all(),
        decisions=judged,
        measures=Counter(one.decision.measure for one in standing),
        reversed=len(judged) - len(standing),
    )


def _comments(user_id: int) -> list[Written]:
    rows = db.session.execute(
        select(Comment.id, Comment.html, Comment.created_at, Comment.state)
        .where(Comment.author_id == user_id)
        .order_by(Comment.id.desc())
        .limit(SHOWN)
    )
    return [
        Written(
            "" if state is CommentState.WITHDRAWN else excerpt(shown(html or ""), LENGTH),
            f"/beitrag/{ident}",
            at,
            state.value,
        )
        for ident, html, at, state in rows
    ]


def _proposals(user_id: int) -> tuple[list[Written], int]:
    rows = db.session.execute(
        select(
            Proposal.number,
            Proposal.title,
            func.coalesce(Proposal.submitted_at, Proposal.updated_at),
            Proposal.hidden_for,
            func.count().over(),
        )
        .where(Proposal.author_id == user_id, Proposal.state != ProposalState.DRAFT, Proposal.number.is_not(None))
        .order_by(Proposal.number.desc())
        .limit(SHOWN)
    ).all()
    made = [
        Written(f"V-{number} {title}", f"/vorschlaege/{number}", at, "visible" if hidden is None else "hidden")
        for number, title, at, hidden, _count in rows
    ]
    return made, rows[0][-1] if rows else 0


def _judged(user_id: int) -> list[Judged]:
    rows = db.session.execute(
        select(Decision, User.display_name)
        .join(User, User.id == Decision.moderator_id)
        .options(joinedload(Decision.case))
        .where(Decision.author_id == user_id)
        .order_by(Decision.id.desc())
        .limit(200)
    ).all()
    found: dict[int, list[Appeal]] = {decision.id: [] for decision, _name in rows}
    for appeal in db.session.scalars(select(Appeal).where(Appeal.decision_id.in_(found)).order_by(Appeal.id)):
        found[appeal.decision_id].append(appeal)
    return [Judged(decision, name, found[decision.id]) for decision, name in rows]
