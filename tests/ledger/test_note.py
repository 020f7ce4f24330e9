"""Signed notes: published keys and notes, round trips, and forgeries."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from participation.ledger import keys
from participation.ledger.note import (
    Checkpoint,
    ForgedNote,
    KeyType,
    MalformedNote,
    Note,
    Signature,
    VerifierKey,
    cosign,
    sign,
)
from tests.ledger.stranger import load

# From the tests of golang.org/x/mod/sumdb/note, the reference implementation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# From c2sp.org/signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# From c2sp.org/tlog-cosignature; it comes without the keys.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
SEEN = datetime(2026, 11, 2, 10, tzinfo=UTC)
verify = load("verify")


def test_published_notes_are_verified():
    note = Note.parse(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}")
    found = note.verified_by([VerifierKey.parse(PETER), VerifierKey.parse(ENOCH)])
    assert [(one.key.name, one.at) for one in found] == [("PeterNeumann", None), ("EnochRoot", None)]
    assert str(note) == f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert [one.key.name for one in Note.parse(FOO_NOTE).verified_by([VerifierKey.parse(FOO)])] == ["example.com/foo"]


def test_the_published_private_key_signs_the_published_note():
    seed = base64.b64decode(PETER_PRIVATE)
    assert str(sign(TEXT, "PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed[1:]))) == PETER_LINE


def test_the_published_checkpoint_and_cosignature_are_read():
    note = Note.parse(SOFA)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == note.text
    witness = note.signatures[1]
    assert (witness.name, len(witness.data)) == ("witness.example.com/w1", 8 + 64)
    assert int.from_bytes(witness.data[:8], "big") == 1679315147
    assert str(note) == SOFA


def test_a_cosignature_is_over_the_message_of_the_specification():
    private = keys.generate()
    text = Note.parse(SOFA).text
    made = cosign(text, "w", private, datetime.fromtimestamp(1679315147, UTC))
    message = (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    private.public_key().verify(made.data[8:], message)
    assert made.data[:8] == bytes.fromhex("00000000641850cb")


@pytest.mark.parametrize("text", [PETER, ENOCH, FOO])
def test_a_key_is_read_and_written(text: str):
    assert str(VerifierKey.parse(text)) == text
    assert verify.Key(text).id == VerifierKey.parse(text).id


def test_no_part_and_no_alteration_of_a_key_is_a_key():
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if end - start < len(PETER):
                with pytest.raises(MalformedNote):
                    VerifierKey.parse(PETER[start:end])
    for at, letter in enumerate(PETER):
        with pytest.raises(MalformedNote):
            VerifierKey.parse(PETER[:at] + chr(ord(letter) + 1) + PETER[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_of_another_length_or_kind_is_refused(text: str):
    with pytest.raises(MalformedNote):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        TEXT,
        TEXT + "\n",
        f"{TEXT}{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE}"[:-1],
        f"{TEXT}\n{PETER_LINE}\n",
        f"{TEXT}\r\n\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE.replace('—', '-')}",
        f"{TEXT}\n{PETER_LINE.replace(' x08', '  x08')}",
        f"{TEXT}\n{PETER_LINE.replace('nAM=', 'nAM')}",
        f"{TEXT}\n{PETER_LINE.replace('nAM=', 'nAN=')}",
        f"{TEXT}\n— PeterNeumann AAAA\n",
        f"{TEXT}\n— Peter+Neumann x08go/ZJkuBS9UG/SQ==\n",
        TEXT * 400 + f"\n{PETER_LINE}",
    ],
)
def test_what_is_no_note_is_refused(raw: str):
    with pytest.raises(MalformedNote):
        Note.parse(raw)


def test_an_altered_text_is_forged():
    note = Note.parse(f"{TEXT.replace('problem', 'poblem')}\n{PETER_LINE}")
    with pytest.raises(ForgedNote):
        note.verified_by([VerifierKey.parse(PETER)])


def test_unknown_keys_are_ignored_even_under_a_known_name():
    stranger = sign(TEXT, "PeterNeumann", keys.generate())
    note = Note(TEXT, (stranger,))
    assert note.verified_by([VerifierKey.parse(PETER)]) == []


def test_a_wrong_signature_under_a_known_id_spoils_the_note():
    good = Note.parse(f"{TEXT}\n{PETER_LINE}").signatures[0]
    bad = Signature(good.name, good.key_id, sign(TEXT, "PeterNeumann", keys.generate()).data)
    with pytest.raises(ForgedNote):
        Note(TEXT, (good, bad)).verified_by([VerifierKey.parse(PETER)])


def test_the_time_of_a_cosignature_is_signed():
    private = keys.generate()
    text = Checkpoint("a.example/log", 3, bytes(32)).text
    key = keys.public("w.example", private, KeyType.WITNESS)
    made = cosign(text, "w.example", private, SEEN)
    assert key.verify(text, made.data) == SEEN
    with pytest.raises(ForgedNote):
        key.verify(text, (int.from_bytes(made.data[:8], "big") - 60).to_bytes(8, "big") + made.data[8:])
    with pytest.raises(ForgedNote):
        key.verify(text, b"\xff" * 8 + made.data[8:])
    with pytest.raises(ForgedNote):
        key.verify(text, b"")


def test_a_logs_signature_is_no_cosignature():
    private = keys.generate()
    text = Checkpoint("a.example/log", 3, bytes(32)).text
    log, witness = (keys.public("a", private, kind) for kind in KeyType)
    assert log.id != witness.id
    with pytest.raises(ForgedNote):
        witness.verify(text, bytes(8) + sign(text, "a", private).data)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\nAAAA\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\nAAAA\n",
        "a\n1\n" + "A" * 43 + "=\nextension\n",
        "a\n1\n" + "A" * 43 + "=",
        "a\n١\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str):
    with pytest.raises(MalformedNote):
        Checkpoint.parse(text)


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes):
    checkpoint = Checkpoint("leitbild.example/log", size, root)
    assert Checkpoint.parse(checkpoint.text) == checkpoint
    private = keys.generate()
    note = Note(checkpoint.text, (sign(checkpoint.text, checkpoint.origin, private),))
    assert Note.parse(str(note)) == note
    assert verify.Checkpoint(str(note)).signed_by(verify.Key(str(keys.public(checkpoint.origin, private)))) == 0


def test_joining_adds_each_signature_once():
    note = Note.parse(f"{TEXT}\n{PETER_LINE}")
    enoch = Note.parse(f"{TEXT}\n{ENOCH_LINE}").signatures
    assert note.joined(enoch).joined(enoch).signatures == (*note.signatures, *enoch)
