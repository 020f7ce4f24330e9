"""Who may do what with reports, cases and appeals. Pure: whatever has to be looked up comes in with the arguments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import format_datetime
from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.verdict import Verdict, no, yes
from participation.dialogue.models import WaitingComment, WaitingState
from participation.moderation.burst_models import Burst, BurstState
from participation.moderation.models import Appeal, AppealState, Case, CaseState, Decision, Measure, Report
from participation.moderation.targets import Target
from participation.proposals.models import FirstProposal, Proposal

APPEAL_PERIOD = timedelta(days=184)
"""At least six months, however long these are: Regulation (EU) 2022/2065, article 20(1)."""

HARMLESS = (Measure.NONE, Measure.RESTORE)
"""Measures that burden nobody: their author has nothing to object to."""


def may_report(target: Target) -> Verdict:
    """Say whether a contribution can be reported: by anyone, while everybody can read it."""
    return yes if target.shown else no(_l("Dieser Beitrag wird schon nicht mehr gezeigt."))


def may_open(actor: User | None, target: Target) -> Verdict:
    """Say whether a moderator may open a case of their own accord; never about themselves."""
    moderating = may_moderate(actor)
    if moderating and actor is not None and actor.id == target.author_id:
        return no(_l("Über den eigenen Beitrag entscheidet eine andere Person aus der Moderation."))
    return moderating


def may_take(actor: User | None, case: Case, reporters: Collection[int], at: datetime) -> Verdict:
    """Say whether a moderator may take a case: not about themselves, none they reported, none another one has."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if actor.id == case.author_id:
        return no(_l("Über den eigenen Beitrag entscheidet eine andere Person aus der Moderation."))
    if actor.id in reporters:
        return no(_l("Sie haben diesen Beitrag selbst gemeldet. Darüber entscheidet jemand anderes."))
    if case.taken_until is not None and case.taken_until > at and case.taken_by_id != actor.id:
        name = case.taken_by.display_name if case.taken_by else ""
        return no(
            _l("%(name)s hat diesen Fall übernommen, bis %(until)s Uhr.", name=name, until=hour(case.taken_until))
        )
    return yes


def may_decide(actor: User | None, case: Case, reporters: Collection[int], at: datetime) -> Verdict:
    """Say whether a moderator may decide a case: whoever may take it, while it is open."""
    taking = may_take(actor, case, reporters, at)
    if taking and case.state is not CaseState.OPEN:
        return no(_l("Über diesen Fall ist schon entschieden."))
    return taking


def may_admit(actor: User | None, waiting: WaitingComment, at: datetime) -> Verdict:
    """Say whether a moderator may release or refuse a first contribution: not their own, none another one has taken."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if actor.id == waiting.author_id:
        return no(_l("Über den eigenen Beitrag entscheidet eine andere Person aus der Moderation."))
    if waiting.state is not WaitingState.WAITING:
        return no(_l("Über diesen Beitrag ist schon entschieden."))
    if waiting.taken_until is not None and waiting.taken_until > at and waiting.taken_by_id != actor.id:
        name = waiting.taken_by.display_name if waiting.taken_by else ""
        told = _l(
            "%(name)s hat diesen Beitrag übernommen, bis %(until)s Uhr.", name=name, until=hour(waiting.taken_until)
        )
        return no(told)
    return yes


def may_admit_proposal(actor: User | None, proposal: Proposal, first: FirstProposal | None, at: datetime) -> Verdict:
    """Say whether a moderator may release or refuse a first proposal: not their own, none another one has taken.

    `first`: who is reading it, if anybody was.
    """
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if actor.id == proposal.author_id:
        return no(_l("Über den eigenen Vorschlag entscheidet eine andere Person aus der Moderation."))
    if first is not None and first.taken_until is not None and first.taken_until > at and first.taken_by_id != actor.id:
        name = first.taken_by.display_name if first.taken_by else ""
        return no(
            _l("%(name)s hat diesen Vorschlag übernommen, bis %(until)s Uhr.", name=name, until=hour(first.taken_until))
        )
    return yes


def may_see_statement(actor: User | None, decision: Decision) -> Verdict:
    """Say whether someone may read a statement of reasons: whom it is about, and moderators."""
    if actor is not None and actor.id == decision.author_id and decision.measure not in HARMLESS:
        return yes
    return may_moderate(actor)


def may_appeal(decision: Decision, report: Report | None, appeals: Collection[Appeal], at: datetime) -> Verdict:
    """Say whether the author (no report) or a report's sender may object to a decision: once, within six months."""
    if report is None and decision.measure in HARMLESS:
        return no(_l("Diese Entscheidung belastet Sie nicht."))
    if at > decision.at + APPEAL_PERIOD:
        return no(_l("Die Frist für den Widerspruch ist abgelaufen."))
    if any(appeal.report_id == (report.id if report else None) for appeal in appeals):
        return no(_l("Ihr Widerspruch liegt schon vor."))
    if any(appeal.state is AppealState.UPHELD for appeal in appeals):
        return no(_l("Diese Entscheidung ist schon aufgehoben."))
    return yes


def may_decide_appeal(
    actor: User | None, appeal: Appeal, case: Case, reporters: Collection[int], at: datetime
) -> Verdict:
    """Say whether a moderator may decide an appeal: never the one who decided first."""
    taking = may_take(actor, case, reporters, at)
    if not taking or actor is None:
        return taking
    if appeal.state is not AppealState.OPEN:
        return no(_l("Über diesen Widerspruch ist schon entschieden."))
    if actor.id == appeal.first_moderator_id:
        return no(_l("Sie haben zuerst entschieden. Über den Widerspruch entscheidet jemand anderes."))
    return yes


def may_take_burst(actor: User | None, burst: Burst, at: datetime, *, member: bool) -> Verdict:
    """Say whether a moderator may take a burst: not if they are part of it, none that another one has."""
    moderating = may_moderate(actor)
    if not moderating or actor is None:
        return moderating
    if member:
        return no(_l("Ihr eigenes Konto gehört zu dieser Häufung. Darüber entscheidet jemand anderes."))
    if burst.taken_until is not None and burst.taken_until > at and burst.taken_by_id != actor.id:
        name = burst.taken_by.display_name if burst.taken_by else ""
        return no(
            _l("%(name)s hat diese Häufung übernommen, bis %(until)s Uhr.", name=name, until=hour(burst.taken_until))
        )
    return yes


def may_decide_burst(actor: User | None, burst: Burst, at: datetime, *, member: bool) -> Verdict:
    """Say whether a moderator may decide about a burst, or take it back where its votes are counted apart."""
    taking = may_take_burst(actor, burst, at, member=member)
    if taking and burst.state not in (BurstState.OPEN, BurstState.APART):
        return no(_l("Über diese Häufung ist schon entschieden."))
    return taking


def may_see_history(actor: User | None) -> Verdict:
    """Say whether somebody may read what moderators decided about an account: moderators, for their work."""
    return may_moderate(actor)


def hour(at: datetime) -> str:
    """Return the time of day for people: 15:42."""
    return str(format_datetime(at, "HH:mm"))
