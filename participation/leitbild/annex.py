"""The annex of a revision: every measure that ever had an id, with where it comes from and what became of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import aliased

from participation.base.db import db
from participation.leitbild.models import Change, ChangeOutcome, Passage
from participation.outcomes.models import Evidence, Fate, Outcome
from participation.places.models import Place
from participation.proposals.models import Proposal
from participation.strategy.models import MEASURES, NodeNote, NodePlace, TextState


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure as a line of the annex."""

    node_id: str
    kind_id: str
    title: str
    html: str
    """Empty where the title says it all."""
    theme: str
    horizon: str
    state: TextState
    """Against the revision before; what is gone says so in every later revision."""
    change_id: int | None
    outcome_number: int | None
    votes: int
    yes: int
    seed_lines: tuple[int, ...]
    proposals: tuple[int, ...]
    """Numbers of the proposals that were taken up in its present wording."""
    places: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """The measures of one cluster."""

    cluster_id: str | None
    title: str
    entries: list[Entry] = field(default_factory=list)


def annex(number: int) -> list[Group]:
    """Return the measures of a revision by cluster, in reading order; four statements."""
    theme, before, cluster = aliased(Passage), aliased(Passage), aliased(Passage)
    rows = db.session.execute(
        select(
            Passage.node_id,
            Passage.kind_id,
            Passage.title,
            Passage.html,
            Passage.body,
            Passage.horizon,
            Passage.cluster_id,
            Passage.text_state,
            Passage.change_id,
            theme.title.label("theme"),
            cluster.title.label("cluster"),
            before.node_id.label("was"),
            before.body.label("body_before"),
            before.text_state.label("state_before"),
            NodeNote.seed_lines,
            Outcome.number.label("outcome_number"),
            Outcome.votes_yes,
            Outcome.votes_no,
            Outcome.votes_abstain,
        )
        .outerjoin(theme, (theme.node_id == Passage.parent_id) & (theme.revision_number == number))
        .outerjoin(cluster, (cluster.node_id == Passage.cluster_id) & (cluster.revision_number == number))
        .outerjoin(before, (before.node_id == Passage.node_id) & (before.revision_number == number - 1))
        .outerjoin(NodeNote, NodeNote.node_id == Passage.node_id)
        .outerjoin(Change, Change.id == Passage.change_id)
        .outerjoin(Outcome, Outcome.id == Change.first_outcome_id)
        .where(Passage.revision_number == number, Passage.kind_id.in_(MEASURES))
        .order_by(Passage.position)
    ).all()
    places, proposals = _places(), _proposals(number)
    groups: list[Group] = []
    for row in rows:
        if not groups or groups[-1].cluster_id != row.cluster_id:
            groups.append(Group(row.cluster_id, row.cluster or row.theme or ""))
        same = number == 1 or (row.body == row.body_before and row.text_state is row.state_before)
        gone = row.text_state in (TextState.STRUCK, TextState.MERGED)
        groups[-1].entries.append(
            Entry(
                node_id=row.node_id,
                kind_id=row.kind_id,
                title=row.title,
                html=row.html if row.body != row.title else "",
                theme=row.theme or "",
                horizon=row.horizon or "",
                state=row.text_state if gone or not same else TextState.UNCHANGED,
                change_id=row.change_id,
                outcome_number=row.outcome_number,
                votes=(row.votes_yes or 0) + (row.votes_no or 0) + (row.votes_abstain or 0),
                yes=row.votes_yes or 0,
                seed_lines=tuple(row.seed_lines or ()),
                proposals=tuple(proposals[row.change_id]),
                places=tuple(places[row.node_id]),
            )
        )
    return groups


def _places() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(NodePlace.node_id, Place.name).join(Place, Place.id == NodePlace.place_id).order_by(Place.name)
    )
    for node_id, name in rows:
        found[node_id].append(name)
    return found


def _proposals(number: int) -> dict[int | None, list[int]]:
    """Return the proposals taken up, by the change that brought a wording of this revision."""
    found: dict[int | None, list[int]] = defaultdict(list)
    rows = db.session.execute(
        select(ChangeOutcome.change_id, Proposal.number)
        .join(Evidence, Evidence.outcome_id == ChangeOutcome.outcome_id)
        .join(Proposal, Proposal.id == Evidence.proposal_id)
        .join(Change, Change.id == ChangeOutcome.change_id)
        .where(Change.revision_number <= number, Evidence.fate.in_((Fate.ADOPTED, Fate.PARTLY)))
        .distinct()
        .order_by(Proposal.number)
    )
    for change_id, proposal_number in rows:
        found[change_id].append(proposal_number or 0)
    return found
