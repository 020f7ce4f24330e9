"""Prüft ein nachprüfbares Protokoll: einen Export ohne Netz, oder eine laufende Seite.

    python verify.py EXPORT.json
    python verify.py https://leitbild.example --checkpoint damals.txt --witness "universitaet.example+…"

Checks a verifiable log: an export offline, or a live site. One file, the standard library and `cryptography`
(pip install cryptography); it shares no code with the platform it checks. The format is docs/log-format.md.
Exit code: 0 sound, 1 broken, 2 could not check.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.stderr.write("Es fehlt die Bibliothek cryptography / missing library: pip install cryptography\n")
    sys.exit(2)

LOG_KEY, WITNESS_KEY = 1, 4
GENESIS = "0" * 64
LISTS = ("passages", "changes", "reasons")
STATES = {
    "textaenderung": "geaendert",
    "ergaenzung": "neu",
    "streichung": "gestrichen",
    "zusammenfuehrung": "zusammengefuehrt",
    "teilung": "geteilt",
}
DECISIONS = {"adopted": "angenommen", "returned": "zurückverwiesen"}
COMMON = {"version", "type", "number", "previous", "document", "time", "commitments", "sealed"}
OWN = {
    "revision": {"revision"},
    "resolution": {"subject", "subject_hash"},
    "correction": {"subject", "subject_hash"},
    "redaction": {"subject", "subject_hash", "fields"},
    "key-rotation": {"old_key", "new_key"},
}
HEX = re.compile(r"[0-9a-f]{64}")
FIELD = re.compile(r"[a-z][a-z0-9_]*(/(0|[1-9][0-9]*))?")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
LIMIT = 512 * 1024 * 1024
LANGUAGE = ["de"]


def say(german: str, english: str) -> str:
    return german if LANGUAGE[0] == "de" else english


class Broken(Exception):
    """Something does not fit."""

    def __init__(self, german: str, english: str) -> None:
        super().__init__(say(german, english))


class CannotCheck(Exception):
    """Nothing can be said: no such file, no answer, an argument that makes no sense."""


class Report:
    """What was found."""

    def __init__(self) -> None:
        self.proved: list[str] = []
        self.unproved: list[str] = []
        self.broken: list[str] = []
        self.facts: list[str] = []

    def prove(self, german: str, english: str) -> None:
        self.proved.append(say(german, english))

    def leave(self, german: str, english: str) -> None:
        self.unproved.append(say(german, english))

    def blame(self, german: str, english: str) -> None:
        self.broken.append(say(german, english))

    def print(self) -> None:
        for fact in self.facts:
            print(fact)
        for title, mark, lines in (
            (say("Beschädigt", "Broken"), "✗", self.broken),
            (say("Bewiesen", "Proved"), "✓", self.proved),
            (say("Nicht bewiesen", "Not proved"), "–", self.unproved),
        ):
            if lines:
                print(f"\n{title}")
            for line in lines[:30]:
                print(f"  {mark} {line}")
            if len(lines) > 30:
                print("    " + say(f"und {len(lines) - 30} weitere", f"and {len(lines) - 30} more"))
        print()
        if self.broken:
            print(
                say("Ergebnis: BESCHÄDIGT. Diesem Protokoll ist nicht zu trauen.", "Result: BROKEN. Do not trust it.")
            )
        else:
            print(say("Ergebnis: unversehrt, so weit oben steht.", "Result: sound, as far as stated above."))


# JSON: strings, integers, lists and objects, each written in exactly one way (RFC 8785).


def load_json(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("a name occurs twice")
        return dict(pairs)

    def refuse(found: str) -> Any:
        raise ValueError(f"not allowed: {found}")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Broken(
            "Das ist kein JSON, wie es das Format erlaubt.", "This is no JSON as the format allows it."
        ) from error


def canonical(value: Any) -> str:
    """Return RFC 8785 JSON: names sorted by UTF-16 code units, no space, nothing escaped that need not be."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        value.encode()
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53:
        return str(value)
    raise ValueError("only strings and integers")


# The tree: RFC 9162, section 2.1.


def leaf_hash(text: str) -> bytes:
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def roots(hashes: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the root of the empty tree, of the first leaf, of the first two, …"""
    yield hashlib.sha256(b"").digest()
    edge: list[bytes] = []
    for size, one in enumerate(hashes):
        found, rest = one, size
        while rest & 1:
            found, rest = node_hash(edge.pop(), found), rest >> 1
        edge.append(found)
        for left in reversed(edge[:-1]):
            found = node_hash(left, found)
        yield found


def root_of(hashes: Iterable[bytes]) -> bytes:
    found = b""
    for found in roots(hashes):  # noqa: B007 -- only the last one counts
        pass
    return found


def verify_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    position, last, found = index, size - 1, leaf
    for neighbour in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(neighbour, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, neighbour)
        position, last = position >> 1, last >> 1
    return 0 <= index < size and last == 0 and found == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2, for 0 < old."""
    if old == new:
        return not proof and old_root == new_root
    path = proof if old & (old - 1) else [old_root, *proof]
    if not 0 < old < new or not path:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for neighbour in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            before, after = node_hash(neighbour, before), node_hash(neighbour, after)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, neighbour)
        position, last = position >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


