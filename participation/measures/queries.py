"""Reading reports of one measure, and the register of all measures."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased, joinedload

from participation.accounts.models import User
from participation.base.db import db
from participation.base.text import fold
from participation.measures.models import OPEN, ReportState, StatusReport
from participation.measures.policy import may_see_report
from participation.measures.transitions import STEPS, is_stale
from participation.places.models import Place
from participation.strategy.models import MEASURES, Node, NodePlace, Status, TextState

HISTORY = 200
"""Reports of one measure that are read; more than a report a week for four years."""


class Sort(enum.Enum):
    """How the register may be ordered."""

    READING = "reihenfolge"
    TITLE = "titel"
    STATUS = "stand"
    NEWS = "neu"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register is narrowed to; None leaves a filter out."""

    status: Status | None = None
    cluster: str | None = None
    horizon: str | None = None
    place: str | None = None
    text_state: TextState | None = None

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return any((self.status, self.cluster, self.horizon, self.place, self.text_state))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as a line of the register."""

    id: str
    kind_id: str
    title: str
    cluster_id: str | None
    cluster: str
    theme: str
    horizon: str | None
    text_state: TextState
    since_revision: int
    status: Status
    since: date | None
    reported_at: datetime | None
    reading_order: int
    stale: bool
    places: tuple[tuple[str, str], ...] = ()
    """Pairs (id, name)."""

    @property
    def is_reported(self) -> bool:
        """Whether anything newer than the presentation was ever reported."""
        return self.reported_at is not None


@dataclass(frozen=True, slots=True)
class Register:
    """The measures that a filter leaves, and what can be filtered by."""

    measures: tuple[Measure, ...]
    total: int
    counts: Mapping[Status, int]
    """By state, with every other filter on: what choosing that state would show."""
    clusters: tuple[tuple[str, str], ...]
    horizons: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    text_states: tuple[TextState, ...]
    reported: int
    """How many of all measures have a confirmed report."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known about how far a measure has come."""

    confirmed: tuple[StatusReport, ...]
    """Newest first; everybody reads them."""
    mine: StatusReport | None
    """The viewer's own that is not decided yet."""
    waiting: int
    """How many others wait for a moderator."""

    @property
    def current(self) -> StatusReport | None:
        """The report that the measure's state rests on."""
        return self.confirmed[0] if self.confirmed else None


def register(filters: Filters, sort: Sort, now: datetime) -> Register:
    """Return the register, in two statements; some dozens of measures are sorted and counted here."""
    places = _places()
    every = [_measure(row, places, now) for row in db.session.execute(_measures())]
    but_status = [item for item in every if _fits(item, replace(filters, status=None))]
    shown = [item for item in but_status if filters.status in (None, item.status)]
    named = {place for item in every for place in item.places}
    return Register(
        measures=tuple(sorted(shown, key=_ORDERS[sort])),
        total=len(every),
        counts=Counter(item.status for item in but_status),
        clusters=tuple(dict.fromkeys((item.cluster_id, item.cluster) for item in every if item.cluster_id)),
        horizons=tuple(dict.fromkeys(item.horizon for item in every if item.horizon)),
        places=tuple(sorted(named, key=lambda place: fold(place[1]))),
        text_states=tuple(state for state in TextState if any(item.text_state is state for item in every)),
        reported=sum(item.is_reported for item in every),
    )


def history(node_id: str, viewer: User | None) -> History:
    """Return the reports about a measure, in one statement."""
    chosen = (
        select(StatusReport)
        .where(StatusReport.node_id == node_id, StatusReport.decision != ReportState.REFUSED)
        .order_by(StatusReport.decided_at.desc(), StatusReport.id.desc())
        .limit(HISTORY)
        .options(joinedload(StatusReport.reporter), joinedload(StatusReport.moderator))
    )
    found = db.session.scalars(chosen).all()
    running = [item for item in found if item.decision in OPEN]
    mine = next((item for item in running if viewer is not None and item.reporter_id == viewer.id), None)
    return History(
        tuple(item for item in found if item.decision is ReportState.CONFIRMED), mine, len(running) - (mine is not None)
    )


