"""What the events of other rooms set off. Handlers only write rows, in the transaction of the event.

Nobody is told of what they did themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import format_date, format_datetime
from sqlalchemy import CompoundSelect, select, union

from participation.accounts import events as accounts
from participation.accounts.models import Role, User
from participation.accounts.queries import delegates_of, initiative_names, names
from participation.base.clock import now
from participation.base.db import db
from participation.base.text import excerpt
from participation.dialogue import events as dialogue
from participation.dialogue.models import Comment, CommentState
from participation.errata import events as errata
from participation.leitbild import events as leitbild
from participation.leitbild.models import Change, ChangeOutcome
from participation.measures import events as measures
from participation.measures.models import ReportState
from participation.moderation import events as moderation
from participation.moderation.labels import done
from participation.moderation.models import AppealState, Measure
from participation.moderation.policy import APPEAL_PERIOD
from participation.moderation.targets import of_case
from participation.notify.operations import forget, notify, notify_all, post, post_nothing
from participation.notify.queries import unread
from participation.outcomes import events as outcomes
from participation.outcomes.models import Evidence, Fate
from participation.proposals import events as proposals
from participation.proposals.models import CoAuthor, Proposal, ProposalState, StepKind
from participation.proposals.together import joint_people
from participation.resolutions import events as resolutions
from participation.resolutions.models import Seat
from participation.resolutions.queries import members, standing

# --- accounts ----------------------------------------------------------------------------------------------------


def send_confirmation(event: accounts.Registered) -> None:
    """Mail the link that confirms an address."""
    post(event.email, "accounts/confirm", {"name": event.name, "token": event.token}, event.locale)


def send_already(event: accounts.RegisteredAgain) -> None:
    """Tell the owner of an address that they have an account."""
    post(event.email, "accounts/already", {"name": event.name}, event.locale)


def send_reset(event: accounts.ResetRequested) -> None:
    """Mail the link for a new password."""
    post(event.email, "accounts/reset", {"name": event.name, "token": event.token}, event.locale)


def send_login(event: accounts.LoginRequested) -> None:
    """Mail the link that logs in."""
    post(event.email, "accounts/login", {"name": event.name, "token": event.token}, event.locale)


def tell_of_role(event: accounts.RoleChanged) -> None:
    """Tell a person that they have another role, and why."""
    notify(event.user_id, f"role_{event.role.value}_because", {"reason": event.reason}, "/konto/profil")


def send_nothing(_event: accounts.NobodyAsked) -> None:
    """Do the work of a letter for an address that gets none."""
    post_nothing()


def send_changed(event: accounts.PasswordChanged) -> None:
    """Warn the owner of an account that its password changed."""
    post(event.email, "accounts/changed", {"name": event.name}, event.locale)


def send_factor(event: accounts.FactorChanged) -> None:
    """Tell the owner of an account what changed about logging in."""
    post(event.email, "accounts/factor", {"name": event.name, "change": event.change.value}, event.locale)


def tell_verified(event: accounts.InitiativeVerified) -> None:
    """Tell the applicant that they may write for the initiative."""
    notify(event.applicant_id, "initiative_verified", {"name": event.name}, f"/initiativen/{event.slug}")


def tell_refused(event: accounts.InitiativeRefused) -> None:
    """Tell the applicant why."""
    params = {"name": event.name, "reason": event.reason}
    notify(event.applicant_id, "initiative_refused", params, f"/initiativen/{event.slug}")


def tell_delegate(event: accounts.DelegateAdded) -> None:
    """Tell a person that they may write for an initiative."""
    if event.user_id != event.by_id:
        params = {"name": event.name, "by": names({event.by_id})[event.by_id]}
        notify(event.user_id, "delegate_added", params, f"/initiativen/{event.slug}")


def tell_former_delegate(event: accounts.MandateEnded) -> None:
    """Tell a person that they no longer write for an initiative."""
    if event.user_id != event.by_id:
        notify(event.user_id, "mandate_ended", {"name": event.name}, f"/initiativen/{event.slug}")


# --- dialogue ----------------------------------------------------------------------------------------------------


def tell_of_reply(event: dialogue.CommentWritten) -> None:
    """Tell the author of a comment that someone answered."""
    reply, parent = event.comment, event.parent
    if parent is not None and parent.author_id != reply.author_id:
        params = {"by": names({reply.author_id})[reply.author_id]}
        notify(parent.author_id, "reply", params, _comment(reply.id))


def tell_of_release(event: dialogue.ContributionReleased) -> None:
    """Tell the author of a contribution that waited that everybody can read it now."""
    notify(event.comment.author_id, "contribution_released", {}, _comment(event.comment.id))


def tell_of_question(event: dialogue.AnswerRequested) -> None:
    """Tell whoever writes for an organisation now that a contribution asks it for an answer; each person once."""
    comment = event.comment
    if comment.state is not CommentState.VISIBLE:
        return
    speakers, called = delegates_of(event.initiative_ids), initiative_names(event.initiative_ids)
    by = names({comment.author_id})[comment.author_id]
    told: dict[int, dict[str, Any]] = {}
    for initiative_id in event.initiative_ids:
        for user_id in speakers.get(initiative_id, ()):
            told.setdefault(user_id, {"by": by, "name": called[initiative_id]})
    told.pop(comment.author_id, None)
    notify_all([(user_id, "answer_requested", params, _comment(comment.id)) for user_id, params in told.items()])


# --- moderation --------------------------------------------------------------------------------------------------


def send_receipt(event: moderation.Reported) -> None:
    """Mail a receipt to whoever reported a contribution and left an address; what they wrote is not repeated."""
    made = event.report
    if made.email:
        due = format_datetime(made.case.due_at, "d. MMMM yyyy, HH:mm")
        post(made.email, "moderation/receipt", {"reference": made.reference, "due": due})


def tell_of_decision(event: moderation.CaseDecided) -> None:
    """Send the author the statement of reasons, and the reporters the result."""
    decision, case = event.decision, event.decision.case
    did = done(decision.measure, hides=decision.hides)
    if decision.measure is Measure.RESTORE:
        notify(case.author_id, "contribution_restored", {}, of_case(case).path)
    elif decision.measure is not Measure.NONE:
        said = {"measure": did, "ground": decision.ground, "facts": decision.facts}
        notify(case.author_id, "decision_made", said, f"/entscheidung/{decision.id}")
        until = format_datetime(decision.until, "d. MMMM yyyy, HH:mm") if decision.until else ""
        rest = {"passage": decision.passage, "until": until, "redress": decision.redress, "token": event.links[None]}
        rest["reported"] = "1" if event.reports else ""
        post(case.author.email, "moderation/statement", {**said, **rest, "name": case.author.display_name})
    for made in event.reports:
        result = {"reference": made.reference, "measure": did, "ground": decision.ground}
        if made.email:
            last = format_date(decision.at + APPEAL_PERIOD, "d. MMMM yyyy")
            post(made.email, "moderation/result", {**result, "token": event.links[made.id], "until": last})
        if made.reporter_id is not None:
            notify(made.reporter_id, "report_decided", result, f"/meldung/{made.reference}")


def confirm_appeal(event: moderation.AppealFiled) -> None:
    """Confirm an objection to whoever made it, in the app and by mail, and say when it is decided at the latest."""
    made, report, author = event.appeal, event.appeal.report, event.appeal.decision.case.author
    due = format_datetime(made.due_at, "d. MMMM yyyy")
    email = author.email if report is None else report.email
    person = author.id if report is None else report.reporter_id
    reference = report.reference if report is not None else ""
    path = f"/meldung/{reference}" if reference else f"/entscheidung/{made.decision_id}"
    if person is not None:
        notify(person, "appeal_received", {"due": due}, path)
    if email:
        name = author.display_name if report is None else ""
        post(email, "moderation/appeal_receipt", {"name": name, "reference": reference, "due": due})


def tell_of_appeal(event: moderation.AppealDecided) -> None:
    """Tell both sides what became of an objection: the author as far as they know of the decision, the reporters."""
    found, decision = event.appeal, event.appeal.decision
    upheld = found.state is AppealState.UPHELD
    kind = "appeal_upheld" if upheld else "appeal_rejected"
    said = {"answer": found.answer, "upheld": "1" if upheld else ""}
    if decision.measure not in (Measure.NONE, Measure.RESTORE):
        author = decision.case.author
        notify(author.id, kind, {"answer": found.answer}, f"/entscheidung/{decision.id}")
        post(author.email, "moderation/appeal", {**said, "name": author.display_name, "reference": ""})
    for made in event.reports:
        if made.email:
            post(made.email, "moderation/appeal", {**said, "name": "", "reference": made.reference})
        if made.reporter_id is not None:
            notify(made.reporter_id, kind, {"answer": found.answer}, f"/meldung/{made.reference}")


# --- proposals ---------------------------------------------------------------------------------------------------


def tell_of_step(event: proposals.ProposalStepped) -> None:
    """Tell the authors of a proposal how far it is."""
    proposal, step = event.proposal, event.step
    # Given back, it is a draft again and has its page there.
    public, draft = f"/vorschlaege/{proposal.number}", f"/vorschlaege/entwurf/{proposal.id}"
    given_back = step.state is ProposalState.DRAFT
    params = {"reference": proposal.reference, "reason": step.reason}
    # What went into a revision is told with the revision.
    if step.actor_id != proposal.author_id and step.state is not ProposalState.INCORPORATED:
        notify(proposal.author_id, f"proposal_{step.state.value}", params, draft if given_back else public)
    with_them = joint_people([proposal.id]).get(proposal.id, frozenset()) - {step.actor_id, proposal.author_id}
    kind = f"{'joint' if step.state in _JOINT else 'proposal'}_{step.state.value}"
    path = f"{draft}/gemeinsam" if given_back else public
    notify_all([(user_id, kind, params, path) for user_id in sorted(with_them)])


_JOINT = {ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.WITHDRAWN, ProposalState.INCORPORATED}
"""Steps that co-authors are told of in other words than the author."""


def send_invitation(event: proposals.CoAuthorInvited) -> None:
    """Mail an invitation to hand a draft in together; the address may have no account."""
    params = {"by": event.by, "about": event.about, "days": event.days, "token": event.token}
    post(event.email, "proposals/invited", params)


def tell_of_invitation(event: proposals.OrganisationInvited) -> None:
    """Tell whoever writes for an organisation that it is invited to hand a draft in together."""
    params = {"by": names({event.by_id})[event.by_id], "name": event.name}
    people = delegates_of([event.initiative_id]).get(event.initiative_id, ())
    told = [user_id for user_id in people if user_id != event.by_id]
    notify_all([(user_id, "joint_invited", params, _together(event.proposal)) for user_id in told])


def tell_of_coauthor(event: proposals.CoAuthorAnswered) -> None:
    """Tell an author who joined, consented or goes on without them."""
    proposal = event.proposal
    kind = "joint_agreed" if event.joined else "joint_declined" if event.who else "joint_declined_by_mail"
    path = _together(proposal) if proposal.state is ProposalState.DRAFT else f"/vorschlaege/{proposal.number}"
    if event.by_id != proposal.author_id:
        notify(proposal.author_id, kind, {"by": event.who} if event.who else {}, path)


def tell_of_removal(event: proposals.CoAuthorRemoved) -> None:
    """Tell somebody that a draft goes on without them."""
    notify(event.user_id, "joint_removed", {}, "/vorschlaege/entwuerfe")


def tell_of_rewording(event: proposals.DraftReworded) -> None:
    """Ask co-authors about the new text of a draft."""
    notify_all([(user_id, "joint_reworded", {}, _together(event.proposal)) for user_id in event.user_ids])


def _together(proposal: Proposal) -> str:
    return f"/vorschlaege/entwurf/{proposal.id}/gemeinsam"


def tell_of_released_proposal(event: proposals.ProposalReleased) -> None:
    """Tell the author of a proposal that waited that everybody can read it now."""
    made = event.proposal
    notify(made.author_id, "proposal_released", {"reference": made.reference}, f"/vorschlaege/{made.number}")


def tell_of_returned_proposal(event: proposals.ProposalReturned) -> None:
    """Tell the author of a proposal that waited why it could not be released."""
    made = event.proposal
    notify(made.author_id, "proposal_returned", {"title": made.title}, f"/vorschlaege/entwurf/{made.id}")


# --- measures ----------------------------------------------------------------------------------------------------


def tell_of_report(event: measures.ReportDecided) -> None:
    """Tell the reporter what became of their report; a question leads to where it is answered."""
    report = event.report
    params = {"name": report.name, "title": report.node.label, "answer": report.answer}
    path = f"/stand/{report.id}/bearbeiten" if report.decision is ReportState.ASKED else f"/stand/{report.id}"
    notify(report.reporter_id, f"status_{report.decision.value}", params, path)


def tell_of_moves(event: proposals.ProposalsMoved) -> None:
    """Tell authors what a revision did to their proposals, and ask supporters about a new wording.

    For an initiative, whoever writes for it now is told as its author is. Whoever has not read yet that there is a new
    wording is not told a second time. Co-authors are asked for their consent to it. Five statements, however
    many there are.
    """
    notes: list[tuple[int, str, dict[str, Any], str]] = []
    speakers = delegates_of({move.proposal.initiative_id for move in event.moves if move.proposal.initiative_id})
    joint = joint_people([move.proposal.id for move in event.moves])
    for move in event.moves:
        proposal = move.proposal
        path = f"/vorschlaege/{proposal.number}"
        params = {"reference": proposal.reference, "revision": event.revision}
        owners = {proposal.author_id, *speakers.get(proposal.initiative_id or 0, ())} - {event.actor_id}
        if move.what is not StepKind.REVISED:
            link = f"{path}/vergleich" if move.what is StepKind.CONFLICT else path
            notes += [(user_id, f"proposal_{_MOVES[move.what]}", params, link) for user_id in sorted(owners)]
        with_them = joint.get(proposal.id, frozenset()) - owners - {event.actor_id}
        if move.what in (StepKind.REVISED, StepKind.REBASED, StepKind.ADOPTED):
            notes += [(user_id, "joint_new_version", params, f"{path}#gemeinsam") for user_id in sorted(with_them)]
        else:
            notes += [(user_id, f"proposal_{_MOVES[move.what]}", params, path) for user_id in sorted(with_them)]
        if move.what is not StepKind.FITS:
            owners |= with_them
            asked = [user_id for user_id in move.supporters if user_id not in owners and user_id != event.actor_id]
            kind = _ASKED.get(move.what, ASKED)
            notes += [(user_id, kind, params, f"{path}#mitzeichnen") for user_id in asked]
    known = unread({user_id for user_id, *_rest in notes}, ASKED)
    notify_all([note for note in notes if (note[0], note[1], note[3]) not in known])


_MOVES = {
    StepKind.REBASED: "rebased",
    StepKind.ADOPTED: "adopted",
    StepKind.CONFLICT: "conflict",
    StepKind.FULFILLED: "fulfilled",
    StepKind.FITS: "fits",
}
ASKED = "support_new_version"
_ASKED = {StepKind.CONFLICT: "support_conflict", StepKind.FULFILLED: "support_fulfilled"}


# --- outcomes and Leitbild ---------------------------------------------------------------------------------------


def tell_of_outcome(event: outcomes.OutcomeApproved) -> None:
    """Tell everyone whose contribution is evidence that the outcome answers it; once, however many they made."""
    outcome = event.outcome
    writers = select(Comment.author_id).join(Evidence, Evidence.comment_id == Comment.id)
    proposers = select(Proposal.author_id).join(Evidence, Evidence.proposal_id == Proposal.id)
    joint = select(CoAuthor.user_id).join(Evidence, Evidence.proposal_id == CoAuthor.proposal_id)
    concerned: CompoundSelect[Any] = union(
        writers.where(Evidence.outcome_id == outcome.id),
        proposers.where(Evidence.outcome_id == outcome.id),
        joint.where(Evidence.outcome_id == outcome.id, CoAuthor.joined_at.is_not(None)),
    )
    for user_id in sorted(db.session.scalars(concerned)):
        if user_id != event.actor.id:
            notify(user_id, "outcome", {"reference": outcome.reference}, f"/ergebnisse/{outcome.number}")


PASSAGE = 80
"""How many characters of a passage a note names."""


def tell_of_revision(event: leitbild.RevisionPublished) -> None:
    """Tell everyone whose contribution is evidence what became of it; once, with the best that happened to it."""
    by_person: dict[int, list[leitbild.Contribution]] = defaultdict(list)
    for contribution in event.contributions:
        by_person[contribution.user_id].append(contribution)
    for user_id, theirs in sorted(by_person.items()):
        if user_id == event.actor_id:
            continue
        best = min(theirs, key=lambda contribution: _RANK[contribution.fate])
        params = {"number": event.number, "passage": excerpt(best.passage, PASSAGE), "answer": best.answer}
        notify(user_id, f"revision_{best.fate.value}", params, f"/leitbild/aenderung/{best.change_id}")


# --- errata ------------------------------------------------------------------------------------------------------


def forget_texts(event: errata.TextErased) -> None:
    """Replace erased texts in notes; letters keep none once they are sent."""
    forget({*event.texts, *(excerpt(text, PASSAGE) for text in event.texts)}, event.mark)


def tell_of_objection(event: errata.ObjectionAnswered) -> None:
    """Tell a person that their objection is answered."""
    if event.objection.author_id != event.actor_id:
        notify(event.objection.author_id, "objection_answered", {}, _correction(event.objection.correction_id))


def tell_of_correction(event: errata.CorrectionConfirmed) -> None:
    """Tell everyone who objected that the correction stands."""
    for objection in event.correction.objections:
        if objection.author_id != event.actor_id:
            notify(objection.author_id, "correction_confirmed", {}, _correction(event.correction.id))


def tell_of_withdrawal(event: errata.CorrectionWithdrawn) -> None:
    """Tell everyone who objected that the correction was given up, and why."""
    params = {"reason": event.correction.withdrawn_reason}
    for objection in event.correction.objections:
        if objection.author_id != event.actor_id:
            notify(objection.author_id, "correction_withdrawn", params, _correction(event.correction.id))


def _correction(number: int) -> str:
    return f"/leitbild/berichtigungen/{number}"


def tell_bodies(event: leitbild.RevisionPublished) -> None:
    """Tell the members of every body that decides about the revision that it waits for them."""
    asked = [vote.body_id for vote in standing(event.number, period=timedelta(0), at=now()).votes]
    for _body, user_id, _name in members(asked):
        notify(user_id, "revision_to_decide", {"number": event.number}, f"/gremium/fassung/{event.number}")


def tell_of_reading(event: leitbild.ReadingBegan) -> None:
    """Tell everyone whose contribution is behind one of the changes that the draft lies out."""
    for user_id in event.participants:
        if user_id != event.actor_id:
            notify(user_id, "reading_began", {"number": event.number}, "/leitbild/lesung")


def tell_of_end(event: leitbild.ReadingEnded) -> None:
    """Tell everyone who wrote about a change that the draft was taken back, and why."""
    for user_id in event.commenters:
        if user_id != event.actor_id:
            notify(user_id, "reading_ended", {"number": event.number, "reason": event.reason}, "/leitbild/lesung")


def tell_of_resolution(event: resolutions.ResolutionSigned) -> None:
    """Tell moderators, members of the bodies, and everyone whose contribution is in it what a body decided."""
    made = event.resolution
    linked = (
        select(ChangeOutcome.outcome_id)
        .join(Change, Change.id == ChangeOutcome.change_id)
        .where(Change.revision_number == made.revision_number)
    )
    concerned: CompoundSelect[Any] = union(
        select(User.id).where(User.role == Role.MODERATOR, User.confirmed_at.is_not(None)),
        select(Seat.user_id).where(Seat.until.is_(None)),
        select(Comment.author_id)
        .join(Evidence, Evidence.comment_id == Comment.id)
        .where(Evidence.outcome_id.in_(linked)),
        select(Proposal.author_id)
        .join(Evidence, Evidence.proposal_id == Proposal.id)
        .where(Evidence.outcome_id.in_(linked)),
        select(CoAuthor.user_id)
        .join(Evidence, Evidence.proposal_id == CoAuthor.proposal_id)
        .where(Evidence.outcome_id.in_(linked), CoAuthor.joined_at.is_not(None)),
    )
    kind = "revision_adopted_by_all" if event.adopted else f"resolution_{made.decision.value}"
    params = {"body": made.body.name, "number": made.revision_number}
    for user_id in sorted(db.session.scalars(concerned)):
        if user_id != event.actor_id:
            notify(user_id, kind, params, f"/revisionslog/{made.entry_number}")


_RANK = {Fate.ADOPTED: 0, Fate.PARTLY: 1, Fate.CONSIDERED: 2}


def tell_of_answer(event: outcomes.ContributionAnswered) -> None:
    """Tell the author of a contribution, and whoever handed it in with them, that its answer is there."""
    piece = event.piece
    with_them = joint_people([piece.proposal_id] if piece.proposal_id else []).get(piece.proposal_id or 0, frozenset())
    params = {"reference": event.outcome.reference, "answer": piece.answer}
    path = f"/ergebnisse/{event.outcome.number}#beleg-{piece.key}"
    concerned = {event.author_id, *with_them} - {event.actor.id}
    notify_all([(user_id, f"answered_{piece.fate.value}", params, path) for user_id in sorted(concerned)])


def _comment(number: int) -> str:
    return f"/beitrag/{number}"


HANDLERS: Mapping[type, Sequence[Callable[[Any], None]]] = {
    accounts.Registered: (send_confirmation,),
    accounts.RegisteredAgain: (send_already,),
    accounts.ResetRequested: (send_reset,),
    accounts.LoginRequested: (send_login,),
    accounts.RoleChanged: (tell_of_role,),
    accounts.NobodyAsked: (send_nothing,),
    accounts.PasswordChanged: (send_changed,),
    accounts.FactorChanged: (send_factor,),
    accounts.InitiativeVerified: (tell_verified,),
    accounts.InitiativeRefused: (tell_refused,),
    accounts.DelegateAdded: (tell_delegate,),
    accounts.MandateEnded: (tell_former_delegate,),
    dialogue.CommentWritten: (tell_of_reply,),
    dialogue.ContributionReleased: (tell_of_release,),
    dialogue.AnswerRequested: (tell_of_question,),
    moderation.Reported: (send_receipt,),
    moderation.CaseDecided: (tell_of_decision,),
    moderation.AppealFiled: (confirm_appeal,),
    moderation.AppealDecided: (tell_of_appeal,),
    proposals.ProposalStepped: (tell_of_step,),
    proposals.ProposalReleased: (tell_of_released_proposal,),
    proposals.ProposalReturned: (tell_of_returned_proposal,),
    proposals.CoAuthorInvited: (send_invitation,),
    proposals.OrganisationInvited: (tell_of_invitation,),
    proposals.CoAuthorAnswered: (tell_of_coauthor,),
    proposals.CoAuthorRemoved: (tell_of_removal,),
    proposals.DraftReworded: (tell_of_rewording,),
    measures.ReportDecided: (tell_of_report,),
    proposals.ProposalsMoved: (tell_of_moves,),
    outcomes.OutcomeApproved: (tell_of_outcome,),
    outcomes.ContributionAnswered: (tell_of_answer,),
    errata.TextErased: (forget_texts,),
    errata.ObjectionAnswered: (tell_of_objection,),
    errata.CorrectionConfirmed: (tell_of_correction,),
    errata.CorrectionWithdrawn: (tell_of_withdrawal,),
    leitbild.RevisionPublished: (tell_of_revision, tell_bodies),
    leitbild.ReadingBegan: (tell_of_reading,),
    leitbild.ReadingEnded: (tell_of_end,),
    resolutions.ResolutionSigned: (tell_of_resolution,),
}
