"""The annex of a revision (Maßnahmenliste): every measure that ever had an id, as it was frozen at publication.

Nothing is worked out here: `freeze` did that once. Whoever makes documents of it reads `Entry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from participation.base.db import db
from participation.leitbild.models import AnnexEntry, Passage
from participation.strategy.models import Status, TextState


@dataclass(frozen=True, slots=True)
class Examination:
    """Something that an outcome asked to be examined (Prüfauftrag) and that no later outcome settled."""

    outcome_number: int
    summary: str


@dataclass(frozen=True, slots=True)
class Votes:
    """The vote snapshot of an outcome."""

    yes: int
    no: int
    abstain: int

    @property
    def n(self) -> int:
        """How many voted."""
        return self.yes + self.no + self.abstain


@dataclass(frozen=True, slots=True)
class Entry:
    """A measure as a line of the annex. Texts are plain, wordings Markdown, unless a name says otherwise.

    What is empty was not known, or is none, when the revision was published.
    """

    node_id: str
    kind_id: str
    title: str
    wording: str
    """Of this revision; for what is gone the last wording it had."""
    html: str
    """The same as safe HTML; empty for what is gone and where the title says it all."""
    points: tuple[str, ...]
    """The lettered points that belong to the wording."""
    cluster_id: str | None
    section: str
    """The title of its cluster, or else of the section it stands in."""
    theme: str
    horizon: str
    """sofort, leitprojekt, langfristig, or empty."""
    places: tuple[str, ...]
    actors: tuple[str, ...]
    """Organisations that the wording names."""
    carrier: str
    """Who carries it out (Träger), as the newest report says."""
    state: TextState
    """Against the revision before; what is gone says so in every later revision."""
    change_id: int | None
    """The change that brought this wording; none for that of the presentation."""
    change_reason: str
    target_id: str
    """Where a merged measure went, or from which one it was split off."""
    target_title: str
    report_id: int | None
    """The confirmed report the state of implementation rests on; none means: kein Stand gemeldet."""
    status: Status
    """vorgeschlagen where nothing was reported."""
    status_since: date | None
    status_source: str
    status_url: str
    status_reference: str
    """The resolution behind beschlossen and verworfen."""
    status_next: str
    status_review: date | None
    """When a postponed measure is looked at again."""
    seed_heading: str
    """The slide of the presentation it comes from."""
    seed_lines: tuple[int, ...]
    proposals: tuple[int, ...]
    """Numbers of the proposals that were taken up in its present wording."""
    outcome_number: int | None
    """The outcome behind the present wording, else the newest one about the measure."""
    outcome_kind: str
    votes: Votes
    examinations: tuple[Examination, ...]
    culture: str
    """Kulturcheck of the change that brought this wording."""
    cross_border: str
    """What that change means for the neighbours."""
    crosses_border: bool
    """Whether the wording names a place in Poland or Czechia."""
    overlaps: tuple[tuple[str, str], ...]
    """Measures it overlaps with: pairs (id, title)."""

    @property
    def is_gone(self) -> bool:
        """Whether the measure no longer belongs to the text."""
        return self.state in (TextState.STRUCK, TextState.MERGED)

    @property
    def is_reported(self) -> bool:
        """Whether anybody reported how far it has come."""
        return self.report_id is not None


@dataclass(slots=True)
class Group:
    """The measures of one cluster or section."""

    cluster_id: str | None
    title: str
    entries: list[Entry] = field(default_factory=list)


def annex(number: int) -> list[Group]:
    """Return the measures of a revision by cluster, in reading order, in one statement; none if it was not frozen."""
    rows = db.session.execute(
        select(AnnexEntry.facts, Passage.html)
        .join(
            Passage, (Passage.revision_number == AnnexEntry.revision_number) & (Passage.node_id == AnnexEntry.node_id)
        )
        .where(AnnexEntry.revision_number == number)
        .order_by(AnnexEntry.position)
    )
    groups: list[Group] = []
    for facts, html in rows:
        entry = _entry(facts, html)
        if not groups or (groups[-1].cluster_id, groups[-1].title) != (entry.cluster_id, entry.section):
            groups.append(Group(entry.cluster_id, entry.section))
        groups[-1].entries.append(entry)
    return groups


def _entry(facts: dict[str, Any], html: str) -> Entry:
    return Entry(
        node_id=facts["node"],
        kind_id=facts["kind"],
        title=facts["title"],
        wording=facts["wording"],
        html=html if facts["wording"] != facts["title"] else "",
        points=tuple(facts["points"]),
        cluster_id=facts["cluster"] or None,
        section=facts["section"],
        theme=facts["theme"],
        horizon=facts["horizon"],
        places=tuple(facts["places"]),
        actors=tuple(facts["actors"]),
        carrier=facts["carrier"],
        state=TextState(facts["state"]),
        change_id=facts["change"] or None,
        change_reason=facts["change_reason"],
        target_id=facts["target"],
        target_title=facts["target_title"],
        report_id=facts["report"] or None,
        status=Status(facts["status"]),
        status_since=_day(facts["status_since"]),
        status_source=facts["status_source"],
        status_url=facts["status_url"],
        status_reference=facts["status_reference"],
        status_next=facts["status_next"],
        status_review=_day(facts["status_review"]),
        seed_heading=facts["seed_heading"],
        seed_lines=tuple(facts["seed_lines"]),
        proposals=tuple(facts["proposals"]),
        outcome_number=facts["outcome"] or None,
        outcome_kind=facts["outcome_kind"],
        votes=Votes(facts["yes"], facts["no"], facts["abstain"]),
        examinations=tuple(Examination(item["outcome"], item["summary"]) for item in facts["examinations"]),
        culture=facts["culture"],
        cross_border=facts["cross_border"],
        crosses_border=bool(facts["crosses_border"]),
        overlaps=tuple((item["node"], item["title"]) for item in facts["overlaps"]),
    )


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None
