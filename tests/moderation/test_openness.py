"""The public log and the figures: equal to the events, without names and texts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from participation.base.clock import now
from participation.base.db import db
from participation.moderation import appealing
from participation.moderation.eu_template import CODES, HEADER, NOTICES, rows
from participation.moderation.models import (
    Appeal,
    AppealState,
    Category,
    Decision,
    EuCategory,
    Measure,
    Report,
)
from participation.moderation.openness import Half, figures, half_of, halves, log_page, read_half
from participation.moderation.targets import of_comment
from tests.factories import moderation as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment


def some() -> None:
    """Let things happen: four reports, four decisions, two objections."""
    hidden = make.decision(email="gast@example.org", category=Category.PERSONAL)
    make.decision(measure=Measure.NONE, reporter=user(), category=Category.THREAT)
    make.decision(measure=Measure.SUSPEND, rule=None, law="§ 130 StGB", eu_category=EuCategory.VIOLENCE)
    make.hide(node_comment())
    make.report(category=Category.ILLEGAL)
    first = appealing.appeal(hidden.case.author, hidden, "Nein.", period=timedelta(days=14))
    appealing.decide_appeal(moderator(), first, upheld=True, answer="Ja.")


def test_counts_equal_the_events(app):
    some()
    found = figures(half_of(now()))
    for model, column, counted in (
        (Report, Report.category, found.reports),
        (Decision, Decision.measure, found.decisions),
    ):
        told = dict(db.session.execute(select(column, func.count()).group_by(column)).all())
        assert {key: value for key, value in counted.items() if value} == told
        assert counted.total() == db.session.scalar(select(func.count()).select_from(model))
    assert (found.appeals, found.appeals_by_authors) == (1, 1)
    assert found.appeals_decided == {AppealState.UPHELD: 1}
    assert found.reporters == 1
    assert found.on_reports == 3
    assert (found.by_law, found.by_rules) == (1, 2)
    assert found.hidden == 2
    assert found.automated == 0
    assert found.eu == {(EuCategory.TERMS, True): 1, (EuCategory.VIOLENCE, True): 1, (EuCategory.TERMS, False): 1}


def test_median_times_and_overdue(app):
    for hours in (1, 2, 30):
        decision = make.decision(category=Category.ILLEGAL)
        report = db.session.scalars(select(Report).where(Report.case_id == decision.case_id)).one()
        report.at = decision.at - timedelta(hours=hours)
        decision.case.due_at = report.at + timedelta(days=1)
    db.session.flush()
    found = figures(half_of(now()))
    assert found.hours_to_decision == pytest.approx(2)
    assert found.overdue == 1
    assert found.hours_to_appeal is None


def test_each_event_counts_in_its_own_half_year(app):
    some()
    before = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    db.session.execute(update(Report).values(at=before))
    db.session.execute(update(Appeal).values(at=before))
    first, second = figures(Half(2026, False)), figures(Half(2026, True))
    assert first.reports.total() == 4
    assert (first.appeals, first.appeals_decided.total()) == (1, 0)
    assert second.reports.total() == 0
    assert [half.key for half in halves(datetime(2026, 11, 22, tzinfo=UTC))] == ["2026-2", "2026-1"]


def test_halves():
    assert read_half("2026-2") == Half(2026, True)
    assert [read_half(key) for key in ("2026-3", "26-1", "abcd-1", "2026", "²026-1")] == [None] * 5
    half = Half(2026, True)
    assert (half.first_day, half.last_day) == (date(2026, 7, 1), date(2026, 12, 31))
    assert half.end == Half(2027, False).begin
    assert half.before.before == Half(2025, True)


def test_the_table_follows_the_template_and_says_what_does_not_apply(app):
    some()
    found = figures(half_of(now()))
    lines = rows(found, service="https://dialog.example.org", published=date(2026, 11, 22))
    assert all(len(line) == len(HEADER) for line in lines)
    assert set(CODES) == set(EuCategory)
    assert set(NOTICES) == set(Category)
    notices = [int(line[5]) for line in lines if line[0].startswith("3") and line[1] == "number of notices"]
    assert notices[0] == sum(notices[1:]) == found.reports.total()
    measures = sum(int(line[5]) for line in lines if line[1] == "restricting measures")
    assert measures == found.by_law + found.by_rules
    empty = [line for line in lines if line[5] == "" and line[4] != "hours"]
    assert empty
    assert all(line[6].startswith("not applicable") for line in empty)


def test_the_log_pages_and_tells_no_names(app, statements):
    for _ in range(5):
        make.decision(of_comment(node_comment(body="Geheimes")))
    db.session.commit()
    log_page()
    seen, key = [], None
    while True:
        with statements() as counted:
            page, key = log_page(before=key, size=2)
        assert counted.number == 1
        seen += [row.id for row in page]
        if key is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


@pytest.mark.one_database
class TestPages:
    def test_log_and_report_are_public_without_names(self, app, client):
        author = user("Jens Geheim")
        decision = make.decision(of_comment(node_comment(author, body="Geheimer Text")), by=moderator("Mona Derat"))
        db.session.commit()
        for path in ("/moderationslog", "/transparenz", f"/transparenz/{half_of(now()).key}"):
            answer = client.get(path)
            assert answer.status_code == 200
            for secret in (
                "Jens",
                "Geheim",
                "Mona",
                decision.facts,
                decision.passage,
                f"/beitrag/{decision.case.comment_id}",
            ):
                assert secret not in answer.text
        assert "Regel 3" in client.get("/moderationslog").text

    def test_csv(self, app, client):
        some()
        db.session.commit()
        answer = client.get(f"/transparenz/{half_of(now()).key}.csv")
        assert answer.mimetype == "text/csv"
        lines = list(csv.reader(io.StringIO(answer.text)))
        assert tuple(lines[0]) == HEADER
        assert ["7 automated means", "decisions by automated means", "TOTAL", "", "number", "0", ""] in lines

    @pytest.mark.parametrize("key", ["2099-1", "x", "2026-3"])
    def test_unknown(self, app, client, key):
        assert client.get(f"/transparenz/{key}").status_code == 404
        assert client.get(f"/transparenz/{key}.csv").status_code == 404
