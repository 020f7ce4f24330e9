"""static/verify.py as a stranger uses it: what it proves, what it says it cannot, and every alteration it must find."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from participation.ledger import keys, leaf
from participation.ledger.canonical import canonical
from participation.ledger.commitments import Opening
from participation.ledger.leaf import LeafType
from participation.ledger.merkle import Tree
from participation.ledger.note import Checkpoint, KeyType, Note, sign
from tests.factories.ledger import ORIGIN, LogBook, rewritten, sample
from tests.ledger.site import serving
from tests.ledger.stranger import load, run

verify = load("verify")


@pytest.fixture(scope="module")
def book() -> LogBook:
    return sample()


@pytest.fixture
def check(tmp_path: Path, book: LogBook, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run the verifier's main on an export, beside a witnessed checkpoint that was saved long ago."""
    (tmp_path / "witnessed.txt").write_text(str(book.notes[-1]), encoding="utf-8")

    def run_main(export: Any, *arguments: str, witnessed: bool = False) -> tuple[int, str]:
        path = tmp_path / "export.json"
        path.write_text(export if isinstance(export, str) else json.dumps(export), encoding="utf-8")
        anchor = ["--checkpoint", str(tmp_path / "witnessed.txt")] if witnessed else []
        code = verify.main([str(path), *anchor, *arguments])
        return code, capsys.readouterr().out

    yield run_main
    verify.LANGUAGE[0] = "de"


