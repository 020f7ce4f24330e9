"""What the events of other rooms set off. Handlers only write rows, in the transaction of the event.

Nobody is told of what they did themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, union

from participation.accounts import events as accounts
from participation.accounts.queries import names
from participation.base.db import db
from participation.dialogue import events as dialogue
from participation.dialogue.models import Comment
from participation.leitbild import events as leitbild
from participation.moderation import events as moderation
from participation.notify.operations import notify, post, post_nothing
from participation.outcomes import events as outcomes
from participation.outcomes.models import Evidence, Fate
from participation.proposals import events as proposals
from participation.proposals.models import Proposal

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


def send_nothing(_event: accounts.NobodyAsked) -> None:
    """Do the work of a letter for an address that gets none."""
    post_nothing()


def send_changed(event: accounts.PasswordChanged) -> None:
    """Warn the owner of an account that its password changed."""
    post(event.email, "accounts/changed", {"name": event.name}, event.locale)


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


# --- moderation --------------------------------------------------------------------------------------------------


def tell_of_hiding(event: moderation.CommentHidden) -> None:
    """Tell the author of a comment that it was hidden: the rule, and what in it the rule applies to."""
    params = {"ground": event.decision.ground, "facts": event.decision.facts}
    notify(event.comment.author_id, "comment_hidden", params, _comment(event.comment.id))


def tell_of_restoring(event: moderation.CommentRestored) -> None:
    """Tell the author of a comment that it is shown again."""
    notify(event.comment.author_id, "comment_restored", {}, _comment(event.comment.id))


# --- proposals ---------------------------------------------------------------------------------------------------


def tell_of_step(event: proposals.ProposalStepped) -> None:
    """Tell the author of a proposal how far it is."""
    proposal, step = event.proposal, event.step
    if step.actor_id == proposal.author_id:
        return
    # Given back, it is a draft again and has its page there.
    path = f"/vorschlaege/{proposal.number}" if step.state.value != "draft" else f"/vorschlaege/entwurf/{proposal.id}"
    params = {"reference": proposal.reference, "reason": step.reason}
    notify(proposal.author_id, f"proposal_{step.state.value}", params, path)


# --- outcomes and Leitbild ---------------------------------------------------------------------------------------


def tell_of_outcome(event: outcomes.OutcomeApproved) -> None:
    """Tell everyone whose contribution is evidence that the outcome answers it; once, however many they made."""
    outcome = event.outcome
    writers = select(Comment.author_id).join(Evidence, Evidence.comment_id == Comment.id)
    proposers = select(Proposal.author_id).join(Evidence, Evidence.proposal_id == Proposal.id)
    concerned = union(
        writers.where(Evidence.outcome_id == outcome.id), proposers.where(Evidence.outcome_id == outcome.id)
    )
    for user_id in sorted(db.session.scalars(concerned)):
        if user_id != event.actor.id:
            notify(user_id, "outcome", {"reference": outcome.reference}, f"/ergebnisse/{outcome.number}")


def tell_of_revision(event: leitbild.RevisionPublished) -> None:
    """Tell everyone whose contribution is evidence what became of it; once, with the best that happened to it."""
    by_person: dict[int, list[leitbild.Contribution]] = defaultdict(list)
    for contribution in event.contributions:
        by_person[contribution.user_id].append(contribution)
    for user_id, theirs in sorted(by_person.items()):
        if user_id == event.actor_id:
            continue
        best = min(theirs, key=lambda contribution: _RANK[contribution.fate])
        notify(
            user_id, f"revision_{best.fate.value}", {"number": event.number}, f"/leitbild/aenderung/{best.change_id}"
        )


_RANK = {Fate.ADOPTED: 0, Fate.PARTLY: 1, Fate.CONSIDERED: 2}


def _comment(number: int) -> str:
    return f"/beitrag/{number}"


HANDLERS: Mapping[type, Sequence[Callable[[Any], None]]] = {
    accounts.Registered: (send_confirmation,),
    accounts.RegisteredAgain: (send_already,),
    accounts.ResetRequested: (send_reset,),
    accounts.NobodyAsked: (send_nothing,),
    accounts.PasswordChanged: (send_changed,),
    accounts.InitiativeVerified: (tell_verified,),
    accounts.InitiativeRefused: (tell_refused,),
    accounts.DelegateAdded: (tell_delegate,),
    accounts.MandateEnded: (tell_former_delegate,),
    dialogue.CommentWritten: (tell_of_reply,),
    moderation.CommentHidden: (tell_of_hiding,),
    moderation.CommentRestored: (tell_of_restoring,),
    proposals.ProposalStepped: (tell_of_step,),
    outcomes.OutcomeApproved: (tell_of_outcome,),
    leitbild.RevisionPublished: (tell_of_revision,),
}
