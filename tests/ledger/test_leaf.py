"""Leaves, commitments, keys on disk, and when a checkpoint is not signed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from participation.ledger import keys, leaf, merkle
from participation.ledger.canonical import canonical
from participation.ledger.commitments import Opening, commit, commit_list, new_salt
from participation.ledger.export import Entry, commitments, export
from participation.ledger.leaf import GENESIS, Leaf, LeafType
from participation.ledger.merkle import Tree
from participation.ledger.note import Checkpoint, ForgedNote
from participation.ledger.signing import Forked, RolledBack, signed_checkpoint
from tests.factories.ledger import ORIGIN, sample

HEX = "ab" * 32
TIME = "2026-11-02T10:00:00.000000Z"


def made(**other: Any) -> Leaf:
    members: dict[str, Any] = {
        "type": LeafType.REVISION,
        "number": 1,
        "previous": GENESIS,
        "document": "leitbild",
        "time": TIME,
        "commitments": {"title": HEX},
        "sealed": {"author": HEX},
        "extra": {"revision": 1},
    }
    return Leaf(**{**members, **other})


def test_the_text_of_a_leaf_is_fixed():
    assert made().text == (
        '{"commitments":{"title":"' + HEX + '"},"document":"leitbild","number":1,"previous":"' + GENESIS + '",'
        '"revision":1,"sealed":{"author":"' + HEX + '"},"time":"' + TIME + '","type":"revision","version":1}'
    )
    assert made().hash == hashlib.sha256(b"\0" + made().text.encode()).digest() == leaf.hash_text(made().text)
    assert leaf.read(made().text) == made()


@pytest.mark.parametrize(
    "other",
    [
        {"number": 0},
        {"number": True},
        {"number": 2},
        {"previous": HEX},
        {"previous": HEX.upper(), "number": 2},
        {"document": ""},
        {"document": "Anna Müller"},
        {"time": "2026-11-02T10:00:00Z"},
        {"time": TIME.replace("2", "２")},
        {"commitments": {"title": "x"}},
        {"commitments": {"Title": HEX}},
        {"commitments": {"title": HEX, "author": HEX}},
        {"commitments": ["title"]},
        {"extra": {}},
        {"extra": {"revision": 0}},
        {"extra": {"revision": "1"}},
        {"extra": {"revision": 1, "note": "von Anna"}},
        {"type": LeafType.RESOLUTION, "extra": {"subject": 1, "subject_hash": HEX}},
        {"type": LeafType.REDACTION, "number": 2, "previous": HEX, "extra": {"subject": 1, "subject_hash": HEX}},
        {
            "type": LeafType.REDACTION,
            "number": 2,
            "previous": HEX,
            "extra": {"subject": 1, "subject_hash": HEX, "fields": []},
        },
        {"type": LeafType.KEY_ROTATION, "extra": {"old_key": "a", "new_key": "b"}},
    ],
)
def test_a_leaf_says_neither_more_nor_less(other: dict[str, Any]):
    with pytest.raises(ValueError, match="not a leaf"):
        made(**other)


@pytest.mark.parametrize(
    "alter",
    [
        lambda said: said.update(version=2),
        lambda said: said.update(type="rumour"),
        lambda said: said.update(name="Anna"),
        lambda said: said.pop("time"),
        lambda said: said.pop("revision"),
    ],
)
def test_what_is_no_leaf_is_not_read(alter):
    said = json.loads(made().text)
    alter(said)
    with pytest.raises(ValueError, match=r"(?i)leaf"):
        leaf.read(canonical(said))


def test_a_leaf_in_another_spelling_is_not_read():
    with pytest.raises(ValueError, match="canonical"):
        leaf.read(made().text.replace(",", ", "))
    with pytest.raises(ValueError, match="leaf"):
        leaf.read("[]")


def test_times_are_utc():
    moment = datetime(2026, 11, 2, 11, tzinfo=timezone(timedelta(hours=1)))
    assert leaf.rfc3339(moment) == TIME == leaf.rfc3339(datetime(2026, 11, 2, 10, tzinfo=UTC))


def test_a_commitment_follows_the_written_rule():
    salt = bytes.fromhex(HEX)
    expected = hashlib.sha256(b"lbl1\0" + salt + '{"a":"Łužyca"}'.encode()).digest()
    assert Opening(salt, {"a": "Łužyca"}).commitment == commit(salt, '{"a":"Łužyca"}'.encode()) == expected


def test_a_commitment_opens_to_its_value_only():
    opening = Opening.new("Anna")
    assert opening.opens(opening.commitment)
    assert not Opening(opening.salt, "Anne").opens(opening.commitment)
    assert not Opening.new("Anna").opens(opening.commitment)
    assert len({new_salt() for _ in range(100)}) == 100
    with pytest.raises(ValueError, match="32 bytes"):
        commit(b"short", b"")


def test_a_list_is_committed_to_as_a_tree_of_its_items():
    items = [Opening.new(number) for number in range(5)]
    hashes = [merkle.leaf_hash(item.commitment) for item in items]
    root = bytes.fromhex(commitments({"passages": items})["passages"])
    assert root == commit_list(item.commitment for item in items) == merkle.root(hashes)
    assert merkle.verify_inclusion(hashes[3], 3, 5, Tree(hashes).inclusion_proof(3), root)
    redacted = [*items[:3], items[3].commitment, items[4]]
    assert commitments({"passages": redacted})["passages"] == root.hex()


def test_fields_that_are_lists_are_exported_as_lists_only():
    for content in ({"title": [Opening.new(1)]}, {"passages": Opening.new(1)}):
        with pytest.raises(ValueError, match="must be"):
            export(ORIGIN, [], [], [Entry("", content)], [])


def test_no_leaf_names_a_person_or_shows_content():
    for one in sample().leaves:
        said = json.loads(one.text)
        for group in (said["commitments"], said["sealed"]):
            assert all(len(value) == 64 and set(value) <= set("0123456789abcdef") for value in group.values())
        assert "Radwege" not in one.text


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path):
    path = tmp_path / "log.pem"
    private = keys.generate()
    keys.save(private, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.load(path).private_bytes_raw() == private.private_bytes_raw()
    with pytest.raises(FileExistsError):
        keys.save(keys.generate(), path)
    path.chmod(0o640)
    with pytest.raises(keys.BadKeyFile, match="0600"):
        keys.load(path)


def test_another_file_is_no_key(tmp_path: Path):
    path = tmp_path / "log.pem"
    with pytest.raises(keys.BadKeyFile):
        keys.load(path)
    path.write_text("nothing")
    path.chmod(0o600)
    with pytest.raises(keys.BadKeyFile):
        keys.load(path)
    other = generate_private_key(SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(keys.BadKeyFile, match="Ed25519"):
        keys.load(path)


def test_only_a_continuation_is_signed():
    book = sample()
    last = Checkpoint.parse(book.notes[-1].text)
    assert signed_checkpoint(book.tree, ORIGIN, last, [book.private]) is None
    with pytest.raises(RolledBack):
        signed_checkpoint(Tree(one.hash for one in book.leaves[:-1]), ORIGIN, last, [book.private])
    forked = Tree([*(one.hash for one in book.leaves[:-1]), merkle.leaf_hash(b"x"), merkle.leaf_hash(b"y")])
    with pytest.raises(Forked):
        signed_checkpoint(forked, ORIGIN, last, [book.private])
    with pytest.raises(Forked):
        signed_checkpoint(book.tree, "other.example/log", last, [book.private])


def test_what_is_signed_is_the_whole_tree_with_the_keys_given():
    book = sample()
    note = signed_checkpoint(book.tree, ORIGIN, None, book.privates)
    assert note is not None
    assert Checkpoint.parse(note.text) == Checkpoint(ORIGIN, len(book.leaves), book.tree.root())
    assert len(note.verified_by(keys.public(ORIGIN, private) for private in book.privates)) == 2
    altered = type(note)(note.text.replace(ORIGIN, "x.example"), note.signatures)
    with pytest.raises(ForgedNote):
        altered.verified_by([keys.public(ORIGIN, book.private)])
