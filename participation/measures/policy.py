"""What people may do with reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate, may_take_part
from participation.base.verdict import Verdict, no, yes
from participation.measures.models import OPEN, ReportState, StatusReport
from participation.strategy.models import Node

_DONE = {
    ReportState.CONFIRMED: no(_l("Diese Standmeldung ist bestätigt. Was neu ist, melden Sie mit einer neuen.")),
    ReportState.REFUSED: no(_l("Diese Standmeldung ist abgelehnt.")),
}


def may_report(actor: User | None, node: Node) -> Verdict:
    """Say whether a person may report how far a node has come: everyone confirmed, about measures."""
    if not node.kind.has_status:
        return no(_l("Einen Umsetzungsstand haben nur Maßnahmen."))
    return may_take_part(actor)


def may_revise(actor: User | None, report: StatusReport) -> Verdict:
    """Say whether a person may write on a report: its reporter, until it is decided."""
    taking_part = may_take_part(actor)
    if not taking_part or actor is None:
        return taking_part
    if report.reporter_id != actor.id:
        return no(_l("Diese Standmeldung hat jemand anderes geschrieben."))
    return _DONE.get(report.decision, yes)


def may_decide_report(actor: User | None, report: StatusReport) -> Verdict:
    """Say whether a person may confirm, ask back or refuse: a moderator, never about their own report."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if report.reporter_id == actor.id:
        return no(_l("Über die eigene Standmeldung entscheidet eine andere Person aus der Moderation."))
    if report.decision is ReportState.ASKED:
        return no(_l("Die Rückfrage ist gestellt. Die Meldung kommt wieder, sobald sie beantwortet ist."))
    return _DONE.get(report.decision, yes)


def may_see_report(viewer: User | None, report: StatusReport) -> Verdict:
    """Say whether a person may read a report: everyone once it is confirmed; before and after a no, those concerned."""
    if report.decision is ReportState.CONFIRMED:
        return yes
    if viewer is not None and (report.reporter_id == viewer.id or may_moderate(viewer)):
        return yes
    waiting = report.decision in OPEN
    return no(_l("Diese Standmeldung ist noch nicht geprüft.") if waiting else _l("Diese Standmeldung ist abgelehnt."))
