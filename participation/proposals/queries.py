"""What can be read of proposals. A draft exists for its author, and for those who hand it in together with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from participation.accounts.models import User
from participation.attachments.models import Attachment
from participation.base.db import db, gathered
from participation.base.verdict import NotFound
from participation.dialogue.models import Thread
from participation.places.models import Place
from participation.proposals.attaching import files
from participation.proposals.history import StepRow, steps
from participation.proposals.lifecycle import GROUPS
from participation.proposals.models import (
    SHOWN_TITLE,
    CoAuthor,
    Proposal,
    ProposalAttachment,
    ProposalConsent,
    ProposalPlace,
    ProposalState,
    ProposalSupport,
    ProposalType,
)
from participation.proposals.rows import Cluster, ProposalRow, chosen, read
from participation.proposals.sharing import shared_with
from participation.strategy.lines import GONE
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
    "drafts_with",
    "for_node",
    "invited_draft",
    "place_names",
    "places_of",
    "proposal",
    "proposals_page",
    "shared_draft",
    "subjects",
    "visible_to",
]

Sort = Literal["newest", "supported"]
SIZE = 50


def visible_to(viewer: User | None) -> ColumnElement[bool]:
    """Return the condition under which a proposal exists for a viewer."""
    public = Proposal.state != ProposalState.DRAFT
    return public if viewer is None else or_(public, Proposal.author_id == viewer.id, shared_with(viewer))


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
class ProposalView:
    """All that a proposal's page shows besides its thread."""

    proposal: Proposal
    cluster_title: str | None
    steps: Sequence[StepRow]
    places: Sequence[Place]
    merged: Sequence[ProposalRow]
    """Proposals that were merged into this one."""
    signed: int | None
    """The version that the viewer signed."""
    asked: bool
    """Whether the viewer signed an earlier version and has not said what is to become of that."""
    files: Sequence[Attachment] = ()
    consents: Collection[tuple[int, int | None]] = ()
    """Who consented to the present version: people, and the organisations they did it for."""

    @property
    def supported(self) -> bool:
        """Whether the viewer signed the present version."""
        return self.signed is not None and self.signed == self.proposal.version

    @property
    def joint(self) -> list[CoAuthor]:
        """Who hands the proposal in together with its author."""
        return [one for one in self.proposal.coauthors if one.joined_at is not None]

    def agrees(self, coauthor: CoAuthor) -> bool:
        """Say whether a co-author consented to the present version; for an organisation, whoever did."""
        if coauthor.initiative_id is not None:
            return any(group == coauthor.initiative_id for _person, group in self.consents)
        return (coauthor.user_id, None) in self.consents

    @property
    def versions(self) -> Sequence[StepRow]:
        """The steps that brought a version, the first one first."""
        return [step for step in self.steps if step.version is not None]

    @property
    def earlier(self) -> Sequence[StepRow]:
        """Earlier versions that somebody still supports, the newest first."""
        return [row for row in reversed(self.versions) if row.supporters and row.version != self.proposal.version]

    @property
    def origin(self) -> StepRow | None:
        """The first version, where the proposal has followed its passage to another one since."""
        first = self.versions[0] if self.versions else None
        return first if first is not None and first.node_id != self.proposal.node_id else None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a thread is about."""

    kind: Literal["node", "proposal", "change", "hidden"]
    """Changes are told by a higher floor; hidden: one that nobody may read at present."""
    id: str | int
    title: str
    cluster_id: str | None
    path: str
    going_on: bool = True
    """Whether people still contribute there; not where a node is no longer part of the Leitbild."""


def proposals_page(
    viewer: User | None, filters: Filters, *, sort: Sort = "newest", after: str | None = None, size: int = SIZE
) -> ProposalsPage:
    """Return a page of submitted proposals; `after` is the key a page before gave. Two statements."""
    rows = read(_listing(filters, sort, after, size))
    following = f"{rows[size - 1].supporter_count}-{rows[size - 1].number}" if len(rows) > size else None
    return ProposalsPage(rows[:size], following, _counts(_narrow(filters)))


def proposal(number: int, viewer: User | None) -> ProposalView | None:
    """Return a proposal by its number as far as the viewer may see it; four statements, with files five."""
    return _view(Proposal.number == number, viewer)


def draft(proposal_id: int, viewer: User) -> Proposal | None:
    """Return a draft of the viewer's own, with its node and kind."""
    return _single(Proposal.id == proposal_id, Proposal.author_id == viewer.id, Proposal.state == ProposalState.DRAFT)


def shared_draft(proposal_id: int, viewer: User) -> Proposal | None:
    """Return a draft as far as the viewer writes it, or hands it in together with who does."""
    here = (Proposal.id == proposal_id, Proposal.state == ProposalState.DRAFT, visible_to(viewer))
    return _single(*here)


def invited_draft(coauthor: CoAuthor) -> Proposal:
    """Return the draft that an invitation is about, for whoever holds its link."""
    found = _single(Proposal.id == coauthor.proposal_id)
    if found is None:
        raise NotFound
    return found


def by_number(number: int, viewer: User | None) -> Proposal | None:
    """Return the proposal alone, with its node, for those who act on it."""
    return _single(Proposal.number == number, visible_to(viewer))


