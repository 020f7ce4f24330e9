"""The public addresses of the log: what they answer, what they refuse, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from participation.base.db import transaction
from participation.ledger import keys, operations, queries
from participation.ledger.merkle import verify_consistency, verify_inclusion
from participation.ledger.models import LogCheckpoint
from participation.ledger.note import Checkpoint, KeyType, Note, cosign
from participation.ledger.operations import Signer
from participation.web.ledger.publishing import sign_if_possible
from tests.factories import leitbild as make
from tests.ledger.stranger import STATIC

NAME = "universitaet.example/zeuge"
AT = datetime(2026, 12, 1, tzinfo=UTC)
ADDRESSES = ("/log/checkpoint", "/log/entries", "/log/proof/inclusion?leaf=0", "/log/export.json")


@pytest.fixture
def signer(app: Flask) -> Signer:
    made = Signer(app.config["LOG_ORIGIN"], app.config["LOG_KEY_FILE"])
    for file in (made.key_file, made.memory):
        file.unlink(missing_ok=True)
    return made


@pytest.fixture
def signed(app: Flask, signer: Signer) -> Signer:
    """Three versions of which two are signed."""
    keys.save(keys.generate(), signer.key_file)
    make.revision()
    with transaction():
        operations.sign(signer)
    with transaction():
        make.revision()
    return signer


@pytest.fixture
def witness(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Ed25519PrivateKey:
    private = keys.generate()
    monkeypatch.setitem(app.config, "WITNESSES", (str(keys.public(NAME, private, KeyType.WITNESS)),))
    return private


def cosigned(private: Ed25519PrivateKey, at: datetime = AT, name: str = NAME) -> str:
    note = Note.parse(queries.newest().text)
    return str(note.joined([cosign(note.text, name, private, at)]))


def test_before_the_first_signature_nothing_is_shown(client: FlaskClient, signer: Signer):
    assert [client.get(path).status_code for path in ADDRESSES] == [404] * 4
    page = client.get("/log").text
    assert "Noch ist nichts unterschrieben" in page
    assert "verify.py export.json" not in page


def test_only_what_is_signed_is_handed_out(client: FlaskClient, signed: Signer):
    note = Note.parse(client.get("/log/checkpoint").text)
    checkpoint = Checkpoint.parse(note.text)
    assert note.verified_by([keys.public(signed.origin, keys.load(signed.key_file))])
    assert checkpoint.size == 2
    told = client.get("/log/entries").json
    assert (told["from"], told["to"], told["size"], len(told["leaves"])) == (0, 2, 2, 2)
    assert client.get("/log/entries?from=1&to=2").json["leaves"] == told["leaves"][1:]
    assert client.get("/log/entries?from=0&to=3").status_code == 404
    export = client.get("/log/export.json").json
    assert (len(export["leaves"]), len(export["checkpoints"])) == (2, 1)
    assert export["leaves"] == told["leaves"]


def test_proofs_lead_to_the_signed_root(client: FlaskClient, signed: Signer):
    tree, root = queries.tree(2), queries.newest().root
    first = queries.tree(1)
    proof = [bytes.fromhex(one) for one in client.get("/log/proof/inclusion?leaf=1&size=2").json["hashes"]]
    assert verify_inclusion(bytes.fromhex(_hash(2)), 1, 2, proof, root)
    proof = [bytes.fromhex(one) for one in client.get("/log/proof/consistency?from=1&to=2").json["hashes"]]
    assert verify_consistency(1, 2, first.root(), tree.root(), proof)
    assert client.get("/log/proof/consistency?from=2&to=2").json["hashes"] == []


def _hash(number: int) -> str:
    from participation.base.db import db
    from participation.ledger.models import LogEntry

    return db.session.get(LogEntry, number).hash


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path",
    [
        "/log/proof/inclusion?leaf=2&size=2",
        "/log/proof/inclusion?leaf=0&size=3",
        "/log/proof/inclusion?leaf=-1&size=2",
        "/log/proof/inclusion?leaf=x",
        "/log/proof/inclusion",
        "/log/proof/consistency?from=2&to=1",
        "/log/proof/consistency?from=1&to=3",
        "/log/proof/consistency?from=²&to=2",
        "/log/entries?from=2&to=2",
        "/log/entries?from=0&to=99999999999999999999",
    ],
)
def test_numbers_that_fit_no_signed_tree_are_not_found(client: FlaskClient, signed: Signer, path: str):
    assert client.get(path).status_code == 404


def test_answers_cost_few_statements(client: FlaskClient, signed: Signer, statements: Callable):
    for path, most in (
        ("/log/checkpoint", 1),
        ("/log/entries", 2),
        ("/log/proof/inclusion?leaf=0&size=2", 2),
        ("/log/proof/consistency?from=1&to=2", 2),
        ("/log", 5),
        ("/log/verify.py", 0),
    ):
        with statements() as counted:
            assert client.get(path).status_code == 200
        assert counted.number <= most, (path, counted.texts)
    client.get("/log/export.json")
    with statements() as counted:
        assert client.get("/log/export.json").status_code == 200
    assert counted.number == 1, counted.texts


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["verify.py", "witness.py"])
def test_the_programs_are_handed_out_as_they_are(client: FlaskClient, name: str):
    answer = client.get(f"/log/{name}")
    assert answer.data == (STATIC / name).read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_page_says_when_no_witness_is_independent(
    app: Flask, client: FlaskClient, signed: Signer, witness: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
):
    page = client.get("/log").text
    assert "Noch gibt es keinen unabhängigen Zeugen" in page
    assert "hat noch nichts bezeugt" in page
    assert str(keys.public(signed.origin, keys.load(signed.key_file))) in page.replace("&#43;", "+")
    monkeypatch.setitem(app.config, "INDEPENDENT_WITNESSES", app.config["WITNESSES"])
    page = client.get("/log").text
    assert "Noch gibt es keinen unabhängigen Zeugen" not in page
    assert "Unabhängig vom Betrieb." in page


def test_a_known_witness_is_kept_and_shown_once(client: FlaskClient, signed: Signer, witness: Ed25519PrivateKey):
    assert client.post("/log/cosignatures", data=cosigned(witness)).status_code == 204
    later = datetime(2026, 12, 2, tzinfo=UTC)
    assert client.post("/log/cosignatures", data=cosigned(witness, later)).status_code == 204
    # An older one sent again changes nothing.
    assert client.post("/log/cosignatures", data=cosigned(witness)).status_code == 204
    note = Note.parse(client.get("/log/checkpoint").text)
    assert len(note.signatures) == 2
    key = keys.public(NAME, witness, KeyType.WITNESS)
    assert [one.at for one in note.verified_by([key])] == [later]
    assert "hat zuletzt 2 Einträge bezeugt" in client.get("/log").text


def test_strangers_and_forgers_are_not_kept(client: FlaskClient, signed: Signer, witness: Ed25519PrivateKey):
    before = client.get("/log/checkpoint").text
    stranger = keys.generate()
    other = Checkpoint(signed.origin, 2, bytes(32)).text
    assert client.post("/log/cosignatures").status_code == 411
    for body in (
        "Hallo",
        before,
        cosigned(stranger),
        cosigned(witness, name="anderswo.example"),
        str(Note(other, (cosign(other, NAME, witness, AT),))),
        cosigned(witness).replace("\n2\n", "\n1\n"),
        b"\xff\xfe",
    ):
        assert client.post("/log/cosignatures", data=body).status_code == 422, body
    assert client.post("/log/cosignatures", data="x" * 40_000).status_code == 413
    assert client.get("/log/checkpoint").text == before


def test_a_publication_is_signed_where_the_key_is_at_hand_and_stands_where_it_is_not(app: Flask, signer: Signer):
    sign_if_possible()
    assert queries.newest() is None
    keys.save(keys.generate(), signer.key_file)
    sign_if_possible()
    assert queries.newest().size == 1
    make.revision()
    signer.memory.write_text("beschädigt", encoding="utf-8")
    sign_if_possible()
    assert queries.newest().size == 1


def test_a_checkpoint_gains_only_signatures(client: FlaskClient, signed: Signer, witness: Ed25519PrivateKey):
    from participation.base.db import db

    before = Note.parse(db.session.get(LogCheckpoint, 2).note)
    client.post("/log/cosignatures", data=cosigned(witness))
    db.session.expire_all()
    after = Note.parse(db.session.get(LogCheckpoint, 2).note)
    assert after.text == before.text
    assert set(before.signatures) < set(after.signatures)
