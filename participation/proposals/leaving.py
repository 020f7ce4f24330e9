"""What becomes of a person's proposals and signatures when their account is deleted. None of it commits.

Nobody decides here, the account's end does. Doing it twice is doing it once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, delete, exists, or_, select, update

from participation.accounts.models import User
from participation.base.db import db
from participation.proposals.attaching import drop_files
from participation.proposals.models import (
    CoAuthor,
    Proposal,
    ProposalConsent,
    ProposalPlace,
    ProposalState,
    ProposalStep,
    ProposalSupport,
    ProposalVersion,
)
from participation.proposals.steps import step
from participation.proposals.together import drop_coauthors

TITLE = "Gelöschter Vorschlag"
"""What a proposal is called whose text went with an account; content, and so German."""

REASON = "Das Konto, das den Vorschlag eingereicht hat, ist gelöscht."

JUDGED = frozenset(
    {
        ProposalState.SYNTHESIS,
        ProposalState.RECOMMENDED,
        ProposalState.NOT_RECOMMENDED,
        ProposalState.ACCEPTED,
        ProposalState.POSTPONED,
        ProposalState.REJECTED,
        ProposalState.INCORPORATED,
    }
)
"""States in which a proposal's text is part of a public decision, so that it stays readable."""

_PLAIN = {"synchronize_session": False}


def take_back_supports(user_id: int) -> None:
    """Take every signature of a person back; the proposals are locked one after the other, in their order."""
    signed = select(ProposalSupport.proposal_id).where(ProposalSupport.user_id == user_id)
    for proposal_id in db.session.scalars(signed.order_by(ProposalSupport.proposal_id)).all():
        present = db.session.scalar(select(Proposal.version).where(Proposal.id == proposal_id).with_for_update())
        mine = (ProposalSupport.proposal_id == proposal_id, ProposalSupport.user_id == user_id)
        gone = delete(ProposalSupport).where(*mine).returning(ProposalSupport.version)
        if db.session.scalar(gone, execution_options=_PLAIN) == present:
            fewer = update(Proposal).where(Proposal.id == proposal_id)
            db.session.execute(fewer.values(supporter_count=Proposal.supporter_count - 1), execution_options=_PLAIN)
    db.session.expire_all()


def give_up_drafts(person: User) -> None:
    """Delete a person's drafts; one that was public before is withdrawn, since others know its number."""
    drafts = select(Proposal).where(Proposal.author_id == person.id, Proposal.state == ProposalState.DRAFT)
    for draft in db.session.scalars(drafts.order_by(Proposal.id)).all():
        if draft.number is not None:
            step(person, draft, ProposalState.WITHDRAWN, REASON)
            continue
        drop_files(draft.id)
        db.session.execute(delete(ProposalPlace).where(ProposalPlace.proposal_id == draft.id))
        drop_coauthors(draft)
        db.session.delete(draft)
    db.session.flush()


def leave_joint(person: User, *, remove: bool) -> None:
    """Take a person out of drafts they were to hand in with others, and forget invitations to their address.

    As the co-author of what is public they stay, without a name, unless they want their contributions to go. What they
    agreed to for an organisation is its word.
    """
    own = (CoAuthor.user_id == person.id, CoAuthor.initiative_id.is_(None))
    drafts = select(Proposal.id).where(Proposal.state == ProposalState.DRAFT)
    gone = [
        delete(CoAuthor).where(CoAuthor.email == person.email, CoAuthor.joined_at.is_(None)),
        delete(CoAuthor).where(*own) if remove else delete(CoAuthor).where(*own, CoAuthor.proposal_id.in_(drafts)),
    ]
    if remove:
        consents = (ProposalConsent.user_id == person.id, ProposalConsent.initiative_id.is_(None))
        gone.append(delete(ProposalConsent).where(*consents))
    for statement in gone:
        db.session.execute(statement, execution_options=_PLAIN)
    db.session.expire_all()


def blank_proposals(person: User) -> None:
    """Withdraw a person's own proposals that nobody else rests on, and delete their texts, earlier versions included.

    Those that others signed or wrote too, or that a public decision speaks of, stay readable without a name; see
    `staying`.
    """
    keep = {proposal.id for proposal in staying(person.id)}
    mine = select(Proposal).where(
        Proposal.author_id == person.id, Proposal.number.is_not(None), Proposal.initiative_id.is_(None)
    )
    for proposal in db.session.scalars(mine.order_by(Proposal.id).with_for_update()).all():
        if proposal.id in keep or (proposal.title == TITLE and not proposal.reason):
            continue
        if proposal.state in (ProposalState.SUBMITTED, ProposalState.OPEN, ProposalState.DRAFT):
            step(person, proposal, ProposalState.WITHDRAWN, REASON)
        if proposal.state in (ProposalState.DRAFT, ProposalState.WITHDRAWN, ProposalState.MERGED):
            drop_files(proposal.id)
        _blank(person.id, proposal)
    db.session.flush()


def staying(user_id: int) -> Sequence[Proposal]:
    """Return a person's own proposals whose text stays in any case: signed or written by others too, or decided on."""
    joint = exists().where(CoAuthor.proposal_id == Proposal.id, CoAuthor.joined_at.is_not(None))
    signed = exists().where(ProposalSupport.proposal_id == Proposal.id, ProposalSupport.user_id != user_id)
    chosen = select(Proposal).where(
        and_(Proposal.author_id == user_id, Proposal.number.is_not(None), Proposal.initiative_id.is_(None)),
        or_(Proposal.state.in_(JUDGED), signed, joint),
    )
    return db.session.scalars(chosen.order_by(Proposal.number)).all()


def _blank(user_id: int, proposal: Proposal) -> None:
    gone = dict.fromkeys(("wording", "diff_html", "reason", "reason_html", "benefit", "culture"), "") | {"title": TITLE}
    for model, here in ((Proposal, Proposal.id), (ProposalVersion, ProposalVersion.proposal_id)):
        db.session.execute(update(model).where(here == proposal.id).values(gone), execution_options=_PLAIN)
    own_words = (ProposalStep.proposal_id == proposal.id, ProposalStep.actor_id == user_id)
    said = update(ProposalStep).where(*own_words, ProposalStep.as_moderator.is_(False), ProposalStep.reason != REASON)
    db.session.execute(said.values(reason=""), execution_options=_PLAIN)
    db.session.refresh(proposal)
