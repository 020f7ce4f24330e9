"""The check of the log finds what is wrong with redactions and corrections, and names the entry."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from participation.audit.verify import Report, verify
from participation.base.db import db
from participation.leitbild import guards
from tests.factories import errata
from tests.factories import leitbild as make

TABLES = (*guards.GUARDED, "redactions", "erasures", "corrections")
FORGED = (
    "INSERT INTO log_redacted (entry_number, field, position, commitment, redaction_number, ground) "
    "SELECT 2, 'title', 0, commitment, redaction_number, ground FROM log_redacted WHERE field = 'summary'"
)
ALTERATIONS = {
    "a forged redaction": (2, FORGED),
    "a salt deleted without an entry": (2, "DELETE FROM log_openings WHERE entry_number = 2 AND field = 'title'"),
    "a redaction taken back": (1, "DELETE FROM log_redacted WHERE entry_number = 1 AND field = 'passages'"),
    "another ground in the mark": (5, "UPDATE erasures SET ground = 'Gerichtsbeschluss'"),
    "a text in the place of a mark": (1, "UPDATE passages SET body = 'Nie gesagt.' WHERE body LIKE '[getilgt%'"),
    "a summary in the place of a mark": (3, "UPDATE revisions SET summary = 'Nie gesagt.' WHERE number = 3"),
    "another subject": (7, "UPDATE redactions SET subject = 4 WHERE subject = 3"),
    "another ground": (5, "UPDATE erasures SET ground = 'Urheberrecht'"),
    "another reason": (5, "UPDATE erasures SET reason = 'Anders.'"),
    "another moderator": (
        5,
        "UPDATE erasures SET author_id = approver_id, approver_id = NULL, ground = 'Konto gelöscht'",
    ),
    "a correction altered": (8, "UPDATE corrections SET right_text = 'Anders.'"),
    "a correction of another entry": (8, "UPDATE corrections SET subject = 1"),
    "a correction gone": (8, "DELETE FROM corrections"),
    "a correction's salt": (8, "DELETE FROM log_openings WHERE entry_number = 8 AND field = 'said'"),
}


def checked() -> Report:
    db.session.expire_all()
    return verify()


@pytest.fixture
def history(app: Flask) -> None:
    """Four versions; a wording and a summary erased, something corrected; the guards are off, as for an intruder."""
    for step in range(3):
        make.revision(make.approved(make.measure(step * 2)))
    errata.erased("zusammenfassung/3", f"wortlaut/1/{make.measure(0).id}")
    errata.confirmed(2)
    for statement in guards.removal(db.engine.dialect.name, TABLES):
        db.session.execute(text(statement))


def test_a_mended_log_is_sound(history: None):
    report = checked()
    assert (report.entries, report.broken) == (8, ())
    assert [remark.number for remark in report.remarks] == [1, 2, 3]


@pytest.mark.parametrize("what", ALTERATIONS)
def test_every_alteration_is_found(history: None, what: str):
    number, statement = ALTERATIONS[what]
    assert db.session.execute(text(statement)).rowcount > 0
    assert number in {finding.number for finding in checked().broken}
