"""Hundred alterations of a real database: each is found by static/verify.py against a checkpoint kept elsewhere."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from participation.audit import contents
from participation.base.db import db, transaction
from participation.ledger import keys, operations, queries
from participation.ledger.canonical import canonical
from participation.ledger.commitments import commit
from participation.ledger.leaf import hash_text
from participation.ledger.models import LogCheckpoint, LogEntry, LogOpening
from participation.ledger.note import Checkpoint, Note, sign
from participation.ledger.operations import Signer
from participation.leitbild import guards
from participation.leitbild.models import Passage, Revision
from tests.factories import errata
from tests.factories import leitbild as make
from tests.ledger.stranger import load

pytestmark = pytest.mark.one_database
ORIGIN = "leitbild.example"
FROZEN = ("redactions", "erasures", "corrections")
REVISIONS = 4
ENTRIES = 8
"""Four versions, redactions of three entries, and a correction."""
verify = load("verify")


class History:
    """A published, signed and witnessed history in a real database whose guards are off."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = Signer(ORIGIN, folder / "log-key")
        self.changes: list[int] = []

    def check(self) -> int:
        """Export the database as it is, and run the verifier beside the witnessed checkpoint."""
        db.session.expire_all()
        (self.folder / "export.json").write_text(json.dumps(contents.export(ORIGIN, ())), encoding="utf-8")
        return verify.main([str(self.folder / "export.json"), "--checkpoint", str(self.folder / "witnessed.txt")])


