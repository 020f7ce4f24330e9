"""Reading what waits for moderators, and what they decided."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, func, or_, select

from participation.accounts.models import Initiative, InitiativeState, User
from participation.accounts.policy import may_moderate
from participation.base.db import db
from participation.base.verdict import Message
from participation.dialogue.models import Comment, Thread
from participation.leitbild.models import Change, ChangeState, Draft, DraftState
from participation.moderation.models import Action, Decision
from participation.outcomes.models import RUNNING, Outcome, OutcomeState
from participation.proposals.models import Proposal, ProposalState
from participation.strategy.models import Node

LIMIT = 200
"""Tasks of one kind that are listed; with more than that the queue is not what needs mending."""


class TaskKind(enum.Enum):
    """What is to be done."""

    VERIFY = "verify"
    CHECK = "check"
    EVALUATE = "evaluate"
    WRITE = "write"
    APPROVE_OUTCOME = "approve_outcome"
    APPROVE_CHANGE = "approve_change"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a moderator. The page it opens is an endpoint, because rooms know no addresses."""

    kind: TaskKind
    title: str
    due_at: datetime
    overdue: bool
    endpoint: str
    params: Mapping[str, Any]
    note: Message = ""
    mine_not: bool = False
    """Whether the viewer may not decide this one, for the reason in `note`."""


_OWN_TEXT = _l("Nicht für Sie: Sie haben zuletzt daran geschrieben.")
_OWN_APPLICATION = _l("Nicht für Sie: Es ist Ihr eigener Antrag.")
_OWN_PROPOSAL = _l("Nicht für Sie: Es ist Ihr eigener Vorschlag.")

_WAITING = (ProposalState.SUBMITTED, ProposalState.OPEN, ProposalState.SYNTHESIS)
"""Named once more in the query, so that it can use the index on the state."""


def work_queue(viewer: User | None, now: datetime, periods: Mapping[str, timedelta]) -> list[Task]:
    """Return everything that waits for moderators, what is due first on top; five statements, however much it is.

    `periods` are the operator's: verification, evaluation, approval.
    """
    if viewer is None or not may_moderate(viewer):
        return []
    tasks = [
        *_initiatives(viewer, now, periods["verification"]),
        *_proposals(viewer, now, periods["evaluation"]),
        *_outcomes(viewer, now, periods["approval"]),
        *_changes(viewer, now, periods["approval"]),
        *_drafts(viewer, now, periods["approval"]),
    ]
    return sorted(tasks, key=lambda task: task.due_at)


def _initiatives(viewer: User, now: datetime, period: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(Initiative.id, Initiative.name, Initiative.seat, Initiative.created_at, Initiative.applicant_id)
        .where(Initiative.state == InitiativeState.APPLIED)
        .order_by(Initiative.created_at)
        .limit(LIMIT)
    )
    for ident, name, seat, created_at, applicant_id in rows:
        due_at = created_at + period
        mine = applicant_id == viewer.id
        note = _OWN_APPLICATION if mine else _l("Sitz: %(seat)s", seat=seat)
        yield Task(TaskKind.VERIFY, name, due_at, due_at < now, "accounts.verify_initiative", {"id": ident}, note, mine)


def _proposals(viewer: User, now: datetime, evaluation: timedelta) -> Iterator[Task]:
    """Yield proposals to be checked, and those whose discussion is over but whom nobody evaluates yet."""
    evaluated = exists().where(Outcome.proposal_id == Proposal.id, Outcome.state.in_(RUNNING))
    ended = or_(
        Proposal.state == ProposalState.SYNTHESIS,
        (Proposal.state == ProposalState.OPEN) & (Proposal.open_until <= now),
    )
    rows = db.session.execute(
        select(
            Proposal.number,
            Proposal.title,
            Proposal.state,
            Proposal.check_due_at,
            Proposal.open_until,
            Proposal.updated_at,
            Proposal.author_id,
            Proposal.supporter_count,
            func.coalesce(Thread.comment_count, 0),
        )
        .outerjoin(Thread, Thread.id == Proposal.thread_id)
        .where(Proposal.state.in_(_WAITING), or_(Proposal.state == ProposalState.SUBMITTED, ended & ~evaluated))
        .order_by(Proposal.number)
        .limit(LIMIT)
    )
    for number, title, state, check_due_at, open_until, updated_at, author_id, supporters, comments in rows:
        name = f"V-{number} {title}"
        if state is ProposalState.SUBMITTED:
            due_at = check_due_at or updated_at
            mine = author_id == viewer.id
            note = _OWN_PROPOSAL if mine else _l("Die Frist zum Mitreden beginnt nach der Prüfung.")
            yield Task(TaskKind.CHECK, name, due_at, due_at < now, "proposals.check", {"number": number}, note, mine)
        else:
            due_at = (open_until or updated_at) + evaluation
            note = _l("Die Diskussion ist beendet: %(n)s mitgezeichnet, %(m)s im Gespräch.", n=supporters, m=comments)
            yield Task(TaskKind.EVALUATE, name, due_at, due_at < now, "proposals.proposal", {"number": number}, note)


