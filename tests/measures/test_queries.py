"""The register and the history, each in a fixed number of statements."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from participation.base.clock import now
from participation.base.db import db
from participation.measures import queries
from participation.measures.models import StatusReport
from participation.measures.operations import ask_back, refuse_report
from participation.measures.queries import Filters, Sort
from participation.strategy.models import Node, Status, TextState
from tests.factories.accounts import moderator, user
from tests.factories.measures import NODE, confirmed, report

OTHER = "lcg-sofort-kulturhauptstadt"


def register(sort: Sort = Sort.READING, **filters):
    return queries.register(Filters(**filters), sort, now())


def test_all_measures_are_listed_in_two_statements(app, statements):
    for node_id in (NODE, OTHER):
        confirmed(node_id=node_id)
    db.session.flush()
    with statements() as counted:
        found = register()
    assert counted.number == 2
    assert (len(found.measures), found.total, found.reported) == (76, 76, 2)
    assert found.counts[Status.EXAMINED] == 2
    assert sum(found.counts.values()) == 76


@pytest.mark.parametrize("kind", ["cluster", "horizon", "place", "text_state", "status"])
def test_filters_narrow_and_counts_tell_what_each_state_would_show(app, kind):
    confirmed(Status.OVERTAKEN, node_id=OTHER)
    db.session.get_one(Node, OTHER).text_state = TextState.CHANGED
    db.session.flush()
    chosen = {
        "cluster": "lcg",
        "horizon": "sofort",
        "place": "zittau",
        "text_state": TextState.CHANGED,
        "status": Status.OVERTAKEN,
    }
    found = register(**{kind: chosen[kind]})
    assert OTHER in {item.id for item in found.measures}
    assert 0 < len(found.measures) < 76
    if kind == "status":
        assert sum(found.counts.values()) == 76
    else:
        assert sum(found.counts.values()) == len(found.measures)


def test_orders(app):
    confirmed(Status.EXAMINED)
    confirmed(Status.OVERTAKEN, node_id=OTHER)
    assert register(Sort.NEWS).measures[0].id == OTHER
    assert register(Sort.STATUS).measures[0].id == NODE
    titles = [item.title for item in register(Sort.TITLE).measures]
    assert titles[0] < titles[40] < titles[-1]
    orders = [item.reading_order for item in register().measures]
    assert orders == sorted(orders)


def test_what_was_reported_long_ago_is_stale(app):
    confirmed()
    assert not next(item for item in register().measures if item.id == NODE).stale
    db.session.execute(
        update(Node).where(Node.id == NODE).values(status_reported_at=now() - timedelta(days=400)),
        execution_options={"synchronize_session": False},
    )
    stale = [item.id for item in register().measures if item.stale]
    assert stale == [NODE]


def test_the_history_shows_confirmed_reports_to_all_and_hides_the_rest(app, statements):
    first = confirmed()
    second = confirmed(Status.POSTPONED, since=date(2026, 5, 1))
    anna = user()
    waiting = report(anna, Status.EXAMINED, since=date(2026, 6, 1))
    refused = report(user(), Status.OVERTAKEN, since=date(2026, 6, 1))
    refuse_report(moderator(), refused, "Nein, denn …", expected_edit=1)
    db.session.flush()
    with statements() as counted:
        found = queries.history(NODE, None)
    assert counted.number == 1
    assert [item.id for item in found.confirmed] == [second.id, first.id]
    assert (found.mine, found.waiting) == (None, 1)
    own = queries.history(NODE, anna)
    assert (own.mine.id, own.waiting) == (waiting.id, 0)


def test_a_report_is_seen_by_those_concerned_until_it_is_confirmed(app):
    anna = user()
    made = report(anna)
    for stage in (lambda: None, lambda: ask_back(moderator(), made, "Wann?", expected_edit=1)):
        stage()
        assert queries.report(made.id, None) is None
        assert queries.report(made.id, user()) is None
        assert queries.report(made.id, anna) is made
        assert queries.report(made.id, moderator()) is made
    open_one = confirmed(node_id=OTHER)
    assert queries.report(open_one.id, None) is open_one


def test_the_newest_confirmed_report_at_a_moment(app):
    first = confirmed()
    before = now()
    second = confirmed(Status.POSTPONED, since=date(2026, 5, 1))
    confirmed(node_id=OTHER)
    assert {key: item.id for key, item in queries.newest_confirmed(before).items()} == {NODE: first.id}
    assert queries.newest_confirmed(now())[NODE].id == second.id
    assert isinstance(queries.newest_confirmed(now())[OTHER], StatusReport)
