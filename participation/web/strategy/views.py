"""Show the start page and the whole strategy; one node is shown by `node`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import render_template, request

from participation.base.text import excerpt
from participation.dialogue.queries import recent_threads
from participation.leitbild import queries as leitbild
from participation.leitbild.reading import running
from participation.leitbild.subjects import subjects
from participation.outcomes import queries as outcomes
from participation.strategy import overview
from participation.strategy.lines import Line
from participation.strategy.models import MEASURES
from participation.strategy.overview import Filters
from participation.web.access import public
from participation.web.outcomes.words import KINDS
from participation.web.resolutions.standing import standings
from participation.web.shell import Answer
from participation.web.strategy import node, preview
from participation.web.strategy.blueprint import strategy
from participation.web.strategy.picture import dots
from participation.web.strategy.words import HORIZONS, SECTIONS, WORDS, area, cluster, short

__all__ = ["node", "preview", "strategy"]

IN_TALK, NEWS = 5, 2
CLUSTER = "cluster"
"""The kind of node that is long enough to be folded in the whole text."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the whole text that stands in its list of contents."""

    line: Line
    name: str
    accent: str
    chapter: str
    """The title of the chapter it opens, if it does."""

    @property
    def split(self) -> tuple[list[Line], list[Line]]:
        """Return what stands open and what a reader unfolds: of a cluster, what follows its guiding sentence."""
        lines = self.line.contents
        if self.line.kind_id != CLUSTER:
            return lines, []
        return [line for line in lines if not line.contents], [line for line in lines if line.contents]

    @property
    def measures(self) -> int:
        """How many current measures stand in it."""
        return sum(line.kind_id in MEASURES and line.is_current for line in self._all)

    @property
    def comments(self) -> int:
        """How much was said about it."""
        return sum(line.comments for line in self._all)

    @property
    def _all(self) -> Iterator[Line]:
        return _with_below(self.line)


def _with_below(line: Line) -> Iterator[Line]:
    yield line
    for below in line.below:
        yield from _with_below(below)


@strategy.get("/")
@public
def start() -> Answer:
    """Show what this is, where to begin, what is being said and what has changed."""
    cards, measures = overview.clusters()
    places = overview.places()
    threads = recent_threads(IN_TALK)
    told = subjects([thread.id for thread in threads])
    about = {ident: subject for ident, subject in told.items() if subject.kind != "hidden"}
    current = next(iter(leitbild.revisions(size=1)), None)
    changes = leitbild.changes_of_revision(current.number) if current and current.number > 1 else []
    return render_template(
        "strategy/start.html",
        cards=cards,
        measures=measures,
        sections=SECTIONS,
        dots=dots(places),
        lively=any(place.comments for place in places),
        place_count=len(places),
        talk=[(thread, about[thread.id]) for thread in threads if thread.id in about and about[thread.id].going_on],
        current=current,
        standing=standings([current.number])[current.number] if current else None,
        reading=running(),
        changes=changes[:NEWS],
        outcomes=outcomes.approved(size=NEWS)[:NEWS],
        outcome_word=lambda kind: KINDS[kind],
        cluster=cluster,
        area=area,
        excerpt=excerpt,
    )


@strategy.get("/strategie")
@public
def index() -> Answer:
    """Show the whole strategy as a text, or what a filter leaves of it as a list."""
    choices = overview.choices()
    filters = Filters(
        cluster=_one_of("cluster", choices.clusters),
        kind=_one_of("art", choices.kinds),
        horizon=_one_of("horizont", [(ident, "") for ident in choices.horizons]),
        place=_one_of("ort", choices.places),
    )
    root = None if filters.any else next(iter(overview.tree()), None)
    return render_template(
        "strategy/index.html",
        filters=filters,
        choices=choices,
        cluster_options=[(ident, cluster(ident, title)) for ident, title in choices.clusters],
        horizon_options=[(ident, label) for ident, label in HORIZONS.items() if ident in choices.horizons],
        items=overview.found(filters) if filters.any else [],
        root=root,
        parts=_parts(root.below) if root else [],
        all_open="alles" in request.args,
        area=area,
        **WORDS,
    )


def _parts(lines: Iterable[Line]) -> list[Part]:
    """Return the text's parts in order: a chapter with sections is told by its first section."""
    parts: list[Part] = []
    for line in lines:
        sections = line.contents if line.kind_id == "kapitel" and line.contents else [line]
        for at, section in enumerate(sections):
            chapter = f"{line.number}. {line.title}" if section is not line and at == 0 and line.number else ""
            parts.append(Part(section, short(section.id, section.title, 34), section.cluster_id or section.id, chapter))
    return parts


def _one_of(name: str, allowed: Iterable[tuple[str, str]]) -> str | None:
    """Return a filter's value from the address; one that does not exist filters nothing."""
    value = request.args.get(name)
    return value if any(value == ident for ident, _label in allowed) else None
