"""Reading what waits for moderators: one queue of everything, by due date."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _nl
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, InitiativeState, User
from participation.accounts.policy import may_moderate
from participation.base.db import db
from participation.base.verdict import Message
from participation.dialogue.models import Thread, WaitingComment, WaitingState
from participation.errata import queries as errata
from participation.leitbild.models import Change, ChangeState, Draft, DraftState, Reading
from participation.measures.labels import STATES
from participation.measures.models import ReportState, StatusReport
from participation.merging.queries import waiting
from participation.minutes.queries import unpublished
from participation.moderation.burst_models import Burst, BurstMember, BurstState
from participation.moderation.labels import BURSTS, CATEGORIES
from participation.moderation.models import Appeal, AppealState, Case, CaseState, Decision, Report
from participation.outcomes.models import RUNNING, Evidence, Fate, Outcome, OutcomeState
from participation.proposals.models import SHOWN_TITLE, FirstProposal, Proposal, ProposalState
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
    ANSWER = "answer"
    APPROVE_CHANGE = "approve_change"
    PUBLISH = "publish"
    ERASE = "erase"
    CORRECT = "correct"
    STATUS = "status"
    MERGE = "merge"
    MINUTES = "minutes"
    CASE = "case"
    APPEAL = "appeal"
    FIRST = "first"
    FIRST_PROPOSAL = "first_proposal"
    BURST = "burst"


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

    @property
    def key(self) -> str:
        """A name for addresses, so that the next one after it can be found: case-12."""
        return "-".join([self.kind.value, *(str(value) for value in self.params.values())])


_OWN_TEXT = _l("Nicht für Sie: Sie haben zuletzt daran geschrieben.")
_OWN_ERASURE = _l("Nicht für Sie: Sie haben die Tilgung beantragt.")
_OWN_APPLICATION = _l("Nicht für Sie: Es ist Ihr eigener Antrag.")
_OWN_REPORT = _l("Nicht für Sie: Es ist Ihre eigene Meldung.")
_OWN_PROPOSAL = _l("Nicht für Sie: Es ist Ihr eigener Vorschlag.")

_OWN_CONTRIBUTION = _l("Nicht für Sie: Es ist Ihr eigener Beitrag.")
_OWN_NOTICE = _l("Nicht für Sie: Sie haben den Beitrag selbst gemeldet.")

_CASE = (
    Case.id,
    Case.comment_id,
    Proposal.number,
    Case.category,
    Case.author_id,
    Case.taken_by_id,
    Case.taken_until,
    Case.due_at,
)

_STALE = _l("Grundlage veraltet: Eine neue Fassung hat dieselben Worte geändert.")

_WAITING = (ProposalState.SUBMITTED, ProposalState.OPEN, ProposalState.SYNTHESIS)
"""Named once more in the query, so that it can use the index on the state."""


def work_queue(viewer: User | None, now: datetime, periods: Mapping[str, timedelta]) -> list[Task]:
    """Return everything that waits for moderators, what is due first on top; sixteen statements, however much it is.

    `periods` are the operator's: verification, evaluation, approval, status.
    """
    if viewer is None or not may_moderate(viewer):
        return []
    tasks = [
        *_initiatives(viewer, now, periods["verification"]),
        *_proposals(viewer, now, periods["evaluation"]),
        *_outcomes(viewer, now, periods["approval"]),
        *_answers(now, periods["approval"]),
        *_changes(viewer, now, periods["approval"]),
        *_drafts(viewer, now, periods["approval"]),
        *_erasures(viewer, now, periods["approval"]),
        *_corrections(viewer, now),
        *_reports(viewer, now, periods["status"]),
        *_merges(viewer, now, periods["evaluation"]),
        *_minutes(viewer, now, periods["approval"]),
        *_cases(viewer, now),
        *_appeals(viewer, now),
        *_first_contributions(viewer, now),
        *_first_proposals(viewer, now),
        *_bursts(viewer, now),
    ]
    return sorted(tasks, key=lambda task: task.due_at)


def next_task(tasks: Sequence[Task], after: str = "") -> Task | None:
    """Return the task that is due next and may be decided by whom the list is for; `after` names one to go on from."""
    place = next((place for place, task in enumerate(tasks) if task.key == after), -1)
    return next((task for task in [*tasks[place + 1 :], *tasks[: max(place, 0)]] if not task.mine_not), None)


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


def _minutes(viewer: User, now: datetime, period: timedelta) -> Iterator[Task]:
    for row in unpublished(viewer):
        if row.submitted_at is None:
            continue
        due_at, mine = row.submitted_at + period, row.author_id == viewer.id
        note: Message = _written_by(row.author, mine)
        title = f"{row.title}, {row.place}"
        params = {"minutes_id": row.minutes_id}
        yield Task(TaskKind.MINUTES, title, due_at, due_at < now, "minutes.review", params, note, mine)


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
            SHOWN_TITLE,
            Proposal.state,
            Proposal.check_due_at,
            Proposal.open_until,
            Proposal.updated_at,
            Proposal.author_id,
            Proposal.supporter_count,
            func.coalesce(Thread.comment_count, 0),
            Proposal.conflict_revision.is_not(None),
        )
        .outerjoin(Thread, Thread.id == Proposal.thread_id)
        .where(Proposal.state.in_(_WAITING), or_(Proposal.state == ProposalState.SUBMITTED, ended & ~evaluated))
        .order_by(Proposal.number)
        .limit(LIMIT)
    )
    for number, title, state, check_due_at, open_until, updated_at, author_id, supporters, comments, stale in rows:
        name = f"V-{number} {title}"
        if state is ProposalState.SUBMITTED:
            due_at = check_due_at or updated_at
            mine = author_id == viewer.id
            note = _OWN_PROPOSAL if mine else _l("Die Frist zum Mitreden beginnt nach der Prüfung.")
            note = _STALE if stale and not mine else note
            yield Task(TaskKind.CHECK, name, due_at, due_at < now, "proposals.check", {"number": number}, note, mine)
        else:
            due_at = (open_until or updated_at) + evaluation
            told = _l("Die Diskussion ist beendet: %(n)s mitgezeichnet, %(m)s im Gespräch.", n=supporters, m=comments)
            note = _STALE if stale else told
            yield Task(TaskKind.EVALUATE, name, due_at, due_at < now, "proposals.proposal", {"number": number}, note)


def _outcomes(viewer: User, now: datetime, approval: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(
            Outcome.id,
            func.coalesce(SHOWN_TITLE, Node.thread_title, Node.title),
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


def _answers(now: datetime, approval: timedelta) -> Iterator[Task]:
    """Yield approved outcomes that left contributions without an answer."""
    rows = db.session.execute(
        select(Outcome.id, Outcome.number, Outcome.approved_at, Outcome.updated_at, func.count())
        .join(Evidence, Evidence.outcome_id == Outcome.id)
        .where(Outcome.state == OutcomeState.APPROVED, Evidence.fate == Fate.OPEN)
        .group_by(Outcome.id, Outcome.number, Outcome.approved_at, Outcome.updated_at)
        .order_by(Outcome.number)
        .limit(LIMIT)
    )
    for ident, number, approved_at, updated_at, count in rows:
        due_at = (approved_at or updated_at) + approval
        note = _l("So viele warten: %(n)d", n=count)
        yield Task(TaskKind.ANSWER, f"E-{number}", due_at, due_at < now, "outcomes.answers", {"id": ident}, note)


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
        select(Draft.title, Draft.submitted_at, Draft.created_at, Draft.author_id, User.display_name, Reading.ends_at)
        .join(User, User.id == Draft.author_id)
        .outerjoin(Reading, (Reading.draft_id == Draft.id) & Reading.ended_at.is_(None))
        .where(Draft.state == DraftState.SUBMITTED)
    )
    for row in rows:
        title, submitted_at, created_at, author_id, author = row[:5]
        read_until: datetime | None = row.ends_at
        due_at = (read_until or submitted_at or created_at) + approval
        mine = author_id == viewer.id
        note = _OWN_TEXT if mine else _written_by(author, mine)
        if read_until and read_until > now:
            note = _l("Liegt öffentlich aus und kann noch nicht veröffentlicht werden.")
        yield Task(TaskKind.PUBLISH, title, due_at, due_at < now, "leitbild.draft", {}, note, mine)


def _erasures(viewer: User, now: datetime, approval: timedelta) -> Iterator[Task]:
    for erasure in errata.waiting_erasures():
        due_at = erasure.created_at + approval
        mine = erasure.author_id == viewer.id
        note = _OWN_ERASURE if mine else _written_by(erasure.author.display_name if erasure.author else "", mine)
        title = str(_l("Tilgung Nr. %(n)s (%(ground)s)", n=erasure.id, ground=erasure.ground.value))
        yield Task(TaskKind.ERASE, title, due_at, due_at < now, "errata.erasure", {"id": erasure.id}, note, mine)


def _corrections(viewer: User, now: datetime) -> Iterator[Task]:
    """Yield corrections: to be answered at once if there are objections, else to be confirmed after their period."""
    for correction, unanswered in errata.waiting_corrections():
        mine = correction.author_id == viewer.id and not unanswered
        note: Message = _written_by(correction.author.display_name, correction.author_id == viewer.id)
        if unanswered:
            note = _nl("%(num)s Einwand ohne Antwort.", "%(num)s Einwände ohne Antwort.", unanswered)
        title = correction.node.title if correction.node else str(_l("Eintrag %(n)s", n=correction.subject))
        due_at = correction.until
        opens = ("errata.correction", {"id": correction.id})
        yield Task(TaskKind.CORRECT, title, due_at, due_at < now, *opens, note, mine)


def _reports(viewer: User, now: datetime, period: timedelta) -> Iterator[Task]:
    rows = db.session.execute(
        select(
            StatusReport.id,
            func.coalesce(Node.thread_title, Node.title),
            StatusReport.filed_at,
            StatusReport.reporter_id,
            StatusReport.status,
        )
        .join(Node, Node.id == StatusReport.node_id)
        .where(StatusReport.decision == ReportState.WAITING)
        .order_by(StatusReport.id)
        .limit(LIMIT)
    )
    for ident, title, filed_at, reporter_id, status in rows:
        due_at = filed_at + period
        mine = reporter_id == viewer.id
        note = _OWN_REPORT if mine else _l("Gemeldet: %(state)s", state=STATES[status])
        yield Task(TaskKind.STATUS, title, due_at, due_at < now, "measures.decide", {"id": ident}, note, mine)


def _merges(viewer: User, now: datetime, evaluation: timedelta) -> Iterator[Task]:
    """Yield nodes whose Textänderungen can be brought together: two or more are open."""
    for row in waiting(viewer, limit=LIMIT):
        due_at = row.since + evaluation
        begun = _l("%(n)s offene Textänderungen, schon begonnen.", n=row.count)
        note = begun if row.edit else _l("%(n)s offene Textänderungen.", n=row.count)
        opens = ("merging.merge", {"node_id": row.node_id})
        yield Task(TaskKind.MERGE, row.title, due_at, due_at < now, *opens, note)


def _cases(viewer: User, now: datetime) -> Iterator[Task]:
    """Yield reported contributions, with who has taken them."""
    holder = aliased(User)
    reports = select(func.count()).select_from(Report).where(Report.case_id == Case.id).scalar_subquery()
    mine = exists().where(Report.case_id == Case.id, Report.reporter_id == viewer.id)
    rows = db.session.execute(
        select(*_CASE, holder.display_name, reports, mine)
        .outerjoin(Proposal, Proposal.id == Case.proposal_id)
        .outerjoin(holder, holder.id == Case.taken_by_id)
        .where(Case.state == CaseState.OPEN)
        .order_by(Case.due_at)
        .limit(LIMIT)
    )
    for ident, comment_id, number, category, author_id, taken_by_id, taken_until, due_at, name, count, own in rows:
        note: Message = (
            _nl("%(num)s Meldung", "%(num)s Meldungen", count) if count else _l("Von der Moderation geöffnet.")
        )
        held = taken_until is not None and taken_until > now and taken_by_id != viewer.id
        if author_id == viewer.id:
            note = _OWN_CONTRIBUTION
        elif own:
            note = _OWN_NOTICE
        elif held:
            note = _l("%(name)s ist daran.", name=name)
        title = str(CATEGORIES[category]) if category else str(_l("Eigene Prüfung"))
        title = f"{title}: {_contribution(comment_id, number)}"
        late = due_at < now
        opens = ("moderation.case", {"id": ident})
        yield Task(TaskKind.CASE, title, due_at, late, *opens, note, held or own or author_id == viewer.id)


def _appeals(viewer: User, now: datetime) -> Iterator[Task]:
    mine = exists().where(Report.case_id == Case.id, Report.reporter_id == viewer.id)
    rows = db.session.execute(
        select(
            Appeal.id, Case.comment_id, Proposal.number, Case.author_id, Appeal.first_moderator_id, Appeal.due_at, mine
        )
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(Proposal, Proposal.id == Case.proposal_id)
        .where(Appeal.state == AppealState.OPEN)
        .order_by(Appeal.due_at)
        .limit(LIMIT)
    )
    for ident, comment_id, number, author_id, first_id, due_at, own in rows:
        note: Message = ""
        if first_id == viewer.id:
            note = _l("Nicht für Sie: Sie haben zuerst entschieden.")
        elif author_id == viewer.id:
            note = _OWN_CONTRIBUTION
        elif own:
            note = _OWN_NOTICE
        opens = ("moderation.appeal", {"id": ident})
        title = _contribution(comment_id, number)
        yield Task(TaskKind.APPEAL, title, due_at, due_at < now, *opens, note, bool(note))


def _first_contributions(viewer: User, now: datetime) -> Iterator[Task]:
    """Yield what new accounts wrote first, with who has taken it."""
    writer, holder = aliased(User), aliased(User)
    rows = db.session.execute(
        select(
            WaitingComment.id,
            WaitingComment.author_id,
            writer.display_name,
            WaitingComment.due_at,
            WaitingComment.taken_by_id,
            WaitingComment.taken_until,
            holder.display_name,
        )
        .join(writer, writer.id == WaitingComment.author_id)
        .outerjoin(holder, holder.id == WaitingComment.taken_by_id)
        .where(WaitingComment.state == WaitingState.WAITING)
        .order_by(WaitingComment.due_at, WaitingComment.id)
        .limit(LIMIT)
    )
    for ident, author_id, author, due_at, taken_by_id, taken_until, name in rows:
        held = taken_until is not None and taken_until > now and taken_by_id != viewer.id
        own = author_id == viewer.id
        note: Message = _l("Bis Sie ihn freigeben, liest ihn sonst niemand.")
        if own or held:
            note = _OWN_CONTRIBUTION if own else _l("%(name)s ist daran.", name=name)
        title = str(_l("Beitrag von %(name)s", name=author))
        opens = ("moderation.first_contribution", {"id": ident})
        yield Task(TaskKind.FIRST, title, due_at, due_at < now, *opens, note, held or own)


def _first_proposals(viewer: User, now: datetime) -> Iterator[Task]:
    """Yield what new accounts proposed first, with who has taken it."""
    holder = aliased(User)
    first = (FirstProposal.taken_by_id, FirstProposal.taken_until, holder.display_name)
    rows = db.session.execute(
        select(Proposal.id, Proposal.author_id, User.display_name, Proposal.waits_until, *first)
        .join(User, User.id == Proposal.author_id)
        .outerjoin(FirstProposal, FirstProposal.proposal_id == Proposal.id)
        .outerjoin(holder, holder.id == FirstProposal.taken_by_id)
        .where(Proposal.state == ProposalState.DRAFT, Proposal.waits_until.is_not(None))
        .order_by(Proposal.waits_until, Proposal.id)
        .limit(LIMIT)
    )
    for ident, author_id, author, waits_until, taken_by_id, taken_until, name in rows:
        due_at, own = waits_until or now, author_id == viewer.id
        held = taken_until is not None and taken_until > now and taken_by_id != viewer.id
        note: Message = _l("Bis Sie ihn freigeben, liest ihn sonst niemand.")
        if own or held:
            note = _OWN_PROPOSAL if own else _l("%(name)s ist daran.", name=name)
        title = str(_l("Vorschlag von %(name)s", name=author))
        opens = ("moderation.first_proposal", {"id": ident})
        yield Task(TaskKind.FIRST_PROPOSAL, title, due_at, due_at < now, *opens, note, held or own)


def _bursts(viewer: User, now: datetime) -> Iterator[Task]:
    """Yield bursts that nobody has decided about, with who has taken them."""
    mine = exists().where(BurstMember.burst_id == Burst.id, BurstMember.user_id == viewer.id)
    rows = db.session.execute(
        select(
            Burst.id,
            Burst.kind,
            Burst.people,
            Burst.due_at,
            Burst.taken_by_id,
            Burst.taken_until,
            mine,
            User.display_name,
        )
        .outerjoin(User, User.id == Burst.taken_by_id)
        .where(Burst.state == BurstState.OPEN)
        .order_by(Burst.due_at)
        .limit(LIMIT)
    )
    for ident, kind, people, due_at, taken_by_id, taken_until, own, name in rows:
        held = taken_until is not None and taken_until > now and taken_by_id != viewer.id
        note: Message = _nl("%(num)s Konto beteiligt.", "%(num)s Konten beteiligt.", people)
        if own:
            note = _l("Nicht für Sie: Ihr eigenes Konto gehört dazu.")
        elif held:
            note = _l("%(name)s ist daran.", name=name)
        opens = ("moderation.burst", {"id": ident})
        yield Task(TaskKind.BURST, str(BURSTS[kind]), due_at, due_at < now, *opens, note, own or held)


def _contribution(comment_id: int | None, number: int | None) -> str:
    return str(_l("Beitrag %(n)s", n=comment_id) if comment_id else _l("Vorschlag V-%(n)s", n=number))


def _written_by(name: str, mine: bool) -> Message:
    said: Message = _l("Von Ihnen geschrieben.") if mine else _l("Geschrieben von %(name)s.", name=name)
    return said