def report(report_id: int, viewer: User | None) -> StatusReport | None:
    """Return a report with its measure and its people, as far as the viewer may see it."""
    chosen = (
        select(StatusReport)
        .where(StatusReport.id == report_id)
        .options(
            joinedload(StatusReport.node).joinedload(Node.kind),
            joinedload(StatusReport.reporter),
            joinedload(StatusReport.moderator),
        )
    )
    found = db.session.scalar(chosen)
    return found if found is not None and may_see_report(viewer, found) else None


def own_open(node_id: str, actor: User) -> StatusReport | None:
    """Return a person's report about a measure that is not decided yet."""
    return db.session.scalar(
        select(StatusReport).where(
            StatusReport.node_id == node_id, StatusReport.reporter_id == actor.id, StatusReport.decision.in_(OPEN)
        )
    )


def newest_confirmed(at: datetime) -> dict[str, StatusReport]:
    """Return by measure the report that its state rested on at a moment, in one statement."""
    newest = (
        select(
            StatusReport.id,
            func.row_number()
            .over(partition_by=StatusReport.node_id, order_by=(StatusReport.decided_at.desc(), StatusReport.id.desc()))
            .label("rank"),
        )
        .where(StatusReport.decision == ReportState.CONFIRMED, StatusReport.decided_at <= at)
        .subquery()
    )
    rows = db.session.scalars(
        select(StatusReport).join(newest, newest.c.id == StatusReport.id).where(newest.c.rank == 1)
    )
    return {item.node_id: item for item in rows}


@cache
def _measures() -> Select[*tuple[Any, ...]]:
    """Select every measure with the headings above it. Built once: putting it together costs more than running it."""
    theme, cluster = aliased(Node), aliased(Node)
    return (
        select(
            Node.id,
            Node.kind_id,
            func.coalesce(Node.thread_title, Node.title).label("title"),
            Node.cluster_id,
            func.coalesce(cluster.title, "").label("cluster"),
            case((theme.kind_id == "thema", theme.title), else_="").label("theme"),
            Node.horizon,
            Node.text_state,
            Node.since_revision,
            Node.status,
            Node.status_since.label("since"),
            Node.status_reported_at.label("reported_at"),
            Node.reading_order,
        )
        .outerjoin(theme, theme.id == Node.parent_id)
        .outerjoin(cluster, cluster.id == Node.cluster_id)
        .where(Node.kind_id.in_(MEASURES))
        .order_by(Node.reading_order)
    )


def _places() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = (
        select(NodePlace.node_id, Place.id, Place.name)
        .join(Place, Place.id == NodePlace.place_id)
        .join(Node, Node.id == NodePlace.node_id)
        .where(Node.kind_id.in_(MEASURES))
        .order_by(Place.name)
    )
    for node_id, place_id, name in db.session.execute(rows):
        found[node_id].append((place_id, name))
    return found


def _measure(row: Any, places: Mapping[str, Iterable[tuple[str, str]]], now: datetime) -> Measure:
    stale = is_stale(row.status, row.reported_at, now)
    return Measure(**row._mapping, stale=stale, places=tuple(places.get(row.id, ())))  # noqa: SLF001 - SQLAlchemy's public name


def _fits(item: Measure, filters: Filters) -> bool:
    return (
        filters.cluster in (None, item.cluster_id)
        and filters.horizon in (None, item.horizon)
        and filters.text_state in (None, item.text_state)
        and (filters.place is None or any(filters.place == ident for ident, _name in item.places))
    )


_RANKS = {state: place for place, state in enumerate((*reversed(STEPS), *(s for s in Status if s not in STEPS)))}
_ORDERS: Mapping[Sort, Callable[[Measure], Any]] = {
    Sort.READING: lambda item: item.reading_order,
    Sort.TITLE: lambda item: (fold(item.title), item.reading_order),
    Sort.STATUS: lambda item: (_RANKS[item.status], item.reading_order),
    Sort.NEWS: lambda item: (-(item.reported_at.timestamp() if item.reported_at else 0), item.reading_order),
}
