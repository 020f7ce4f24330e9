"""Reading cases, decisions, statements and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.moderation.models import Appeal, Case, CaseState, Decision, Report
from participation.moderation.targets import Target

_CASE = (
    joinedload(Case.comment),
    joinedload(Case.proposal),
    joinedload(Case.author),
    joinedload(Case.taken_by),
)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with who made it and the objections to it."""

    decision: Decision
    moderator: str
    appeals: Sequence[Appeal]


def case(case_id: int) -> Case | None:
    """Return a case with its contribution, its author and who has taken it."""
    return db.session.scalar(select(Case).options(*_CASE).where(Case.id == case_id))


def open_about(target: Target) -> Case | None:
    """Return the open case about a contribution."""
    return db.session.scalar(select(Case).where(target.theirs, Case.state == CaseState.OPEN))


def reports(case_id: int) -> Sequence[Report]:
    """Return the reports of a case, the first one first."""
    return db.session.scalars(select(Report).where(Report.case_id == case_id).order_by(Report.id)).all()


def report(reference: str) -> Report | None:
    """Return a report by the reference its sender was told."""
    chosen = select(Report).options(joinedload(Report.case)).where(Report.reference == reference.strip().upper()[:16])
    return db.session.scalar(chosen)


def decisions_about(target: Target) -> list[DecisionRow]:
    """Return every decision about a contribution, the first one first; two statements."""
    rows = db.session.execute(
        select(Decision, User.display_name)
        .join(Case, Case.id == Decision.case_id)
        .join(User, User.id == Decision.moderator_id)
        .where(target.theirs)
        .order_by(Decision.id)
    ).all()
    found: dict[int, list[Appeal]] = {decision.id: [] for decision, _name in rows}
    for appeal in db.session.scalars(select(Appeal).where(Appeal.decision_id.in_(found)).order_by(Appeal.id)):
        found[appeal.decision_id].append(appeal)
    return [DecisionRow(decision, name, found[decision.id]) for decision, name in rows]


def decision(decision_id: int) -> Decision | None:
    """Return a decision with its case and contribution."""
    chosen = select(Decision).options(joinedload(Decision.case).options(*_CASE)).where(Decision.id == decision_id)
    return db.session.scalar(chosen)


def last_of(case_id: int) -> Decision | None:
    """Return the newest decision of a case."""
    return db.session.scalar(select(Decision).where(Decision.case_id == case_id).order_by(Decision.id.desc()).limit(1))


def appeal(appeal_id: int) -> Appeal | None:
    """Return an objection with the decision it is about."""
    chosen = select(Appeal).options(
        joinedload(Appeal.decision).joinedload(Decision.case).options(*_CASE), joinedload(Appeal.report)
    )
    return db.session.scalar(chosen.where(Appeal.id == appeal_id))
