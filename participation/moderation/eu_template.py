"""The figures of a half-year in the parts and categories of the EU's harmonised template.

Commission Implementing Regulation (EU) 2024/2835, annex I, quantitative template. What a small platform without
advertising, monetisation, trusted flaggers or automated means has nothing to say about is named with "not applicable"
and why, instead of being left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from participation.moderation.models import AppealState, Category, EuCategory, Measure
from participation.moderation.openness import Figures

HEADER = ("part", "indicator", "category", "scope", "unit", "value", "note")
Row = tuple[str, str, str, str, str, str, str]

CODES = {
    EuCategory.SPEECH: "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    EuCategory.DATA: "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    EuCategory.VIOLENCE: "STATEMENT_CATEGORY_VIOLENCE",
    EuCategory.SECURITY: "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
    EuCategory.CIVIC: "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    EuCategory.MINORS: "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    EuCategory.CYBER: "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    EuCategory.CYBER_WOMEN: "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
    EuCategory.SELF_HARM: "STATEMENT_CATEGORY_SELF_HARM",
    EuCategory.SCAMS: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    EuCategory.PROPERTY: "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    EuCategory.CONSUMERS: "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
    EuCategory.PRODUCTS: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    EuCategory.ANIMALS: "STATEMENT_CATEGORY_ANIMAL_WELFARE",
    EuCategory.TERMS: "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
}
NOTICES = {
    Category.THREAT: CODES[EuCategory.VIOLENCE],
    Category.ILLEGAL: "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
    Category.PERSONAL: CODES[EuCategory.DATA],
    Category.RULES: CODES[EuCategory.TERMS],
    Category.OTHER: "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
}
"""How the categories that people choose from when they report appear in the template."""

NOT_APPLICABLE = (
    ("3", "out-of-court dispute settlement", "no body has told this platform of a dispute; none is recorded here"),
    (
        "4",
        "notices by trusted flaggers",
        "all notices are treated alike; trusted flaggers have no channel of their own",
    ),
    ("5", "monetary restrictions", "nothing is monetised"),
    ("5", "demotion, age restriction, labelling", "these measures do not exist here"),
    ("7", "average monthly active recipients", "readers without an account are not counted: no cookie, no tracking"),
    ("8", "human resources by language", "required of very large online platforms only"),
)


def rows(figures: Figures, *, service: str, published: date) -> list[Row]:
    """Return the lines of the table, without its header."""
    return [*_identification(figures, service, published), *_notices(figures), *_moderation(figures), *_rest(figures)]


def _identification(figures: Figures, service: str, published: date) -> Iterator[Row]:
    said = {
        "service": service,
        "reporting period, first day": figures.half.first_day.isoformat(),
        "reporting period, last day": figures.half.last_day.isoformat(),
        "date of publication": published.isoformat(),
    }
    for name, value in said.items():
        yield "1 report identification", name, "", "", "text", value, ""
    yield (
        "2 orders of authorities",
        "orders to act or to inform",
        "",
        "",
        "number",
        "",
        ("not applicable: orders reach the operator by letter and are not recorded by this software"),
    )


def _notices(figures: Figures) -> Iterator[Row]:
    part = "3 notices (article 16)"
    yield part, "number of notices", "TOTAL", "", "number", str(figures.reports.total()), ""
    for category in Category:
        yield part, "number of notices", NOTICES[category], category.value, "number", str(figures.reports[category]), ""
    yield part, "decisions about notified content", "TOTAL", "", "number", str(figures.on_reports), ""
    yield part, "median time to decision", "TOTAL", "", "hours", _figure(figures.hours_to_decision), ""
    yield (
        part,
        "notices processed by automated means alone",
        "TOTAL",
        "",
        "number",
        "0",
        "every notice is read by a person",
    )


def _moderation(figures: Figures) -> Iterator[Row]:
    for on_report, part in ((True, "4 measures after notices"), (False, "5 own-initiative moderation")):
        for category in EuCategory:
            value = str(figures.eu[category, on_report])
            yield part, "restricting measures", CODES[category], "", "number", value, ""
    part = "5 restrictions by type"
    kinds = {
        "visibility: content disabled": (Measure.HIDE,),
        "visibility: content removed": (Measure.REMOVE,),
        "account: suspended": (Measure.SUSPEND,),
        "account: terminated": (Measure.CLOSE,),
        "other: warning": (Measure.WARN,),
    }
    for name, measures in kinds.items():
        count = sum(figures.decisions[measure] for measure in measures)
        yield part, "number of decisions", "TOTAL", name, "number", str(count), ""
    yield part, "contributions made invisible, with any measure", "TOTAL", "", "number", str(figures.hidden), ""
    yield part, "ground: law", "TOTAL", "", "number", str(figures.by_law), ""
    yield part, "ground: terms and conditions", "TOTAL", "", "number", str(figures.by_rules), ""


def _rest(figures: Figures) -> Iterator[Row]:
    part = "6 complaints (article 20)"
    yield part, "number of complaints", "TOTAL", "", "number", str(figures.appeals), ""
    yield part, "complaints by authors", "TOTAL", "", "number", str(figures.appeals_by_authors), ""
    for state, name in ((AppealState.UPHELD, "decisions reversed"), (AppealState.REJECTED, "decisions upheld")):
        yield part, name, "TOTAL", "", "number", str(figures.appeals_decided[state]), ""
    yield part, "median time to decision", "TOTAL", "", "hours", _figure(figures.hours_to_appeal), ""
    yield "7 automated means", "decisions by automated means", "TOTAL", "", "number", str(figures.automated), ""
    for part, name, why in NOT_APPLICABLE:
        yield part, name, "", "", "", "", f"not applicable: {why}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
