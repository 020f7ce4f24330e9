"""The check of the log finds every alteration, and names the entry."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from participation.audit.verify import Report, verify
from participation.base.db import db, transaction
from participation.ledger.canonical import canonical
from participation.ledger.commitments import commit
from participation.ledger.leaf import hash_text
from participation.ledger.models import LogEntry, LogOpening
from participation.leitbild import guards
from participation.leitbild.models import Change, Passage, Revision
from tests.factories import leitbild as make

ENTRIES = 4


@pytest.fixture
def history(app: Flask) -> list[Change]:
    """Three revisions after the first, each with one change; the guards are off, as for an intruder."""
    changes = []
    for step in range(ENTRIES - 1):
        change = make.approved(make.measure(step * 2))
        make.revision(change)
        changes.append(change)
    unguard()
    return changes


def unguard() -> None:
    for statement in guards.removal(db.engine.dialect.name):
        db.session.execute(text(statement))


def write(sql: str, **values: object) -> None:
    assert db.session.execute(text(sql), values).rowcount > 0, "nothing was altered"
    db.session.expire_all()


def checked() -> Report:
    db.session.expire_all()
    return verify()


def rehash(number: int, alter: Callable[[dict], None]) -> None:
    """Alter a payload and make its own hash fit again."""
    entry = db.session.get(LogEntry, number)
    said = json.loads(entry.payload)
    alter(said)
    told = canonical(said)
    write(
        "UPDATE log_entries SET payload = :payload, hash = :hash WHERE number = :n",
        payload=told,
        hash=hash_text(told).hex(),
        n=number,
    )


def test_a_sound_log_is_sound(history: list[Change]):
    report = checked()
    assert (report.entries, report.broken, report.remarks) == (ENTRIES, (), ())
    assert report.head == db.session.get(LogEntry, ENTRIES).hash


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.one_database
def test_any_alteration_is_found_and_the_entry_named(history: list[Change], seed: int):
    chance = random.Random(seed)
    n = chance.randint(2, ENTRIES)
    change = history[n - 2]
    node = chance.choice(
        db.session.scalars(select(Passage.node_id).where(Passage.revision_number == n, Passage.body != "")).all()
    )
    alterations: list[Callable[[], None]] = [
        lambda: write(
            "UPDATE passages SET body = body || ' nicht' WHERE revision_number = :n AND node_id = :x", n=n, x=node
        ),
        lambda: write("UPDATE passages SET html = '<p>x</p>' WHERE revision_number = :n AND node_id = :x", n=n, x=node),
        lambda: write("UPDATE passages SET title = 'x' WHERE revision_number = :n AND node_id = :x", n=n, x=node),
        lambda: write(
            "UPDATE passages SET text_state = 'neu' WHERE revision_number = :n AND node_id = :x", n=n, x=node
        ),
        lambda: write(
            "UPDATE passages SET position = position + 1000 WHERE revision_number = :n AND node_id = :x", n=n, x=node
        ),
        lambda: write("DELETE FROM passages WHERE revision_number = :n AND node_id = :x", n=n, x=node),
        lambda: write("UPDATE changes SET reason = 'Weil wir es wollten.' WHERE id = :x", x=change.id),
        lambda: write("UPDATE changes SET before = 'x' WHERE id = :x", x=change.id),
        lambda: write("UPDATE changes SET after = 'x' WHERE id = :x", x=change.id),
        lambda: write("UPDATE changes SET culture = 'x' WHERE id = :x", x=change.id),
        lambda: write("UPDATE changes SET diff_html = 'x' WHERE id = :x", x=change.id),
        lambda: write(
            "UPDATE changes SET author_id = (SELECT author_id FROM revisions WHERE number = :n) WHERE id = :x",
            n=n,
            x=change.id,
        ),
        lambda: write("UPDATE revisions SET summary = 'x' WHERE number = :n", n=n),
        lambda: write("UPDATE revisions SET summary_html = 'x' WHERE number = :n", n=n),
        lambda: write("UPDATE revisions SET title = 'x' WHERE number = :n", n=n),
        lambda: write("UPDATE revisions SET author_id = approver_id, approver_id = author_id WHERE number = :n", n=n),
        lambda: write("UPDATE outcomes SET minority = 'x' WHERE id = :x", x=change.first_outcome_id),
        lambda: write("UPDATE outcomes SET votes_yes = 999 WHERE id = :x", x=change.first_outcome_id),
        lambda: write("UPDATE evidence SET fate = 'partly' WHERE outcome_id = :x", x=change.first_outcome_id),
        lambda: write("UPDATE evidence SET answer = 'x' WHERE outcome_id = :x", x=change.first_outcome_id),
        lambda: write("UPDATE evidence SET comment_version = 7 WHERE outcome_id = :x", x=change.first_outcome_id),
        lambda: write("DELETE FROM evidence WHERE outcome_id = :x", x=change.first_outcome_id),
        lambda: write("UPDATE log_entries SET hash = :h WHERE number = :n", h="a" * 64, n=n),
        lambda: write("UPDATE log_entries SET previous_hash = :h WHERE number = :n", h="a" * 64, n=n),
        lambda: write(
            "UPDATE log_openings SET salt = :h WHERE entry_number = :n AND field = 'passages' AND position = 0",
            h=b"a" * 32,
            n=n,
        ),
        lambda: write("DELETE FROM log_openings WHERE entry_number = :n AND field = 'author_name'", n=n),
        lambda: write("UPDATE log_entries SET type = 'correction' WHERE number = :n", n=n),
        lambda: write("UPDATE log_entries SET revision_number = 1 WHERE number = :n", n=n),
        lambda: write("UPDATE log_entries SET payload = payload || ' ' WHERE number = :n", n=n),
        lambda: rehash(n, lambda said: said["commitments"].update(summary="a" * 64)),
        lambda: rehash(n, lambda said: said["commitments"].update(reasons="a" * 64)),
        lambda: rehash(n, lambda said: said["commitments"].pop("changes")),
        lambda: rehash(n, lambda said: said.update(extra="x")),
        lambda: rehash(n, lambda said: said["commitments"].update(passages="a" * 64)),
        lambda: rehash(n, lambda said: said["sealed"].update(author="0" * 64)),
    ]
    alterations[seed % len(alterations)]()
    first = checked().first
    assert first is not None
    assert first.number == n


def test_swapped_hashes_are_found(history: list[Change]):
    two, three = db.session.get(LogEntry, 2).hash, db.session.get(LogEntry, 3).hash
    write("UPDATE log_entries SET hash = :h WHERE number = 2", h="0" * 63 + "1")
    write("UPDATE log_entries SET hash = :h WHERE number = 3", h=two)
    write("UPDATE log_entries SET hash = :h WHERE number = 2", h=three)
    assert checked().first.number == 2


def test_a_removed_entry_is_missed(history: list[Change]):
    write("DELETE FROM log_openings WHERE entry_number = 3")
    write("DELETE FROM log_entries WHERE number = 3")
    report = checked()
    assert (report.first.number, report.first.text) == (3, "the entry is missing")


def test_a_cut_off_end_is_missed_while_its_revision_stays(history: list[Change]):
    write("DELETE FROM log_openings WHERE entry_number = :n", n=ENTRIES)
    write("DELETE FROM log_entries WHERE number = :n", n=ENTRIES)
    assert checked().first.number == ENTRIES


def test_one_rewritten_entry_breaks_at_the_next(history: list[Change]):
    """Payload, tables and own hash all altered alike: only the chain still knows."""
    write("UPDATE revisions SET title = 'x' WHERE number = 2")
    salt = db.session.get(LogOpening, (2, "title", 0)).salt
    rehash(2, lambda said: said["commitments"].update(title=commit(salt, b'"x"').hex()))
    report = checked()
    assert (report.first.number, report.first.text) == (3, "it does not follow the entry before it")


def test_the_strategy_in_use_is_compared_too(history: list[Change]):
    node = make.measure(9)
    node.body = "Heimlich anders"
    db.session.flush()
    report = checked()
    assert report.first.number == ENTRIES
    assert node.id in report.first.text


def test_a_new_name_is_a_remark_not_a_break(history: list[Change]):
    db.session.get(Revision, 2).author.display_name = "Neuer Name"
    db.session.flush()
    report = checked()
    assert report.broken == ()
    assert [remark.number for remark in report.remarks] == [2]


@pytest.mark.parametrize("table", guards.IMMUTABLE)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_database_refuses_to_change_what_was_published(app: Flask, table: str, verb: str):
    make.revision()
    first = db.metadata.tables[table].columns.keys()[0]
    change = "title = 'x'" if table in guards.ERASABLE else f"{first} = {first}"
    statement = f"DELETE FROM {table}" if verb == "DELETE" else f"UPDATE {table} SET {change}"
    with pytest.raises(DBAPIError, match="never change"), db.session.begin_nested():
        db.session.execute(text(statement))


def test_the_session_refuses_as_well(app: Flask):
    db.session.get(Revision, 1).title = "x"
    with pytest.raises(guards.Immutable):
        db.session.flush()
    db.session.rollback()
    db.session.delete(db.session.get(LogEntry, 1))
    with pytest.raises(guards.Immutable):
        db.session.flush()


def test_the_command_says_where_it_breaks(separate_app: Flask):
    runner = separate_app.test_cli_runner()
    from participation.cli.leitbild import leitbild

    sound = runner.invoke(leitbild, ["verify"])
    assert (sound.exit_code, "1 entries, all sound" in sound.output) == (0, True)
    with separate_app.app_context(), transaction():
        unguard()
        write("UPDATE passages SET body = 'x' WHERE node_id = 'lce-leitsatz'")
    broken = runner.invoke(leitbild, ["verify"])
    assert broken.exit_code == 1
    assert "BROKEN at entry 1: the passages are not what was sealed" in broken.output
