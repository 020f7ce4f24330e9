"""Reading: text, comparison, annex, provenance, log – each in a fixed number of statements."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from participation.base.db import db
from participation.dialogue.operations import hide_comment, withdraw_comment
from participation.leitbild import annex, compare, provenance, queries
from participation.leitbild.models import ChangeKind, Passage
from participation.outcomes.models import Fate
from participation.strategy.models import TextState
from tests.factories import leitbild as make
from tests.factories.accounts import initiative, moderator, user
from tests.factories.outcomes import node_comment, outcome, pin


@pytest.fixture
def history(app: Flask) -> dict[str, object]:
    """Revision 2 changes one measure and adds one, revision 3 changes the first again and strikes another."""
    node, gone = make.measure(0), make.measure(4)
    original = node.body
    first = make.approved(node, after="Die zweite Fassung des Satzes")
    added = make.approved(
        kind=ChangeKind.ADDITION, parent_id=make.measure(2).parent_id, node_kind="massnahme", title="Neues"
    )
    make.revision(first, added)
    second = make.approved(node, after="Die dritte Fassung des Satzes")
    struck = make.approved(gone, kind=ChangeKind.DELETION)
    make.revision(second, struck)
    db.session.flush()
    return {"node": node, "gone": gone, "original": original, "first": first, "second": second, "added": added}


def test_the_text_is_one_statement(app: Flask, history, statements):
    with statements() as counted:
        lines = queries.text(3)
    assert counted.number == 1
    assert len(lines) == 288
    line = next(item for item in lines if item.node_id == history["node"].id)
    assert (line.body, line.change_id) == ("Die dritte Fassung des Satzes", history["second"].id)


def test_an_old_revision_reads_as_it_was(app: Flask, history):
    bodies = {number: queries.line(number, history["node"].id).body for number in (1, 2, 3)}
    assert bodies == {
        1: history["original"],
        2: "Die zweite Fassung des Satzes",
        3: "Die dritte Fassung des Satzes",
    }
    assert queries.line(3, history["gone"].id).state is TextState.STRUCK
    assert queries.line(2, history["gone"].id).body


def test_heat_grows_in_four_steps(app: Flask):
    for count, heat in ((0, 0), (1, 1), (9, 1), (10, 2), (25, 3), (50, 4), (900, 4)):
        line = queries.Line(
            *("a", 1, "punkt", None, None, "t", "b", "b", "b", 1, 0, TextState.UNCHANGED, None, None, count, None)
        )
        assert line.heat == heat


def test_comparing_shows_only_what_differs(app: Flask, history, statements):
    with statements() as counted:
        found = compare.compare(2, 3)
    assert counted.number == 1
    assert {d.node_id: d.kind for d in found.differences} == {
        history["node"].id: "changed",
        history["gone"].id: "removed",
    }
    changed = next(d for d in found.differences if d.kind == "changed")
    assert "zweite</del>" in changed.html
    assert "dritte</ins>" in changed.html


def test_comparing_over_several_revisions(app: Flask, history):
    found = compare.compare(1, 3)
    assert {d.kind for d in found.differences} == {"changed", "added", "removed"}
    assert compare.compare(3, 3).differences == ()


def test_comparing_is_capped(app: Flask, history):
    found = compare.compare(1, 3, cap=1)
    assert (len(found.differences), found.rest) == (1, 2)


def test_the_annex_lists_every_measure_that_ever_had_an_id(app: Flask, history, statements):
    with statements() as counted:
        groups = annex.annex(3)
    assert counted.number == 1
    entries = {entry.node_id: entry for group in groups for entry in group.entries}
    assert len(entries) == 77
    assert entries[history["gone"].id].state is TextState.STRUCK
    assert entries[history["node"].id].state is TextState.CHANGED
    assert entries[history["added"].new_node_id].state is TextState.UNCHANGED
    assert entries[history["node"].id].outcome_number
    assert entries[history["node"].id].seed_lines


def test_the_annex_is_frozen_with_its_revision(app: Flask, history):
    first = {entry.node_id: entry for group in annex.annex(1) for entry in group.entries}
    assert len(first) == 76
    assert {entry.state for entry in first.values()} == {TextState.UNCHANGED}
    second = {entry.node_id: entry for group in annex.annex(2) for entry in group.entries}
    assert second[history["added"].new_node_id].state is TextState.NEW
    assert second[history["gone"].id].state is TextState.UNCHANGED


def test_provenance_goes_back_to_the_presentation(app: Flask):
    node = make.measure()
    speaker, other = user("Jens R.", residence_label="Jänschwalde/Janšojce"), user("Maria K.")
    group = initiative(other, name="Radweg Neiße")
    one, two = node_comment(speaker, node_id=node.id), node_comment(other, node_id=node.id)
    two.initiative_id = group.id
    author, approver = moderator("A. Wendt"), moderator("P. Nowak")
    record = outcome(one, node_id=node.id, votes_yes=5, votes_no=2, minority="Der Wasserbedarf sei ungeklärt.")
    pin(record, two, fate=Fate.CONSIDERED, answer="Wird je Standort geprüft.")
    change = make.approved(node, record, author=author)
    make.revision(change, publisher=approver)
    found = provenance.origin(change.id)
    assert found.seed_lines
    assert found.seed_heading
    assert (found.author, found.log_number) == ("A. Wendt", 2)
    (ground,) = found.grounds
    assert (ground.votes, ground.minority) == (7, "Der Wasserbedarf sei ungeklärt.")
    assert [(s.who, s.place, s.fate, s.answer) for s in ground.sources] == [
        ("Jens R.", "Jänschwalde/Janšojce", Fate.ADOPTED, "Weil es überzeugt."),
        ("Radweg Neiße", "", Fate.CONSIDERED, "Wird je Standort geprüft."),
    ]
    withdraw_comment(speaker, one)
    hide_comment(moderator(), two, "Regel 3")
    (ground,) = provenance.origin(change.id).grounds
    assert [(s.who, s.place, s.fate) for s in ground.sources] == [("", "", Fate.ADOPTED), ("", "", Fate.CONSIDERED)]


def test_provenance_names_earlier_changes(app: Flask, history):
    found = provenance.origin(history["second"].id)
    assert [step.change_id for step in found.earlier] == [history["first"].id]
    assert provenance.origin(history["first"].id).earlier == ()


def test_an_addition_has_no_lines_in_the_presentation(app: Flask, history):
    assert provenance.origin(history["added"].id).seed_lines == ()


def test_provenance_takes_a_fixed_number_of_statements(app: Flask, history, statements):
    with statements() as counted:
        provenance.origin(history["second"].id)
    assert counted.number <= 2


def test_an_unchanged_passage_only_names_its_lines(app: Flask):
    found = provenance.origin_of_node("lce-leitsatz")
    assert found.change is None
    assert found.seed_lines
    assert provenance.origin_of_node("gibt-es-nicht") is None
    assert provenance.origin(9999) is None


def test_outcomes_lead_forward_to_their_revision(app: Flask, history):
    waiting = make.approved(make.measure(7))
    done = history["first"]
    assert provenance.revisions_by_outcome([done.first_outcome_id, waiting.first_outcome_id, 9999]) == {
        done.first_outcome_id: (2, done.id, done.node.title)
    }
    assert provenance.revisions_by_outcome([]) == {}


def test_changes_are_public_only_once_published(app: Flask, history):
    waiting = make.approved(make.measure(7))
    assert queries.change(waiting.id, None) is None
    assert queries.change(waiting.id, user()) is None
    assert queries.change(waiting.id, moderator()).id == waiting.id
    assert queries.change(history["first"].id, None).id == history["first"].id


def test_lists_continue_after_a_number(app: Flask, history):
    assert [row.number for row in queries.revisions(size=2)] == [3, 2]
    assert [row.number for row in queries.revisions(before=2, size=2)] == [1]
    assert [row.number for row in queries.entries(before=3)] == [2, 1]
    assert queries.change_counts([1, 2, 3]) == {2: 2, 3: 2}


def test_the_preview_shows_changes_where_they_will_stand(app: Flask):
    node = make.measure(0)
    parent = make.measure(2).parent_id
    text_change = make.approved(node)
    added = make.approved(kind=ChangeKind.ADDITION, parent_id=parent, node_kind="massnahme", title="Neues")
    draft = make.draft(text_change, added)
    rows = queries.draft_text(draft, queries.text(1))
    assert len(rows) == 288
    at = [change for _line, change in rows].index(added)
    assert rows[at][0] is None
    assert rows[at - 1][0].parent_id == parent or rows[at - 1][0].node_id == parent
    assert next(line for line, change in rows if change is text_change).node_id == node.id


@pytest.mark.one_database
@pytest.mark.parametrize(
    "statement",
    [
        select(Passage.node_id).where(Passage.revision_number == 2).order_by(Passage.position),
        select(Passage.node_id).where(Passage.revision_number == 2, Passage.node_id == "lce"),
    ],
)
def test_reading_a_revision_scans_no_table(app: Flask, statement):
    compiled = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    plan = " ".join(row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}"))
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
