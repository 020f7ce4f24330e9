"""Correcting: laid out, objected to, answered, confirmed by another; the wording stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from participation.audit.verify import verify
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied, NotFound
from participation.errata import correcting, queries
from participation.errata.models import CorrectionState
from participation.ledger.leaf import read
from participation.ledger.models import LogEntry
from participation.leitbild.models import Passage
from tests.factories import errata as make
from tests.factories import leitbild
from tests.factories.accounts import moderator, user


def test_a_correction_becomes_an_entry_and_the_wording_stays(app: Flask):
    node = leitbild.measure()
    body = node.body
    made = make.confirmed(1, node_id=node.id)
    leaf = read(db.session.get(LogEntry, made.entry_number).payload)
    assert (leaf.type.value, leaf.extra["subject"], sorted(leaf.commitments)) == (
        "correction",
        1,
        ["node", "objections", "reason", "right", "said"],
    )
    assert db.session.get(Passage, (1, node.id)).body == body
    report = verify()
    assert (report.broken, report.remarks) == ((), ())


def test_it_waits_for_its_period_and_its_objections(app: Flask):
    correction, second = make.proposed(days=7), moderator()
    objection = correcting.object_to(user(), correction, "Das stimmt so nicht.")
    with pytest.raises(Denied, match=""):
        correcting.confirm_correction(second, correction)
    with time_machine.travel(now() + timedelta(days=7, seconds=1)):
        with pytest.raises(Denied):
            correcting.confirm_correction(second, correction)
        correcting.answer_objection(second, objection, "Doch: Beschluss vom 12. Dezember 2019.")
        with pytest.raises(Denied):
            correcting.object_to(user(), correction, "Zu spät.")
        correcting.confirm_correction(second, correction)
    assert correction.state is CorrectionState.CONFIRMED


def test_nobody_confirms_their_own(app: Flask):
    one = moderator()
    correction = make.proposed(days=0, author=one)
    with pytest.raises(Denied):
        correcting.confirm_correction(one, correction)
    with pytest.raises(DBAPIError, match="four_eyes"), db.session.begin_nested():
        db.session.execute(text("UPDATE corrections SET approver_id = author_id"))


def test_everyone_objects_once(app: Flask):
    correction, person = make.proposed(), user()
    correcting.object_to(person, correction, "Nein.")
    db.session.expire_all()
    with pytest.raises(Denied):
        correcting.object_to(person, correction, "Nein, nein.")
    with pytest.raises(correcting.TextMissing):
        correcting.object_to(user(), correction, "  ")


@pytest.mark.one_database
def test_what_is_missing_or_nowhere_is_refused(app: Flask):
    with pytest.raises(correcting.CorrectionIncomplete):
        make.proposed(right="Zittau ist Kulturhauptstadt.")
    with pytest.raises(correcting.CorrectionIncomplete):
        make.proposed(reason=" ")
    with pytest.raises(NotFound):
        make.proposed(99)
    with pytest.raises(NotFound):
        make.proposed(1, node_id="gibt-es-nicht")


@pytest.mark.one_database
def test_a_given_up_correction_leaves_no_entry(app: Flask):
    correction = make.proposed()
    correcting.withdraw_correction(moderator(), correction, "Es war doch richtig.")
    assert correction.entry_number is None
    assert queries.corrections_beside(1) == {}


def test_it_stands_beside_the_wording_as_long_as_that_lasts(app: Flask):
    node = leitbild.measure()
    made = make.confirmed(1, node_id=node.id)
    leitbild.revision(leitbild.approved(leitbild.measure(4)))
    assert queries.corrections_beside(2) == {node.id: [made]}
    leitbild.revision(leitbild.approved(leitbild.measure()))
    assert queries.corrections_beside(3) == {}
    assert queries.corrections_beside(1) == {node.id: [made]}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE corrections SET right_text = 'x'", "DELETE FROM corrections", "UPDATE corrections SET state = 'open'"],
)
def test_raw_sql_does_not_alter_what_is_logged(app: Flask, statement: str):
    make.confirmed()
    with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
        db.session.execute(text(statement))
