"""Bringing proposals onto a new wording of their passage: by themselves where both edits fit, else by their authors.

None of it commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from participation.accounts.models import User
from participation.accounts.queries import mandates
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import Conflict, DomainError, Message, require
from participation.proposals import writing as written
from participation.proposals.events import Move, ProposalsMoved
from participation.proposals.models import UNSETTLED, Proposal, ProposalStep, StepKind, VersionReason
from participation.proposals.policy import may_adopt
from participation.proposals.threeway import Fit, Threeway, threeway
from participation.proposals.versions import begin, signers
from participation.proposals.writing import WordingChanged
from participation.strategy.models import Node, TextState

DEPTH = 20
"""How often a passage may have been taken up by another that was then taken up itself."""


class FitsAlready(Conflict):
    """The proposal was brought onto the wording of today in the meantime."""

    default = _l("Dieser Vorschlag ist inzwischen angepasst. Laden Sie die Seite neu.")


class UnfitWording(DomainError):
    """The wording that the author wants to take over says nothing new, or nothing at all."""

    default = _l("Dieser Wortlaut geht so nicht.")


class NoGround(DomainError):
    """Nothing is left that the proposal could rest on."""

    default = _l("Die Stelle gehört nicht mehr zum Leitbild. Diesen Vorschlag können Sie nicht mehr anpassen.")


def rebase(actor: User, node_ids: Collection[str], revision: int) -> None:
    """Bring every unsettled proposal on changed passages onto the wording of a revision, or mark it as colliding.

    Called inside the publication, after the proposals that went into the revision were marked. The number of statements
    does not depend on how many proposals there are. Locks them; their nodes are locked by the caller.
    """
    concerned = or_(Proposal.node_id.in_(node_ids), Proposal.other_node_id.in_(node_ids))
    found = db.session.scalars(
        select(Proposal)
        .options(joinedload(Proposal.node), joinedload(Proposal.other_node))
        # One whose texts were removed has nothing that could be brought onto a new wording.
        .where(Proposal.state.in_(UNSETTLED), concerned, Proposal.reason != "")
        .order_by(Proposal.id)
        .with_for_update(of=Proposal),
        execution_options={"populate_existing": True},
    ).all()
    told = signers([proposal.id for proposal in found]) if found else {}
    moves: list[Move] = []
    with db.session.no_autoflush:
        for proposal in found:
            what = _moved(proposal, threeway(proposal), revision)
            if what is not None:
                moves.append(Move(proposal, what, told.get(proposal.id, ())))
        _store(found)
    if moves:
        entries = [_entry(actor, move.proposal, move.what, revision) for move in moves]
        # Without the option, rows with an empty column would be inserted one by one.
        db.session.execute(insert(ProposalStep), entries, execution_options={"render_nulls": True})
        db.session.flush()
        emit(ProposalsMoved(tuple(moves), None, revision))


def adopt_wording(actor: User, proposal: Proposal, wording: str, *, seen: str, base_revision: int) -> Proposal:
    """Bring a proposal that collides onto the wording of today, with the words that its author chooses.

    A proposal about a passage that was merged follows to the one that took it up. `seen` is the wording of today as the
    author had it before them. The same click twice changes nothing the second time.

    Raises:
        WordingChanged: if what stands there is no longer what was seen.
        FitsAlready: if someone brought it onto another wording meanwhile.
        NoGround, UnfitWording: if there is nothing to rest on, or nothing is wanted.
    """
    home = _lock(proposal)
    require(may_adopt(actor, proposal, mandates(actor.id)))
    wording = written.Writing(type=proposal.type, wording=wording).tidied().wording
    if proposal.conflict_revision is None:
        if wording == proposal.wording:
            return proposal
        raise FitsAlready
    compared = threeway(proposal, home)
    if compared.lost:
        raise NoGround
    if normalise(seen) != normalise(compared.today):
        raise WordingChanged(seen, compared.today)
    problem = _problem(proposal, home, wording, compared.today)
    if problem is not None:
        raise UnfitWording(problem)
    _follow(proposal, home)
    _rest(proposal, wording, base_revision)
    begin(proposal, VersionReason.ADOPTED, actor.id)
    db.session.add(ProposalStep(**_entry(actor, proposal, StepKind.ADOPTED, None)))
    db.session.flush()
    told = signers([proposal.id]).get(proposal.id, ())
    emit(ProposalsMoved((Move(proposal, StepKind.ADOPTED, told),), actor.id))
    return proposal


def home_of(node: Node) -> Node | None:
    """Return the current node that took up a merged one, over however many mergers; None for a struck one."""
    for _step in range(DEPTH):
        if node.is_current or node.text_state is not TextState.MERGED or node.moved_to_id is None:
            break
        node = db.session.get_one(Node, node.moved_to_id)
    return node if node.is_current else None


_UNFIT_HOME: Message = _l("Diese Art von Vorschlag passt nicht zu der Stelle, in der die alte aufgegangen ist.")
_MOVED = (
    "wording",
    "before",
    "other_before",
    "diff_html",
    "base_revision",
    "version",
    "supporter_count",
    "conflict_revision",
    "fulfilled_revision",
    "updated_at",
)
_FRESH = ("state", *_MOVED)


def _moved(proposal: Proposal, compared: Threeway, revision: int) -> StepKind | None:
    """Set the columns of a proposal after a revision; return what happened to it, None for nothing new."""
    if compared.fit is Fit.SAME:
        marked = proposal.conflict_revision is not None or proposal.fulfilled_revision is not None
        proposal.conflict_revision = proposal.fulfilled_revision = None
        return StepKind.FITS if marked else None
    if compared.fit is Fit.FULFILLED:
        known = proposal.fulfilled_revision is not None
        proposal.conflict_revision = None
        proposal.fulfilled_revision = proposal.fulfilled_revision or revision
        return None if known else StepKind.FULFILLED
    if compared.fit is Fit.COLLIDES:
        proposal.conflict_revision, proposal.fulfilled_revision = revision, None
        return StepKind.CONFLICT
    _rest(proposal, compared.suggestion, revision)
    begin(proposal, VersionReason.REBASED, None)
    return StepKind.REBASED


def _rest(proposal: Proposal, wording: str, revision: int) -> None:
    """Let a proposal rest on what its nodes say now."""
    other = proposal.other_node
    proposal.before = written.before(proposal.type, proposal.node)
    proposal.other_before = other.body if other is not None else ""
    proposal.wording = wording
    proposal.diff_html = written.compared(proposal.type, proposal.before, wording, other)
    proposal.base_revision = revision
    proposal.conflict_revision = proposal.fulfilled_revision = None
    # A moderator who reads it for the formal check sees that it changed meanwhile.
    proposal.updated_at = now()


def _entry(actor: User, proposal: Proposal, what: StepKind, revision: int | None) -> dict[str, Any]:
    """Return the columns of an entry in the public history; a revision is the moderation's deed."""
    return {
        "proposal_id": proposal.id,
        "state": proposal.state,
        "what": what,
        "version": proposal.version if what in (StepKind.REBASED, StepKind.ADOPTED) else None,
        "revision": revision,
        "actor_id": actor.id,
        "as_moderator": revision is not None,
    }