def test_a_stranger_checks_an_export_in_an_empty_folder(tmp_path: Path, book: LogBook):
    (tmp_path / "export.json").write_text(json.dumps(book.export()), encoding="utf-8")
    (tmp_path / "witnessed.txt").write_text(str(book.notes[-1]), encoding="utf-8")
    done = run(
        "verify", tmp_path, "export.json", "--checkpoint", "witnessed.txt",
        "--witness", book.witness_key, "--key", book.keys[-1],
        "--root", f"{len(book.leaves)}:{book.tree.root().hex()}",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Wurzel:      {book.tree.root().hex()}" in done.stdout
    assert "✓ Alle 8 Einträge stehen im Baum" in done.stdout
    assert "✓ Jede Fassung ist genau die davor" in done.stdout
    assert "unversehrt" in done.stdout
    english = run("verify", tmp_path, "export.json", "--lang", "en")
    assert english.returncode == 0
    assert "Not proved" in english.stdout
    assert "Bewiesen" not in english.stdout


def test_it_says_what_is_proved_and_what_is_not(check, book: LogBook):
    code, said = check(book.export())
    assert code == 0
    assert "✓ Jede Fassung ist genau die davor" in said
    assert "2 Inhalte sind getilgt, und das steht im Protokoll" in said
    assert "– Dass nicht alles neu geschrieben wurde" in said
    assert "– Der Schlüssel stammt aus dem Export selbst" in said
    assert "– Laut Export bezeugt von universitaet.example/zeuge" in said
    code, said = check(book.export(), "--witness", book.witness_key, "--key", book.keys[0], witnessed=True)
    assert code == 0
    assert "✓ universitaet.example/zeuge hat die ersten 8 Einträge bezeugt; spätestens 2027-08-29" in said
    assert "neu geschrieben" not in said
    assert "aus dem Export selbst" not in said
    assert "Personen sind nur versiegelt" in said


def test_what_is_newer_than_the_witness_is_named(check):
    book = sample()
    book.publish("Noch eine", [{"kind": "textaenderung", "node": "k0.m3", "after": "Neu."}])
    book.sign()
    code, said = check(book.export(), "--witness", book.witness_key)
    assert code == 0
    assert "Die Einträge 9 bis 9 sind jünger" in said


# Alterations of the database that leave hashes and signatures as they are.


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all values in a tree."""
    if isinstance(value, dict):
        return [found for name, item in value.items() for found in paths(item, (*path, name))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in paths(item, (*path, index))]
    return [path]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def pick(
    chance: random.Random, export: dict[str, Any], wanted: Callable[[tuple[Any, ...], Any], bool]
) -> tuple[Any, ...]:
    return chance.choice([path for path in paths(export) if wanted(path, at(export, path))])


def put(export: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    at(export, path[:-1])[path[-1]] = value


def a_word(chance: random.Random, export: dict[str, Any]) -> None:
    path = pick(
        chance, export, lambda p, v: p[0] == "contents" and p[-1] not in ("salt", "commitment") and isinstance(v, str)
    )
    words = at(export, path).split(" ")
    words[chance.randrange(len(words))] += "x"
    put(export, path, " ".join(words))


def a_number(chance: random.Random, export: dict[str, Any]) -> None:
    path = pick(chance, export, lambda p, v: p[0] == "contents" and isinstance(v, int))
    put(export, path, at(export, path) + chance.choice((-1, 1, 10)))


def a_letter_of_a_leaf(chance: random.Random, export: dict[str, Any]) -> None:
    number = chance.randrange(len(export["leaves"]))
    text = export["leaves"][number]
    place = chance.randrange(len(text))
    other = chance.choice([letter for letter in 'abc019{}",: ' if letter != text[place]])
    export["leaves"][number] = text[:place] + other + text[place + 1 :]


def a_salt(chance: random.Random, export: dict[str, Any]) -> None:
    path = pick(chance, export, lambda p, _v: p[-1] in ("salt", "commitment"))
    put(export, path, f"{int(at(export, path), 16) ^ 1 << chance.randrange(256):064x}")


def a_deleted_entry(chance: random.Random, export: dict[str, Any]) -> None:
    number = chance.randrange(len(export["leaves"]))
    del export["leaves"][number], export["contents"][number]


def a_deleted_content(chance: random.Random, export: dict[str, Any]) -> None:
    content = chance.choice([one for one in export["contents"] if one])
    del content[chance.choice(sorted(content))]


def a_deleted_row(chance: random.Random, export: dict[str, Any]) -> None:
    rows = chance.choice(
        [field for one in export["contents"] for field in one.values() if isinstance(field, list) and field]
    )
    del rows[chance.randrange(len(rows))]


def a_hidden_row(chance: random.Random, export: dict[str, Any]) -> None:
    """Pretend a passage was redacted: its commitment is right, its redaction is on no record."""
    rows = chance.choice([one["passages"] for one in export["contents"] if "passages" in one])
    index = chance.randrange(len(rows))
    item = rows[index]
    rows[index] = {"commitment": Opening(bytes.fromhex(item["salt"]), item["value"]).commitment.hex()}


def a_doubled_row(chance: random.Random, export: dict[str, Any]) -> None:
    rows = chance.choice(
        [field for one in export["contents"] for field in one.values() if isinstance(field, list) and field]
    )
    rows.append(copy.deepcopy(chance.choice(rows)))


def swapped(chance: random.Random, rows: list[Any]) -> None:
    one, other = chance.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]


def swapped_entries(chance: random.Random, export: dict[str, Any]) -> None:
    one, other = chance.sample(range(len(export["leaves"])), 2)
    for rows in (export["leaves"], export["contents"]):
        rows[one], rows[other] = rows[other], rows[one]


def swapped_contents(chance: random.Random, export: dict[str, Any]) -> None:
    swapped(chance, export["contents"])


def swapped_rows(chance: random.Random, export: dict[str, Any]) -> None:
    swapped(chance, chance.choice([one["passages"] for one in export["contents"] if "passages" in one]))


def a_letter_of_a_checkpoint(chance: random.Random, export: dict[str, Any]) -> None:
    """Only in the text and under the log's own name: what strangers write below is ignored, as the format says."""
    index = chance.randrange(len(export["checkpoints"]))
    note = export["checkpoints"][index]
    end = note.index(f"— {ORIGIN} ") + len(ORIGIN) + 80
    place = chance.randrange(min(end, len(note)))
    other = chance.choice([letter for letter in "abcABC019/+=\n— " if letter != note[place]])
    export["checkpoints"][index] = note[:place] + other + note[place + 1 :]


def a_cosignature(chance: random.Random, export: dict[str, Any]) -> None:
    note = export["checkpoints"][-1]
    place = len(note) - 60 + chance.randrange(50)
    export["checkpoints"][-1] = note[:place] + ("A" if note[place] != "A" else "B") + note[place + 1 :]


def a_foreign_key(chance: random.Random, export: dict[str, Any]) -> None:
    index = chance.randrange(len(export["keys"]))
    export["keys"][index] = str(keys.public(ORIGIN, keys.generate()))


def a_shortened_log(chance: random.Random, export: dict[str, Any]) -> None:
    """Cut off the end; the checkpoints that are left still fit."""
    for name in ("leaves", "contents", "checkpoints", "keys"):
        del export[name][1:]


KINDS = [
    a_word,
    a_number,
    a_letter_of_a_leaf,
    a_salt,
    a_deleted_entry,
    a_deleted_content,
    a_deleted_row,
    a_hidden_row,
    a_doubled_row,
    swapped_entries,
    swapped_contents,
    swapped_rows,
    a_letter_of_a_checkpoint,
    a_cosignature,
    a_foreign_key,
]


@pytest.mark.parametrize("seed", range(150))
def test_an_alteration_is_found(check, book: LogBook, seed: int):
    export = json.loads(json.dumps(book.export()))
    KINDS[seed % len(KINDS)](random.Random(seed), export)
    assert export != book.export()
    code, said = check(export, witnessed=True)
    assert code == 1, said
    assert "BESCHÄDIGT" in said
    assert "✓" not in said


# Alterations by someone who hashes everything anew.


def altering(name: str, chance: random.Random) -> Callable[[dict[str, Any]], None]:
    """Return what puts other words, with a fresh salt, into a content."""

    def alter(content: dict[str, Any]) -> None:
        field = content[name]
        if isinstance(field, Opening):
            content[name] = Opening.new(f"{field.value} (nie gesagt)")
            return
        index = chance.choice([i for i, item in enumerate(field) if isinstance(item, Opening)])
        value = dict(field[index].value)
        member = chance.choice([one for one, said in value.items() if isinstance(said, str)])
        field[index] = Opening.new({**value, member: value[member] + "?"})

    return alter


PUBLIC = [
    (1, "title"),
    (1, "passages"),
    (1, "summary"),
    (2, "title"),
    (3, "decision"),
    (5, "title"),
    (6, "text"),
    (8, "reason"),
]


@pytest.mark.parametrize(("number", "name"), PUBLIC)
@pytest.mark.parametrize("seed", range(5))
def test_a_rehashed_tail_with_the_stolen_key_is_found_with_the_witnessed_checkpoint(
    check, book: LogBook, number: int, name: str, seed: int
):
    forged = rewritten(book, number, altering(name, random.Random(seed)))
    code, said = check(forged.export(), witnessed=True)
    assert code == 1
    assert "nicht die, die unterschrieben wurden" in said
    assert check(forged.export(), "--root", f"{len(book.leaves)}:{book.tree.root().hex()}")[0] == 1
    assert check(forged.export(), "--witness", book.witness_key)[0] == 1
    if name != "passages":
        # Nobody could tell without something from elsewhere, and the verifier says so.
        code, said = check(forged.export())
        assert code == 0
        assert "– Dass nicht alles neu geschrieben wurde" in said


@pytest.mark.parametrize(("number", "name"), PUBLIC)
def test_a_rehashed_tail_without_the_key_is_found(check, book: LogBook, number: int, name: str):
    forged = rewritten(book, number, altering(name, random.Random(1)))
    forged.notes = book.notes
    assert check(forged.export())[0] == 1
    own = rewritten(book, number, altering(name, random.Random(1)), [keys.generate() for _ in book.privates])
    assert check(own.export(), witnessed=True)[0] == 1
    assert check(own.export(), "--key", book.keys[0])[0] == 1
    own.keys = book.keys
    assert check(own.export())[0] == 1


def test_the_unaltered_log_hashed_anew_is_the_same(check, book: LogBook):
    again = rewritten(book, 1, lambda _content: None)
    assert again.export()["leaves"] == book.export()["leaves"]
    assert check(again.export(), witnessed=True)[0] == 0


def test_a_cut_off_end_is_found_with_the_witnessed_checkpoint(check, book: LogBook):
    export = book.export()
    a_shortened_log(random.Random(0), export)
    assert check(export)[0] == 0
    code, said = check(export, witnessed=True)
    assert code == 1
    assert "Das Ende fehlt" in said


# Wording that does not follow from the changes, honestly committed to, hashed and signed.


def published(alter: Callable[[list[dict[str, Any]]], object]) -> dict[str, Any]:
    """Return an export whose last revision is not what its one change makes of the one before."""
    book = sample()
    alter(book.passages)
    book.publish("Stille Post", [{"kind": "textaenderung", "node": "k0.m3", "after": "Ein neuer Satz."}])
    book.sign()
    return book.export()


def test_an_honest_publication_passes(check):
    assert check(published(lambda _passages: None))[0] == 0


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (lambda p: p[4].update(body=p[4]["body"] + " Nicht."), "k1.m4: wurde ohne eine Änderung verändert (body)"),
        (lambda p: p[4].update(title="Anders"), "(title)"),
        (lambda p: p[4].update(parent="k2"), "(parent)"),
        (lambda p: p[4].update(state="gestrichen"), "(state)"),
        (lambda p: p[4].update(change=1), "(change)"),
        (lambda p: p.pop(4), "k1.m4: fehlt"),
        (lambda p: p.insert(0, {**p[4], "node": "k9.heimlich"}), "k9.heimlich: steht da ohne eine Änderung"),
        (lambda p: p.insert(0, p.pop(7)), "Die Reihenfolge hat sich geändert"),
        (lambda p: p.append(dict(p[0])), "zweimal"),
    ],
)
def test_wording_that_changed_beside_the_changes_is_found(check, alter, expected: str):
    code, said = check(published(alter))
    assert code == 1
    assert expected in said