@pytest.fixture(scope="module")
def lasting(shared_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """The same for all alterations of this file: each is made in a savepoint that is rolled back."""
    with shared_app.app_context():
        engine = db.engine
        connection = engine.connect()
        outer = connection.begin()
        db._app_engines[shared_app][None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        yield build(tmp_path_factory.mktemp("history"))
        db.session.remove()
        db._app_engines[shared_app][None] = engine
        outer.rollback()
        connection.close()


def build(folder: Path) -> History:
    made = History(folder)
    keys.save(keys.generate(), made.signer.key_file)
    with transaction():
        operations.sign(made.signer)
    for step in range(REVISIONS - 1):
        with transaction():
            change = make.approved(make.measure(step * 2))
            make.revision(change)
            made.changes.append(change.id)
    with transaction():
        errata.erased("zusammenfassung/3", f"wortlaut/1/{make.measure(0).id}")
        errata.confirmed(2)
    with transaction():
        operations.sign(made.signer)
        for statement in guards.removal(db.engine.dialect.name, (*guards.GUARDED, *FROZEN)):
            db.session.execute(text(statement))
    (folder / "witnessed.txt").write_text(queries.newest().text, encoding="utf-8")
    return made


def write(sql: str, **values: object) -> None:
    assert db.session.execute(text(sql), values).rowcount > 0, "nothing was altered"


def rechained(number: int, alter: Callable[[dict], None]) -> None:
    """Alter a leaf and write every hash after it anew: an alteration that hides its traces."""
    previous = ""
    for entry in db.session.scalars(select(LogEntry).where(LogEntry.number >= number).order_by(LogEntry.number)).all():
        said = json.loads(entry.payload)
        if entry.number == number:
            alter(said)
        else:
            said["previous"] = previous
        told = canonical(said)
        previous = hash_text(told).hex()
        # Away with the old hashes first: each may stand only once.
        write(
            "UPDATE log_entries SET payload = :p, hash = :h, previous_hash = :b WHERE number = :n",
            p=told, h=previous, b=said["previous"], n=entry.number,
        )  # fmt: skip


def rewritten_title(history: History, number: int) -> None:
    """As the operator would: table, commitment, chain and signature, all anew."""
    write("UPDATE revisions SET title = 'Umgeschrieben' WHERE number = :n", n=number)
    salt = db.session.get(LogOpening, (number, "title", 0)).salt
    new = commit(salt, b'"Umgeschrieben"').hex()
    rechained(number, lambda said: said["commitments"].update(title=new))
    resigned(history)


def resigned(history: History) -> None:
    """Sign whatever is there now with the true key."""
    private = keys.load(history.signer.key_file)
    db.session.expire_all()
    tree = queries.tree()
    for row in db.session.scalars(select(LogCheckpoint)).all():
        size = min(row.size, len(tree))
        note = Checkpoint(ORIGIN, size, tree.root(size)).text
        key = row.key
        db.session.delete(row)
        db.session.flush()
        db.session.merge(LogCheckpoint(size=size, note=str(Note(note, (sign(note, ORIGIN, private),))), key=key))
    db.session.flush()


def forged_redaction(number: int) -> None:
    """Erase a title, salt and all, with a row that claims a redaction, but no entry that says so."""
    write(
        "INSERT INTO log_redacted (entry_number, field, position, commitment, redaction_number, ground) "
        "SELECT :n, 'title', 0, commitment, redaction_number, ground FROM log_redacted WHERE field = 'summary'",
        n=number,
    )
    write("UPDATE revisions SET title = '' WHERE number = :n", n=number)
    write("DELETE FROM log_openings WHERE entry_number = :n AND field = 'title'", n=number)


def alterations(history: History, chance: random.Random) -> list[Callable[[], None]]:
    n = chance.choice([1, 2, 4])
    late = chance.randint(2, REVISIONS)
    changed = chance.choice([3, 4])
    change = history.changes[changed - 2]
    nodes = db.session.execute(
        select(Passage.node_id, Passage.body, Passage.position)
        .where(Passage.revision_number == n, Passage.body != "")
        .where(Passage.body.not_like("[getilgt%"))
    ).all()
    node, other = chance.sample(nodes, 2)
    words = node.body.split(" ")
    words[chance.randrange(len(words))] += chance.choice(["x", " nicht", "en"])

    def swap() -> None:
        for one, position in ((node.node_id, other.position), (other.node_id, node.position)):
            write(
                "UPDATE passages SET position = :p WHERE revision_number = :n AND node_id = :x", p=position, n=n, x=one
            )

    def swapped_texts() -> None:
        for one, body in ((node.node_id, other.body + "\n"), (other.node_id, node.body)):
            write("UPDATE passages SET body = :b WHERE revision_number = :n AND node_id = :x", b=body, n=n, x=one)

    def cut_off() -> None:
        write("DELETE FROM corrections")
        write("DELETE FROM log_openings WHERE entry_number = :n", n=ENTRIES)
        write("DELETE FROM log_entries WHERE number = :n", n=ENTRIES)
        write("DELETE FROM log_checkpoints WHERE size = :n", n=ENTRIES)

    def cut_off_and_signed() -> None:
        cut_off()
        resigned(history)

    where = "WHERE revision_number = :n AND node_id = :x"
    return [
        lambda: write(f"UPDATE passages SET body = :b {where}", b=" ".join(words), n=n, x=node.node_id),
        lambda: write(f"UPDATE passages SET title = title || '!' {where}", n=n, x=node.node_id),
        lambda: write(f"UPDATE passages SET html = html || '<b>x</b>' {where}", n=REVISIONS, x=node.node_id),
        lambda: write(f"UPDATE passages SET depth = depth + 1 {where}", n=n, x=node.node_id),
        lambda: write(f"UPDATE passages SET text_state = 'gestrichen' {where}", n=n, x=node.node_id),
        lambda: write(f"DELETE FROM passages {where}", n=n, x=node.node_id),
        swap,
        swapped_texts,
        lambda: write("UPDATE changes SET reason = reason || ' Wirklich.' WHERE id = :x", x=change),
        lambda: write("UPDATE changes SET after = after || '.' WHERE id = :x", x=change),
        lambda: write("UPDATE changes SET before = 'x' || before WHERE id = :x", x=change),
        lambda: write("UPDATE changes SET culture = 'Keine.' WHERE id = :x", x=change),
        lambda: write("UPDATE outcomes SET votes_yes = votes_yes + 1 WHERE id IN "
                      "(SELECT first_outcome_id FROM changes WHERE id = :x)", x=change),
        lambda: write("UPDATE evidence SET answer = 'Anders.' WHERE outcome_id IN "
                      "(SELECT first_outcome_id FROM changes WHERE id = :x)", x=change),
        lambda: write("UPDATE revisions SET title = title || '?' WHERE number = :n", n=n),
        lambda: write("UPDATE revisions SET summary = 'Nichts.' WHERE number = :n", n=n),
        lambda: write("UPDATE log_openings SET salt = :s WHERE entry_number = :n AND field = 'passages' "
                      "AND position = :p",
                      s=chance.randbytes(32), n=n, p=chance.randrange(100, 200)),
        lambda: write("DELETE FROM log_openings WHERE entry_number = :n AND field = 'summary'", n=n),
        lambda: write("UPDATE log_entries SET payload = replace(payload, '2026', '2025') WHERE number = :n", n=n),
        lambda: rechained(late, lambda said: said["commitments"].update(title=chance.randbytes(32).hex())),
        lambda: rechained(n, lambda said: said["sealed"].update(author="0" * 64)),
        lambda: rechained(late, lambda said: said.update(revision=7)),
        lambda: rewritten_title(history, late),
        lambda: write("UPDATE erasures SET reason = 'Anders.'"),
        lambda: write("UPDATE erasures SET ground = 'Urheberrecht'"),
        lambda: write("DELETE FROM redactions WHERE subject = 3"),
        lambda: write("UPDATE log_redacted SET commitment = :s WHERE field = 'passages'", s=chance.randbytes(32)),
        lambda: write("DELETE FROM log_redacted WHERE entry_number = 3 AND field = 'summary'"),
        lambda: forged_redaction(changed),
        lambda: write("UPDATE corrections SET right_text = 'Görlitz ist es.'"),
        lambda: write("UPDATE corrections SET said = said || '!'"),
        lambda: write("DELETE FROM corrections"),
        lambda: write("DELETE FROM log_openings WHERE entry_number = :n AND field = 'right'", n=ENTRIES),
        lambda: write("DELETE FROM log_openings WHERE entry_number = :n AND field = 'passages' AND position = :p",
                      n=n, p=chance.randrange(100, 200)),
        lambda: rechained(ENTRIES, lambda said: said.update(subject=1)),
        cut_off,
        cut_off_and_signed,
    ]  # fmt: skip


def test_an_honest_history_is_sound(lasting: History, capsys: pytest.CaptureFixture[str]):
    code, said = lasting.check(), capsys.readouterr().out
    assert code == 0, said
    assert "– Fassung 2: Für 2 getilgte Passagen oder Änderungen ist nichts vergleichbar." in said
    assert f"✓ Die ersten {ENTRIES} Einträge sind dieselben" in said


@pytest.mark.parametrize("seed", range(100))
def test_every_alteration_is_found(lasting: History, seed: int, capsys: pytest.CaptureFixture[str]):
    chance = random.Random(seed)
    point = db.session.begin_nested()
    try:
        chosen = alterations(lasting, chance)
        chosen[seed % len(chosen)]()
        code = lasting.check()
    finally:
        point.rollback()
        db.session.expire_all()
    assert code == 1, capsys.readouterr().out


def test_what_was_altered_is_what_was_found(lasting: History, capsys: pytest.CaptureFixture[str]):
    """After all these alterations the history is whole again: none of them was found by accident."""
    assert lasting.check() == 0
    assert db.session.get(Revision, 2).title == "Fassung 2"