def _store(found: Sequence[Proposal]) -> None:
    """Write what moved of many proposals in one statement; flushing them would take one for each."""
    if not found:
        return
    rows = [{"id": proposal.id, **{name: getattr(proposal, name) for name in _MOVED}} for proposal in found]
    db.session.execute(update(Proposal), rows)
    for proposal, row in zip(found, rows, strict=True):
        for name in _MOVED:
            set_committed_value(proposal, name, row[name])


def _lock(proposal: Proposal) -> Node | None:
    """Lock the nodes a proposal is about, then the proposal, in the order in which a publication does it.

    Returns where a proposal about a merged node would follow to.
    """
    home = home_of(proposal.node)
    names = {proposal.node_id, proposal.other_node_id, home.id if home else None} - {None}
    nodes = select(Node).where(Node.id.in_(names)).order_by(Node.id).with_for_update(key_share=True)
    db.session.scalars(nodes.execution_options(populate_existing=True)).all()
    db.session.refresh(proposal, _FRESH, with_for_update=True)
    return home_of(proposal.node)


def _problem(proposal: Proposal, home: Node | None, wording: str, today: str) -> Message | None:
    if home is not None and proposal.type.value not in home.kind.proposal_types:
        return _UNFIT_HOME
    return written.wording_problem(written.Writing(type=proposal.type, wording=wording), today)


def _follow(proposal: Proposal, home: Node | None) -> None:
    """Move a proposal to the node that took up its own; its first version names where it comes from."""
    if home is None or home.id == proposal.node_id:
        return
    for node_id, by in ((proposal.node_id, -1), (home.id, 1)):
        db.session.execute(
            update(Node).where(Node.id == node_id).values(open_proposals=Node.open_proposals + by),
            execution_options={"synchronize_session": False},
        )
    proposal.node_id = home.id
    db.session.flush()
    db.session.refresh(proposal, ["node"])
