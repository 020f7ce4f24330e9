"""The annex as documents need it, in the region's words. The one place that knows where its columns come from.

It was frozen when its version was published (`leitbild.annex`), so it says for ever what was known then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from participation.documents import words
from participation.documents.prose import read
from participation.leitbild.annex import Entry, annex

Value = str | int


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, plain."""

    entry: Entry
    cluster: str

    @property
    def title(self) -> str:
        """The name for lists."""
        return self.entry.title

    @property
    def wording(self) -> str:
        """The wording of this version with its points; of what is gone, the last one."""
        text = plain(self.entry.html) or self.entry.wording or self.entry.title
        return "\n".join([text, *(f"– {point}" for point in self.entry.points)])

    @property
    def horizon(self) -> str:
        """When it is to begin."""
        return words.HORIZONS.get(self.entry.horizon, self.entry.horizon)

    @property
    def text_state(self) -> str:
        """Its wording against the version before; where it went, if it went somewhere."""
        state = words.TEXT_STATES[self.entry.state]
        return f"{state} → {self.entry.target_title}" if self.entry.target_title else state

    @property
    def change(self) -> str:
        """The change that brought this wording: Ä-7."""
        return f"Ä-{self.entry.change_id}" if self.entry.change_id else ""

    @property
    def status(self) -> str:
        """How far it has come."""
        return words.STATUSES[self.entry.status] if self.entry.is_reported else "kein Stand gemeldet"

    @property
    def status_since(self) -> str:
        """Since when, as YYYY-MM-DD; empty where nothing was reported."""
        return self.entry.status_since.isoformat() if self.entry.status_since else ""

    @property
    def status_source(self) -> str:
        """What the status rests on."""
        parts = (self.entry.status_reference, self.entry.status_source, self.entry.status_url)
        return "; ".join(part for part in parts if part)

    @property
    def origin(self) -> tuple[str, ...]:
        """Where it comes from: lines of the presentation, proposals, the conversation."""
        lines = self.entry.seed_lines
        found = [f"Präsentation, {'Zeile' if len(lines) == 1 else 'Zeilen'} {words.ranges(lines)}"] if lines else []
        found += [f"Vorschlag V-{number}" for number in self.entry.proposals]
        return tuple(found) or ("Aus dem Gespräch",)

    @property
    def outcome(self) -> str:
        """The outcome behind it: E-3."""
        return f"E-{self.entry.outcome_number}" if self.entry.outcome_number else ""

    @property
    def examinations(self) -> tuple[str, ...]:
        """What is still to be examined."""
        return tuple(f"E-{one.outcome_number}: {one.summary}" for one in self.entry.examinations)


@dataclass(frozen=True, slots=True)
class MeasureGroup:
    """The measures of one cluster or section."""

    cluster_id: str
    title: str
    measures: tuple[Measure, ...]


def groups(number: int) -> list[MeasureGroup]:
    """Return the measures of a version by cluster, in reading order."""
    return [
        MeasureGroup(group.cluster_id or "", group.title, tuple(Measure(one, group.title) for one in group.entries))
        for group in annex(number)
    ]


COLUMNS: Mapping[str, tuple[str, Callable[[Measure], Value | list[str]]]] = {
    "id": ("Kennung", lambda m: m.entry.node_id),
    "cluster": ("Cluster", lambda m: m.cluster),
    "theme": ("Thema", lambda m: m.entry.theme),
    "kind": ("Art", lambda m: m.entry.kind_id),
    "title": ("Maßnahme", lambda m: m.title),
    "wording": ("Wortlaut", lambda m: m.wording),
    "horizon": ("Horizont", lambda m: m.horizon),
    "places": ("Orte", lambda m: list(m.entry.places)),
    "actors": ("Genannte Akteure", lambda m: list(m.entry.actors)),
    "carrier": ("Träger", lambda m: m.entry.carrier),
    "text_state": ("Wortlaut gegenüber der Fassung davor", lambda m: m.text_state),
    "change": ("Änderung", lambda m: m.change),
    "change_reason": ("Begründung der Änderung", lambda m: m.entry.change_reason),
    "status": ("Umsetzungsstand", lambda m: m.status),
    "status_since": ("Stand vom", lambda m: m.status_since),
    "status_source": ("Quelle des Stands", lambda m: m.status_source),
    "status_next": ("Nächster Schritt", lambda m: m.entry.status_next),
    "status_review": ("Wiedervorlage", lambda m: m.entry.status_review.isoformat() if m.entry.status_review else ""),
    "origin": ("Herkunft", lambda m: list(m.origin)),
    "outcome": ("Ergebnis", lambda m: m.outcome),
    "votes_yes": ("Stimmen: Zustimmung", lambda m: m.entry.votes.yes),
    "votes_no": ("Stimmen: Ablehnung", lambda m: m.entry.votes.no),
    "votes_abstain": ("Stimmen: Enthaltung", lambda m: m.entry.votes.abstain),
    "examinations": ("Offene Prüfaufträge", lambda m: list(m.examinations)),
    "culture": ("Kulturcheck", lambda m: m.entry.culture),
    "cross_border": ("Bedeutung für die Nachbarn", lambda m: m.entry.cross_border),
    "crosses_border": ("Nennt Orte in Polen oder Tschechien", lambda m: "ja" if m.entry.crosses_border else "nein"),
    "overlaps": ("Überschneidungen", lambda m: [title for _id, title in m.entry.overlaps]),
}
"""Key in JSON → heading in CSV and XLSX, and the value; lists are joined there."""


def plain(html: str) -> str:
    """Return stored HTML as plain text, a line for each paragraph."""
    return "\n".join(f"{one.label} {one.text}".strip() for one in read(html))
