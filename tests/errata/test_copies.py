"""Every copy of an erased wording goes, and what is no copy stays."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from participation.audit.verify import verify
from participation.base.db import db
from participation.base.text import shown
from participation.dialogue import anchors
from participation.dialogue.models import Anchor
from participation.documents.models import Document, DocumentState
from participation.documents.operations import order_comparison
from participation.documents.printer import print_due
from participation.ledger import erased as marks
from participation.ledger.leaf import read
from participation.ledger.models import LogEntry
from participation.leitbild import guards, tracing
from participation.leitbild.annex import annex
from participation.leitbild.models import AnnexEntry, Change
from participation.leitbild.sentence_models import Placement, Sentence, SentenceAncestor, Wording
from participation.merging.models import MergeStep
from participation.merging.operations import decide
from participation.merging.tables import table
from participation.merging.weighing import take
from participation.proposals.models import ProposalVersion
from tests.errata.test_erasing import SECRET, holding
from tests.factories import errata as make
from tests.factories import leitbild
from tests.factories.accounts import moderator
from tests.factories.outcomes import node_comment
from tests.factories.proposals import proposal

WORDS = "Mustermann aus Cottbus"
KEPT = "Der Speicher steht am Fluss."
BOTH = f"{SECRET}. {KEPT}"
AFTER = f"Wir bauen einen Speicher. {KEPT}"


@pytest.fixture
def first(app: Flask) -> Change:
    """A wording with a name in it, repeated wherever the platform repeats wordings, then replaced."""
    node = leitbild.measure()
    change = leitbild.approved(node, after=BOTH, reason=f"Herr {WORDS} wünscht es.")
    leitbild.revision(change)
    proposal(node=node, wording=BOTH.replace(SECRET, "Wir bauen"))
    decide(moderator(), node, [take(table(node).regions[0], "")], base=node.body, expected_edit=0)
    comment = node_comment(node_id=leitbild.owner(node.id))
    comment.anchor, comment.anchor_text = node.id, BOTH
    passage, selector = anchors.quote([anchors.Passage(node.id, shown(node.html))], WORDS)
    anchors.take_down(comment.id, anchors.Reference(passage, 2, selector))
    leitbild.revision(leitbild.approved(leitbild.measure(4)))
    leitbild.revision(leitbild.approved(node, after=AFTER))
    leitbild.revision(leitbild.approved(leitbild.measure(4)))
    order_comparison(2, 5)
    print_due(lambda _claim: SECRET.encode())
    return change


def sentence(words: str) -> Sentence:
    return db.session.scalars(select(Sentence).where(Sentence.text.contains(words))).one()


def erase(first: Change) -> list[LogEntry]:
    db.session.flush()
    return make.erased(f"wortlaut/2/{first.node_id}", f"gruende/{first.id}")


def test_no_column_of_any_table_keeps_it(first: Change):
    copies = {
        *("sentences.text", "sentences.html", "wordings.html", "wordings.origin_html", "sentence_ancestors.diff_html"),
        *("annex_entries.facts", "proposals.diff_html", "proposal_versions.before", "proposal_versions.diff_html"),
        *("merge_steps.base", "anchors.exact", "comments.anchor_text"),
    }
    assert copies <= set(holding(WORDS)) | set(holding(SECRET))
    erase(first)
    assert holding(WORDS) == []
    assert holding(SECRET) == []
    report = verify()
    assert report.broken == ()
    assert tracing.faults() == []


def test_a_sentence_that_stands_elsewhere_stays(first: Change):
    gone, kept = sentence(WORDS).id, sentence(KEPT).id
    entries = erase(first)
    db.session.expire_all()
    assert db.session.get(Sentence, kept).text == KEPT
    lost = db.session.get(Sentence, gone)
    assert (lost.text, lost.hash) == (marks.said(entries[0].number, "Löschantrag"), "")
    assert f"/revisionslog/{entries[0].number}" in lost.html
    assert db.session.get(Wording, (first.node_id, 4)).html != lost.html
    assert "am Fluss." in db.session.get(Wording, (first.node_id, 4)).html


def test_the_list_of_measures_says_what_is_missing(first: Change):
    entries = erase(first)
    for number in (2, 3):
        lines = {entry.node_id: entry for group in annex(number) for entry in group.entries}
        assert marks.is_mark(lines[first.node_id].wording)
        assert marks.is_mark(lines[first.node_id].change_reason)
        assert sum(marks.is_mark(entry.wording) for entry in lines.values()) == 1
    assert [entry.wording for group in annex(4) for entry in group.entries if entry.node_id == first.node_id] == [AFTER]
    fields = {read(entry.payload).extra["subject"]: read(entry.payload).extra["fields"] for entry in entries}
    assert "annex" in fields[2]
    assert "annex" in fields[3]
    assert "annex" not in fields[4]
    assert any("annex" in remark.text for remark in verify().remarks)


def test_documents_are_made_anew(first: Change):
    erase(first)
    db.session.expire_all()
    states = {
        (row.revision_number, row.earlier_number): (row.state, row.content)
        for row in db.session.scalars(select(Document))
    }
    for about in ((2, None), (3, None), (4, None), (5, 2)):
        assert states[about] == (DocumentState.WAITING, None)
    for about in ((1, None), (5, None)):
        assert states[about][0] is DocumentState.READY


def test_quotes_versions_and_merges_keep_their_place(first: Change):
    erase(first)
    db.session.expire_all()
    anchor = db.session.scalars(select(Anchor)).one()
    assert marks.is_mark(anchor.exact)
    assert (anchor.prefix, anchor.suffix) == ("", "")
    versions = db.session.scalars(select(ProposalVersion).order_by(ProposalVersion.version)).all()
    assert marks.MARK.search(versions[0].before)
    assert "am Fluss." in versions[0].wording
    step = db.session.scalars(select(MergeStep)).one()
    assert (step.base, step.decisions) == (AFTER, [])


@pytest.mark.one_database
def test_the_page_of_a_sentence_says_what_happened(first: Change, client: FlaskClient):
    gone = sentence(WORDS).id
    number = erase(first)[0].number
    page = client.get(f"/leitbild/satz/{gone}").get_data(as_text=True)
    assert "Löschantrag" in page
    assert f'href="/revisionslog/{number}"' in page
    assert "Zum Kopieren" not in page
    assert WORDS not in page
    assert client.get(f"/leitbild/satz/{gone}?format=json").json["sha256"] is None
    for path in ("/leitbild/fassung/2?ansicht=herkunft", "/leitbild/fassung/2/massnahmen", "/leitbild/vergleich/2/5"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert WORDS not in answer.get_data(as_text=True)


RAW = {
    "a sentence": "UPDATE sentences SET text = 'x' WHERE id = {kept}",
    "an erased sentence": "UPDATE sentences SET text = 'x' WHERE id = {gone}",
    "a mark on a sentence that stays": (
        "UPDATE sentences SET hash = '', text = (SELECT text FROM sentences WHERE id = {gone}), "
        "html = (SELECT html FROM sentences WHERE id = {gone}) WHERE id = {kept}"
    ),
    "an erased sentence's number": "UPDATE sentences SET first_revision = 3 WHERE id = {gone}",
    "a wording": "UPDATE wordings SET html = 'x' WHERE revision_number = 4",
    "an erased wording": "UPDATE wordings SET html = 'x' WHERE revision_number = 2",
    "a mark where nothing is redacted": (
        "UPDATE wordings SET tail = '', html = (SELECT html FROM sentences WHERE id = {gone}), "
        "origin_html = (SELECT html FROM sentences WHERE id = {gone}) WHERE revision_number = 4"
    ),
    "a gap": "UPDATE placements SET gap = 'x' WHERE revision_number = 2",
    "a gap that stays": "UPDATE placements SET gap = '' WHERE revision_number = 4",
    "a comparison": "UPDATE sentence_ancestors SET diff_html = 'x'",
    "a span": "UPDATE sentence_spans SET length = length + 1",
    "a list of measures": "UPDATE annex_entries SET facts = '{{}}' WHERE revision_number = 2",
    "another text in a list": (
        'UPDATE annex_entries SET facts = replace(CAST(facts AS text), \'"theme": "\', \'"theme": "x\')'
        " WHERE revision_number = 2"
    ),
    "a mark in a list that is not redacted": (
        "UPDATE annex_entries SET facts = (SELECT a.facts FROM annex_entries a WHERE a.revision_number = 2 "
        "AND a.node_id = annex_entries.node_id) WHERE revision_number = 4"
    ),
    "a line of a list gone": "DELETE FROM annex_entries WHERE revision_number = 2",
    "a sentence gone": "DELETE FROM sentence_spans",
}


@pytest.mark.parametrize("what", RAW)
def test_raw_sql_changes_no_copy(first: Change, what: str):
    gone, kept = sentence(WORDS).id, sentence(KEPT).id
    erase(first)
    statement = RAW[what].format(gone=gone, kept=kept)
    if db.engine.dialect.name == "postgresql" and "AS text)" in statement:
        statement = statement.replace("replace(", "CAST(replace(").replace("x')", "x') AS json)")
    with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
        db.session.execute(text(statement.replace(": ", "\\: ")))


@pytest.mark.one_database
def test_the_guards_know_every_column_of_a_copy(app: Flask):
    """A new column must be told to the guards, or it could change."""
    changing = {
        Sentence: {"text", "html", "hash"},
        Wording: {"tail", "html", "origin_html"},
        Placement: {"gap"},
        SentenceAncestor: {"diff_html"},
        AnnexEntry: {"facts"},
    }
    for model, columns in changing.items():
        assert {*guards.COPIED[model.__tablename__].kept, *columns} == set(model.__table__.columns.keys())
