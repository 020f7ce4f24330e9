"""Erasing: content and salt go, the log says so, every proof holds, and nothing else may change."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, String, cast, select, text
from sqlalchemy.exc import DBAPIError

from participation import models
from participation.audit import contents
from participation.audit.verify import verify
from participation.base.db import db
from participation.base.verdict import Denied
from participation.errata import erasing, plan
from participation.errata.models import Erasure, ErasureState, Ground, Redaction
from participation.ledger import erased as marks
from participation.ledger.leaf import LeafType, read
from participation.ledger.models import LogEntry, LogOpening, LogRedacted
from participation.leitbild import guards
from participation.leitbild.models import Change, ChangeState, Draft, Passage, Revision
from participation.outcomes.models import Evidence, Outcome
from tests.factories import errata as make
from tests.factories import leitbild
from tests.factories.accounts import moderator

SECRET = "Wir bauen mit Herrn Max Mustermann aus Cottbus einen Speicher"


def history() -> tuple[Change, Change]:
    """A wording with a name in it, brought by one version and replaced by the next but one."""
    node = leitbild.measure()
    first = leitbild.approved(node, after=SECRET, reason="Herr Mustermann wünscht es.")
    leitbild.revision(first)
    leitbild.revision(leitbild.approved(leitbild.measure(4)))
    second = leitbild.approved(node, after="Wir bauen einen Speicher.")
    leitbild.revision(second)
    return first, second


def holding(words: str) -> list[str]:
    """Name every column of every table that still holds some words."""
    found = []
    for table in models.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                continue
            rows = db.session.scalars(select(cast(column, String)).where(column.is_not(None)))
            if any(words in str(value) or words in _unescaped(str(value)) for value in rows):
                found.append(f"{table.name}.{column.name}")
    return found


def _unescaped(value: str) -> str:
    try:
        return json.dumps(json.loads(value), ensure_ascii=False)
    except ValueError:
        return ""


def test_a_wording_goes_everywhere_and_the_log_stays_sound(app: Flask):
    first, second = history()
    assert {"passages.body", "passages.html", "changes.after", "changes.before", "changes.diff_html"} <= set(
        holding("Mustermann aus Cottbus")
    )
    entries = make.erased(f"wortlaut/2/{first.node_id}")
    assert holding("Mustermann aus Cottbus") == []
    assert [read(entry.payload).extra["subject"] for entry in entries] == [2, 3, 4]
    report = verify()
    assert report.broken == ()
    assert [remark.number for remark in report.remarks] == [2, 3, 4]
    assert all("redacted, not comparable" in remark.text for remark in report.remarks)
    passage = db.session.get(Passage, (3, first.node_id))
    assert passage.body == marks.said(entries[1].number, "Löschantrag")
    assert f"/revisionslog/{entries[1].number}" in passage.html
    assert "Wir bauen einen Speicher." in db.session.get(Change, second.id).diff_html


def test_texts_of_a_version_go_with_their_draft(app: Flask):
    history()
    make.erased("titel/2", "zusammenfassung/2")
    revision = db.session.get(Revision, 2)
    assert marks.is_mark(revision.title)
    assert "ld-erased" in revision.summary_html
    draft = db.session.scalar(select(Draft).where(Draft.revision_number == 2))
    assert marks.is_mark(draft.title)
    assert marks.is_mark(draft.summary)
    leaf = read(db.session.get(LogEntry, 5).payload)
    assert leaf.extra["fields"] == ["rendering", "summary", "title"]
    assert verify().broken == ()


def test_reasons_answers_and_outcomes_go(app: Flask):
    first, second = history()
    evidence = db.session.scalars(select(Evidence).where(Evidence.outcome_id == first.first_outcome_id)).first()
    evidence_id, outcome_id = evidence.id, second.first_outcome_id
    before = db.session.get(Evidence, evidence_id).answer
    pieces = [f"gruende/{first.id}", f"ergebnis/{outcome_id}"]
    if before:
        pieces.append(f"antwort/{evidence_id}")
    make.erased(*pieces)
    assert marks.is_mark(db.session.get(Change, first.id).reason)
    assert marks.is_mark(db.session.get(Outcome, outcome_id).minority)
    assert holding("Herr Mustermann wünscht es.") == []
    assert verify().broken == ()


def test_what_is_in_force_stays(app: Flask):
    change = leitbild.approved(leitbild.measure(), after=SECRET)
    leitbild.revision(change)
    with pytest.raises(plan.StillInForce):
        make.requested(f"wortlaut/2/{change.node_id}")
    assert db.session.scalar(select(Erasure)) is None


def test_a_wording_that_would_come_back_stays(app: Flask):
    first, _second = history()
    leitbild.change(leitbild.measure(), after=SECRET)
    with pytest.raises(plan.WouldReturn):
        make.requested(f"wortlaut/2/{first.node_id}")


@pytest.mark.parametrize(
    "piece",
    ["titel/99", "wortlaut/2/gibt-es-nicht", "unsinn/1", "titel/", "titel/x", "name/1/author", "gruende/9999"],
)
@pytest.mark.one_database
def test_pieces_that_do_not_exist_are_refused(app: Flask, piece: str):
    history()
    with pytest.raises((plan.NothingThere, plan.NotInLog)):
        make.requested(piece)


@pytest.mark.one_database
def test_the_public_reason_must_not_repeat_it(app: Flask):
    first, _second = history()
    with pytest.raises(erasing.RepeatsIt):
        erasing.request_erasure(
            moderator(), [f"wortlaut/2/{first.node_id}"], Ground.REQUEST, f"Dort stand: {SECRET}, das muss weg."
        )


def test_two_moderators_in_policy_and_database(app: Flask):
    history()
    one = moderator()
    erasure = make.requested("titel/2", author=one)
    with pytest.raises(Denied):
        erasing.do_erasure(one, erasure)
    with pytest.raises(DBAPIError, match="four_eyes"), db.session.begin_nested():
        db.session.execute(text("UPDATE erasures SET approver_id = author_id"))
    assert db.session.scalar(select(LogRedacted)) is None


def test_a_request_whose_meaning_grew_is_refused(app: Flask):
    first, _second = history()
    erasure = make.requested(f"wortlaut/2/{first.node_id}")
    again = leitbild.approved(leitbild.measure(), after=SECRET)
    leitbild.revision(again)
    leitbild.revision(leitbild.approved(leitbild.measure(), after="Wir bauen zwei Speicher."))
    with pytest.raises(erasing.PlanChanged):
        erasing.do_erasure(moderator(), erasure)


@pytest.mark.one_database
def test_what_was_withdrawn_is_not_done(app: Flask):
    history()
    erasure = make.requested("titel/2")
    erasing.withdraw_erasure(moderator(), erasure)
    with pytest.raises(Denied):
        erasing.do_erasure(moderator(), erasure)
    assert erasure.state is ErasureState.WITHDRAWN


def test_nothing_is_erased_twice(app: Flask):
    history()
    make.erased("titel/2")
    with pytest.raises(plan.NothingThere):
        make.requested("titel/2")
    make.erased("zusammenfassung/2")
    assert verify().broken == ()


@pytest.mark.one_database
def test_altered_tables_are_not_covered_up(app: Flask):
    history()
    erasure = make.requested("titel/2")
    for statement in guards.removal("sqlite"):
        db.session.execute(text(statement))
    db.session.execute(text("UPDATE revisions SET title = 'heimlich' WHERE number = 2"))
    db.session.expire_all()
    with pytest.raises(erasing.DoesNotFit):
        erasing.do_erasure(moderator(), erasure)


def test_names_under_seal_go_with_an_account(app: Flask):
    history()
    revision = db.session.get(Revision, 2)
    signer = revision.author_id
    revision.author.display_name = "Gelöschtes Konto"
    entries = erasing.redact_names(signer)
    assert [read(entry.payload).extra["fields"] for entry in entries] == [["author_name"]]
    assert db.session.get(LogOpening, (2, "author_name", 0)) is None
    assert db.session.get(LogOpening, (2, "author", 0)) is not None
    report = verify()
    assert report.broken == ()
    assert "author_name" in report.remarks[0].text
    assert erasing.redact_names(signer) == []


def test_the_export_shows_what_is_left(app: Flask):
    first, _second = history()
    make.erased(f"wortlaut/2/{first.node_id}", "zusammenfassung/2")
    second = contents.entries(7)[1].content
    assert "summary" not in second
    assert "rendering" not in second
    gone = [item for item in second["passages"] if isinstance(item, bytes)]
    assert len(gone) == 1
    assert isinstance(second["changes"][0], bytes)


RAW = {
    "another title": "UPDATE revisions SET title = 'x' WHERE number = 2",
    "the erased title to something else": "UPDATE revisions SET title = 'x' WHERE number = 3",
    "a mark where nothing is redacted": (
        "UPDATE revisions SET title = (SELECT title FROM revisions WHERE number = 3) WHERE number = 2"
    ),
    "the approver": "UPDATE revisions SET approver_id = NULL WHERE number = 3",
    "the summary beside a redacted title": "UPDATE revisions SET summary = '' WHERE number = 3",
    "a passage": "UPDATE passages SET body = '[getilgt: Eintrag 5, Löschantrag]', html = '' WHERE revision_number = 3",
    "a deleted version": "DELETE FROM revisions WHERE number = 3",
    "a salt": "DELETE FROM log_openings WHERE entry_number = 3 AND field = 'summary'",
    "a salt altered": "UPDATE log_openings SET position = position + 1000",
    "an entry": "UPDATE log_entries SET revision_number = NULL WHERE number = 5",
    "a redaction taken back": "DELETE FROM log_redacted",
    "a redaction altered": "UPDATE log_redacted SET ground = 'Urheberrecht'",
    "a redaction without an entry that says so": (
        "INSERT INTO log_redacted (entry_number, field, position, commitment, redaction_number, ground) "
        "SELECT entry_number, 'summary', 0, commitment, redaction_number, ground FROM log_redacted"
    ),
    "a redaction of another entry": (
        "INSERT INTO log_redacted (entry_number, field, position, commitment, redaction_number, ground) "
        "SELECT 2, 'title', 0, commitment, redaction_number, ground FROM log_redacted"
    ),
    "a redaction below a version's entry": (
        "INSERT INTO log_redacted (entry_number, field, position, commitment, redaction_number, ground) "
        "SELECT 2, 'title', 0, commitment, 3, ground FROM log_redacted"
    ),
    "who erased": "UPDATE redactions SET subject = 2",
    "the request behind it": "UPDATE erasures SET reason = 'Anders.'",
    "the request gone": "DELETE FROM erasures",
}


@pytest.mark.parametrize("what", RAW)
def test_raw_sql_finds_no_other_way(app: Flask, what: str):
    history()
    make.erased("titel/3")
    with pytest.raises(DBAPIError, match=r"never change|FOREIGN KEY|foreign key"), db.session.begin_nested():
        db.session.execute(text(RAW[what].replace(": ", "\\: ")))


@pytest.mark.one_database
def test_the_guards_know_every_column(app: Flask):
    """A new column of a published table must be told to the guards, or it could change."""
    for model in (Revision, Passage):
        rule = guards.ERASABLE[model.__tablename__]
        named = {*rule.kept, *rule.also, *(column for _field, _place, columns in rule.marked for column in columns)}
        assert named == set(model.__table__.columns.keys())


def test_the_request_holds_no_content(app: Flask):
    first, _second = history()
    make.erased(f"wortlaut/2/{first.node_id}")
    erasure = db.session.scalar(select(Erasure))
    assert erasure.state is ErasureState.DONE
    assert db.session.scalars(select(Redaction.erasure_id)).all() == [erasure.id] * 3
    assert db.session.scalars(select(LogEntry.type).where(LogEntry.number > 4)).all() == [LeafType.REDACTION] * 3
    assert db.session.get(Change, first.id).state is ChangeState.PUBLISHED