def _outcomes(viewer: User, now: datetime, approval: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(
            Outcome.id,
            func.coalesce(Proposal.title, Node.thread_title, Node.title),
            Proposal.number,
            Outcome.round,
            Outcome.state,
            Outcome.due_at,
            Outcome.updated_at,
            Outcome.author_id,
            User.display_name,
            Outcome.returned_reason,
        )
        .outerjoin(Proposal, Proposal.id == Outcome.proposal_id)
        .outerjoin(Node, Node.id == Outcome.node_id)
        .join(User, User.id == Outcome.author_id)
        .where(Outcome.state.in_(RUNNING))
        .order_by(Outcome.due_at)
        .limit(LIMIT)
    )
    for ident, title, number, turn, state, due_at, updated_at, author_id, author, returned in rows:
        opens = ("outcomes.edit", {"id": ident})
        name = _l("%(title)s, Runde %(turn)d", title=f"V-{number} {title}" if number else title, turn=turn)
        mine = author_id == viewer.id
        if state is OutcomeState.DRAFT:
            note = _l("Zurückgegeben: %(reason)s", reason=returned) if returned else _written_by(author, mine)
            yield Task(TaskKind.WRITE, str(name), due_at, due_at < now, *opens, note)
        else:
            wait = updated_at + approval
            note = _OWN_TEXT if mine else _written_by(author, mine)
            yield Task(TaskKind.APPROVE_OUTCOME, str(name), wait, wait < now, *opens, note, mine)


def _changes(viewer: User, now: datetime, approval: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(
            Change.id,
            func.coalesce(Node.thread_title, Node.title, Change.new_title),
            func.coalesce(Change.submitted_at, Change.created_at),
            Change.author_id,
            User.display_name,
        )
        .outerjoin(Node, Node.id == Change.node_id)
        .join(User, User.id == Change.author_id)
        .where(Change.state == ChangeState.SUBMITTED)
        .order_by(Change.id)
        .limit(LIMIT)
    )
    for ident, title, submitted_at, author_id, author in rows:
        due_at = submitted_at + approval
        mine = author_id == viewer.id
        note = _OWN_TEXT if mine else _written_by(author, mine)
        opens = ("leitbild.edit_change", {"id": ident})
        yield Task(TaskKind.APPROVE_CHANGE, f"Ä-{ident} {title}", due_at, due_at < now, *opens, note, mine)


def _drafts(viewer: User, now: datetime, approval: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(Draft.title, Draft.submitted_at, Draft.created_at, Draft.author_id, User.display_name)
        .join(User, User.id == Draft.author_id)
        .where(Draft.state == DraftState.SUBMITTED)
    )
    for title, submitted_at, created_at, author_id, author in rows:
        due_at = (submitted_at or created_at) + approval
        mine = author_id == viewer.id
        note = _OWN_TEXT if mine else _written_by(author, mine)
        yield Task(TaskKind.PUBLISH, title, due_at, due_at < now, "leitbild.draft", {}, note, mine)


def _written_by(name: str, mine: bool) -> Message:
    said: Message = _l("Von Ihnen geschrieben.") if mine else _l("Geschrieben von %(name)s.", name=name)
    return said


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision about a comment, with the name of who made it."""

    action: Action
    ground: str
    facts: str
    at: datetime
    moderator: str


def comment(comment_id: int) -> tuple[Comment, str] | None:
    """Return a comment whatever its state, and its author's name; for moderators."""
    row = db.session.execute(
        select(Comment, User.display_name).join(User, User.id == Comment.author_id).where(Comment.id == comment_id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def decisions(comment_id: int) -> list[DecisionRow]:
    """Return what was decided about a comment, the first decision first."""
    chosen: Select[*tuple[Any, ...]] = (
        select(Decision.action, Decision.ground, Decision.facts, Decision.at, User.display_name)
        .join(User, User.id == Decision.moderator_id)
        .where(Decision.comment_id == comment_id)
        .order_by(Decision.id)
    )
    return [DecisionRow(*row) for row in db.session.execute(chosen)]
