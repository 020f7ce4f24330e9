"""The files of a proposal: who adds them, who sees them, and how they go. None of it commits."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.attachments.models import Attachment
from participation.attachments.queries import Sight
from participation.base.db import db
from participation.base.verdict import Conflict, NotFound, Verdict, no, require
from participation.proposals.models import MAX_FILES, Proposal, ProposalAttachment, ProposalState
from participation.proposals.policy import may_edit, may_read
from participation.proposals.sharing import shared_with
from participation.proposals.together import ask_again
from participation.proposals.versions import fingerprint


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
    """Add a described file to a draft; one that waits for a moderator has to be handed in anew.

    Raises:
        Full: if there is no room for one more.
    """
    before = _hold(actor, proposal)
    taken = set(
        db.session.scalars(select(ProposalAttachment.position).where(ProposalAttachment.proposal_id == proposal.id))
    )
    free = next((position for position in range(1, MAX_FILES + 1) if position not in taken), None)
    if free is None:
        raise Full
    db.session.add(ProposalAttachment(proposal_id=proposal.id, attachment_id=attachment.id, position=free))
    _changed(actor, proposal, before)


def detach(actor: User, proposal: Proposal, attachment_id: int) -> None:
    """Take a file away from a draft; one that waits for a moderator has to be handed in anew.

    Raises:
        NotFound: if it is none of the draft's.
    """
    before = _hold(actor, proposal)
    if attachment_id not in {found.id for found in files(proposal.id)}:
        raise NotFound
    _drop([attachment_id])
    _changed(actor, proposal, before)


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
        return Sight.PRIVATE if viewer is not None and _sees_draft(viewer, proposal) else None
    if may_read(None, proposal):
        return Sight.PUBLIC
    return Sight.PRIVATE if may_read(viewer, proposal) else None


def belongs(proposal: Proposal, attachment_id: int) -> bool:
    """Say whether a file is one of a proposal's."""
    row = db.session.get(ProposalAttachment, attachment_id)
    return row is not None and row.proposal_id == proposal.id


def _sees_draft(viewer: User, proposal: Proposal) -> bool:
    """Say whether someone reads a draft: who hands it in, and moderators while it waits for one."""
    if viewer.id == proposal.author_id or (proposal.waits_until is not None and may_moderate(viewer)):
        return True
    shared = select(Proposal.id).where(Proposal.id == proposal.id, shared_with(viewer))
    return db.session.scalar(shared) is not None


def _hold(actor: User, proposal: Proposal) -> str:
    """Hold a draft whose files change; return the fingerprint of what it said so far."""
    db.session.refresh(proposal, ["state", "waits_until"], with_for_update=True)
    require(may_attach(actor, proposal))
    return fingerprint(proposal)


def _changed(actor: User, proposal: Proposal, before: str) -> None:
    """Take a draft back from the moderators' desk, and ask those anew who consented to it with other files."""
    proposal.waits_until = None
    db.session.flush()
    ask_again(actor, proposal, before)


def _drop(ids: Sequence[int]) -> None:
    db.session.execute(delete(ProposalAttachment).where(ProposalAttachment.attachment_id.in_(ids)))
    db.session.execute(delete(Attachment).where(Attachment.id.in_(ids)))
    db.session.flush()
