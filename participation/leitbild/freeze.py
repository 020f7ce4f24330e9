"""Freezing the annex of a revision: what is known about every measure is put together once and never changed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Row, String, cast, exists, insert, literal, null, select, union_all
from sqlalchemy.orm import aliased

from participation.base.db import db
from participation.leitbild.models import AnnexEntry, Change, ChangeOutcome, Passage, Revision
from participation.measures.models import StatusReport
from participation.measures.queries import newest_confirmed
from participation.outcomes.models import Evidence, Fate, Outcome, OutcomeKind, OutcomeState
from participation.places.models import Place
from participation.proposals.models import Proposal
from participation.strategy.lines import POINT
from participation.strategy.models import MEASURES, Actor, NodeActor, NodeNote, NodePlace, Relation, Status, TextState

GONE = (TextState.STRUCK, TextState.MERGED)
OVERLAP = "ueberschneidung"
NEIGHBOURS = ("PL", "CZ")
SECTIONS = ("abschnitt", "kapitel")


def freeze(revision: Revision) -> int:
    """Write the annex of a revision from what was known when it was published; return how many measures it lists.

    Nine statements, however many measures there are. Needs the passages to be in the database, and no annex yet.
    What is kept in one state only (places, actors, overlaps, notes) is taken as it is now.
    """
    texts = _texts(revision.number)
    context = _Context(
        texts=texts,
        points=_points(texts),
        named=_named(),
        overlaps=_overlaps(),
        proposals=_proposals(revision.number),
        reports=newest_confirmed(revision.published_at),
        outcomes=_outcomes(revision.published_at),
    )
    rows = [
        {"revision_number": revision.number, "node_id": row.node_id, "position": position, "facts": context.facts(row)}
        for position, row in enumerate(_measures(revision.number))
    ]
    if rows:
        db.session.execute(insert(AnnexEntry), rows)
    return len(rows)


def freeze_missing() -> dict[int, int]:
    """Freeze every revision that has no annex yet; return how many measures each lists. A second time does nothing."""
    frozen = exists().where(AnnexEntry.revision_number == Revision.number)
    missing = db.session.scalars(select(Revision).where(~frozen).order_by(Revision.number)).all()
    return {revision.number: freeze(revision) for revision in missing}


@dataclass(frozen=True, slots=True)
class _Named:
    """What the wordings name: by node, in alphabetical order."""

    places: Mapping[str, Sequence[str]]
    actors: Mapping[str, Sequence[str]]
    beyond: frozenset[str]
    """Nodes that name a place in Poland or Czechia."""


@dataclass(frozen=True, slots=True)
class _Context:
    """Everything that stands around the measures of one revision."""

    texts: Mapping[str, Row[*tuple[Any, ...]]]
    points: Mapping[str, Sequence[Row[*tuple[Any, ...]]]]
    named: _Named
    overlaps: Mapping[str, Sequence[str]]
    proposals: Mapping[int, Sequence[int]]
    reports: Mapping[str, StatusReport]
    outcomes: Mapping[str, Sequence[Row[*tuple[Any, ...]]]]

    def facts(self, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
        """Return what the annex says about one measure; `annex.Entry` explains each."""
        points = self.points.get(row.node_id, ())
        own = [row.node_id, *(point.node_id for point in points)]
        gone = row.text_state in GONE
        return {
            "node": row.node_id,
            "kind": row.kind_id,
            "title": row.title,
            "wording": row.before if gone and row.before else row.body,
            "points": [point.body or point.title for point in points if point.text_state not in GONE],
            "cluster": row.cluster_id or "",
            "section": self._section(row),
            "theme": self._theme(row),
            "horizon": row.horizon or "",
            "places": sorted({name for node_id in own for name in self.named.places.get(node_id, ())}),
            "actors": sorted({name for node_id in own for name in self.named.actors.get(node_id, ())}),
            "state": _state(row).value,
            "change": row.change_id or 0,
            "change_reason": row.reason or "",
            "target": row.target_id or "",
            "target_title": self._title(row.target_id),
            **_status(self.reports.get(row.node_id)),
            "seed_heading": row.seed_heading or "",
            "seed_lines": list(row.seed_lines or ()),
            "proposals": list(self.proposals.get(row.change_id or 0, ())),
            **self._outcome(row),
            "culture": row.culture or "",
            "cross_border": row.cross_border or "",
            "crosses_border": int(any(node_id in self.named.beyond for node_id in own)),
            "overlaps": [
                {"node": other, "title": self._title(other)}
                for other in self.overlaps.get(row.node_id, ())
                if other in self.texts
            ],
        }

    def _title(self, node_id: str | None) -> str:
        return self.texts[node_id].title if node_id is not None and node_id in self.texts else ""

    def _theme(self, row: Row[*tuple[Any, ...]]) -> str:
        parent = self.texts.get(row.parent_id or "")
        return parent.title if parent is not None and parent.kind_id != "cluster" else ""

    def _section(self, row: Row[*tuple[Any, ...]]) -> str:
        if row.cluster_id:
            return self._title(row.cluster_id)
        above = self.texts.get(row.parent_id or "")
        while above is not None and above.kind_id not in SECTIONS:
            above = self.texts.get(above.parent_id or "")
        return above.title if above is not None else ""

    def _outcome(self, row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
        about = self.outcomes.get(row.node_id, ())
        behind = row if row.outcome else about[-1] if about else None
        settled = max((item.outcome for item in about if item.outcome_kind is not OutcomeKind.EXAMINE), default=0)
        return {
            "outcome": behind.outcome if behind else 0,
            "outcome_kind": behind.outcome_kind.value if behind and behind.outcome_kind else "",
            "yes": behind.votes_yes if behind else 0,
            "no": behind.votes_no if behind else 0,
            "abstain": behind.votes_abstain if behind else 0,
            "examinations": [
                {"outcome": item.outcome, "summary": item.summary}
                for item in about
                if item.outcome_kind is OutcomeKind.EXAMINE and item.outcome > settled
            ],
        }


def _state(row: Row[*tuple[Any, ...]]) -> TextState:
    """Return what became of a wording since the revision before; what is gone says so in every later revision."""
    same = row.revision_number == 1 or (row.body == row.body_before and row.text_state is row.state_before)
    state: TextState = row.text_state
    return TextState.UNCHANGED if same and state not in GONE else state


def _status(report: StatusReport | None) -> dict[str, Any]:
    return {
        "report": report.id if report else 0,
        "status": (report.status if report else Status.PROPOSED).value,
        "status_since": report.since.isoformat() if report else "",
        "status_source": report.source if report else "",
        "status_url": report.source_url if report else "",
        "status_reference": report.reference if report else "",
        "status_next": report.next_step if report else "",
        "status_review": report.review_on.isoformat() if report and report.review_on else "",
        "carrier": report.carrier if report else "",
    }


def _measures(number: int) -> Sequence[Row[*tuple[Any, ...]]]:
    before = aliased(Passage)
    return db.session.execute(
        select(
            Passage.revision_number,
            Passage.node_id,
            Passage.kind_id,
            Passage.parent_id,
            Passage.cluster_id,
            Passage.horizon,
            Passage.title,
            Passage.body,
            Passage.text_state,
            Passage.change_id,
            before.body.label("body_before"),
            before.text_state.label("state_before"),
            NodeNote.seed_heading,
            NodeNote.seed_lines,
            Change.reason,
            Change.culture,
            Change.cross_border,
            Change.target_id,
            Change.before,
            Outcome.number.label("outcome"),
            Outcome.kind.label("outcome_kind"),
            Outcome.votes_yes,
            Outcome.votes_no,
            Outcome.votes_abstain,
        )
        .outerjoin(before, (before.node_id == Passage.node_id) & (before.revision_number == number - 1))
        .outerjoin(NodeNote, NodeNote.node_id == Passage.node_id)
        .outerjoin(Change, Change.id == Passage.change_id)
        .outerjoin(Outcome, Outcome.id == Change.first_outcome_id)
        .where(Passage.revision_number == number, Passage.kind_id.in_(MEASURES))
        .order_by(Passage.position, Passage.node_id)
    ).all()


def _texts(number: int) -> dict[str, Row[*tuple[Any, ...]]]:
    """Return every passage of the revision by its node, in reading order."""
    rows = db.session.execute(
        select(Passage.node_id, Passage.parent_id, Passage.kind_id, Passage.title, Passage.body, Passage.text_state)
        .where(Passage.revision_number == number)
        .order_by(Passage.position)
    )
    return {row.node_id: row for row in rows}


def _points(texts: Mapping[str, Row[*tuple[Any, ...]]]) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    found: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in texts.values():
        if row.kind_id == POINT:
            found[row.parent_id].append(row)
    return found


def _named() -> _Named:
    """Return which places and organisations the nodes name, in one statement."""
    named: CompoundSelect[*tuple[Any, ...]] = union_all(
        select(literal("place"), NodePlace.node_id, Place.name, Place.country).join(
            Place, Place.id == NodePlace.place_id
        ),
        select(literal("actor"), NodeActor.node_id, Actor.name, cast(null(), String)).join(
            Actor, Actor.id == NodeActor.actor_id
        ),
    )
    found: dict[str, dict[str, list[str]]] = {"place": defaultdict(list), "actor": defaultdict(list)}
    beyond = set()
    for what, node_id, name, country in db.session.execute(named):
        found[what][node_id].append(name)
        if what == "place" and country in NEIGHBOURS:
            beyond.add(node_id)
    return _Named(found["place"], found["actor"], frozenset(beyond))


def _overlaps() -> dict[str, list[str]]:
    """Return which nodes overlap, from both sides."""
    found: dict[str, set[str]] = defaultdict(set)
    pairs = select(Relation.node_id, Relation.other_id).where(Relation.relation == OVERLAP)
    for one, other in db.session.execute(pairs):
        found[one].add(other)
        found[other].add(one)
    return {node_id: sorted(others) for node_id, others in found.items()}


def _proposals(number: int) -> dict[int, list[int]]:
    """Return the proposals taken up, by the change that brought a wording of this revision."""
    found: dict[int, list[int]] = defaultdict(list)
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


def _outcomes(at: datetime) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    """Return the outcomes about nodes that were approved by then, the first one first."""
    found: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    rows = db.session.execute(
        select(
            Outcome.node_id,
            Outcome.number.label("outcome"),
            Outcome.kind.label("outcome_kind"),
            Outcome.summary,
            Outcome.votes_yes,
            Outcome.votes_no,
            Outcome.votes_abstain,
        )
        .where(Outcome.node_id.is_not(None), Outcome.state == OutcomeState.APPROVED, Outcome.approved_at <= at)
        .order_by(Outcome.number)
    )
    for row in rows:
        found[row.node_id].append(row)
    return found