def test_a_change_that_misquotes_the_old_wording_is_found(check):
    book = sample()
    book.publish("X", [{"kind": "textaenderung", "node": "k0.m3", "after": "Neu."}])
    content = book.contents[-1]
    content["changes"] = [Opening.new({**content["changes"][0].value, "before": "Das stand nie da."})]
    forged = rewritten(book, len(book.leaves), lambda _content: None)
    forged.sign_newest(book)
    code, said = check(forged.export())
    assert code == 1
    assert "anderen alten Wortlaut" in said


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("after", "Anders.", "nicht das Ergebnis der Änderung (body)"),
        ("title", "Anders", "nicht das Ergebnis der Änderung (title)"),
        ("kind", "streichung", "nicht das Ergebnis der Änderung (state)"),
        ("kind", "ergaenzung", "passt nicht zur Fassung davor"),
        ("kind", "geraune", "unbekannte Art"),
        ("node", "k1.m4", "k0.m3: wurde ohne eine Änderung verändert"),
        ("node", "k7.nirgends", "passt nicht zur Fassung davor"),
        ("id", 99, "Begründungen und Änderungen"),
        ("before", 3, "unvollständig"),
    ],
)
def test_a_change_that_does_not_give_the_new_wording_is_found(check, member: str, value: Any, expected: str):
    book = sample()
    book.publish("X", [{"kind": "textaenderung", "node": "k0.m3", "after": "Neu."}])
    content = book.contents[-1]
    content["changes"] = [Opening.new({**content["changes"][0].value, member: value})]
    forged = rewritten(book, len(book.leaves), lambda _content: None)
    forged.sign_newest(book)
    code, said = check(forged.export())
    assert code == 1
    assert expected in said


