"""Objecting to a decision, and deciding about the objection: always another moderator than the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.tokens import digest
from participation.base.verdict import Conflict, Denied, DomainError, NotFound, no, require
from participation.moderation.deciding import Ruling, links_for, record, reporters, undo
from participation.moderation.events import AppealDecided, AppealFiled, CaseDecided
from participation.moderation.models import (
    Appeal,
    AppealLink,
    AppealState,
    Case,
    CaseState,
    Decision,
    Report,
)
from participation.moderation.policy import may_appeal, may_decide_appeal
from participation.moderation.targets import of_case

REASON_LIMIT = 4000


class ReasonMissing(DomainError):
    """An objection, or the answer to one, does not say why."""

    default = _l("Schreiben Sie, warum.")


class LinkEnded(DomainError):
    """The link to object was used or has expired."""

    status = 410
    default = _l("Dieser Link gilt nicht mehr. Er wurde schon benutzt oder die Frist ist abgelaufen.")


class RulingMissing(DomainError):
    """A reporter was right, but nothing replaces the first decision."""

    default = _l("Wählen Sie, was stattdessen gilt.")


class AlreadyDecided(Conflict):
    """Another moderator was faster."""

    default = _l("Über diesen Widerspruch ist schon entschieden.")


@dataclass(frozen=True, slots=True)
class Party:
    """Who may object to what by a mailed link."""

    decision: Decision
    report: Report | None


def by_link(token: str) -> Party:
    """Return what a mailed link is about, without using it up.

    Raises:
        LinkEnded: if it was used, has expired or never was.
    """
    link = db.session.scalar(
        select(AppealLink).where(
            AppealLink.digest == digest(token), AppealLink.used_at.is_(None), AppealLink.expires_at > now()
        )
    )
    if link is None:
        raise LinkEnded
    return Party(link.decision, link.report)


def appeal_by_link(token: str, reason: str, *, period: timedelta) -> Appeal:
    """Object by a mailed link; of two parallel requests one wins.

    Raises:
        LinkEnded: if it was used or has expired.
        ReasonMissing: if it does not say why; the link stays good.
    """
    party = by_link(token)
    if not normalise(reason, limit=REASON_LIMIT):
        raise ReasonMissing
    moment = now()
    unused = (AppealLink.digest == digest(token), AppealLink.used_at.is_(None))
    using = update(AppealLink).where(*unused).values(used_at=moment).execution_options(synchronize_session=False)
    if cast("CursorResult[None]", db.session.execute(using)).rowcount != 1:
        raise LinkEnded
    return _file(party, reason, period)


def appeal(actor: User, decision: Decision, reason: str, *, period: timedelta) -> Appeal:
    """Object as the logged-in author of what was decided about, or as somebody who reported it.

    Raises:
        NotFound: if they are neither.
        ReasonMissing: if it does not say why.
    """
    if actor.id == decision.author_id:
        return _file(Party(decision, None), reason, period)
    mine = select(Report).where(Report.case_id == decision.case_id, Report.reporter_id == actor.id)
    report = db.session.scalar(mine.order_by(Report.id).limit(1))
    if report is None:
        raise NotFound
    return _file(Party(decision, report), reason, period)


def decide_appeal(actor: User, found: Appeal, *, upheld: bool, answer: str, ruling: Ruling | None = None) -> Appeal:
    """Decide about an objection: it stands, or the first decision is taken back.

    Taking back restores the contribution with its place, replies and votes, and lifts what the account suffered. Where
    a reporter was right, `ruling` replaces the first decision.

    Raises:
        AlreadyDecided: if another moderator was faster.
        ReasonMissing, RulingMissing: if it is incomplete.
    """
    at = now()
    case = db.session.get_one(Case, found.decision.case_id)
    require(may_decide_appeal(actor, found, case, reporters(case.id), at))
    answer = normalise(answer, limit=REASON_LIMIT)
    if not answer:
        raise ReasonMissing
    if upheld and found.report_id is not None and ruling is None:
        raise RulingMissing
    state = AppealState.UPHELD if upheld else AppealState.REJECTED
    changing = (
        update(Appeal)
        .where(Appeal.id == found.id, Appeal.state == AppealState.OPEN)
        .values(state=state, decided_by_id=actor.id, decided_at=at, answer=answer)
    )
    result = db.session.execute(changing.execution_options(synchronize_session=False))
    if cast("CursorResult[None]", result).rowcount != 1:
        raise AlreadyDecided
    db.session.refresh(found)
    told = tuple(db.session.scalars(select(Report).where(Report.case_id == case.id).order_by(Report.id)))
    target = of_case(case)
    if upheld:
        undo(actor, found.decision, target)
    _settle(case)
    emit(AppealDecided(found, told))
    if upheld and ruling is not None and found.report_id is not None:
        follow_up = record(actor, case, of_case(case), ruling, at)
        found.follow_up_id = follow_up.id
        db.session.flush()
        emit(CaseDecided(follow_up, told, links_for(follow_up, told)))
    return found


def appeals_of(decision_id: int) -> Sequence[Appeal]:
    """Return the objections to a decision, the first one first."""
    return db.session.scalars(select(Appeal).where(Appeal.decision_id == decision_id).order_by(Appeal.id)).all()


def _file(party: Party, reason: str, period: timedelta) -> Appeal:
    moment = now()
    decision, report = party.decision, party.report
    case = db.session.scalars(select(Case).where(Case.id == decision.case_id).with_for_update(of=Case)).one()
    require(may_appeal(decision, report, appeals_of(decision.id), moment))
    reason = normalise(reason, limit=REASON_LIMIT)
    if not reason:
        raise ReasonMissing
    made = Appeal(
        decision_id=decision.id,
        first_moderator_id=decision.moderator_id,
        report_id=report.id if report else None,
        reason=reason,
        at=moment,
        due_at=moment + period,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise Denied(no(_l("Ihr Widerspruch liegt schon vor."))) from error
    if case.state is CaseState.DECIDED:
        case.state = CaseState.APPEALED
    db.session.flush()
    emit(AppealFiled(made))
    return made


def _settle(case: Case) -> None:
    """Set a case back to decided once no objection is open, and free it."""
    waiting = (
        select(Appeal.id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(Decision.case_id == case.id, Appeal.state == AppealState.OPEN)
    )
    if db.session.scalar(waiting.limit(1)) is None and case.state is CaseState.APPEALED:
        case.state = CaseState.DECIDED
    case.taken_by_id = case.taken_until = None
    db.session.flush()
