"""Reports, cases and decisions for tests."""

from __future__ import annotations

from datetime import timedelta

from participation.accounts.models import User
from participation.dialogue.models import Comment
from participation.moderation import deciding, reporting
from participation.moderation.deciding import Ruling
from participation.moderation.models import Case, Category, Decision, Measure, Report
from participation.moderation.targets import Target, of_comment
from tests.factories.accounts import moderator
from tests.factories.outcomes import node_comment

PERIODS = {
    "report_threat": timedelta(hours=4),
    "report_urgent": timedelta(days=1),
    "report": timedelta(days=7),
    "appeal": timedelta(days=14),
}
TEXT = "Nennt die Adresse meiner Nachbarin."


def ruling(measure: Measure = Measure.HIDE, *, rule: int | None = 3, **fields: object) -> Ruling:
    """Return a complete ruling; a suspension lasts a week unless told otherwise."""
    values: dict[str, object] = {"facts": "Nennt eine Adresse.", "passage": "Hauptstraße 3", **fields}
    if measure is Measure.SUSPEND:
        values.setdefault("days", 7)
    return Ruling(measure=measure, rule=rule, **values)  # type: ignore[arg-type]


def report(target: Target | None = None, category: Category = Category.RULES, **fields: object) -> Report:
    """Report a contribution, a new comment unless told otherwise."""
    return reporting.report(
        target or of_comment(node_comment()), category, fields.pop("explanation", TEXT), periods=PERIODS, **fields
    )  # type: ignore[arg-type]


def case(target: Target | None = None, **fields: object) -> Case:
    """Open a case by a report."""
    return report(target, **fields).case


def decision(target: Target | None = None, by: User | None = None, **fields: object) -> Decision:
    """Decide a reported case: hidden by rule 3 unless told otherwise. `email` and `reporter` go to the report."""
    told = {name: fields.pop(name) for name in ("email", "reporter", "category") if name in fields}
    return deciding.decide(by or moderator(), case(target, **told), ruling(**fields))  # type: ignore[arg-type]


def hide(comment: Comment, by: User | None = None, **fields: object) -> Decision:
    """Hide a comment, as a moderator does who sees it."""
    actor, target = by or moderator(), of_comment(comment)
    opened = deciding.open_case(actor, target, due=PERIODS["report"])
    return deciding.decide(actor, opened, ruling(**fields))  # type: ignore[arg-type]