def test_a_redacted_passage_leaves_the_rest_comparable(check):
    book = sample()
    third = book.leaves[4]
    book.redact(third, "passages/6")
    book.sign()
    code, said = check(book.export())
    assert code == 0
    assert "✓ Jede Fassung" not in said
    assert "Fassung 3: Für 1 getilgte" in said
    assert "Fassung 4: Für 1 getilgte" in said


def test_a_redacted_text_is_named(check):
    book = sample()
    book.redact(book.leaves[4], "passages", "title")
    book.sign()
    code, said = check(book.export())
    assert code == 0
    assert "Fassung 3: Text oder Änderungen sind getilgt" in said


def test_a_redaction_that_was_not_carried_out_is_named(check):
    book = sample()
    book.about(LeafType.REDACTION, book.leaves[0], {}, fields=["summary", "passages/1"])
    book.sign()
    code, said = check(book.export())
    assert code == 0
    assert "getilgt, aber noch da: 1 passages/1, 1 summary" in said


# Odd logs and odd arguments.


@pytest.mark.parametrize(
    ("kind", "subject", "extra", "expected"),
    [
        (LeafType.RESOLUTION, 3, {}, "betrifft keine Fassung"),
        (LeafType.RESOLUTION, 2, {"subject_hash": "0" * 64}, "den es so nicht gibt"),
        (LeafType.REDACTION, 2, {"fields": ["nothing"]}, "tilgt etwas, das es nicht gibt"),
        (LeafType.REDACTION, 2, {"fields": ["title/1"]}, "tilgt etwas, das es nicht gibt"),
    ],
)
def test_an_entry_about_nothing_is_found(check, kind: LeafType, subject: int, extra: dict[str, Any], expected: str):
    book = sample()
    about = book.leaves[subject - 1]
    book.append(kind, {}, **{"subject": about.number, "subject_hash": about.hash.hex(), **extra})
    book.sign()
    code, said = check(book.export())
    assert code == 1
    assert expected in said


def test_a_skipped_revision_is_found(check):
    book = sample()
    book.revision += 1
    book.publish("Nach der Lücke")
    book.sign()
    assert "ist Fassung 6 statt 5" in check(book.export())[1]


