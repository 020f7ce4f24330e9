"""What everybody may read of moderation: the log without names and texts, and the figures of a half-year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from participation.accounts.models import User
from participation.base.db import db
from participation.dialogue.models import WaitingComment, WaitingState
from participation.moderation.burst_models import Burst, BurstKind, BurstRuling, BurstState
from participation.moderation.models import (
    Appeal,
    AppealState,
    Case,
    Category,
    Decision,
    EuCategory,
    Measure,
    Report,
)
from participation.moderation.targets import Kind
from participation.proposals.models import FirstProposal

SIZE = 50


@dataclass(frozen=True, slots=True)
class LogRow:
    """A decision as everybody may read it."""

    id: int
    at: datetime
    measure: Measure
    hides: bool
    ground: str
    rule_version: int | None
    rule_number: int | None
    category: Category | None
    """Empty where moderators looked of their own accord."""
    kind: Kind
    appeal: AppealState | None
    """What became of the newest objection."""
    is_example: bool
    """Whether it is about something invented, written to show how the platform works."""


@dataclass(frozen=True, slots=True)
class Half:
    """Half a year."""

    year: int
    second: bool

    @property
    def key(self) -> str:
        """As it stands in addresses: 2026-2."""
        return f"{self.year}-{2 if self.second else 1}"

    @property
    def first_day(self) -> date:
        """The day it begins."""
        return date(self.year, 7 if self.second else 1, 1)

    @property
    def last_day(self) -> date:
        """The day it ends."""
        return date(self.year, 12, 31) if self.second else date(self.year, 6, 30)

    @property
    def begin(self) -> datetime:
        """Its first moment; half-years are cut by UTC."""
        return datetime(self.year, 7 if self.second else 1, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime(self.year + self.second, 1 if self.second else 7, 1, tzinfo=UTC)

    @property
    def before(self) -> Half:
        """The half-year before."""
        return Half(self.year - (not self.second), not self.second)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a half-year, counted from the events themselves."""

    half: Half
    reports: Counter[Category]
    reporters: int
    """Reports whose sender was logged in."""
    decisions: Counter[Measure]
    hidden: int
    """Contributions made invisible, alone or along with another measure."""
    by_law: int
    by_rules: int
    on_reports: int
    """Decisions about reported contributions; the others were of moderators' own accord."""
    eu: Counter[tuple[EuCategory, bool]]
    """Restricting decisions by category, and whether they followed a report."""
    automated: int
    appeals: int
    appeals_by_authors: int
    appeals_decided: Counter[AppealState]
    hours_to_decision: float | None
    """From the first report to the decision, median."""
    hours_to_appeal: float | None
    """From an objection to its decision, median."""
    overdue: int
    """Cases decided after their due date."""
    first_released: int
    """First contributions of new accounts that moderators let appear; refused ones are decisions."""
    first_refused: int
    hours_to_release: float | None
    """From writing to release, median."""
    examples: int
    """Decisions, among all of them, about something invented."""
    first_proposals_released: int
    """First proposals of new accounts; refused ones are decisions."""
    first_proposals_refused: int
    hours_to_proposal: float | None
    """From handing in, the last time, to release, median."""
    bursts: Counter[BurstKind]
    """What came in numbers from one network and was flagged for people to look at."""
    bursts_decided: Counter[BurstState]
    """What moderators decided about bursts; HARMLESS also where an earlier decision was taken back."""
    votes_apart: int
    """How many votes those decisions set apart from the others; whatever was taken back later is not deducted."""


RESTRICTING = frozenset(Measure) - {Measure.NONE, Measure.RESTORE, Measure.EDIT}


