"""A proposal as a plain row of a list, with all that a list shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Initiative, User
from participation.base.db import db, gathered
from participation.base.verdict import Message
from participation.dialogue.models import Thread
from participation.proposals import labels
from participation.proposals.models import SHOWN_TITLE, CoAuthor, Proposal, ProposalState, ProposalType
from participation.strategy.models import Node

Cluster = aliased(Node)
"""The cluster's node, beside the node that a proposal is about."""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list."""

    id: int
    number: int | None
    type: ProposalType
    state: ProposalState
    title: str
    lang: str
    supporter_count: int
    open_until: datetime | None
    check_due_at: datetime | None
    submitted_at: datetime | None
    updated_at: datetime
    revision_number: int | None
    answer: str
    is_example: bool
    node_id: str
    node_title: str
    cluster_id: str | None
    cluster_title: str | None
    author_id: int
    author: str
    initiative: str | None
    initiative_slug: str | None
    comment_count: int
    votes: int
    conflict_revision: int | None
    joint: tuple[str, ...]
    """Who hands it in together with the author, by name."""

    @property
    def reference(self) -> str:
        """The name people use: V-12, or empty for a draft."""
        return f"V-{self.number}" if self.number else ""

    @property
    def cluster(self) -> str:
        """The short name of the cluster, empty outside of the clusters."""
        return labels.cluster_label(self.cluster_title)

    @property
    def type_label(self) -> Message:
        """What the type is called."""
        return labels.TYPES[self.type]

    @property
    def state_label(self) -> Message:
        """What the state is called."""
        return labels.STATES[self.state]

    @property
    def emphasis(self) -> str:
        """How the state is shown."""
        return labels.emphasis(self.state)


@cache
def chosen() -> Select[*tuple[Any, ...]]:
    """Select the columns of ProposalRow, in its order. Built once: putting it together costs more than running it."""
    columns = select(
        Proposal.id,
        Proposal.number,
        Proposal.type,
        Proposal.state,
        SHOWN_TITLE,
        Proposal.lang,
        Proposal.supporter_count,
        Proposal.open_until,
        Proposal.check_due_at,
        Proposal.submitted_at,
        Proposal.updated_at,
        Proposal.revision_number,
        Proposal.answer,
        Proposal.is_example,
        Proposal.node_id,
        func.coalesce(Node.thread_title, Node.title),
        Node.cluster_id,
        Cluster.title,
        Proposal.author_id,
        case((Proposal.hidden_for.is_(None), User.display_name), else_="jemandem"),
        Initiative.name,
        Initiative.slug,
        func.coalesce(Thread.comment_count, 0),
        func.coalesce(Thread.yes + Thread.no + Thread.abstain, 0),
        Proposal.conflict_revision,
        joint_names(),
    )
    return (
        columns.join(Node, Node.id == Proposal.node_id)
        .outerjoin(Cluster, Cluster.id == Node.cluster_id)
        .join(User, User.id == Proposal.author_id)
        .outerjoin(Initiative, Initiative.id == Proposal.initiative_id)
        .outerjoin(Thread, Thread.id == Proposal.thread_id)
    )


def read(statement: Select[*tuple[Any, ...]], values: dict[str, object] | None = None) -> list[ProposalRow]:
    """Return the rows of a statement that began with `chosen`."""
    rows: list[Any] = list(db.session.execute(statement, values))
    return [ProposalRow(*(*row[:-1], names(row[-1]))) for row in rows]


def names(gathered_rows: list[list[Any]] | None) -> tuple[str, ...]:
    """Return the names that came with numbers, in the order of these."""
    return tuple(name for _number, name in sorted(gathered_rows or ()))


def joint_names() -> ScalarSelect[list[list[Any]]]:
    """Gather the co-authors of the proposal in the row at hand, for `names`; of a hidden one nobody is named."""
    person, group = aliased(User), aliased(Initiative)
    return (
        select(gathered(CoAuthor.id, func.coalesce(group.name, person.display_name)))
        .select_from(CoAuthor)
        .join(person, person.id == CoAuthor.user_id)
        .outerjoin(group, group.id == CoAuthor.initiative_id)
        .where(CoAuthor.proposal_id == Proposal.id, Proposal.hidden_for.is_(None))
        .correlate(Proposal)
        .scalar_subquery()
    )
