"""After a redaction a stranger still proves everything else, and is told what cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from participation.audit import contents
from participation.ledger import keys, operations, queries
from participation.ledger.operations import Signer
from tests.factories import errata
from tests.factories import leitbild as make
from tests.ledger.stranger import run

pytestmark = pytest.mark.one_database


def test_the_export_after_a_redaction_in_an_empty_folder(app: Flask, tmp_path: Path):
    signer = Signer("leitbild.example", tmp_path / "log-key")
    keys.save(keys.generate(), signer.key_file)
    node = make.measure()
    make.revision(make.approved(node, after="Wir bauen mit Herrn Mustermann."))
    make.revision(make.approved(node, after="Wir bauen."))
    operations.sign(signer)
    before = queries.newest().text
    errata.erased(f"wortlaut/2/{node.id}", "zusammenfassung/2", "name/2/author")
    errata.confirmed(1)
    operations.sign(signer)
    told = json.dumps(contents.export("leitbild.example", ()), ensure_ascii=False)
    assert "Mustermann" not in told
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "export.json").write_text(told, encoding="utf-8")
    (folder / "before.txt").write_text(before, encoding="utf-8")
    done = run("verify", folder, "export.json", "--checkpoint", "before.txt")
    assert done.returncode == 0, done.stdout
    assert "✓ Die ersten 3 Einträge sind dieselben wie im Prüfpunkt before.txt." in done.stdout
    assert "getilgt, und das steht im Protokoll" in done.stdout
    assert "Fassung 2: Für 2 getilgte Passagen oder Änderungen ist nichts vergleichbar." in done.stdout
    assert "noch da" not in done.stdout
    altered = told.replace("Chemnitz ist es.", "Görlitz ist es.")
    assert altered != told
    (folder / "export.json").write_text(altered, encoding="utf-8")
    found = run("verify", folder, "export.json")
    assert (found.returncode, "right" in found.stdout) == (1, True)