def for_node(node_id: str, limit: int = 5) -> list[ProposalRow]:
    """Return the newest submitted proposals about a node."""
    return read(_for_node(), {"node": node_id, "limit": limit})


@cache
def _for_node() -> Select[*tuple[Any, ...]]:
    """Select the newest :limit proposals about :node. Built once, as `chosen` is."""
    node_id: BindParameter[str] = bindparam("node")
    mine = or_(Proposal.node_id == node_id, Proposal.other_node_id == node_id)
    statement = chosen().where(mine, Proposal.state != ProposalState.DRAFT)
    return statement.order_by(Proposal.number.desc()).limit(bindparam("limit", type_=Integer))


def drafts_of(viewer: User, limit: int = SIZE) -> list[ProposalRow]:
    """Return the viewer's own drafts, the newest first."""
    mine = (Proposal.author_id == viewer.id, Proposal.state == ProposalState.DRAFT)
    return read(chosen().where(*mine).order_by(Proposal.id.desc()).limit(limit))


def drafts_with(viewer: User, limit: int = SIZE) -> list[ProposalRow]:
    """Return the drafts of others that the viewer hands in with them, or is invited to, the newest first."""
    shared = (Proposal.state == ProposalState.DRAFT, Proposal.author_id != viewer.id, shared_with(viewer))
    return read(chosen().where(*shared).order_by(Proposal.id.desc()).limit(limit))


def by_author(
    user_id: int, viewer: User | None, *, after: int | None = None, size: int = SIZE
) -> tuple[list[ProposalRow], int | None]:
    """Return a person's submitted proposals, newest first, and the key of the next page; also those with others."""
    joint = select(CoAuthor.proposal_id).where(CoAuthor.user_id == user_id, CoAuthor.initiative_id.is_(None))
    return _listed(and_(or_(Proposal.author_id == user_id, Proposal.id.in_(joint)), _readable(viewer)), after, size)


def by_initiative(
    initiative_id: int, viewer: User | None, *, after: int | None = None, size: int = SIZE
) -> tuple[list[ProposalRow], int | None]:
    """Return an initiative's submitted proposals, also those with others, newest first, and the next page's key."""
    joint = select(CoAuthor.proposal_id).where(CoAuthor.initiative_id == initiative_id, CoAuthor.joined_at.is_not(None))
    theirs = or_(Proposal.initiative_id == initiative_id, Proposal.id.in_(joint))
    return _listed(and_(theirs, _readable(viewer)), after, size)


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
    nodes = select(Thread.id, Node.id, Node.thread_title, Node.title, Node.cluster_id, Node.text_state)
    nodes = nodes.join(Node, Node.thread_id == Thread.id).where(Thread.id.in_(thread_ids))
    for thread_id, node_id, label, title, cluster_id, text_state in db.session.execute(nodes):
        path, going_on = f"/strategie/{node_id}", text_state not in GONE
        found[thread_id] = Subject("node", node_id, label or title, cluster_id, path, going_on)
    columns = (Thread.id, Proposal.id, Proposal.number, SHOWN_TITLE, Proposal.state, Node.cluster_id)
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
    joinedload(Proposal.coauthors).joinedload(CoAuthor.user),
    joinedload(Proposal.coauthors).joinedload(CoAuthor.initiative),
)


def _single(*which: ColumnElement[bool]) -> Proposal | None:
    """Return one proposal with all that its pages need of it, in one statement."""
    return db.session.scalars(select(Proposal).options(*_WITH).where(*which)).unique().first()


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


def _readable(viewer: User | None) -> ColumnElement[bool]:
    """Leave hidden proposals out of what one person or initiative wrote, except for themselves: it would name them."""
    return or_(Proposal.hidden_for.is_(None), Proposal.author_id == (viewer.id if viewer else 0))


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
    agreed = (
        select(gathered(ProposalConsent.user_id, ProposalConsent.initiative_id))
        .where(ProposalConsent.proposal_id == Proposal.id, ProposalConsent.version == Proposal.version)
        .correlate(Proposal)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(
            Proposal,
            Cluster.title,
            ProposalSupport.version,
            ProposalSupport.kept_at,
            agreed,
            exists().where(ProposalAttachment.proposal_id == Proposal.id),
        )
        .join(Node, Node.id == Proposal.node_id)
        .outerjoin(Cluster, Cluster.id == Node.cluster_id)
        .outerjoin(ProposalSupport, signed)
        .options(*_WITH)
        .where(which, visible_to(viewer))
    )
    first = found.unique().first()
    if first is None:
        return None
    shown, cluster_title, signature, kept_at, consents, has_files = first
    near = select(Place).join(ProposalPlace).where(ProposalPlace.proposal_id == shown.id).order_by(Place.name)
    merged = chosen().where(Proposal.merged_into_id == shown.id).order_by(Proposal.number)
    return ProposalView(
        shown,
        cluster_title,
        steps(shown.id),
        db.session.scalars(near).all(),
        read(merged),
        signature,
        asked=bool(signature and signature < shown.version and kept_at is None),
        files=files(shown.id) if has_files else (),
        consents={(user_id, initiative_id) for user_id, initiative_id in consents or ()},
    )
