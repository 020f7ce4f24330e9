"""What was resolved cannot be altered unnoticed: neither by our own check nor by a stranger's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from participation.audit import contents
from participation.audit.verify import verify
from participation.base.db import db
from participation.ledger import keys, operations
from participation.ledger.operations import Signer
from participation.leitbild.models import Change
from participation.resolutions import guards
from participation.resolutions.models import Decision
from tests.factories import leitbild
from tests.factories import resolutions as make
from tests.factories.accounts import user
from tests.ledger.stranger import run

pytestmark = pytest.mark.one_database
ENTRY = 3
ALTERATIONS = {
    "decision": "UPDATE resolutions SET decision = 'adopted'",
    "date": "UPDATE resolutions SET date = '2019-01-01'",
    "reference": "UPDATE resolutions SET reference = 'anders'",
    "text": "UPDATE resolutions SET text = 'anders'",
    "body": "UPDATE resolutions SET body_id = 'sachsen'",
    "reasons": "UPDATE resolution_reasons SET reason = 'anders'",
    "deleted": "DELETE FROM resolution_reasons",
}


@pytest.fixture
def signer(app: Flask, tmp_path: Path) -> Signer:
    """A version returned by one body, signed by the log's key; the guards are off, as for an intruder."""
    both = make.bodies()
    revision = leitbild.revision()
    change = db.session.scalars(select(Change.id).where(Change.revision_number == revision.number)).one()
    made = make.signed(revision, both[0], Decision.RETURNED, reasons={change: "Das Wasser fehlt."}, text="Zurück.")
    for person in (made.drafted_by_id, made.signed_by_id):
        db.session.execute(
            text("INSERT INTO body_members (body_id, user_id, since, until) VALUES ('sachsen', :p, :at, :at)"),
            {"p": person, "at": "2026-11-22 10:00:00.000000"},
        )
    for statement in guards.removal(db.engine.dialect.name):
        db.session.execute(text(statement))
    mine = Signer("leitbild.example", tmp_path / "log-key")
    keys.save(keys.generate(), mine.key_file)
    with mine.alone():
        operations.sign(mine)
    return mine


def export(folder: Path) -> None:
    db.session.expire_all()
    exported = contents.export("leitbild.example", ())
    (folder / "export.json").write_text(json.dumps(exported), encoding="utf-8")


def test_a_stranger_reads_what_was_resolved(signer: Signer, tmp_path: Path):
    export(tmp_path)
    told = run("verify", tmp_path, "export.json")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Fassung 2, brandenburg, zurückverwiesen" in told.stdout
    assert verify().broken == ()


@pytest.mark.parametrize("what", ALTERATIONS)
def test_every_alteration_is_found_by_both(signer: Signer, tmp_path: Path, what: str):
    assert db.session.execute(text(ALTERATIONS[what])).rowcount > 0
    export(tmp_path)
    assert verify().first.number == ENTRY
    told = run("verify", tmp_path, "export.json")
    assert told.returncode == 1
    assert f"Eintrag {ENTRY}" in told.stdout


def test_another_signer_is_found_and_another_name_is_a_remark(signer: Signer):
    db.session.execute(text("UPDATE users SET display_name = 'Neu' WHERE id = (SELECT signed_by_id FROM resolutions)"))
    db.session.expire_all()
    assert (verify().broken, [remark.number for remark in verify().remarks]) == ((), [ENTRY])
    other = user()
    values = {"p": other.id, "at": "2026-11-22 10:00:00.000000"}
    seat = "INSERT INTO body_members (body_id, user_id, since, until) VALUES ('brandenburg', :p, :at, :at)"
    db.session.execute(text(seat), values)
    db.session.execute(text("UPDATE resolutions SET signed_by_id = :p"), {"p": other.id})
    db.session.expire_all()
    assert verify().first.text == "the signer is not who signed"


def test_a_deleted_resolution_is_missed(signer: Signer):
    db.session.execute(text("DELETE FROM resolution_reasons"))
    db.session.execute(text("DELETE FROM resolutions"))
    db.session.expire_all()
    assert (verify().first.number, verify().first.text) == (ENTRY, "its resolution is missing")
