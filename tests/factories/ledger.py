"""Logs for tests: published, resolved, redacted and signed as the platform would do it, without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.ledger import keys
from participation.ledger.commitments import Opening
from participation.ledger.export import Content, Entry, commitments, export
from participation.ledger.leaf import GENESIS, Leaf, LeafType, read, rfc3339
from participation.ledger.merkle import Tree
from participation.ledger.note import Checkpoint, KeyType, Note, cosign, sign
from participation.ledger.signing import signed_checkpoint

ORIGIN = "leitbild.example/log"
WITNESS = "universitaet.example/zeuge"
START = datetime(2026, 11, 2, 10, tzinfo=UTC)
STATES = {
    "textaenderung": "geaendert",
    "ergaenzung": "neu",
    "streichung": "gestrichen",
    "zusammenfuehrung": "zusammengefuehrt",
    "teilung": "geteilt",
}


class LogBook:
    """A log with one document, its keys and one witness."""

    def __init__(self) -> None:
        self.private = keys.generate()
        self.privates = [self.private]
        self.witness = keys.generate()
        self.keys = [str(keys.public(ORIGIN, self.private))]
        self.leaves: list[Leaf] = []
        self.contents: list[dict[str, Any]] = []
        self.tree = Tree()
        self.notes: list[Note] = []
        self.passages: list[dict[str, Any]] = []
        self.revision = 0
        self.changes = 0

    @property
    def witness_key(self) -> str:
        return str(keys.public(WITNESS, self.witness, KeyType.WITNESS))

    def append(self, kind: LeafType, content: Content, sealed: Content | None = None, **extra: Any) -> Leaf:
        leaf = Leaf(
            type=kind,
            number=len(self.leaves) + 1,
            previous=self.leaves[-1].hash.hex() if self.leaves else GENESIS,
            document="leitbild",
            time=rfc3339(START + timedelta(days=len(self.leaves))),
            commitments=commitments(content),
            sealed=commitments(sealed or {}),
            extra=extra,
        )
        assert read(leaf.text) == leaf
        self.leaves.append(leaf)
        self.contents.append(dict(content))
        self.tree.append(leaf.hash)
        return leaf

    def publish(self, title: str, changes: Sequence[dict[str, Any]] = ()) -> Leaf:
        """Publish the next revision: the passages after the changes, which get their numbers here."""
        self.revision += 1
        made = []
        for change in changes:
            self.changes += 1
            made.append({"parent": "", "title": "", "before": "", **change, "id": self.changes})
            self._apply(made[-1])
        content: dict[str, Any] = {
            "title": Opening.new(title),
            "summary": Opening.new(f"Was sich ändert: {title} – Łužyca, „Kohle“ & Kultur."),
            "passages": [Opening.new(dict(passage)) for passage in self.passages],
            "changes": [Opening.new(change) for change in made],
            "reasons": [
                Opening.new({"change": change["id"], "reason": "Viele wollten das.", "votes": 17}) for change in made
            ],
        }
        sealed = {"author": Opening.new({"id": 4}), "approver": Opening.new({"id": 7})}
        return self.append(LeafType.REVISION, content, sealed, revision=self.revision)

    def _apply(self, change: dict[str, Any]) -> None:
        at = next((i for i, one in enumerate(self.passages) if one["node"] == change["node"]), None)
        if at is None:
            parent = next((i for i, one in enumerate(self.passages) if one["node"] == change["parent"]), -1)
            old: dict[str, Any] = {
                "node": change["node"],
                "parent": change["parent"],
                "kind": "massnahme",
                "depth": 2,
                "body": "",
                "title": "",
            }
            self.passages.insert(parent + 1, old)
            at = parent + 1
        old = self.passages[at]
        change["before"] = old["body"]
        change["title"] = change["title"] or old["title"]
        new = {"title": change["title"], "body": change["after"]}
        self.passages[at] = {**old, **new, "state": STATES[change["kind"]], "change": change["id"]}

    def about(self, kind: LeafType, subject: Leaf, content: Content, **extra: Any) -> Leaf:
        return self.append(kind, content, subject=subject.number, subject_hash=subject.hash.hex(), **extra)

    def redact(self, subject: Leaf, *fields: str) -> Leaf:
        content = self.contents[subject.number - 1]
        for field in fields:
            name, _, index = field.partition("/")
            if index:
                content[name][int(index)] = content[name][int(index)].commitment
            else:
                del content[name]
        reason = {"reason": Opening.new("Antrag nach Art. 17 DSGVO")}
        return self.about(LeafType.REDACTION, subject, reason, fields=list(fields))

    def rotate(self) -> None:
        """Change the key; the next checkpoint is signed by both."""
        new = keys.generate()
        text = str(keys.public(ORIGIN, new))
        self.append(LeafType.KEY_ROTATION, {}, old_key=self.keys[-1], new_key=text)
        self.sign(also=new)
        self.private = new
        self.privates.append(new)
        self.keys.append(text)

    def sign(self, also: Any = None) -> Note:
        last = Checkpoint.parse(self.notes[-1].text) if self.notes else None
        note = signed_checkpoint(self.tree, ORIGIN, last, [self.private, *([also] if also else [])])
        assert note is not None
        self.notes.append(note)
        return note

    def sign_newest(self, other: LogBook) -> None:
        """Sign the whole tree with the key another log signs with now."""
        text = Checkpoint(ORIGIN, len(self.leaves), self.tree.root()).text
        self.notes.append(Note(text, (sign(text, ORIGIN, other.private),)))

    def cosign(self, at: datetime = START + timedelta(days=300)) -> Note:
        """Let the witness cosign the newest checkpoint."""
        note = self.notes[-1]
        self.notes[-1] = note.joined([cosign(note.text, WITNESS, self.witness, at)])
        return self.notes[-1]

    def entries(self) -> list[Entry]:
        return [Entry(leaf.text, content) for leaf, content in zip(self.leaves, self.contents, strict=True)]

    def export(self) -> dict[str, Any]:
        return export(ORIGIN, self.keys, [self.witness_key], self.entries(), [str(note) for note in self.notes])


def rewritten(
    book: LogBook,
    number: int,
    alter: Callable[[dict[str, Any]], None],
    privates: Sequence[Ed25519PrivateKey] | None = None,
) -> LogBook:
    """Return the log as an operator would forge it: one content altered, everything after it hashed and signed anew.

    Other `privates` than the log's own make it the work of someone without its keys.
    """
    new = LogBook()
    new.witness = book.witness
    new.privates = list(privates or book.privates)
    new.keys = [str(keys.public(ORIGIN, private)) for private in new.privates]
    again = dict(zip(book.keys, new.keys, strict=True))
    signers = {keys.public(ORIGIN, old).id: own for old, own in zip(book.privates, new.privates, strict=True)}
    for leaf, old in zip(book.leaves, book.contents, strict=True):
        content = {name: list(field) if isinstance(field, list) else field for name, field in old.items()}
        if leaf.number == number:
            alter(content)
        extra = {
            name: again.get(value, value) if isinstance(value, str) else value for name, value in leaf.extra.items()
        }
        if "subject" in extra:
            extra["subject_hash"] = new.leaves[extra["subject"] - 1].hash.hex()
        made = replace(
            leaf,
            previous=new.leaves[-1].hash.hex() if new.leaves else GENESIS,
            commitments={**leaf.commitments, **commitments(content)},
            extra=extra,
        )
        new.leaves.append(made)
        new.contents.append(content)
        new.tree.append(made.hash)
    for note in book.notes:
        size = Checkpoint.parse(note.text).size
        text = Checkpoint(ORIGIN, size, new.tree.root(size)).text
        by = [signers[one.key_id] for one in note.signatures if one.key_id in signers]
        new.notes.append(Note(text, tuple(sign(text, ORIGIN, private) for private in by)))
    return new


def passage(number: int, body: str) -> dict[str, Any]:
    return {
        "node": f"k{number // 4}.m{number}",
        "parent": f"k{number // 4}",
        "kind": "massnahme",
        "depth": 2,
        "title": f"Maßnahme {number}",
        "body": body,
        "state": "unveraendert",
        "change": 0,
    }


def sample() -> LogBook:
    """Return a log with every kind of leaf: four revisions of a dozen passages, signed and witnessed."""
    book = LogBook()
    book.passages = [
        passage(n, f"Wir bauen {n} Radwege zwischen Cottbus/Chóśebuz und Bautzen/Budyšin.") for n in range(12)
    ]
    book.publish("Ausgangsfassung")
    book.sign()
    second = book.publish(
        "Mehr Radwege",
        [
            {"kind": "textaenderung", "node": "k0.m1", "after": "Wir bauen 20 Radwege, drei davon über die Grenze."},
            {"kind": "ergaenzung", "node": "k1.neu", "parent": "k1.m4", "title": "Neu", "after": "Ein Haus für alle."},
        ],
    )
    body = {"body": Opening.new("Lenkungsgremium Sachsen"), "decision": Opening.new("adopted")}
    book.about(LeafType.RESOLUTION, second, body)
    book.sign()
    book.rotate()
    book.publish(
        "Weniger ist mehr",
        [
            {"kind": "streichung", "node": "k2.m9", "after": ""},
            {"kind": "zusammenfuehrung", "node": "k0.m2", "after": "Siehe Maßnahme 1."},
            {"kind": "textaenderung", "node": "k0.m1", "title": "Radwege", "after": "Wir bauen 22 Radwege."},
        ],
    )
    book.about(LeafType.CORRECTION, second, {"text": Opening.new("Das Datum im Vorwort war falsch.")})
    book.publish("Geteilt", [{"kind": "teilung", "node": "k1.m5", "after": "Nur noch die Hälfte."}])
    book.redact(second, "summary", "reasons/0")
    book.sign()
    book.cosign()
    return book
