"""The files of a proposal: who adds them, who sees them, and how they go. None of it commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.attachments.queries import Sight
from participation.base.db import db
from participation.base.verdict import Conflict, NotFound, Verdict, no, require
from participation.proposals.models import MAX_FILES, Proposal, ProposalAttachment, ProposalState
from participation.proposals.policy import may_edit, may_read


class Full(Conflict):
    """The proposal has as many files as it may have."""

    default = _l(
        "Dieser Entwurf hat schon drei Anhänge. Nehmen Sie einen weg, wenn Sie einen anderen hinzufügen möchten."
    )


def may_attach(actor: User | None, proposal: Proposal) -> Verdict:
    """Say whether someone may change the files: its author, while it is a draft; then they are fixed with the text."""
    verdict = may_edit(actor, proposal)
    if verdict and proposal.state is not ProposalState.DRAFT:
        return no(_l("Der Vorschlag ist eingereicht. Seine Anhänge bleiben, wie sie sind."))
    return verdict


def attach(actor: User, proposal: Proposal, attachment: Attachment) -> None:
    """Add a described file to a draft.

    Raises:
        Full: if there is no room for one more.
    """
    _hold(actor, proposal)
    taken = set(
        db.session.scalars(select(ProposalAttachment.position).where(ProposalAttachment.proposal_id == proposal.id))
    )
    free = next((position for position in range(1, MAX_FILES + 1) if position not in taken), None)
    if free is None:
        raise Full
    db.session.add(ProposalAttachment(proposal_id=proposal.id, attachment_id=attachment.id, position=free))
    db.session.flush()


def detach(actor: User, proposal: Proposal, attachment_id: int) -> None:
    """Take a file away from a draft.

    Raises:
        NotFound: if it is none of the draft's.
    """
    _hold(actor, proposal)
    if attachment_id not in {found.id for found in files(proposal.id)}:
        raise NotFound
    _drop([attachment_id])


def drop_files(proposal_id: int) -> None:
    """Delete the files of a proposal that is deleted, or whose text goes with an account."""
    _drop([found.id for found in files(proposal_id)])


def files(proposal_id: int) -> Sequence[Attachment]:
    """Return a proposal's files in their order; whoever asks has to look who may read the proposal."""
    return db.session.scalars(
        select(Attachment)
        .join(ProposalAttachment, ProposalAttachment.attachment_id == Attachment.id)
        .where(ProposalAttachment.proposal_id == proposal_id)
        .order_by(ProposalAttachment.position)
    ).all()


def sight(viewer: User | None, attachment_id: int) -> Sight | None:
    """Say whether a viewer sees a file because it belongs to a proposal, and whether everybody does."""
    proposal = db.session.scalar(
        select(Proposal)
        .join(ProposalAttachment, ProposalAttachment.proposal_id == Proposal.id)
        .where(ProposalAttachment.attachment_id == attachment_id)
    )
    if proposal is None:
        return None
    if proposal.state is ProposalState.DRAFT:
        return Sight.PRIVATE if viewer is not None and viewer.id == proposal.author_id else None
    if may_read(None, proposal):
        return Sight.PUBLIC
    return Sight.PRIVATE if may_read(viewer, proposal) else None


def _hold(actor: User, proposal: Proposal) -> None:
    db.session.refresh(proposal, ["state"], with_for_update=True)
    require(may_attach(actor, proposal))


def _drop(ids: Sequence[int]) -> None:
    db.session.execute(delete(ProposalAttachment).where(ProposalAttachment.attachment_id.in_(ids)))
    db.session.execute(delete(Attachment).where(Attachment.id.in_(ids)))
    db.session.flush()
