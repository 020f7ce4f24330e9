"""What can be read of proposals. A draft exists for its author alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import Thread
from participation.places.models import Place
from participation.proposals.lifecycle import GROUPS
from participation.proposals.models import (
    Proposal,
    ProposalPlace,
    ProposalState,
    ProposalStep,
    ProposalSupport,
    ProposalType,
)
from participation.proposals.rows import Cluster, ProposalRow, chosen, read
from participation.strategy.models import Node

__all__ = [
    "SIZE",
    "Filters",
    "ProposalRow",
    "ProposalView",
    "ProposalsPage",
    "StepRow",
    "Subject",
    "by_author",
    "by_initiative",
    "by_number",
    "draft",
    "drafts_of",
    "for_node",
    "place_names",
    "places_of",
    "proposal",
    "proposals_page",
    "subjects",
    "visible_to",
]

Sort = Literal["newest", "supported"]
SIZE = 50


def visible_to(viewer: User | None) -> ColumnElement[bool]:
    """Return the condition under which a proposal exists for a viewer."""
    public = Proposal.state != ProposalState.DRAFT
    return public if viewer is None else or_(public, Proposal.author_id == viewer.id)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of proposals is narrowed to; None leaves a filter out."""

    group: str | None = None
    """A key of lifecycle.GROUPS."""
    type: ProposalType | None = None
    cluster_id: str | None = None
    place_id: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the group is filtered."""
        return self.type is not None or self.cluster_id is not None or self.place_id is not None


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    """One page of the list, and how many there are in each group of states."""

    rows: Sequence[ProposalRow]
    next: str | None
    """The key of the next page."""
    counts: Mapping[str, int]
    """By group, and their sum under the empty key; within the other filters."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """An entry of the public history."""

    state: ProposalState
    reason: str
    at: datetime
    actor: str
    as_moderator: bool
    revised: bool
    """Whether the author changed the text without entering another state."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """All that a proposal's page shows besides its thread."""

    proposal: Proposal
    cluster_title: str | None
    steps: Sequence[StepRow]
    places: Sequence[Place]
    merged: Sequence[ProposalRow]
    """Proposals that were merged into this one."""
    supported: bool
    """Whether the viewer signed with it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a thread is about."""

    kind: Literal["node", "proposal"]
    id: str | int
    title: str
    cluster_id: str | None
    path: str


def proposals_page(
    viewer: User | None, filters: Filters, *, sort: Sort = "newest", after: str | None = None, size: int = SIZE
) -> ProposalsPage:
    """Return a page of submitted proposals; `after` is the key a page before gave. Two statements."""
    rows = read(_listing(filters, sort, after, size))
    following = f"{rows[size - 1].supporter_count}-{rows[size - 1].number}" if len(rows) > size else None
    return ProposalsPage(rows[:size], following, _counts(_narrow(filters)))


def proposal(number: int, viewer: User | None) -> ProposalView | None:
    """Return a proposal by its number as far as the viewer may see it; four statements."""
    return _view(Proposal.number == number, viewer)


def draft(proposal_id: int, viewer: User) -> Proposal | None:
    """Return a draft of the viewer's own, with its node and kind."""
    mine = (Proposal.id == proposal_id, Proposal.author_id == viewer.id, Proposal.state == ProposalState.DRAFT)
    return db.session.scalar(select(Proposal).options(*_WITH).where(*mine))


def by_number(number: int, viewer: User | None) -> Proposal | None:
    """Return the proposal alone, with its node, for those who act on it."""
    return db.session.scalar(select(Proposal).options(*_WITH).where(Proposal.number == number, visible_to(viewer)))


def for_node(node_id: str, limit: int = 5) -> list[ProposalRow]:
    """Return the newest submitted proposals about a node."""
    mine = or_(Proposal.node_id == node_id, Proposal.other_node_id == node_id)
    statement = chosen().where(mine, Proposal.state != ProposalState.DRAFT)
    return read(statement.order_by(Proposal.number.desc()).limit(limit))


