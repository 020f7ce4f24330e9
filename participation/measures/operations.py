"""Reporting how far a measure has come, and what moderators make of a report. None of it commits."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, require
from participation.measures.events import ReportDecided
from participation.measures.models import ReportState, StatusReport
from participation.measures.policy import may_decide_report, may_report, may_revise
from participation.measures.writing import TEXT_LIMIT, Fields, Incomplete, of, problems
from participation.strategy.models import Node


class AlreadyReported(Conflict):
    """The same person has a report about this measure that is not decided yet."""

    default = _l("Von Ihnen liegt zu dieser Maßnahme schon eine Meldung vor. Sie können sie überarbeiten.")


class ReportEdited(Conflict):
    """The report was changed, or the measure's state, since the person opened it."""

    default = _l("Inzwischen hat sich etwas geändert. Lesen Sie die Meldung noch einmal, bevor Sie entscheiden.")


class AnswerMissing(DomainError):
    """Asking back without a question, or refusing without a reason."""

    default = _l("Schreiben Sie, was Sie wissen möchten oder warum Sie ablehnen. Wer meldet, liest diesen Satz.")


def file_report(actor: User, node: Node, fields: Fields, *, today: date) -> StatusReport:
    """Hand in a report; it changes nothing about the measure until a moderator confirms it.

    Raises:
        Incomplete: naming everything that is missing, at once.
        AlreadyReported: if one by the same person still waits; of two at once the database takes one.
    """
    require(may_report(actor, node))
    fields = fields.tidied()
    _require_complete(node, fields, today)
    report = StatusReport(node_id=node.id, reporter_id=actor.id, before=node.status, talk=[])
    _write(report, fields)
    try:
        with db.session.begin_nested():
            db.session.add(report)
    except IntegrityError as error:
        raise AlreadyReported from error
    return report


def revise_report(
    actor: User, report: StatusReport, fields: Fields, *, reply: str = "", expected_edit: int, today: date
) -> StatusReport:
    """Change an open report, answering what was asked; it waits for a decision again.

    Raises:
        Incomplete, ReportEdited: as for a new report; if it was changed or decided meanwhile.
    """
    node = _locked(report)
    require(may_revise(actor, report))
    if report.edit != expected_edit:
        raise ReportEdited
    fields = fields.tidied()
    _require_complete(node, fields, today)
    said = normalise(reply, limit=TEXT_LIMIT)
    if said:
        report.talk = [*report.talk, _line("reporter", said)]
    _write(report, fields)
    report.before, report.filed_at = node.status, now()
    report.edit += 1
    report.decision, report.moderator_id, report.decided_at, report.answer = ReportState.WAITING, None, None, ""
    db.session.flush()
    return report


def confirm_report(actor: User, report: StatusReport, *, expected_edit: int, today: date) -> StatusReport:
    """Confirm a report as a moderator who did not write it: the measure now has this state.

    Locks measure and report. What was reported must still follow from the state the measure has by now.

    Raises:
        Incomplete, ReportEdited: if it no longer does; if the reporter changed it meanwhile.
    """
    node = _locked(report)
    _require_undecided(actor, report, expected_edit)
    _require_complete(node, of(report), today, reviewing=True)
    report.before = node.status
    _decide(actor, report, ReportState.CONFIRMED, "")
    node.status, node.status_since, node.status_reported_at = report.status, report.since, report.decided_at
    db.session.flush()
    emit(ReportDecided(report, actor))
    return report


def ask_back(actor: User, report: StatusReport, question: str, *, expected_edit: int) -> StatusReport:
    """Send a report back with a question; everything its reporter wrote stays.

    Raises:
        AnswerMissing, ReportEdited: without a question; if the reporter changed it meanwhile.
    """
    return _answer(actor, report, ReportState.ASKED, question, expected_edit)


def refuse_report(actor: User, report: StatusReport, reason: str, *, expected_edit: int) -> StatusReport:
    """Refuse a report with a reason; the measure's state stays as it is.

    Raises:
        AnswerMissing, ReportEdited: without a reason; if the reporter changed it meanwhile.
    """
    return _answer(actor, report, ReportState.REFUSED, reason, expected_edit)


def _answer(actor: User, report: StatusReport, state: ReportState, text: str, expected_edit: int) -> StatusReport:
    _locked(report)
    _require_undecided(actor, report, expected_edit)
    said = normalise(text, limit=TEXT_LIMIT)
    if not said:
        raise AnswerMissing
    report.talk = [*report.talk, _line("moderation", said)]
    _decide(actor, report, state, said)
    db.session.flush()
    emit(ReportDecided(report, actor))
    return report


def _locked(report: StatusReport) -> Node:
    """Lock the measure and the report, always in this order, and return the measure as it is now."""
    node = db.session.get_one(
        Node, report.node_id, populate_existing=True, with_for_update={"key_share": True, "of": Node}
    )
    db.session.refresh(report, with_for_update={"of": StatusReport})
    return node


def _require_undecided(actor: User, report: StatusReport, expected_edit: int) -> None:
    verdict = may_decide_report(actor, report)
    if not verdict and report.decision is not ReportState.WAITING and may_moderate(actor):
        # Of two moderators at once the second is told what the first decided; nothing is forbidden to them.
        raise ReportEdited(verdict.reason)
    require(verdict)
    if report.edit != expected_edit:
        raise ReportEdited


def _require_complete(node: Node, fields: Fields, today: date, *, reviewing: bool = False) -> None:
    found = problems(fields, before=node.status, before_since=node.status_since, today=today)
    if reviewing and fields.review_on is not None and fields.review_on <= today:
        # The day came while the report waited: that is no reason to ask for another one.
        found.pop("review_on", None)
    if found:
        raise Incomplete(found)


def _write(report: StatusReport, fields: Fields) -> None:
    report.status = fields.status
    report.since = fields.since
    report.source_url = fields.source_url
    report.source = fields.source
    report.next_step = fields.next_step
    report.reference = fields.reference
    report.review_on = fields.review_on
    report.carrier = fields.carrier
    report.jump_reason = fields.jump_reason


def _decide(actor: User, report: StatusReport, state: ReportState, answer: str) -> None:
    report.decision, report.answer = state, answer
    report.moderator_id, report.decided_at = actor.id, now()


def _line(by: str, text: str) -> dict[str, str]:
    return {"by": by, "at": now().isoformat(), "text": text}