def log_page(*, before: int | None = None, size: int = SIZE) -> tuple[list[LogRow], int | None]:
    """Return a page of the public log, the newest decision first, and the key of the next page. One statement."""
    newest = (
        select(Appeal.state)
        .where(Appeal.decision_id == Decision.id)
        .order_by(Appeal.id.desc())
        .limit(1)
        .correlate(Decision)
        .scalar_subquery()
    )
    chosen = (
        select(
            Decision.id,
            Decision.at,
            Decision.measure,
            Decision.hides,
            Decision.ground,
            Decision.rule_version,
            Decision.rule_number,
            Case.category,
            Case.comment_id,
            newest.label("appeal"),
            User.is_example,
        )
        .join(Case, Case.id == Decision.case_id)
        .join(User, User.id == Decision.author_id)
        .order_by(Decision.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        chosen = chosen.where(Decision.id < before)
    rows = [
        LogRow(
            id=row.id,
            at=row.at,
            measure=row.measure,
            hides=row.hides,
            ground=row.ground,
            rule_version=row.rule_version,
            rule_number=row.rule_number,
            category=row.category,
            kind=Kind.COMMENT if row.comment_id is not None else Kind.PROPOSAL,
            appeal=row.appeal,
            is_example=row.is_example,
        )
        for row in db.session.execute(chosen)
    ]
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def half_of(at: datetime) -> Half:
    """Return the half-year of a moment."""
    at = at.astimezone(UTC)
    return Half(at.year, at.month > 6)


def read_half(key: str) -> Half | None:
    """Return the half-year of a key, or None where it is none."""
    year, _dash, part = key.partition("-")
    if len(year) != 4 or not (year.isascii() and year.isdecimal()) or part not in ("1", "2") or int(year) < 2000:
        return None
    return Half(int(year), part == "2")


def halves(at: datetime) -> list[Half]:
    """Return the half-years since the first report, decision or burst, the present one first."""
    marks = (Report.at, Decision.at, Burst.opened_at)
    begun = db.session.execute(select(*(select(func.min(mark)).scalar_subquery() for mark in marks))).one()
    first = min((moment for moment in begun if moment is not None), default=at)
    found, last = [half_of(at)], half_of(first)
    while found[-1].begin > last.begin:
        found.append(found[-1].before)
    return found


def figures(half: Half) -> Figures:
    """Count what happened in a half-year; seven statements. Everything counts when it happened."""
    reports = db.session.execute(select(Report.category, Report.reporter_id).where(_within(half, Report.at))).all()
    first = select(func.min(Report.at)).where(Report.case_id == Decision.case_id).correlate(Decision).scalar_subquery()
    decided = db.session.execute(
        select(
            Decision.measure,
            Decision.hides,
            Decision.rule_number,
            Decision.eu_category,
            Decision.automated,
            Decision.at,
            first.label("first"),
            Case.due_at,
            User.is_example,
        )
        .join(Case, Case.id == Decision.case_id)
        .join(User, User.id == Decision.author_id)
        .where(_within(half, Decision.at))
    ).all()
    appeals = db.session.execute(
        select(Appeal.at, Appeal.decided_at, Appeal.state, Appeal.report_id).where(
            or_(_within(half, Appeal.at), _within(half, Appeal.decided_at))
        )
    ).all()
    looked_at = db.session.execute(
        select(WaitingComment.state, WaitingComment.written_at, WaitingComment.decided_at).where(
            _within(half, WaitingComment.decided_at)
        )
    ).all()
    bursts = select(Burst.kind, func.count().label("number")).where(_within(half, Burst.opened_at)).group_by(Burst.kind)
    ruled = db.session.execute(select(BurstRuling.result, BurstRuling.votes).where(_within(half, BurstRuling.at))).all()
    proposed = db.session.execute(
        select(FirstProposal.state, FirstProposal.handed_in_at, FirstProposal.decided_at).where(
            _within(half, FirstProposal.decided_at)
        )
    ).all()
    let_in = [row for row in proposed if row.state is WaitingState.RELEASED]
    released = [row for row in looked_at if row.state is WaitingState.RELEASED]
    filed = [row for row in appeals if half.begin <= row.at < half.end]
    answered = [row for row in appeals if row.decided_at is not None and half.begin <= row.decided_at < half.end]
    restricting = [row for row in decided if row.measure in RESTRICTING]
    return Figures(
        half=half,
        reports=Counter(row.category for row in reports),
        reporters=sum(row.reporter_id is not None for row in reports),
        decisions=Counter(row.measure for row in decided),
        hidden=sum(row.hides for row in decided),
        by_law=sum(row.rule_number is None for row in restricting),
        by_rules=sum(row.rule_number is not None for row in restricting),
        on_reports=sum(row.first is not None for row in decided),
        eu=Counter((row.eu_category, row.first is not None) for row in restricting),
        automated=sum(row.automated for row in decided),
        appeals=len(filed),
        appeals_by_authors=sum(row.report_id is None for row in filed),
        appeals_decided=Counter(row.state for row in answered),
        hours_to_decision=_hours(row.at - row.first for row in decided if row.first is not None),
        hours_to_appeal=_hours(row.decided_at - row.at for row in answered),
        overdue=sum(row.at > row.due_at for row in decided),
        first_released=len(released),
        first_refused=len(looked_at) - len(released),
        hours_to_release=_hours(row.decided_at - row.written_at for row in released),
        examples=sum(row.is_example for row in decided),
        first_proposals_released=len(let_in),
        first_proposals_refused=len(proposed) - len(let_in),
        hours_to_proposal=_hours(row.decided_at - row.handed_in_at for row in let_in),
        bursts=Counter({row.kind: row.number for row in db.session.execute(bursts)}),
        bursts_decided=Counter(row.result for row in ruled),
        votes_apart=sum(row.votes for row in ruled if row.result is BurstState.APART),
    )


def _within(half: Half, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    return and_(column >= half.begin, column < half.end)


def _hours(spans: Iterable[timedelta]) -> float | None:
    found: Sequence[float] = [span.total_seconds() / 3600 for span in spans]
    return median(found) if found else None
