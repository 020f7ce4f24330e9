"""static/witness.py as a university would run it: it remembers, demands a proof, and cosigns only a continuation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from participation.ledger import keys
from participation.ledger.commitments import Opening
from participation.ledger.merkle import Tree
from participation.ledger.note import Checkpoint, Note, VerifierKey
from tests.factories.ledger import LogBook, rewritten, sample
from tests.ledger.site import Site, serving
from tests.ledger.stranger import load, run

NAME = "universitaet.example/zeuge"


class Witness:
    """A witness in a folder of its own, watching a site."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site = folder, site
        made = run("witness", folder, "keygen", "--name", NAME, "--key", "zeuge.pem")
        assert (made.returncode, made.stderr) == (0, "")
        self.key = VerifierKey.parse(made.stdout.strip())

    def run(self, *more: str) -> CompletedProcess[str]:
        own = ("--name", NAME, "--key", "zeuge.pem", "--state", "stand.json")
        known = [part for key in self.site.book.keys for part in ("--log-key", key)]
        return run("witness", self.folder, "run", self.site.address, *own, *known, *more)

    @property
    def state(self) -> dict[str, object]:
        return dict(json.loads((self.folder / "stand.json").read_text()))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(sample()) as served:
        yield served


@pytest.fixture
def witness(tmp_path: Path, site: Site) -> Witness:
    return Witness(tmp_path, site)


def go_on(book: LogBook) -> None:
    book.publish("Weiter", [{"kind": "textaenderung", "node": "k0.m3", "after": "Noch besser."}])
    book.sign()


def refusal(witness: Witness) -> str:
    before = witness.state
    done = witness.run()
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert witness.state == before
    assert "VERWEIGERT" in done.stderr
    return done.stderr


def test_a_witness_cosigns_what_it_sees_and_what_continues_it(witness: Witness, site: Site):
    done = witness.run("--first")
    assert (done.returncode, done.stderr) == (0, "")
    first = Note.parse(done.stdout)
    assert witness.key in [one.key for one in first.verified_by([witness.key])]
    assert Checkpoint.parse(first.text).size == 8
    go_on(site.book)
    done = witness.run("--submit", "--out", "bezeugt.txt")
    assert (done.returncode, done.stdout) == (0, "")
    note = Note.parse((witness.folder / "bezeugt.txt").read_text())
    assert site.received == [str(note)]
    assert Checkpoint.parse(note.text).size == witness.state["size"] == 9
    seen = note.verified_by([witness.key])[0].at
    assert seen is not None
    assert witness.run().returncode == 0


def test_what_it_cosigned_holds_for_verify(witness: Witness, site: Site, capsys: pytest.CaptureFixture[str]):
    witness.run("--first", "--out", "bezeugt.txt")
    path = witness.folder / "export.json"
    path.write_text(json.dumps(site.book.export()))
    arguments = ["--checkpoint", str(witness.folder / "bezeugt.txt"), "--witness", str(witness.key)]
    assert load("verify").main([str(path), *arguments]) == 0
    forged = rewritten(site.book, 1, lambda content: content.update(title=Opening.new("Anders")))
    path.write_text(json.dumps(forged.export()))
    assert load("verify").main([str(path), *arguments]) == 1
    capsys.readouterr()


def test_a_rolled_back_log_is_refused_and_the_evidence_kept(witness: Witness, site: Site):
    witness.run("--first")
    newest = site.book.notes.pop()
    assert "ZURÜCKGESETZT" in refusal(witness)
    [evidence] = witness.folder.glob("stand.json.evidence-*.txt")
    assert str(newest) in evidence.read_text()
    assert str(site.book.notes[-1]) in evidence.read_text()


def test_a_rewritten_log_is_refused_at_the_same_size(witness: Witness, site: Site):
    witness.run("--first")
    site.book = rewritten(site.book, 1, lambda content: content.update(title=Opening.new("Anders")))
    assert "UMGESCHRIEBEN" in refusal(witness)


@pytest.mark.parametrize("number", [1, 8])
def test_a_rewritten_log_is_refused_when_it_has_grown(witness: Witness, site: Site, number: int):
    witness.run("--first")
    go_on(site.book)
    name = "title" if number == 1 else "reason"
    site.book = rewritten(site.book, number, lambda content: content.update({name: Opening.new("Anders")}))
    assert "UMGESCHRIEBEN" in refusal(witness)


def test_a_proof_from_another_tree_is_refused(witness: Witness, site: Site):
    witness.run("--first")
    go_on(site.book)
    site.book.tree = Tree(os.urandom(32) for _ in range(9))
    refusal(witness)


@pytest.mark.parametrize("answer", ["", "{}", '{"hashes": [1]}', '{"hashes": ["zz"]}', '{"hashes": null}'])
def test_an_unreadable_proof_is_refused(witness: Witness, site: Site, answer: str):
    witness.run("--first")
    go_on(site.book)
    honest = site.answer
    site.answer = lambda path, query: answer if path == "/log/proof/consistency" else honest(path, query)
    refusal(witness)


def test_another_log_is_refused(witness: Witness, site: Site):
    witness.run("--first")
    text = site.book.notes[-1].text.replace("leitbild.example", "anders.example")
    private = keys.generate()
    other = "anders.example/log"
    from participation.ledger.note import sign

    site.book.notes[-1] = Note(text, (sign(text, other, private),))
    site.book.keys = [str(keys.public(other, private))]
    assert "anderes Protokoll" in refusal(witness)


def test_a_checkpoint_under_another_key_is_refused(witness: Witness, site: Site):
    site.book.keys = [str(keys.public("leitbild.example/log", keys.generate()))]
    done = witness.run("--first")
    assert done.returncode == 1
    assert not (witness.folder / "stand.json").exists()


def test_a_forged_signature_is_refused(witness: Witness, site: Site):
    witness.run("--first")
    honest = site.answer
    site.answer = lambda path, query: honest(path, query).replace("\n8\n", "\n7\n")
    assert "Signatur ist falsch" in refusal(witness)


def test_a_lost_state_is_not_silently_begun_anew(witness: Witness):
    assert witness.run().returncode == 2
    assert witness.run("--first").returncode == 0
    assert witness.run("--first").returncode == 2
    (witness.folder / "stand.json").write_text("{")
    assert witness.run().returncode == 2
    assert witness.run("--first").returncode == 2


def test_only_one_run_at_a_time(witness: Witness):
    (witness.folder / "stand.json.lock").touch()
    done = witness.run("--first")
    assert done.returncode == 2
    assert "läuft schon" in done.stderr


def test_the_key_stays_private(witness: Witness):
    path = witness.folder / "zeuge.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    again = run("witness", witness.folder, "keygen", "--name", NAME, "--key", "zeuge.pem")
    assert again.returncode == 2
    path.chmod(0o644)
    done = witness.run("--first")
    assert done.returncode == 2
    assert "chmod 600" in done.stderr


def test_no_answer_is_no_refusal(witness: Witness, site: Site):
    witness.run("--first")
    site.book.notes.clear()
    assert witness.run().returncode == 2
    assert run("witness", witness.folder, "run", "file:///etc/passwd", "--name", NAME, "--key", "k", "--log-key", "k", "--state", "s").returncode == 2  # fmt: skip  # noqa: E501


def test_it_speaks_english(witness: Witness, site: Site):
    arguments = ("--name", NAME, "--key", "zeuge.pem", "--state", "s.json", "--log-key", "nonsense")
    done = run("witness", witness.folder, "--lang", "en", "run", site.address, *arguments)
    assert done.returncode == 2
    assert "Not witnessed: This is no log's key" in done.stderr