def drafts_of(viewer: User, limit: int = SIZE) -> list[ProposalRow]:
    """Return the viewer's own drafts, the newest first."""
    mine = (Proposal.author_id == viewer.id, Proposal.state == ProposalState.DRAFT)
    return read(chosen().where(*mine).order_by(Proposal.id.desc()).limit(limit))


def by_author(
    user_id: int, viewer: User | None, *, after: int | None = None, size: int = SIZE
) -> tuple[list[ProposalRow], int | None]:
    """Return a person's submitted proposals, newest first, and the key of the next page."""
    return _listed(Proposal.author_id == user_id, after, size)


def by_initiative(
    initiative_id: int, viewer: User | None, *, after: int | None = None, size: int = SIZE
) -> tuple[list[ProposalRow], int | None]:
    """Return an initiative's submitted proposals, newest first, and the key of the next page."""
    return _listed(Proposal.initiative_id == initiative_id, after, size)


def places_of(proposal_id: int) -> tuple[str, ...]:
    """Return the ids of the places a proposal concerns."""
    chosen = select(ProposalPlace.place_id).where(ProposalPlace.proposal_id == proposal_id)
    return tuple(db.session.scalars(chosen.order_by(ProposalPlace.place_id)))


def place_names(proposal_id: int) -> list[str]:
    """Return the names of the places a proposal concerns."""
    near = select(Place.name).join(ProposalPlace).where(ProposalPlace.proposal_id == proposal_id).order_by(Place.name)
    return list(db.session.scalars(near))


def subjects(thread_ids: Collection[int]) -> dict[int, Subject]:
    """Return what threads are about, by thread; two statements. The title of a proposal given back is not told."""
    if not thread_ids:
        return {}
    found: dict[int, Subject] = {}
    nodes = select(Thread.id, Node.id, Node.thread_title, Node.title, Node.cluster_id)
    nodes = nodes.join(Node, Node.thread_id == Thread.id).where(Thread.id.in_(thread_ids))
    for thread_id, node_id, label, title, cluster_id in db.session.execute(nodes):
        found[thread_id] = Subject("node", node_id, label or title, cluster_id, f"/strategie/{node_id}")
    columns = (Thread.id, Proposal.id, Proposal.number, Proposal.title, Proposal.state, Node.cluster_id)
    proposals = select(*columns).join(Proposal, Proposal.thread_id == Thread.id)
    proposals = proposals.join(Node, Node.id == Proposal.node_id).where(Thread.id.in_(thread_ids))
    for thread_id, ident, number, title, state, cluster_id in db.session.execute(proposals):
        shown = _("zurückgegebener Vorschlag") if state is ProposalState.DRAFT else title
        found[thread_id] = Subject("proposal", ident, f"V-{number}: {shown}", cluster_id, f"/vorschlaege/{number}")
    return found


_PUBLIC = tuple(state for states in GROUPS.values() for state in states)
_WITH = (
    joinedload(Proposal.node).joinedload(Node.kind),
    joinedload(Proposal.other_node),
    joinedload(Proposal.author),
    joinedload(Proposal.initiative),
    joinedload(Proposal.thread),
    joinedload(Proposal.merged_into),
)


def _listing(filters: Filters, sort: Sort, after: str | None, size: int) -> Select[*tuple[Any, ...]]:
    """Select one row more than a page has."""
    # Without a group the index of the order is walked; a list of all states would lead SQLite to sort everything.
    shown = Proposal.state.in_(GROUPS[filters.group]) if filters.group else Proposal.state != ProposalState.DRAFT
    statement = chosen().where(shown, Proposal.number.is_not(None), *_narrow(filters))
    key = _read_key(after)
    if sort == "supported":
        statement = statement.order_by(Proposal.supporter_count.desc(), Proposal.number.desc())
        if key:
            fewer = and_(Proposal.supporter_count == key[0], Proposal.number < key[1])
            statement = statement.where(Proposal.supporter_count <= key[0])
            statement = statement.where(or_(Proposal.supporter_count < key[0], fewer))
    else:
        statement = statement.order_by(Proposal.number.desc())
        if key:
            statement = statement.where(Proposal.number < key[1])
    return statement.limit(size + 1)