# Signed notes: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature.


def unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Broken("Eine Signatur oder Wurzel ist kein Base64.", "A signature or root is not Base64.")
    return data


class Key:
    """A public key: name+id+base64(type ‖ key)."""

    def __init__(self, text: str) -> None:
        name, _, rest = text.partition("+")
        key_id, _, material = rest.partition("+")
        data = unbase64(material)
        digest = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        if not name or len(data) != 33 or data[0] not in (LOG_KEY, WITNESS_KEY) or digest.hex() != key_id:
            raise Broken(f"Das ist kein Schlüssel: {text}", f"This is no key: {text}")
        self.text, self.name, self.id, self.type, self.public = text, name, digest, data[0], data[1:]


class Checkpoint:
    """A signed note whose text is origin, size and root."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        text, gap, lines = raw.rpartition("\n\n")
        self.text = text + "\n"
        body = self.text.split("\n")
        if not gap or not lines.endswith("\n") or len(body) != 4 or re.search(r"[\x00-\x09\x0b-\x1f]", raw):
            raise Broken("Ein Prüfpunkt hat nicht die vorgeschriebene Form.", "A checkpoint is malformed.")
        if not body[0] or not re.fullmatch(r"0|[1-9][0-9]{0,17}", body[1]):
            raise Broken("Ein Prüfpunkt nennt keine Größe.", "A checkpoint names no size.")
        self.origin, self.size, self.root = body[0], int(body[1]), unbase64(body[2])
        self.signatures: list[tuple[str, bytes, bytes]] = []
        for line in lines[:-1].split("\n"):
            match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)", line)
            if match is None:
                raise Broken("Ein Prüfpunkt hat eine unlesbare Signatur.", "A checkpoint has an unreadable signature.")
            data = unbase64(match[2])
            self.signatures.append((match[1], data[:4], data[4:]))

    def signed_by(self, key: Key) -> int | None:
        """Return when a key signed (0 for a log's key), None if it did not; a wrong signature is an error."""
        found: int | None = None
        for name, key_id, data in self.signatures:
            if (name, key_id) != (key.name, key.id):
                continue
            message, at, signature = self.text.encode(), 0, data
            if key.type == WITNESS_KEY:
                at, signature = int.from_bytes(data[:8], "big"), data[8:]
                message = f"cosignature/v1\ntime {at}\n{self.text}".encode()
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
            except (InvalidSignature, ValueError) as error:
                raise Broken(
                    f"Der Prüfpunkt über {self.size} Einträge trägt eine falsche Signatur von {name}.",
                    f"The checkpoint of size {self.size} bears a wrong signature by {name}.",
                ) from error
            found = max(found or 0, at)
        return found


# The log itself.


class Log:
    """An export, taken apart and checked piece by piece."""

    def __init__(self, export: Any, report: Report) -> None:
        self.report = report
        shape = {"format", "version", "origin", "keys", "witnesses", "leaves", "checkpoints", "contents"}
        if not isinstance(export, dict) or set(export) != shape:
            raise Broken("Das ist kein Export eines Protokolls.", "This is not an export of a log.")
        if export["format"] != "verifiable-log-export" or export["version"] != 1:
            raise Broken(
                "Dieses Format kennt diese Prüfung nicht. Vielleicht gibt es eine neuere.",
                "This verifier does not know the format. There may be a newer one.",
            )
        texts = ("keys", "witnesses", "leaves", "checkpoints")
        sound = all(isinstance(export[n], list) and all(isinstance(x, str) for x in export[n]) for n in texts)
        if not sound or not isinstance(export["contents"], list) or not isinstance(export["origin"], str):
            raise Broken("Der Export hat nicht die vorgeschriebene Form.", "The export is malformed.")
        self.origin: str = export["origin"]
        self.texts: list[str] = export["leaves"]
        self.contents: list[Any] = export["contents"]
        self.listed_keys: list[str] = export["keys"]
        self.witnesses = [Key(text) for text in export["witnesses"]]
        self.checkpoints = [Checkpoint(raw) for raw in export["checkpoints"]]
        if len(self.contents) != len(self.texts) or not self.texts or not self.checkpoints or not self.listed_keys:
            raise Broken(
                "Es fehlen Einträge, Inhalte, Prüfpunkte oder Schlüssel.",
                "Leaves, contents, checkpoints or keys are missing.",
            )
        try:
            self.hashes = [leaf_hash(text) for text in self.texts]
        except UnicodeEncodeError as error:
            raise Broken("Ein Eintrag ist kein gültiger Text.", "A leaf is not valid text.") from error
        self.roots = list(roots(self.hashes))
        self.leaves = [self.read_leaf(number) for number in range(1, len(self.texts) + 1)]
        self.schedule = self.read_keys()
        self.redacted: dict[int, set[str]] = {}
        self.values: list[dict[str, Any]] = []

    def read_leaf(self, number: int) -> dict[str, Any]:
        """Return a leaf; its form, number and link must be right."""
        text = self.texts[number - 1]
        leaf = load_json(text)
        try:
            sound = isinstance(leaf, dict) and canonical(leaf) == text and self.well_formed(leaf)
        except (ValueError, TypeError, RecursionError):
            sound = False
        if not sound:
            raise Broken(f"Eintrag {number} hat nicht die vorgeschriebene Form.", f"Leaf {number} is malformed.")
        if leaf["number"] != number:
            raise Broken(
                f"An Stelle {number} steht Eintrag {leaf['number']}.",
                f"Leaf {leaf['number']} stands in place {number}.",
            )
        before = self.hashes[number - 2].hex() if number > 1 else GENESIS
        if leaf["previous"] != before:
            raise Broken(
                f"Eintrag {number} schließt nicht an den Eintrag davor an.",
                f"Leaf {number} does not follow the one before.",
            )
        return dict(leaf)

    @staticmethod
    def well_formed(leaf: dict[str, Any]) -> bool:
        kind = leaf.get("type")
        if kind not in OWN or set(leaf) != COMMON | OWN[kind] or leaf["version"] != 1:
            return False
        groups = (leaf["commitments"], leaf["sealed"])
        return (
            isinstance(leaf["number"], int)
            and bool(HEX.fullmatch(leaf["previous"]) and TIME.fullmatch(leaf["time"]))
            and isinstance(leaf["document"], str)
            and all(isinstance(group, dict) for group in groups)
            and all(
                bool(FIELD.fullmatch(n) and "/" not in n and HEX.fullmatch(v)) for g in groups for n, v in g.items()
            )
            and not set(groups[0]) & set(groups[1])
            and all(isinstance(leaf[name], int) and leaf[name] > 0 for name in ("revision", "subject") if name in leaf)
            and all(HEX.fullmatch(leaf[name]) for name in ("subject_hash",) if name in leaf)
            and all(isinstance(leaf[name], str) for name in ("old_key", "new_key") if name in leaf)
            and ("fields" not in leaf or (isinstance(leaf["fields"], list) and bool(leaf["fields"])))
            and all(FIELD.fullmatch(name) for name in leaf.get("fields", ()))
            and (kind != "revision" or {"passages", "changes"} <= set(leaf["commitments"]))
        )

    def read_keys(self) -> list[tuple[int, Key]]:
        """Return from which leaf on which key signs; rotations must hand over from one to the next."""
        schedule = [(0, Key(self.listed_keys[0]))]
        for leaf in self.leaves:
            if leaf["type"] == "key-rotation":
                if leaf["old_key"] != schedule[-1][1].text:
                    raise Broken(
                        f"Eintrag {leaf['number']} löst einen Schlüssel ab, der nicht galt.",
                        f"Leaf {leaf['number']} replaces a key that was not in use.",
                    )
                schedule.append((leaf["number"], Key(leaf["new_key"])))
        if [key.text for _, key in schedule] != self.listed_keys:
            raise Broken(
                "Die Schlüssel im Export sind nicht die aus den Einträgen.", "The keys are not those of the leaves."
            )
        if any(key.type != LOG_KEY or key.name != self.origin for _, key in schedule):
            raise Broken("Ein Schlüssel gehört nicht zu diesem Protokoll.", "A key does not belong to this log.")
        return schedule

    def key_for(self, size: int) -> Key:
        return [key for start, key in self.schedule if start <= size][-1]

    def check_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Demand that a checkpoint is signed by the key of its time and has the root of our leaves."""
        size = checkpoint.size
        if checkpoint.origin != self.origin:
            raise Broken(
                f"Ein Prüfpunkt gehört zu einem anderen Protokoll: {checkpoint.origin}",
                f"A checkpoint belongs to another log: {checkpoint.origin}",
            )
        if size > len(self.leaves):
            raise Broken(
                f"Ein Prüfpunkt umfasst {size} Einträge, hier sind nur {len(self.leaves)}: Das Ende fehlt.",
                f"A checkpoint covers {size} leaves, here are only {len(self.leaves)}: the end is missing.",
            )
        if checkpoint.signed_by(self.key_for(size)) is None:
            raise Broken(
                f"Der Prüfpunkt über {size} Einträge ist nicht mit dem gültigen Schlüssel unterschrieben.",
                f"The checkpoint of size {size} is not signed with the key in use.",
            )
        if checkpoint.root != self.roots[size]:
            raise Broken(
                f"Die ersten {size} Einträge sind nicht die, die unterschrieben wurden.",
                f"The first {size} leaves are not those that were signed.",
            )

    def check_tree(self) -> None:
        """All checkpoints of the export; the last covers everything, and each rotation was signed by both keys."""
        for checkpoint in self.checkpoints:
            self.check_checkpoint(checkpoint)
        if self.checkpoints[-1].size != len(self.leaves):
            raise Broken(
                f"Unterschrieben sind {self.checkpoints[-1].size} Einträge, im Export stehen {len(self.leaves)}.",
                f"{self.checkpoints[-1].size} leaves are signed, the export has {len(self.leaves)}.",
            )
        for (_, old), (start, new) in zip(self.schedule, self.schedule[1:], strict=False):
            later = [checkpoint for checkpoint in self.checkpoints if checkpoint.size >= start]
            if not any(c.signed_by(old) is not None and c.signed_by(new) is not None for c in later):
                raise Broken(
                    f"Den Schlüsselwechsel in Eintrag {start} haben nicht beide Schlüssel unterschrieben.",
                    f"The key rotation in leaf {start} was not signed by both keys.",
                )
        count, last = len(self.leaves), self.checkpoints[-1]
        self.report.prove(
            f"Alle {count} Einträge stehen im Baum mit der unterschriebenen Wurzel, jeder folgt dem davor.",
            f"All {count} leaves are in the tree whose root is signed; each follows the one before.",
        )
        self.report.facts += [
            say(f"Protokoll:   {self.origin}", f"Log:         {self.origin}"),
            say(f"Einträge:    {count}", f"Leaves:      {count}"),
            say(f"Wurzel:      {last.root.hex()}", f"Root:        {last.root.hex()}"),
            say(f"Schlüssel:   {self.schedule[-1][1].text}", f"Key:         {self.schedule[-1][1].text}"),
        ]

    def check_subjects(self) -> None:
        """Leaves about other leaves name them rightly; redactions are collected; revisions are numbered 1, 2, 3, …"""
        newest: dict[str, int] = {}
        for leaf in self.leaves:
            number = leaf["number"]
            if "subject" in leaf:
                subject = leaf["subject"]
                if subject >= number or leaf["subject_hash"] != self.hashes[subject - 1].hex():
                    raise Broken(
                        f"Eintrag {number} bezieht sich auf einen Eintrag, den es so nicht gibt.",
                        f"Leaf {number} is about a leaf that does not exist like that.",
                    )
                about = self.leaves[subject - 1]
                if leaf["type"] == "resolution" and about["type"] != "revision":
                    raise Broken(
                        f"Der Beschluss in Eintrag {number} betrifft keine Fassung.",
                        f"The resolution in leaf {number} is not about a revision.",
                    )
                if leaf["type"] == "redaction":
                    self.collect_redaction(leaf, about)
            if leaf["type"] == "revision":
                newest[leaf["document"]] = newest.get(leaf["document"], 0) + 1
                if leaf["revision"] != newest[leaf["document"]]:
                    raise Broken(
                        f"Eintrag {number} ist Fassung {leaf['revision']} statt {newest[leaf['document']]}.",
                        f"Leaf {number} is revision {leaf['revision']} instead of {newest[leaf['document']]}.",
                    )

    def collect_redaction(self, leaf: dict[str, Any], about: dict[str, Any]) -> None:
        for field in leaf["fields"]:
            name, slash, _ = field.partition("/")
            known = {*about["commitments"], *about["sealed"]}
            if name not in known or (slash and name not in LISTS):
                raise Broken(
                    f"Eintrag {leaf['number']} tilgt etwas, das es nicht gibt: {field}",
                    f"Leaf {leaf['number']} redacts what does not exist: {field}",
                )
            self.redacted.setdefault(leaf["subject"], set()).add(field)

    def check_contents(self) -> None:
        """Each public field opens its commitment, or its redaction is on record."""
        opened = hidden = 0
        still: list[str] = []
        for leaf, content in zip(self.leaves, self.contents, strict=True):
            number, values = leaf["number"], {}
            if not isinstance(content, dict) or not set(content) <= set(leaf["commitments"]):
                raise Broken(
                    f"Eintrag {number} zeigt mehr, als er zusagt.", f"Leaf {number} shows more than it commits to."
                )
            gone = self.redacted.get(number, set())
            for name, commitment in leaf["commitments"].items():
                if name not in content:
                    if name not in gone:
                        raise Broken(
                            f"In Eintrag {number} fehlt {name}, ohne dass die Tilgung protokolliert ist.",
                            f"In leaf {number} {name} is missing, and no redaction is on record.",
                        )
                    hidden += 1
                    continue
                found, values[name] = self.opened(number, name, content[name], gone)
                if found.hex() != commitment:
                    raise Broken(
                        f"Eintrag {number}: {name} ist nicht das, was zugesagt wurde.",
                        f"Leaf {number}: {name} is not what was committed to.",
                    )
                items = values[name] if name in LISTS else [values[name]]
                shown = {f"{name}/{index}" for index, item in enumerate(items) if item is not None} | {name}
                still += [f"{number} {field}" for field in sorted(gone & shown)]
                opened += sum(item is not None for item in items)
                hidden += sum(item is None for item in items)
            self.values.append(values)
        self.report.prove(
            f"Alle {opened} offenen Inhalte sind Wort für Wort die, die eingetragen wurden.",
            f"All {opened} open contents are, word for word, those that were logged.",
        )
        if hidden:
            self.report.leave(
                f"{hidden} Inhalte sind getilgt, und das steht im Protokoll. Was dort stand, ist nicht mehr prüfbar.",
                f"{hidden} contents are redacted, and that is on record. What stood there can no longer be checked.",
            )
        if still:
            self.report.leave(
                f"Laut Protokoll getilgt, aber noch da: {', '.join(still)}.",
                f"Redacted according to the log, but still there: {', '.join(still)}.",
            )

    def opened(self, number: int, name: str, field: Any, gone: set[str]) -> tuple[bytes, Any]:
        """Return the commitment to a field, and its value; items of a list that were redacted are None."""
        if name not in LISTS:
            return self.opening(number, name, field)
        if not isinstance(field, list):
            raise Broken(f"Eintrag {number}: {name} ist keine Liste.", f"Leaf {number}: {name} is not a list.")
        hashes, values = [], []
        for index, item in enumerate(field):
            if isinstance(item, dict) and set(item) == {"commitment"}:
                if f"{name}/{index}" not in gone or not isinstance(item["commitment"], str):
                    raise Broken(
                        f"Eintrag {number}: {name}/{index} fehlt, ohne dass die Tilgung protokolliert ist.",
                        f"Leaf {number}: {name}/{index} is missing, and no redaction is on record.",
                    )
                commitment, value = self.unhex(item["commitment"]), None
            else:
                commitment, value = self.opening(number, f"{name}/{index}", item)
            hashes.append(hashlib.sha256(b"\x00" + commitment).digest())
            values.append(value)
        return root_of(hashes), values

    def opening(self, number: int, name: str, item: Any) -> tuple[bytes, Any]:
        try:
            salt, value = (item["salt"], item["value"]) if len(item) == 2 else (None, None)
            data = canonical(value).encode()
            return hashlib.sha256(b"lbl1\0" + self.unhex(salt) + data).digest(), value
        except (TypeError, ValueError, KeyError, RecursionError) as error:
            raise Broken(
                f"Eintrag {number}: {name} ist kein Inhalt mit Salz.", f"Leaf {number}: {name} is no value with a salt."
            ) from error

    @staticmethod
    def unhex(text: Any) -> bytes:
        if not isinstance(text, str) or not HEX.fullmatch(text):
            raise ValueError("not 32 bytes in hex")
        return bytes.fromhex(text)

    def check_wording(self) -> None:
        """Apply the changes of each revision to the one before, and compare."""
        before: dict[str, Any] = {}
        checked = total = 0
        for leaf, values in zip(self.leaves, self.values, strict=True):
            if leaf["type"] != "revision":
                continue
            total += 1
            old = before.get(leaf["document"], [])
            new, changes = values.get("passages"), values.get("changes")
            before[leaf["document"]] = new
            if old is None or new is None or changes is None:
                self.report.leave(
                    f"Fassung {leaf['revision']}: Text oder Änderungen sind getilgt, nichts ist vergleichbar.",
                    f"Revision {leaf['revision']}: text or changes are redacted, the wording cannot be compared.",
                )
                continue
            wording = Wording(self.report, leaf["revision"], old, new, changes)
            checked += wording.check(values.get("reasons"))
        if total == 0:
            return
        self.report.facts.append(say(f"Fassungen:   {total}", f"Revisions:   {total}"))
        if checked == total and total > 1:
            self.report.prove(
                "Jede Fassung ist genau die davor mit den protokollierten Änderungen; kein Wort änderte sich daneben.",
                "Each revision is exactly the one before with the logged changes; no word changed besides.",
            )
        self.tell_resolutions()
        self.report.leave(
            "Ob die Änderungen gut begründet sind und den Beiträgen gerecht werden: Das kann nur lesen, wer urteilt.",
            "Whether the changes are well founded and do justice to the contributions: that takes a reader.",
        )

    def tell_resolutions(self) -> None:
        """Name what bodies decided about which revision; who had to decide is not in the log."""
        told = False
        for leaf, values in zip(self.leaves, self.values, strict=True):
            if leaf["type"] != "resolution":
                continue
            about, told = self.leaves[leaf["subject"] - 1], True
            body, decision, date = (str(values.get(name, "–")) for name in ("body", "decision", "date"))
            self.report.facts.append(
                say(
                    f"Beschluss:   Fassung {about['revision']}, {body}, {DECISIONS.get(decision, decision)}, {date}",
                    f"Resolution:  revision {about['revision']}, {body}, {decision}, {date}",
                )
            )
        if told:
            self.report.leave(
                "Welche Gremien zustimmen müssen: Das steht nicht im Protokoll, nur was sie beschlossen haben.",
                "Which bodies have to agree: the log tells only what they decided.",
            )


class Wording:
    """One revision against the one before it; redacted items are None."""

    def __init__(self, report: Report, revision: int, old: list[Any], new: list[Any], changes: list[Any]) -> None:
        self.report, self.revision = report, revision
        self.old, self.new, self.changes = old, new, changes
        self.seen: set[str] = set()

    def blame(self, node: str, german: str, english: str) -> None:
        self.report.blame(f"Fassung {self.revision}, {node}: {german}", f"Revision {self.revision}, {node}: {english}")

    def check(self, reasons: list[Any] | None) -> bool:
        """Tell whether everything could be checked; what does not fit goes into the report."""
        self.check_form(reasons)
        if self.revision == 1:
            if self.changes:
                self.blame("–", "Vor der ersten Fassung gibt es nichts zu ändern.", "There is nothing to change yet.")
            return True
        self.compare(self.applied())
        hidden = sum(item is None for item in (*self.old, *self.new, *self.changes))
        if hidden:
            self.report.leave(
                f"Fassung {self.revision}: Für {hidden} getilgte Passagen oder Änderungen ist nichts vergleichbar.",
                f"Revision {self.revision}: {hidden} redacted passages or changes cannot be compared.",
            )
        return not hidden

    def check_form(self, reasons: list[Any] | None) -> None:
        passage = {"node": str, "title": str, "body": str, "state": str, "change": int}
        change = {"id": int, "kind": str, "node": str, "parent": str, "title": str, "before": str, "after": str}
        lists = ((self.new, passage), (self.changes, change), (reasons or [], {"change": int}))
        for items, members in lists:
            for item in items:
                sound = item is None or (
                    isinstance(item, dict) and all(isinstance(item.get(name), kind) for name, kind in members.items())
                )
                if not sound:
                    raise Broken(
                        f"Fassung {self.revision}: Eine Passage oder Änderung ist unvollständig.",
                        f"Revision {self.revision}: a passage or change is incomplete.",
                    )
        nodes = [item["node"] for item in self.new if item]
        if len(nodes) != len(set(nodes)):
            raise Broken(f"Fassung {self.revision}: Eine Passage steht zweimal da.", "A passage occurs twice.")
        known = reasons is not None and None not in (*reasons, *self.changes)
        if known and [item["change"] for item in reasons or ()] != [item["id"] for item in self.changes]:
            raise Broken(
                f"Fassung {self.revision}: Begründungen und Änderungen passen nicht zusammen.",
                f"Revision {self.revision}: reasons and changes do not match.",
            )

    def applied(self) -> dict[str, dict[str, Any]]:
        """Return what the passages must be: those of the revision before, changed as the changes say."""
        found = {item["node"]: item for item in self.old if item}
        for change in self.changes:
            if change is None:
                continue
            node, kind = change["node"], change["kind"]
            self.seen.add(node)
            if kind not in STATES:
                self.blame(node, f"unbekannte Art der Änderung: {kind}", f"unknown kind of change: {kind}")
                continue
            passage = found.get(node)
            if (passage is None) != (kind == "ergaenzung"):
                if passage is not None or None not in self.old:
                    self.blame(
                        node, "Die Änderung passt nicht zur Fassung davor.", "The change does not fit the one before."
                    )
                continue
            if change["before"] != (passage["body"] if passage else ""):
                self.blame(
                    node, "Die Änderung nennt einen anderen alten Wortlaut.", "The change names other old wording."
                )
            found[node] = {
                **(passage or {"node": node, "parent": change["parent"]}),
                "title": change["title"],
                "body": change["after"],
                "state": STATES[kind],
                "change": change["id"],
            }
        return found

    def compare(self, expected: dict[str, dict[str, Any]]) -> None:
        unsure = None in self.changes
        old_nodes = {item["node"] for item in self.old if item}
        for passage in self.new:
            if passage is None:
                continue
            node = passage["node"]
            want = expected.get(node)
            if want is None:
                if not unsure and None not in self.old:
                    self.blame(node, "steht da ohne eine Änderung.", "is there without a change.")
                continue
            added = node not in old_nodes
            names = set(want) if added else {*want, *passage}
            wrong = sorted(name for name in names if passage.get(name) != want.get(name))
            if wrong and (node in self.seen or not unsure):
                self.blame(node, *self.differs(node, ", ".join(wrong)))
        present = {item["node"] for item in self.new if item}
        missing = [node for node in expected if node not in present]
        if len(missing) > sum(item is None for item in self.new):
            self.blame(missing[0], "fehlt.", "is missing.")
        kept = [item["node"] for item in self.old if item and item["node"] in present]
        if kept != [item["node"] for item in self.new if item and item["node"] in old_nodes]:
            self.blame("–", "Die Reihenfolge hat sich geändert.", "The order has changed.")

    def differs(self, node: str, listed: str) -> tuple[str, str]:
        if node in self.seen:
            return f"ist nicht das Ergebnis der Änderung ({listed}).", f"is not what the change gives ({listed})."
        return f"wurde ohne eine Änderung verändert ({listed}).", f"was altered without a change ({listed})."


# What others hold: checkpoints, printed roots, witnesses.


def check_anchors(log: Log, held: list[tuple[str, Checkpoint]], options: argparse.Namespace, report: Report) -> None:
    """Compare with what the user brought along; say up to which leaf a rewriting would have been noticed."""
    anchored = 0
    for path, checkpoint in held:
        log.check_checkpoint(checkpoint)
        anchored = max(anchored, checkpoint.size)
        report.prove(
            f"Die ersten {checkpoint.size} Einträge sind dieselben wie im Prüfpunkt {path}.",
            f"The first {checkpoint.size} leaves are the same as in checkpoint {path}.",
        )
    for text in options.root:
        size, root = printed_root(text)
        if size > len(log.leaves) or log.roots[size] != root:
            raise Broken(
                f"Die mitgebrachte Wurzel über {size} Einträge passt nicht.", f"The root of size {size} does not fit."
            )
        anchored = max(anchored, size)
        report.prove(
            f"Die ersten {size} Einträge haben die mitgebrachte Wurzel.",
            f"The first {size} leaves have the given root.",
        )
    everything = [*log.checkpoints, *(checkpoint for _, checkpoint in held)]
    for text in options.witness:
        anchored = max(anchored, check_witness(witness_key(text), everything, report))
    for key in log.witnesses:
        signed = [checkpoint for checkpoint in everything if checkpoint.signed_by(key) is not None]
        if signed and key.text not in options.witness:
            report.leave(
                f"Laut Export bezeugt von {key.name}. Das zählt erst mit dessen Schlüssel von dort selbst (--witness).",
                f"Witnessed by {key.name}, says the export. That counts only with a key from there (--witness).",
            )
    for text in options.key:
        if text not in log.listed_keys:
            raise Broken(
                "Das Protokoll ist nicht mit dem mitgebrachten Schlüssel unterschrieben.",
                "The log is not signed with the key you brought along.",
            )
        report.prove(
            "Unterschrieben ist mit dem mitgebrachten Schlüssel.", "It is signed with the key you brought along."
        )
    leave_open(log, options, report, anchored)


def check_witness(key: Key, held: list[Checkpoint], report: Report) -> int:
    """Return up to which leaf a witness vouches."""
    seen = [(checkpoint.size, at) for checkpoint in held if (at := checkpoint.signed_by(key)) is not None]
    if not seen:
        raise Broken(f"Kein Prüfpunkt ist von {key.name} bezeugt.", f"No checkpoint is witnessed by {key.name}.")
    size, at = max(seen)
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(min(at, 253402300799)))
    report.prove(
        f"{key.name} hat die ersten {size} Einträge bezeugt; spätestens {moment} gab es sie.",
        f"{key.name} witnessed the first {size} leaves; they existed by {moment}.",
    )
    return size


def leave_open(log: Log, options: argparse.Namespace, report: Report, anchored: int) -> None:
    """Say what stays unproved."""
    count = len(log.leaves)
    if not options.key:
        report.leave(
            "Der Schlüssel stammt aus dem Export selbst. Vergleichen Sie ihn mit einem gedruckten (--key).",
            "The key comes from the export itself. Compare it with a printed one (--key).",
        )
    if anchored == 0:
        report.leave(
            "Dass nicht alles neu geschrieben wurde: Wer den Schlüssel hat, kann das. Es zeigt sich nur an einem "
            "früheren Prüfpunkt von anderswo (--checkpoint), an einer gedruckten Wurzel (--root) oder an einem Zeugen "
            "(--witness).",
            "That nothing was rewritten: whoever has the key can do that. It shows only against an earlier checkpoint "
            "kept elsewhere (--checkpoint), a printed root (--root) or a witness (--witness).",
        )
    elif anchored < count:
        report.leave(
            f"Die Einträge {anchored + 1} bis {count} sind jünger und bisher nur vom Betreiber unterschrieben.",
            f"Leaves {anchored + 1} to {count} are newer and so far signed by the operator only.",
        )
    if any(leaf["sealed"] for leaf in log.leaves):
        report.leave(
            "Wer die Einträge verantwortet: Personen sind nur versiegelt vermerkt.",
            "Who is responsible for the entries: people are recorded under seal only.",
        )
    report.leave(
        "Die Uhrzeiten der Einträge: Sie sind Angaben des Betreibers.",
        "The times of the entries: the operator states them.",
    )


def witness_key(text: str) -> Key:
    try:
        key = Key(text)
    except Broken as error:
        raise CannotCheck(str(error)) from error
    if key.type != WITNESS_KEY:
        raise CannotCheck(say("Das ist kein Schlüssel eines Zeugen: ", "Not a witness's key: ") + text)
    return key


def printed_root(text: str) -> tuple[int, bytes]:
    match = re.fullmatch(r"([0-9]{1,12}):([0-9a-f]{64})", text)
    if match is None:
        raise CannotCheck(say("Eine Wurzel schreibt man GRÖSSE:HEX, nicht ", "Write a root as SIZE:HEX, not ") + text)
    return int(match[1]), bytes.fromhex(match[2])


# A live site.


def fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 -- http and https only, see main
            data: bytes = answer.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise CannotCheck(say("Die Antwort ist zu groß: ", "The answer is too large: ") + url)
        return data.decode()
    except (OSError, ValueError) as error:
        raise CannotCheck(f"{url}: {error}") from error


def check_live(site: str, log: Log, held: list[tuple[str, Checkpoint]], report: Report) -> None:
    """What the site answers one by one must fit what it exports as a whole."""
    size = len(log.leaves)
    answer = ask(f"{site}/log/proof/inclusion?leaf={size - 1}&size={size}")
    if not verify_inclusion(log.hashes[-1], size - 1, size, answer, log.roots[size]):
        raise Broken("Der Nachweis für den neuesten Eintrag stimmt nicht.", "The inclusion proof is wrong.")
    for old in sorted({1, *(checkpoint.size for _, checkpoint in held)} - {0}):
        answer = ask(f"{site}/log/proof/consistency?from={old}&to={size}")
        if not verify_consistency(old, size, log.roots[old], log.roots[size], answer):
            raise Broken(f"Der Nachweis der Fortsetzung ab {old} stimmt nicht.", "A consistency proof is wrong.")
    report.prove("Die Seite belegt das Gleiche auch einzeln.", "The site proves the same one by one.")


def ask(url: str) -> list[bytes]:
    answer = load_json(fetch(url))
    try:
        return [Log.unhex(one) for one in answer["hashes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"Keine brauchbare Antwort: {url}", f"No usable answer: {url}") from error


def read_text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode()
    except (OSError, ValueError) as error:
        raise CannotCheck(f"{path}: {error}") from error


def held_checkpoint(path: str) -> Checkpoint:
    text = read_text(path)
    try:
        return Checkpoint(text)
    except Broken as error:
        raise CannotCheck(f"{path}: {error}") from error


def check(source: str, options: argparse.Namespace, report: Report) -> None:
    live = source.startswith(("https://", "http://"))
    site = source.rstrip("/")
    held = [(path, held_checkpoint(path)) for path in options.checkpoint]
    # The checkpoint first: what is signed between the two requests must not look like a missing end.
    current = fetch(f"{site}/log/checkpoint") if live else ""
    log = Log(load_json(fetch(f"{site}/log/export.json") if live else read_text(source)), report)
    log.check_tree()
    log.check_subjects()
    log.check_contents()
    log.check_wording()
    check_anchors(log, held, options, report)
    if live:
        log.check_checkpoint(Checkpoint(current))
        check_live(site, log, held, report)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description=say(
            "Prüft das Protokoll einer Seite: als Export ohne Netz, oder live.",
            "Checks a site's log: as an export offline, or live.",
        ),
    )
    parser.add_argument("source", metavar="EXPORT.json | https://…")
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="DATEI" if LANGUAGE[0] == "de" else "FILE",
        help=say(
            "ein früherer Prüfpunkt von anderswo; das Protokoll muss ihn fortsetzen",
            "an earlier checkpoint kept elsewhere; the log must continue it",
        ),
    )
    for name, what, text in (
        ("--root", "N:HEX", say("eine gedruckte Wurzel über N Einträge", "a printed root of N leaves")),
        ("--witness", "KEY", say("ein Zeuge, dem Sie trauen", "a witness you trust")),
        ("--key", "KEY", say("der Schlüssel des Protokolls, von anderswo", "the log's key, from elsewhere")),
    ):
        parser.add_argument(name, action="append", default=[], metavar=what, help=text)
    parser.add_argument("--lang", choices=("de", "en"), default="de")
    return parser


def main(argv: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if "--lang=en" in argv or ("--lang" in argv and argv[argv.index("--lang") + 1 :][:1] == ["en"]):
        LANGUAGE[0] = "en"
    options = arguments().parse_args(argv)
    report = Report()
    try:
        check(options.source, options, report)
    except CannotCheck as error:
        sys.stderr.write(say("Nicht geprüft: ", "Not checked: ") + f"{error}\n")
        return 2
    except Broken as error:
        report.broken.insert(0, str(error))
    if report.broken:
        report.proved.clear()
        report.unproved.clear()
    report.print()
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