def test_a_rotation_that_the_old_key_never_signed_is_found(check):
    book = sample()
    export = book.export()
    export["checkpoints"] = [one for one in export["checkpoints"] if one.count(f"— {ORIGIN} ") == 1]
    code, said = check(export)
    assert code == 1
    assert "nicht beide Schlüssel" in said


def test_entries_after_the_last_checkpoint_are_found(check, book: LogBook):
    more = sample()
    more.publish("Noch nicht unterschrieben")
    assert "Unterschrieben sind 8 Einträge, im Export stehen 9" in check(more.export())[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        "1.5",
        "nonsense",
        "[" * 100_000,
        '{"format": 1, "format": 2}',
        '{"format": NaN}',
        "9" * 5000,
    ],
)
def test_what_is_no_export_is_broken(check, text: str):
    assert check(text)[0] == 1


@pytest.mark.parametrize(
    "path", ["format", "version", "origin", "keys", "witnesses", "leaves", "checkpoints", "contents"]
)
@pytest.mark.parametrize("value", [None, [], {}, "x", 0, [None], [["x"]], [{}], ["x"]])
def test_no_shape_of_export_makes_it_stumble(check, book: LogBook, path: str, value: Any):
    code, said = check({**book.export(), path: value})
    assert code == (0 if (path, value) == ("witnesses", []) else 1), said


