"""Sentences in the tables: stored once with a revision, never again, and always the text of that revision."""

from __future__ import annotations

import random

from flask import Flask
from sqlalchemy import delete, func, select, text

from participation.audit.verify import verify
from participation.base.db import db
from participation.leitbild import guards, sentences, tracing
from participation.leitbild.discard import discard_first
from participation.leitbild.models import Change, ChangeKind, Passage
from participation.leitbild.sentence_models import (
    TABLES,
    Placement,
    Sentence,
    SentenceAncestor,
    SentenceSpan,
    Wording,
)
from participation.strategy.models import Node
from tests.factories import leitbild as make

A, B, C = "Wir bauen Radwege an der Neiße.", "Die Brücke in Guben bleibt offen.", "Forschung braucht einen Ort."


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def standing(node_id: str, number: int) -> list[tuple[int, str]]:
    return [(one.id, one.text) for one in sentences.sentences_of(node_id, number)]


def revise(node: Node, after: str, **rest: object) -> Change:
    change = make.approved(node, after=after, **rest)
    make.revision(change)
    return change


def assert_sound() -> None:
    """Every passage is the sentences of its wording, and every span's words stand in its origin."""
    assert tracing.faults() == []
    deck = dict(db.session.execute(select(Passage.node_id, Passage.body).where(Passage.revision_number == 1)).all())
    after = dict(db.session.execute(select(Change.id, Change.after)).all())
    rows = db.session.execute(
        select(Sentence.id, Sentence.text, SentenceSpan.length, SentenceSpan.change_id, SentenceSpan.node_id)
        .join(SentenceSpan, SentenceSpan.sentence_id == Sentence.id)
        .order_by(Sentence.id, SentenceSpan.position)
    )
    reached: dict[int, int] = {}
    texts: dict[int, str] = {}
    for sentence_id, said, length, change_id, node_id in rows:
        at = reached.get(sentence_id, 0)
        assert said[at : at + length] in (after[change_id] if change_id else deck[node_id])
        reached[sentence_id], texts[sentence_id] = at + length, said
    assert {sentence_id: len(said) for sentence_id, said in texts.items()} == reached
    assert len(reached) == count(Sentence)


def test_the_first_revision_has_a_sentence_for_every_wording(app: Flask):
    bodies = db.session.scalar(select(func.count()).select_from(Passage).where(Passage.body != ""))
    assert count(Wording) == bodies
    assert count(Placement) == count(Sentence) == count(SentenceSpan) >= (bodies or 0)
    assert count(SentenceAncestor) == 0
    assert_sound()


def test_what_does_not_change_costs_nothing(app: Flask):
    before = {table: count(table) for table in TABLES}
    make.revision()
    assert {table: count(table) - before[table] for table in TABLES} == {
        Sentence: 1,
        Wording: 1,
        Placement: 1,
        SentenceAncestor: 1,
        SentenceSpan: 2,
    }
    assert_sound()


