"""Hiding a proposal behind a placeholder, and showing it again. Its thread, votes and signatures stay as they are.

Here, too: taking its texts out of its rows and putting them back. Who keeps them meanwhile is not told here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import require
from participation.proposals.models import Proposal, ProposalStep, ProposalVersion
from participation.proposals.policy import may_hide, may_restore

REMOVED = "Entfernter Vorschlag"
"""What a proposal is called while its texts are taken out; content, and so German."""

_TEXTS = ("title", "wording", "diff_html", "reason", "reason_html", "benefit", "culture")


def hide_proposal(actor: User, proposal: Proposal, reason: str) -> None:
    """Replace a proposal by a placeholder that says why."""
    proposal = _locked(proposal)
    require(may_hide(actor, proposal))
    proposal.hidden_for = reason
    db.session.flush()


def restore_proposal(actor: User, proposal: Proposal) -> None:
    """Show a hidden proposal again."""
    proposal = _locked(proposal)
    require(may_restore(actor, proposal))
    proposal.hidden_for = None
    db.session.flush()


def take_text(proposal: Proposal) -> dict[str, Any]:
    """Empty a proposal, its versions and what its author said along the way; return it all, as JSON values."""
    proposal = _locked(proposal)
    versions, steps = _versions(proposal), _own_steps(proposal)
    taken = {
        **_said(proposal),
        "versions": [{"version": one.version, **_said(one)} for one in versions],
        "steps": [{"id": one.id, "reason": one.reason} for one in steps],
    }
    blank = dict.fromkeys(_TEXTS, "") | {"title": REMOVED}
    _say(proposal, blank)
    for one in versions:
        _say(one, blank)
    for step in steps:
        step.reason = ""
    db.session.flush()
    return taken


def put_text_back(proposal: Proposal, taken: dict[str, Any]) -> None:
    """Put back what `take_text` returned."""
    proposal = _locked(proposal)
    _say(proposal, taken)
    versions = {one["version"]: one for one in taken["versions"]}
    for version in _versions(proposal):
        if version.version in versions:
            _say(version, versions[version.version])
    steps = {one["id"]: one["reason"] for one in taken["steps"]}
    for step in _own_steps(proposal):
        step.reason = steps.get(step.id, step.reason)
    db.session.flush()


def _said(row: Proposal | ProposalVersion) -> dict[str, str]:
    return {name: getattr(row, name) for name in _TEXTS}


def _say(row: Proposal | ProposalVersion, texts: dict[str, Any]) -> None:
    for name in _TEXTS:
        setattr(row, name, texts[name])


def _versions(proposal: Proposal) -> list[ProposalVersion]:
    chosen = select(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id)
    return list(db.session.scalars(chosen.order_by(ProposalVersion.version)))


def _own_steps(proposal: Proposal) -> list[ProposalStep]:
    chosen = select(ProposalStep).where(ProposalStep.proposal_id == proposal.id, ProposalStep.as_moderator.is_(False))
    return list(db.session.scalars(chosen.order_by(ProposalStep.id)))


def _locked(proposal: Proposal) -> Proposal:
    chosen = select(Proposal).where(Proposal.id == proposal.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
