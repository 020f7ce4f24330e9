"""Two at the same moment: of two signatures one counts, and nobody signs who has just lost the seat."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import User
from participation.audit.verify import verify
from participation.base.db import db, transaction
from participation.base.verdict import Denied, DomainError
from participation.ledger.models import LogEntry
from participation.resolutions.bodies import unseat_member
from participation.resolutions.models import Resolution, ResolutionState
from participation.resolutions.operations import AlreadySigned, sign_resolution
from tests.factories import leitbild
from tests.factories import resolutions as make
from tests.races import together


@pytest.fixture
def story(separate_app: Flask) -> dict[str, int]:
    with separate_app.app_context(), transaction():
        both = make.bodies()
        revision = leitbild.revision()
        drafts = [make.draft(revision, make.member(body)) for body in both]
        signers = [make.member(both[0]).id, make.member(both[0]).id, make.member(both[1]).id]
        return {
            "revision": revision.number,
            "first": drafts[0].id,
            "second": drafts[1].id,
            "a": signers[0],
            "b": signers[1],
            "c": signers[2],
        }


def sign(resolution: int, person: int):
    def work() -> str:
        found = db.session.get(Resolution, resolution)
        sign_resolution(db.session.get(User, person), found, expected_edit=1)
        return "signed"

    return work


def test_of_two_signatures_one_counts(separate_app: Flask, story):
    came = together(separate_app, [sign(story["first"], story["a"]), sign(story["first"], story["b"])])
    assert came.count("signed") == 1
    assert [type(one) for one in came if one != "signed"] == [AlreadySigned]
    with separate_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LogEntry)) == 3
        assert verify().broken == ()


def test_two_bodies_at_once_both_get_their_entry(separate_app: Flask, story):
    came = together(separate_app, [sign(story["first"], story["a"]), sign(story["second"], story["c"])])
    assert came == ["signed", "signed"]
    with separate_app.app_context():
        assert make.standing(story["revision"]).adopted
        assert verify().broken == ()


def test_a_lost_seat_signs_nothing(separate_app: Flask, story):
    """Both orders are right; what must not be is a signature after the seat was gone."""

    def unseat() -> str:
        unseat_member("brandenburg", db.session.get(User, story["a"]))
        return "left"

    came = together(separate_app, [sign(story["first"], story["a"]), unseat])
    assert came[1] == "left"
    with separate_app.app_context():
        found = db.session.get(Resolution, story["first"])
        signed = found.state is ResolutionState.SIGNED
        assert signed is (came[0] == "signed")
        assert signed or isinstance(came[0], Denied)


def test_a_seat_taken_away_in_between_is_noticed(separate_app: Flask, story):
    """The seat goes after the page was opened and before the signature: whoever signs waits, and is refused."""
    ready, outcome = threading.Event(), []

    def late() -> None:
        with separate_app.app_context():
            ready.wait(10)
            try:
                with transaction():
                    outcome.append(sign(story["first"], story["a"])())
            except DomainError as error:
                outcome.append(error)

    thread = threading.Thread(target=late)
    thread.start()
    with separate_app.app_context(), transaction():
        unseat_member("brandenburg", db.session.get(User, story["a"]))
        ready.set()
    thread.join(20)
    assert isinstance(outcome[0], Denied)