def test_a_sentence_keeps_its_id_and_an_edited_one_its_ancestor(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    first = standing(node.id, 2)
    change = revise(node, f"{A} {B[:-1]} für alle.")
    second = standing(node.id, 3)
    assert second[0] == first[0]
    assert second[1][0] != first[1][0]
    family = sentences.family(second[1][0])
    assert family is not None
    assert [member.id for member in family.ancestors][-1] == first[1][0]
    assert family.sentence.change_id == change.id
    assert "<ins>" in family.ancestors[-1].diff_html
    older = sentences.family(first[1][0])
    assert older is not None
    assert [member.id for member in older.newer] == [second[1][0]]
    assert_sound()


def test_a_sentence_tells_from_when_to_when_it_stands(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    revise(node, f"{A} {C}")
    revise(node, C)
    ids = {said: sentence_id for number in (2, 3, 4) for sentence_id, said in standing(node.id, number)}
    assert [(stay.since, stay.until) for stay in sentences.stays(ids[A])] == [(2, 4)]
    assert [(stay.since, stay.until) for stay in sentences.stays(ids[B])] == [(2, 3)]
    assert [(stay.since, stay.until) for stay in sentences.stays(ids[C])] == [(3, None)]


def test_a_merge_takes_sentences_along(app: Flask):
    node, target = make.measure(), make.measure(2)
    revise(node, f"{A} {B}")
    ids = standing(node.id, 2)
    make.revision(
        make.approved(node, kind=ChangeKind.MERGE, target_id=target.id),
        make.approved(target, after=f"{target.body}. {A} {B}"),
    )
    assert standing(node.id, 3) == []
    assert standing(target.id, 3)[1:] == ids
    assert [(stay.node_id, stay.since, stay.until) for stay in sentences.stays(ids[0][0])] == [
        (node.id, 2, 3),
        (target.id, 3, None),
    ]
    assert_sound()


def test_a_split_takes_sentences_along(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    ids = standing(node.id, 2)
    part = make.approved(
        kind=ChangeKind.ADDITION,
        parent_id=node.parent_id,
        target_id=node.id,
        node_kind="massnahme",
        title="Der Rest",
        after=B,
    )
    make.revision(make.approved(node, kind=ChangeKind.SPLIT, after=A), part)
    assert standing(node.id, 3) == ids[:1]
    assert standing(part.new_node_id or "", 3) == ids[1:]
    assert_sound()


def test_a_deletion_leaves_the_sentences_readable(app: Flask):
    node = make.measure()
    (old,) = standing(node.id, 1)
    make.revision(make.approved(node, kind=ChangeKind.DELETION))
    assert standing(node.id, 2) == []
    assert standing(node.id, 1) == [old]
    assert db.session.get(Wording, (node.id, 2)).removed == 1


def test_it_is_counted_what_a_version_changed(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    revise(node, f"{A[:-1]} und der Spree. {C}")
    wording = db.session.get(Wording, (node.id, 3))
    assert (wording.sentences, wording.touched) == (2, 2)
    assert wording.changed + wording.added == 2
    assert wording.changed >= 1


def test_random_revisions_are_followed_word_by_word(app: Flask):
    chance = random.Random(7)
    nodes = [make.measure(position) for position in (0, 2, 4)]
    for round_ in range(6):
        changes = []
        for node in chance.sample(nodes, 2):
            said = [A, B, C, *(one for _id, one in standing(node.id, make.current_number()))]
            chance.shuffle(said)
            words = " ".join(said[: chance.randint(1, 4)]).split()
            words.insert(chance.randrange(len(words)), f"sehr{round_}")
            changes.append(make.approved(node, after=" ".join(words)))
        make.revision(*changes)
    assert_sound()


def test_older_versions_are_traced_once(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    revise(node, f"{B} {C}")
    columns = (Sentence.id, Sentence.text, Sentence.first_revision, Sentence.change_id)
    stored = db.session.execute(select(*columns).order_by(Sentence.id)).all()
    for statement in guards.removal(db.engine.dialect.name):
        db.session.execute(text(statement))
    for table in TABLES:
        db.session.execute(delete(table))
    db.session.expire_all()
    assert tracing.untraced() == [1, 2, 3]
    assert [remark.text for remark in verify().remarks] == ["3 revisions wait for `flask leitbild trace`"]
    assert tracing.trace() == 3
    assert db.session.execute(select(*columns).order_by(Sentence.id)).all() == stored
    assert tracing.trace() == 0
    assert_sound()


def test_the_check_finds_sentences_that_are_not_the_text(app: Flask):
    node = make.measure()
    revise(node, f"{A} {B}")
    for statement in guards.removal(db.engine.dialect.name):
        db.session.execute(text(statement))
    sentence_id = standing(node.id, 2)[0][0]
    db.session.execute(text("UPDATE sentences SET text = 'Anders.' WHERE id = :id"), {"id": sentence_id})
    db.session.expire_all()
    assert [finding.text for finding in verify().broken] == [
        f"sentence {sentence_id} is not the one that was hashed",
        f"the sentences of {node.id} do not give back its passage in revision 2",
    ]


def test_taking_revision_1_back_takes_its_sentences(app: Flask):
    discard_first()
    assert [count(table) for table in TABLES] == [0] * len(TABLES)
