"""A node's thread is opened once, whoever comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from participation.base.db import db, transaction
from participation.dialogue.models import Thread
from participation.strategy.models import Node
from participation.strategy.operations import thread_of

MEASURE = "lce-sofort-industrieparks"


def test_the_first_contribution_opens_the_thread(app):
    node = db.session.get(Node, MEASURE)
    assert node.thread_id is None
    thread = thread_of(node)
    assert node.thread_id == thread.id
    assert thread.votable
    assert thread_of(node) is thread


def test_what_is_not_voted_on_gets_a_thread_without_votes(app):
    assert not thread_of(db.session.get(Node, "lce")).votable


def test_a_point_is_talked_about_in_the_thread_of_its_owner(app):
    thread = thread_of(db.session.get(Node, "lce-trend-dekarbonisierung-speicher"))
    assert db.session.get(Node, "lce-trends").thread_id == thread.id
    assert db.session.get(Node, "lce-trend-dekarbonisierung-speicher").thread_id is None


def test_of_many_first_contributions_at_once_one_opens_the_thread(separate_app):
    start = Barrier(6)

    def first() -> int:
        with separate_app.app_context():
            node = db.session.get(Node, MEASURE)
            db.session.rollback()
            start.wait()
            with transaction():
                thread = thread_of(node)
            return thread.id

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _n: first(), range(6)))
    with separate_app.app_context():
        assert len(set(found)) == 1
        assert db.session.scalar(select(func.count()).select_from(Thread)) == 1