def _theirs(whose: ColumnElement[bool], after: int | None, size: int) -> Select[*tuple[Any, ...]]:
    statement = chosen().where(whose, Proposal.state != ProposalState.DRAFT)
    if after is not None:
        statement = statement.where(Proposal.id < after)
    return statement.order_by(Proposal.id.desc()).limit(size + 1)


def _listed(whose: ColumnElement[bool], after: int | None, size: int) -> tuple[list[ProposalRow], int | None]:
    rows = read(_theirs(whose, after, size))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def _narrow(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.type is not None:
        conditions.append(Proposal.type == filters.type)
    if filters.cluster_id is not None:
        conditions.append(Node.cluster_id == filters.cluster_id)
    if filters.place_id is not None:
        at = and_(ProposalPlace.proposal_id == Proposal.id, ProposalPlace.place_id == filters.place_id)
        conditions.append(exists().where(at))
    return conditions


def _counts(narrow: Iterable[ColumnElement[bool]]) -> dict[str, int]:
    """Return the number of proposals by group, and of all under the empty key."""
    conditions = [Proposal.state.in_(_PUBLIC), *narrow]
    counted = select(Proposal.state, func.count()).where(*conditions).group_by(Proposal.state)
    if len(conditions) > 1:
        counted = counted.join(Node, Node.id == Proposal.node_id)
    by_state = {row[0]: row[1] for row in db.session.execute(counted)}
    groups = {key: sum(by_state.get(state, 0) for state in states) for key, states in GROUPS.items()}
    return {"": sum(groups.values()), **groups}


def _read_key(after: str | None) -> tuple[int, int] | None:
    """Read the key of a page; a malformed one begins from the front."""
    supporters, _dash, number = (after or "").partition("-")
    whole = supporters.isascii() and supporters.isdecimal() and number.isascii() and number.isdecimal()
    return (int(supporters), int(number)) if whole and len(supporters) < 10 and len(number) < 10 else None


def _view(which: ColumnElement[bool], viewer: User | None) -> ProposalView | None:
    signed = and_(ProposalSupport.proposal_id == Proposal.id, ProposalSupport.user_id == (viewer.id if viewer else 0))
    found = db.session.execute(
        select(Proposal, Cluster.title, exists().where(signed))
        .join(Node, Node.id == Proposal.node_id)
        .outerjoin(Cluster, Cluster.id == Node.cluster_id)
        .options(*_WITH)
        .where(which, visible_to(viewer))
    ).first()
    if found is None:
        return None
    shown, cluster_title, supported = found
    near = select(Place).join(ProposalPlace).where(ProposalPlace.proposal_id == shown.id).order_by(Place.name)
    merged = chosen().where(Proposal.merged_into_id == shown.id).order_by(Proposal.number)
    return ProposalView(shown, cluster_title, _steps(shown.id), db.session.scalars(near).all(), read(merged), supported)


def _steps(proposal_id: int) -> list[StepRow]:
    columns = (ProposalStep.state, ProposalStep.reason, ProposalStep.at, User.display_name, ProposalStep.as_moderator)
    written = (
        select(*columns)
        .join(User, User.id == ProposalStep.actor_id)
        .where(ProposalStep.proposal_id == proposal_id)
        .order_by(ProposalStep.id)
    )
    rows: list[StepRow] = []
    for state, reason, at, actor, as_moderator in db.session.execute(written):
        revised = bool(rows) and rows[-1].state is state
        rows.append(StepRow(state, reason, at, actor, as_moderator, revised))
    return rows
