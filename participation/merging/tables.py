"""What lies on the table: a node's current wording with every open Textänderung in place."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from participation.base.db import db
from participation.base.merge import Region, merge
from participation.merging import weighing
from participation.proposals.models import (
    UNSETTLED,
    Proposal,
    ProposalState,
    ProposalType,
    ProposalVersion,
    VersionReason,
)
from participation.strategy.models import Node

MOST = 60
"""So many proposals of one node are brought together; nobody could weigh more on one page."""

OPEN = tuple(state for state in ProposalState if state in UNSETTLED and state is not ProposalState.SUBMITTED)
"""States in which a Textänderung lies on the table."""


class Aside(enum.Enum):
    """Why a proposal is not placed in the wording."""

    OLDER = "older"
    SAID = "said"
    UNCHECKED = "unchecked"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Backer:
    """A proposal on the table, and who stands behind it."""

    id: int
    number: int
    title: str
    lang: str
    who: str
    """The initiative, or else the person."""
    supporters: int
    wording: str
    """What it wants, as its author wrote it."""
    is_example: bool
    is_adapted: bool = False
    """Whether it rested on an older wording and was brought to the current one without a collision: here, or by the
    publication that changed the wording, until its author writes on it again."""
    aside: Aside | None = None

    @property
    def reference(self) -> str:
        """The name people use: V-12."""
        return f"V-{self.number}"


@dataclass(frozen=True, slots=True)
class Table:
    """The current wording, the places that proposals change, and the proposals by id."""

    node: Node
    regions: tuple[Region[int], ...]
    backers: Mapping[int, Backer]
    aside: Sequence[Backer]
    digests: Mapping[str, str]
    """The wording (under an empty key) and each form by proposal id: equal digests, equal table."""

    @property
    def base(self) -> str:
        """The wording the regions speak of."""
        return self.node.body


def table(node: Node) -> Table:
    """Return a node's table; one statement."""
    return tables([node])[node.id]


def tables(nodes: Collection[Node]) -> dict[str, Table]:
    """Return the tables of several nodes, by id; one statement."""
    chosen = (
        select(Proposal, ProposalVersion.why)
        .outerjoin(
            ProposalVersion,
            (ProposalVersion.proposal_id == Proposal.id) & (ProposalVersion.version == Proposal.version),
        )
        .options(joinedload(Proposal.author), joinedload(Proposal.initiative))
        .where(
            Proposal.node_id.in_([node.id for node in nodes]),
            Proposal.type == ProposalType.TEXT,
            Proposal.state.in_((*OPEN, ProposalState.SUBMITTED)),
        )
        .order_by(Proposal.supporter_count.desc(), Proposal.number)
    )
    by_node: dict[str, list[tuple[Proposal, VersionReason | None]]] = {node.id: [] for node in nodes}
    for proposal, why in db.session.execute(chosen):
        by_node[proposal.node_id].append((proposal, why))
    return {node.id: _laid(node, by_node[node.id][:MOST]) for node in nodes}


def _laid(node: Node, proposals: Sequence[tuple[Proposal, VersionReason | None]]) -> Table:
    forms: dict[int, str] = {}
    backers: dict[int, Backer] = {}
    aside: list[Backer] = []
    for proposal, version in proposals:
        form, why = _form(node.body, proposal)
        is_adapted = proposal.before != node.body or version is VersionReason.REBASED
        backer = _backer(proposal, is_adapted=is_adapted, aside=why)
        if why is None:
            forms[proposal.id], backers[proposal.id] = form, backer
        else:
            aside.append(backer)
    digests = {"": digest(node.body)} | {str(ident): digest(form) for ident, form in forms.items()}
    return Table(node, weighing.places(node.body, forms), backers, aside, digests)


def digest(text: str) -> str:
    """Return a short name of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _form(current: str, proposal: Proposal) -> tuple[str, Aside | None]:
    """Return what a proposal wants the current wording to say, or why it has no place in it."""
    if proposal.hidden_for is not None:
        return "", Aside.HIDDEN
    if proposal.state is ProposalState.SUBMITTED:
        return "", Aside.UNCHECKED
    if proposal.conflict_revision is not None:
        return "", Aside.OLDER
    if proposal.fulfilled_revision is not None:
        return "", Aside.SAID
    merged = merge(proposal.before, proposal.wording, current)
    if not merged.clean:
        return "", Aside.OLDER
    return merged.text, Aside.SAID if merged.text == current else None


def _backer(proposal: Proposal, *, is_adapted: bool, aside: Aside | None) -> Backer:
    who = proposal.initiative.name if proposal.initiative is not None else proposal.author.display_name
    shown = aside is not Aside.HIDDEN
    return Backer(
        id=proposal.id,
        number=proposal.number or 0,
        title=proposal.shown_title,
        lang=proposal.lang if shown else "de",
        who=who if shown else "",
        supporters=proposal.supporter_count,
        wording=proposal.wording if shown else "",
        is_example=proposal.is_example,
        is_adapted=is_adapted and aside is None,
        aside=aside,
    )
