"""Versions of a proposal: every text that was public stays readable. None of it commits."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select

from participation.attachments.models import Attachment
from participation.base.db import db
from participation.proposals.models import Proposal, ProposalAttachment, ProposalSupport, ProposalVersion, VersionReason

_KEPT = (
    "node_id",
    "other_node_id",
    "base_revision",
    "before",
    "other_before",
    "title",
    "wording",
    "diff_html",
    "reason",
    "reason_html",
    "benefit",
    "culture",
    "lang",
)
_SIGNED = tuple(name for name in _KEPT if name not in ("base_revision", "diff_html", "reason_html"))
"""Where one of these differs, it is no longer what people signed."""


def fingerprint(proposal: Proposal) -> str:
    """Return a digest of all that people consent to, files included; equal for equal texts with equal files alone."""
    said = [getattr(proposal, name) for name in _SIGNED]
    files = (
        select(Attachment.sha256, Attachment.name, Attachment.title, Attachment.summary)
        .join(ProposalAttachment, ProposalAttachment.attachment_id == Attachment.id)
        .where(ProposalAttachment.proposal_id == proposal.id)
        .order_by(ProposalAttachment.position)
    )
    # Without files the digest is what it was before files counted, so that consents from then go on.
    said += [list(row) for row in db.session.execute(files)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def keep(proposal: Proposal, why: VersionReason, by_id: int | None) -> ProposalVersion:
    """Add a row that holds a proposal as it is now, under its present version."""
    columns = {name: getattr(proposal, name) for name in _KEPT}
    kept = ProposalVersion(proposal_id=proposal.id, version=proposal.version, why=why, by_id=by_id, **columns)
    db.session.add(kept)
    return kept


def begin(proposal: Proposal, why: VersionReason, by_id: int | None) -> ProposalVersion:
    """Give a proposal its next version; nobody has signed that one yet. The caller holds the row as it is stored."""
    proposal.version += 1
    proposal.supporter_count = 0
    return keep(proposal, why, by_id)


def renew(proposal: Proposal, why: VersionReason, by_id: int) -> ProposalVersion | None:
    """Begin a version if a proposal no longer says what its last one says; return it, or None."""
    # Held from here on: whoever signs at this moment signs the last version, or is told of the new one.
    db.session.refresh(proposal, ["version", "supporter_count"], with_for_update=True)
    last = db.session.get(ProposalVersion, (proposal.id, proposal.version))
    if last is not None and all(getattr(last, name) == getattr(proposal, name) for name in _SIGNED):
        return None
    kept = begin(proposal, why, by_id)
    db.session.flush()
    return kept


def signers(proposal_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """Return who signed each proposal, without those who want to leave it at an earlier version; one statement."""
    found: dict[int, list[int]] = {}
    rows = db.session.execute(
        select(ProposalSupport.proposal_id, ProposalSupport.user_id)
        .where(ProposalSupport.proposal_id.in_(proposal_ids), ProposalSupport.kept_at.is_(None))
        .order_by(ProposalSupport.proposal_id, ProposalSupport.user_id)
    )
    for proposal_id, user_id in rows:
        found.setdefault(proposal_id, []).append(user_id)
    return {proposal_id: tuple(people) for proposal_id, people in found.items()}
