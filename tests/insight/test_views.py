"""The page: its figures for everyone, and what it says before there are any."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module

import pytest
from flask.testing import FlaskClient

from participation.base.clock import now
from participation.base.db import db
from participation.outcomes.models import Fate
from tests.factories import leitbild as make
from tests.factories.accounts import user
from tests.factories.outcomes import node_comment, outcome, pin

pytestmark = pytest.mark.one_database


def words(client: FlaskClient, path: str = "/wirkung") -> str:
    """Return a page without its tags."""
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_before_the_second_version_the_page_says_so(client: FlaskClient):
    page = words(client)
    assert "Noch gibt es nur Fassung 1" in page
    assert "Noch hat niemand etwas geschrieben" in page
    assert "%" not in page


def test_open_contributions_show_as_unanswered(client: FlaskClient):
    node_comment()
    page = words(client)
    assert "0 % 0 von 1." in page
    assert "Noch gibt es keine Antwort." in page


def test_the_figures_of_a_version_stand_with_their_number(client: FlaskClient):
    writer = user("Hanka Unverwechselbar")
    used, partly = node_comment(writer), node_comment()
    used.created_at = now() - timedelta(days=3)
    partly.created_at = now() - timedelta(days=2)
    node_comment()
    record = outcome(used)
    pin(record, partly, fate=Fate.PARTLY)
    make.revision(make.approved(make.measure(), record))
    db.session.flush()
    page = words(client)
    assert "2 Beiträge und Vorschläge 1 eingeflossen, 1 teilweise, 0 erwogen" in page
    assert "67 % 2 von 3 Beiträgen" in page
    assert "2,5 Tage Median aus 2 Antworten" in page
    assert "1 geändert" in page
    assert "Noch gibt es nur" not in page
    assert "Unverwechselbar" not in page


def test_an_answer_on_the_same_day_is_not_called_zero_days(client: FlaskClient):
    make.revision()
    assert "unter 1 Tag Median aus 1 Antwort" in words(client)


def test_versions_go_on_over_pages(client: FlaskClient, monkeypatch):
    monkeypatch.setattr(import_module("participation.web.insight.views"), "SIZE", 1)
    make.revision(make.approved(make.measure(0)))
    make.revision(make.approved(make.measure(1)))
    first = client.get("/wirkung").text
    assert "vor=3" in first
    assert "/leitbild/vergleich/2/3" in first
    assert "/leitbild/vergleich/1/2" not in first
    older = client.get("/wirkung?vor=3").text
    assert "/leitbild/vergleich/1/2" in older
    assert "Ältere Fassungen gibt es nicht." in words(client, "/wirkung?vor=2")
    assert client.get("/wirkung?vor=x").status_code == 200


@pytest.mark.parametrize("path", ["/", "/leitbild/fassungen"])
def test_other_pages_lead_here(client: FlaskClient, path):
    assert 'href="/wirkung"' in client.get(path).text


def test_the_page_takes_as_many_statements_with_one_version_as_with_three(client: FlaskClient, statements):
    def count() -> int:
        with statements() as counted:
            client.get("/wirkung")
        return counted.number

    count()
    alone = count()
    make.revision(make.approved(make.measure(0)))
    make.revision(make.approved(make.measure(1)))
    db.session.flush()
    assert count() == alone <= 6
