"""Signing with proposals: one signature a person, always under one version. None of it commits.

Nobody's signature moves by itself. Where a proposal has a new version, those who signed an earlier one are asked; they
carry their signature over, leave it where it is, or take it back.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.db import db
from participation.base.verdict import Conflict, require
from participation.proposals.models import Proposal, ProposalSupport
from participation.proposals.policy import may_support


class NewVersion(Conflict):
    """The proposal has another version than the one the person read."""

    default = _l(
        "Der Vorschlag hat inzwischen einen neuen Wortlaut. Lesen Sie ihn zuerst, dann entscheiden Sie. "
        "Ihre Mitzeichnung ist noch, wie sie war."
    )


class NotSigned(Conflict):
    """There is no signature that could be carried over or kept."""

    default = _l("Sie zeichnen diesen Vorschlag nicht mehr mit. Laden Sie die Seite neu.")


def support(actor: User, proposal: Proposal, *, version: int | None = None) -> None:
    """Sign the present version of a proposal; a second time changes nothing.

    A signature under an earlier version stays there: that one is carried over by `carry_support` alone.

    Raises:
        NewVersion: unless the present version is the one that was read; None for whoever reads it at this moment.
    """
    _lock(actor, proposal, version)
    mine = {"proposal_id": proposal.id, "user_id": actor.id, "version": proposal.version}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(ProposalSupport).values(**mine))
    except IntegrityError:
        return
    _count(proposal, 1)


def unsupport(actor: User, proposal: Proposal) -> None:
    """Take one's signature back, whichever version it is under."""
    _lock(actor, proposal, None)
    gone = delete(ProposalSupport).where(*_mine(actor, proposal)).returning(ProposalSupport.version)
    if db.session.scalar(gone, execution_options=_PLAIN) == proposal.version:
        _count(proposal, -1)


def carry_support(actor: User, proposal: Proposal, *, version: int | None = None) -> None:
    """Carry one's signature over to the present version; a second click changes nothing.

    Raises:
        NewVersion: unless the present version is the one that was read.
        NotSigned: if there is no signature (any more).
    """
    _lock(actor, proposal, version)
    behind = (*_mine(actor, proposal), ProposalSupport.version < proposal.version)
    carried = update(ProposalSupport).where(*behind).values(version=proposal.version, kept_at=None)
    if db.session.scalar(carried.returning(ProposalSupport.user_id), execution_options=_PLAIN) is not None:
        _count(proposal, 1)
    else:
        _require_signature(actor, proposal)


def keep_support(actor: User, proposal: Proposal, *, version: int | None = None) -> None:
    """Leave one's signature under the earlier version; the person is not asked again.

    Raises:
        NewVersion: unless the present version is the one that was read.
        NotSigned: if there is no signature (any more).
    """
    _lock(actor, proposal, version)
    behind = (*_mine(actor, proposal), ProposalSupport.version < proposal.version)
    kept = update(ProposalSupport).where(*behind).values(kept_at=proposal.version)
    db.session.execute(kept, execution_options=_PLAIN)
    _require_signature(actor, proposal)


_PLAIN = {"synchronize_session": False}


def _lock(actor: User, proposal: Proposal, version: int | None) -> None:
    """Hold the proposal, so that no new version comes between reading its number and counting."""
    db.session.refresh(proposal, ["state", "version", "supporter_count"], with_for_update=True)
    require(may_support(actor, proposal))
    if version is not None and version != proposal.version:
        raise NewVersion


def _mine(actor: User, proposal: Proposal) -> tuple[ColumnElement[bool], ...]:
    return ProposalSupport.proposal_id == proposal.id, ProposalSupport.user_id == actor.id


def _require_signature(actor: User, proposal: Proposal) -> None:
    if db.session.scalar(select(ProposalSupport.user_id).where(*_mine(actor, proposal))) is None:
        raise NotSigned


def _count(proposal: Proposal, by: int) -> None:
    db.session.execute(
        update(Proposal).where(Proposal.id == proposal.id).values(supporter_count=Proposal.supporter_count + by),
        execution_options=_PLAIN,
    )
    db.session.refresh(proposal, ["supporter_count"])