def test_no_value_anywhere_makes_it_stumble(check, book: LogBook):
    chance = random.Random(7)
    everywhere = paths(book.export())
    for _ in range(120):
        export = json.loads(json.dumps(book.export()))
        path = chance.choice(everywhere)
        depth = chance.randrange(1, len(path) + 1)
        value = chance.choice([None, True, 1.5, -1, 2**70, "", "\ud800", [], {}, [[]], {"salt": 1, "value": 2}])
        put(export, path[:depth], value)
        assert check(export)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--witness", "nonsense"),
        ("--witness", "LOG"),
        ("--root", "8"),
        ("--checkpoint", "nowhere.txt"),
        ("--checkpoint", "export.json"),
    ],
)
def test_an_argument_without_sense_is_not_a_broken_log(
    tmp_path: Path, book: LogBook, arguments: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.json").write_text(json.dumps(book.export()), encoding="utf-8")
    option, value = arguments
    assert verify.main(["export.json", option, book.keys[0] if value == "LOG" else value]) == 2
    assert verify.main(["missing.json"]) == 2
    with pytest.raises(SystemExit, match="2"):
        verify.main(["export.json", "--unknown"])


def test_a_witness_who_signed_nothing_is_missed(check, book: LogBook):
    other = str(keys.public("domowina.example/zeuge", keys.generate(), KeyType.WITNESS))
    code, said = check(book.export(), "--witness", other)
    assert code == 1
    assert "von domowina.example/zeuge bezeugt" in said


# A live site.


def test_a_stranger_checks_a_live_site(tmp_path: Path, book: LogBook):
    with serving(book) as site:
        (tmp_path / "damals.txt").write_text(str(book.notes[0]), encoding="utf-8")
        done = run("verify", tmp_path, site.address + "/", "--checkpoint", "damals.txt")
        assert (done.returncode, done.stderr) == (0, "")
        assert "✓ Die Seite belegt das Gleiche auch einzeln." in done.stdout


def test_a_site_that_proves_something_else_is_found(book: LogBook, capsys: pytest.CaptureFixture[str]):
    with serving(book) as site:
        honest = site.answer
        for path in ("/log/proof/inclusion", "/log/proof/consistency"):
            site.answer = lambda asked, query, path=path: '{"hashes": []}' if asked == path else honest(asked, query)
            assert verify.main([site.address]) == 1
            site.answer = lambda asked, query, path=path: '{"hashes": 7}' if asked == path else honest(asked, query)
            assert verify.main([site.address]) == 1
        other = rewritten(book, 1, altering("title", random.Random(0)))
        site.answer = lambda asked, query: str(other.notes[-1]) if asked == "/log/checkpoint" else honest(asked, query)
        assert verify.main([site.address]) == 1
    assert verify.main([site.address]) == 2
    capsys.readouterr()


def test_the_stranger_and_the_platform_agree_on_trees():
    chance = random.Random(3)
    hashes = [chance.randbytes(32) for _ in range(70)]
    tree = Tree(hashes)
    assert list(verify.roots(hashes)) == [tree.root(size) for size in range(71)]
    for size in range(1, 71):
        for old in range(1, size + 1):
            proof = tree.consistency_proof(old, size)
            assert verify.verify_consistency(old, size, tree.root(old), tree.root(size), proof)
            assert not verify.verify_consistency(old, size, chance.randbytes(32), tree.root(size), proof)
            path = tree.inclusion_proof(old - 1, size)
            assert verify.verify_inclusion(hashes[old - 1], old - 1, size, path, tree.root(size))
            assert not verify.verify_inclusion(hashes[old - 1], old - 1, size, path, chance.randbytes(32))


# Leaves that their own operator malformed, signed all the same: only the form can tell.


def malformed(alter: Callable[[dict[str, Any]], object], write: Callable[[Any], str] = canonical) -> dict[str, Any]:
    """Return a log of two entries whose second leaf was altered before it was signed."""
    book = LogBook()
    book.publish("Eins")
    book.publish("Zwei")
    export = {**book.export(), "witnesses": []}
    said = json.loads(export["leaves"][1])
    alter(said)
    export["leaves"][1] = write(said)
    tree = Tree(leaf.hash_text(text) for text in export["leaves"])
    text = Checkpoint(ORIGIN, 2, tree.root()).text
    export["checkpoints"] = [str(Note(text, (sign(text, ORIGIN, book.private),)))]
    return export


def doubled(said: Any) -> str:
    """Write a name twice: some readers take the first value, some the last."""
    return canonical(said).replace('"document"', '"document":"x","document"')


def test_the_small_log_is_sound_before_it_is_malformed(check):
    assert check(malformed(lambda _said: None))[0] == 0


@pytest.mark.parametrize(
    ("alter", "write", "expected"),
    [
        (lambda said: said.update(previous="ab" * 32), canonical, "schließt nicht an"),
        (lambda said: said.update(number=3), canonical, "An Stelle 2 steht Eintrag 3"),
        (lambda said: said.update(name="Anna"), canonical, "nicht die vorgeschriebene Form"),
        (lambda said: said.update(version=2), canonical, "nicht die vorgeschriebene Form"),
        (lambda said: said.update(time="gestern"), canonical, "nicht die vorgeschriebene Form"),
        (lambda said: said.pop("sealed"), canonical, "nicht die vorgeschriebene Form"),
        (lambda said: said["commitments"].pop("changes"), canonical, "nicht die vorgeschriebene Form"),
        (lambda said: said["sealed"].update(title="ab" * 32), canonical, "nicht die vorgeschriebene Form"),
        (lambda _said: None, json.dumps, "nicht die vorgeschriebene Form"),
        (lambda _said: None, doubled, "kein JSON, wie es das Format erlaubt"),
    ],
)
def test_a_malformed_leaf_is_found(check, alter, write: Callable[[Any], str], expected: str):
    code, said = check(malformed(alter, write))
    assert code == 1
    assert expected in said


def test_a_name_that_occurs_twice_in_the_export_is_found(check, book: LogBook):
    text = json.dumps(book.export())
    code, said = check(text.replace('"origin"', '"origin": "x", "origin"', 1))
    assert code == 1
    assert "kein JSON, wie es das Format erlaubt" in said


def test_a_rotation_from_a_key_that_was_not_in_use_is_found(check):
    book = LogBook()
    book.publish("Eins")
    foreign, new = (str(keys.public(ORIGIN, private)) for private in (keys.generate(), book.private))
    book.append(LeafType.KEY_ROTATION, {}, old_key=foreign, new_key=new)
    book.sign()
    code, said = check({**book.export(), "keys": [*book.keys, new]})
    assert code == 1
    assert "löst einen Schlüssel ab, der nicht galt" in said


def test_a_key_and_a_checkpoint_under_another_name_are_found(check):
    book = LogBook()
    book.publish("Eins")
    book.sign()
    code, said = check({**book.export(), "origin": "anders.example/log"})
    assert code == 1
    assert "gehört nicht zu diesem Protokoll" in said
    text = book.notes[0].text.replace(ORIGIN, "anders.example/log")
    book.notes[0] = Note(text, (sign(text, ORIGIN, book.private),))
    code, said = check(book.export())
    assert code == 1
    assert "gehört zu einem anderen Protokoll" in said


def test_a_first_revision_that_changes_something_is_found(check):
    book = LogBook()
    book.publish("Eins", [{"kind": "ergaenzung", "node": "k1", "after": "Aus dem Nichts."}])
    book.sign()
    code, said = check(book.export())
    assert code == 1
    assert "Vor der ersten Fassung gibt es nichts zu ändern" in said
