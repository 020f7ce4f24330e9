"""Which events of other rooms the watch book holds: log-ins, factors, roles, and every use of a power."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from participation.accounts import events as accounts
from participation.dialogue import events as dialogue
from participation.errata import events as errata
from participation.leitbild import events as leitbild
from participation.measures import events as measures
from participation.moderation import events as moderation
from participation.outcomes import events as outcomes
from participation.proposals import events as proposals
from participation.resolutions import events as resolutions
from participation.watchbook.models import Kind
from participation.watchbook.operations import note


def logged_in(event: accounts.LoggedIn) -> None:
    """Note a log-in."""
    note(Kind.LOGIN, event.user_id, method=event.method.value, factor="yes" if event.strong else "no")


def factor_failed(event: accounts.FactorFailed) -> None:
    """Note a right password with a wrong second factor: somebody may know the password."""
    note(Kind.FACTOR_FAILED, event.user_id)


def factor_changed(event: accounts.FactorChanged) -> None:
    """Note a factor that came or went."""
    note(Kind.FACTOR, event.user_id, change=event.change.value)


def password_changed(event: accounts.PasswordChanged) -> None:
    """Note a new password."""
    note(Kind.PASSWORD, event.user_id)


def role_changed(event: accounts.RoleChanged) -> None:
    """Note a role given or taken."""
    note(Kind.ROLE, event.by_id, about=event.user_id, role=event.role.value)


def initiative_verified(event: accounts.InitiativeVerified) -> None:
    """Note a verified initiative."""
    note(Kind.DECISION, event.by_id, about=event.applicant_id, what="initiative_verified", id=event.initiative_id)


def initiative_refused(event: accounts.InitiativeRefused) -> None:
    """Note a refused initiative."""
    note(Kind.DECISION, event.by_id, about=event.applicant_id, what="initiative_refused", id=event.initiative_id)


def contribution_released(event: dialogue.ContributionReleased) -> None:
    """Note that a waiting contribution was let through; a refused one is noted with its case."""
    made = event.comment
    note(Kind.DECISION, event.moderator_id, about=made.author_id, what="contribution_released", id=made.id)


def proposal_released(event: proposals.ProposalReleased) -> None:
    """Note that a waiting proposal was let through."""
    made = event.proposal
    note(Kind.DECISION, event.moderator_id, about=made.author_id, what="proposal_released", id=made.number)


def case_decided(event: moderation.CaseDecided) -> None:
    """Note a decision about a contribution."""
    made = event.decision
    note(Kind.DECISION, made.moderator_id, about=made.author_id, what=f"case_{made.measure.value}", id=made.case_id)


def appeal_decided(event: moderation.AppealDecided) -> None:
    """Note a decision about an objection."""
    note(Kind.DECISION, event.appeal.decided_by_id or 0, what=f"appeal_{event.appeal.state.value}", id=event.appeal.id)


def burst_decided(event: moderation.BurstDecided) -> None:
    """Note what became of a burst."""
    made = event.ruling
    note(Kind.DECISION, event.actor_id, what=f"burst_{made.result.value}", id=made.burst_id)


def proposal_stepped(event: proposals.ProposalStepped) -> None:
    """Note what moderators decide about proposals; authors' own steps are no use of power."""
    if event.step.as_moderator:
        what = f"proposal_{event.step.state.value}"
        note(Kind.DECISION, event.step.actor_id, about=event.proposal.author_id, what=what, id=event.proposal.number)


def report_decided(event: measures.ReportDecided) -> None:
    """Note what became of a report about a measure."""
    report = event.report
    note(Kind.DECISION, event.actor.id, about=report.reporter_id, what=f"report_{report.decision.value}", id=report.id)


def evaluation_begun(event: outcomes.EvaluationBegun) -> None:
    """Note a thread that rests."""
    note(Kind.DECISION, event.actor.id, what="evaluation_begun", id=event.outcome.id)


def evaluation_abandoned(event: outcomes.EvaluationAbandoned) -> None:
    """Note an evaluation given up."""
    note(Kind.DECISION, event.actor.id, what="evaluation_abandoned", id=event.outcome.id)


def outcome_approved(event: outcomes.OutcomeApproved) -> None:
    """Note an outcome signed by the second moderator."""
    note(Kind.DECISION, event.actor.id, what="outcome_approved", id=event.outcome.id)


def outcome_returned(event: outcomes.OutcomeReturned) -> None:
    """Note an outcome sent back."""
    note(Kind.DECISION, event.actor.id, what="outcome_returned", id=event.outcome.id)


def revision_published(event: leitbild.RevisionPublished) -> None:
    """Note a new version of the Leitbild."""
    note(Kind.DECISION, event.actor_id, what="revision_published", id=event.number)


def reading_began(event: leitbild.ReadingBegan) -> None:
    """Note a draft laid out."""
    note(Kind.DECISION, event.actor_id, what="reading_began", id=event.number)


def reading_ended(event: leitbild.ReadingEnded) -> None:
    """Note a draft taken back."""
    note(Kind.DECISION, event.actor_id, what="reading_ended", id=event.number)


def resolution_signed(event: resolutions.ResolutionSigned) -> None:
    """Note a body's resolution."""
    made = event.resolution
    note(Kind.DECISION, event.actor_id, what=f"resolution_{made.decision.value}", id=made.id)


def correction_confirmed(event: errata.CorrectionConfirmed) -> None:
    """Note a correction."""
    note(Kind.DECISION, event.actor_id, what="correction_confirmed", id=event.correction.id)


HANDLERS: Mapping[type, Sequence[Callable[[Any], None]]] = {
    accounts.LoggedIn: (logged_in,),
    accounts.FactorFailed: (factor_failed,),
    accounts.FactorChanged: (factor_changed,),
    accounts.PasswordChanged: (password_changed,),
    accounts.RoleChanged: (role_changed,),
    accounts.InitiativeVerified: (initiative_verified,),
    accounts.InitiativeRefused: (initiative_refused,),
    dialogue.ContributionReleased: (contribution_released,),
    proposals.ProposalReleased: (proposal_released,),
    moderation.CaseDecided: (case_decided,),
    moderation.AppealDecided: (appeal_decided,),
    moderation.BurstDecided: (burst_decided,),
    proposals.ProposalStepped: (proposal_stepped,),
    measures.ReportDecided: (report_decided,),
    outcomes.EvaluationBegun: (evaluation_begun,),
    outcomes.EvaluationAbandoned: (evaluation_abandoned,),
    outcomes.OutcomeApproved: (outcome_approved,),
    outcomes.OutcomeReturned: (outcome_returned,),
    leitbild.RevisionPublished: (revision_published,),
    leitbild.ReadingBegan: (reading_began,),
    leitbild.ReadingEnded: (reading_ended,),
    resolutions.ResolutionSigned: (resolution_signed,),
    errata.CorrectionConfirmed: (correction_confirmed,),
}
