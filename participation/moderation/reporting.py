"""Reporting a contribution: anyone may; all reports about one contribution join its open case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise
from participation.base.verdict import DomainError, require
from participation.moderation.events import Reported
from participation.moderation.models import Case, CaseState, Category, Report
from participation.moderation.policy import may_report
from participation.moderation.targets import Target

EXPLANATION_MINIMUM, EXPLANATION_LIMIT = 10, 4000
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is easily misread."""
_PRESSING = {category: place for place, category in enumerate(Category)}


class ExplanationMissing(DomainError):
    """A report says too little to be looked into, or too much to be read."""

    default = _l("Schreiben Sie in 10 bis 4.000 Zeichen, was daran nicht in Ordnung ist.")


def report(
    target: Target,
    category: Category,
    explanation: str,
    *,
    periods: Mapping[str, timedelta],
    email: str = "",
    reporter: User | None = None,
    submission_key: str | None = None,
) -> Report:
    """Report a contribution; it joins the open case about it, or opens one. The same form sent twice is one report.

    `periods` are the operator's: report_threat, report_urgent, report.

    Raises:
        ExplanationMissing: if the explanation is too short or too long.
    """
    require(may_report(target))
    explanation = normalise(explanation, limit=20 * EXPLANATION_LIMIT)
    if not EXPLANATION_MINIMUM <= len(explanation) <= EXPLANATION_LIMIT:
        raise ExplanationMissing
    key = submission_key[:64] if submission_key else None
    if key and (earlier := _submitted(key)):
        return earlier
    at = now()
    case = join(target, category, at + period(category, periods), at)
    made = Report(
        reference=_reference(),
        case_id=case.id,
        category=category,
        explanation=explanation,
        email=email,
        reporter_id=reporter.id if reporter else None,
        submission_key=key,
        at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        faster = _submitted(key) if key else None
        if faster is None:
            raise
        return faster
    emit(Reported(made))
    return made


def period(category: Category | None, periods: Mapping[str, timedelta]) -> timedelta:
    """Return how soon a case has to be decided: threats within hours, what breaks a law within a day."""
    if category is Category.THREAT:
        return periods["report_threat"]
    if category in (Category.ILLEGAL, Category.PERSONAL):
        return periods["report_urgent"]
    return periods["report"]


def join(target: Target, category: Category | None, due_at: datetime, at: datetime) -> Case:
    """Return the open case about a contribution, locked until the transaction ends; open one if there is none.

    Two at once meet the unique index: the slower one joins. Of the due dates the earliest counts.
    """
    while True:
        chosen = select(Case).where(target.theirs, Case.state == CaseState.OPEN).with_for_update(of=Case)
        case = db.session.scalar(chosen.execution_options(populate_existing=True))
        if case is not None:
            break
        case = Case(**target.keys, author_id=target.author_id, category=category, due_at=due_at, opened_at=at)
        try:
            with db.session.begin_nested():
                db.session.add(case)
        except IntegrityError:
            continue
        return case
    if category is not None and (case.category is None or _PRESSING[category] < _PRESSING[case.category]):
        case.category = category
    case.due_at = min(case.due_at, due_at)
    db.session.flush()
    return case


def _submitted(key: str) -> Report | None:
    return db.session.scalar(select(Report).where(Report.submission_key == key))


def _reference() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"M-{signs[:5]}-{signs[5:]}"
