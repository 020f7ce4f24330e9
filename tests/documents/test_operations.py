"""The queue of documents: everything once, nothing lost, nothing stale."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import NotFound
from participation.documents import operations, queries
from participation.documents.formats import OF_COMPARISON, OF_REVISION, Format
from participation.documents.models import Document, DocumentState
from participation.documents.operations import (
    CLAIM,
    PAUSES,
    TooManyWaiting,
    claim_next,
    discard,
    order_comparison,
    queue_missing,
    queue_revision,
    record_built,
    record_failure,
    retry_failed,
)
from participation.documents.printer import NotAvailable, print_due
from tests.factories import leitbild
from tests.races import together


def rows() -> list[Document]:
    chosen = select(Document).order_by(Document.id).execution_options(populate_existing=True)
    return list(db.session.scalars(chosen))


def empty() -> None:
    db.session.execute(delete(Document))


def written(row: Document) -> None:
    with db.session.begin_nested():
        db.session.add(row)


def test_the_imported_version_is_queued_in_every_format(app):
    assert [(row.revision_number, row.format) for row in rows()] == [(1, made) for made in OF_REVISION]
    assert {row.state for row in rows()} == {DocumentState.WAITING}


def test_publishing_queues_the_new_version_in_its_own_transaction(app):
    leitbild.revision()
    assert {row.format for row in rows() if row.revision_number == 2} == set(OF_REVISION)
    assert queries.waiting() == 2 * len(OF_REVISION)


def test_a_draft_never_becomes_a_document(app):
    leitbild.submitted(leitbild.approved())
    queue_missing()
    assert {row.revision_number for row in rows()} == {1}
    with pytest.raises(NotFound):
        order_comparison(1, 2)


def test_what_is_missing_is_queued_once(app):
    db.session.execute(delete(Document).where(Document.format == Format.ODT))
    assert queue_missing() == 1
    assert queue_missing() == 0
    assert queue_revision(1) == 0


def test_the_printer_makes_everything_and_files_it(app):
    done = print_due(lambda claim: f"{claim.format.value}".encode())
    assert (done.built, done.failed) == (len(OF_REVISION), 0)
    found = queries.shelf(1)
    assert [item.format for item in found] == list(Format)
    assert all(item.is_ready and item.size == len(item.format.value) for item in found)
    assert queries.content(found[0]) == b"pdf"
    assert print_due(lambda _claim: b"again").built == 0


def test_the_newest_version_comes_first_and_comparisons_last(app):
    leitbild.revision()
    order_comparison(1, 2)
    taken = [claim_next() for _ in range(2 * len(OF_REVISION) + len(OF_COMPARISON))]
    assert [(claim.revision_number, claim.earlier_number) for claim in taken] == [
        *[(2, None)] * len(OF_REVISION),
        *[(1, None)] * len(OF_REVISION),
        *[(2, 1)] * len(OF_COMPARISON),
    ]
    assert claim_next() is None


def test_a_failure_waits_is_tried_again_and_given_up(app):
    db.session.execute(delete(Document).where(Document.format != Format.PDF))

    def broken(_claim):
        raise ValueError("no ink")

    assert print_due(broken).failed == 1
    (row,) = rows()
    assert row.state is DocumentState.WAITING
    assert row.error == "ValueError: no ink"
    assert print_due(broken).failed == 0, "not at once"
    moment = now()
    for _ in range(len(PAUSES)):
        moment += timedelta(hours=2)
        with time_machine.travel(moment):
            assert print_due(broken).failed == 1
    assert rows()[0].state is DocumentState.FAILED
    assert not queries.failed()[0].is_explained, "an error of ours is not shown to readers"
    assert retry_failed() == 1
    assert print_due(lambda _claim: b"x").built == 1


def test_what_is_not_available_here_fails_at_once_and_says_why(app):
    from participation.documents.words import NOT_HERE

    def missing(claim):
        if claim.format is Format.PDF:
            raise NotAvailable(NOT_HERE)
        return b"x"

    done = print_due(missing)
    assert (done.built, done.failed) == (len(OF_REVISION) - 1, 1)
    assert queries.failed()[0].is_explained


def test_a_press_that_died_leaves_its_document_to_others(app):
    taken = claim_next()
    others = [claim_next() for _ in OF_REVISION[1:]]
    assert claim_next() is None
    with time_machine.travel(now() + CLAIM + timedelta(seconds=1)):
        again = claim_next()
        assert (again.revision_number, again.attempts) == (1, 2)
        assert record_built(taken, b"too late") is (again.id != taken.id)
        assert record_built(again, b"in time")
    assert len(others) == len(OF_REVISION) - 1


def test_discarding_removes_the_bytes_queues_again_and_stops_the_press(app):
    leitbild.revision()
    order_comparison(1, 2)
    print_due(lambda _claim: b"with a name in it")
    assert discard(2) == len(OF_REVISION) + len(OF_COMPARISON)
    assert {row.state for row in rows() if row.revision_number == 2} == {DocumentState.WAITING}
    assert not db.session.scalar(
        select(func.count()).where(Document.revision_number == 2, Document.content.is_not(None))
    )
    assert all(row.state is DocumentState.READY for row in rows() if row.revision_number == 1)
    working = claim_next()
    discard(2)
    assert not record_built(working, b"with a name in it")
    record_failure(working, "too late")
    assert db.session.get(Document, working.id, populate_existing=True).error == ""


def test_comparisons_are_ordered_once_and_not_without_end(app, monkeypatch):
    leitbild.revision()
    assert order_comparison(1, 2) == len(OF_COMPARISON)
    assert order_comparison(1, 2) == 0
    for pair in ((2, 2), (2, 1), (1, 9)):
        with pytest.raises(NotFound):
            order_comparison(*pair)
    monkeypatch.setattr(operations, "CROWD", 2)
    with pytest.raises(TooManyWaiting):
        order_comparison(1, 2)


def test_the_database_takes_each_document_once_and_none_half_ready(app):
    for values in (
        {"revision_number": 1, "format": Format.PDF},
        {"revision_number": 1, "format": Format.PDF, "earlier_number": 1},
        {"revision_number": 1, "format": Format.PDF, "earlier_number": 2},
    ):
        with pytest.raises(IntegrityError):
            written(Document(media_type="x", **values))
    half_ready = Document(revision_number=1, format=Format.PDF, media_type="x", state=DocumentState.READY, sha256="0")
    empty()
    with pytest.raises(IntegrityError):
        written(half_ready)


def test_two_printers_never_take_the_same_document(separate_app):
    taken = together(separate_app, [claim_next] * 3)
    numbers = [claim.id for claim in taken if claim is not None]
    assert len(numbers) == len(set(numbers)) >= 2
    made: list[int] = []

    def work():
        def press(claim):
            made.append(claim.id)
            return b"x"

        db.session.rollback()
        print_due(press)

    together(separate_app, [work] * 3)
    assert len(made) == len(set(made)) == len(OF_REVISION) - len(numbers)


def test_two_who_order_the_same_comparison_get_one(separate_app):
    with separate_app.app_context(), transaction():
        leitbild.revision()
    assert sorted(together(separate_app, [lambda: order_comparison(1, 2)] * 2)) == [0, len(OF_COMPARISON)]
    with separate_app.app_context():
        assert len([row for row in rows() if row.earlier_number]) == len(OF_COMPARISON)
        db.session.remove()
