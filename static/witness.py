"""Bezeugt ein nachprüfbares Protokoll: merkt sich, was da war, und unterschreibt nur, was es fortsetzt.

    python witness.py keygen --name universitaet.example/zeuge --key zeuge.pem
    python witness.py run https://leitbild.example --log-key "leitbild.example+…" \\
        --name universitaet.example/zeuge --key zeuge.pem --state zeuge.json --first
    (danach jeden Tag dasselbe ohne --first, etwa mit cron)

Witnesses a verifiable log: remembers size and root, demands a consistency proof and only then cosigns
(c2sp.org/tlog-cosignature, Ed25519). One file, the standard library and `cryptography` (pip install cryptography);
it shares no code with the platform it watches. Keep key and state where the platform's operator has no access.
Exit code: 0 cosigned, 1 refused, 2 could not ask.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import hashlib
import json
import os
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:
    sys.stderr.write("Es fehlt die Bibliothek cryptography / missing library: pip install cryptography\n")
    sys.exit(2)

LOG_KEY, WITNESS_KEY = 1, 4
LIMIT = 1024 * 1024
LANGUAGE = ["de"]


def say(german: str, english: str) -> str:
    return german if LANGUAGE[0] == "de" else english


class Refused(Exception):
    """The log does not continue what was remembered, or did not sign what it shows."""


class CannotAsk(Exception):
    """No answer, no usable file, or an argument that makes no sense."""


# Notes and keys: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature.


def unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise Refused(say("Unlesbares Base64.", "Unreadable Base64."))
    return data


def key_id(name: str, material: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]


def key_text(name: str, private: Ed25519PrivateKey) -> str:
    material = bytes([WITNESS_KEY]) + private.public_key().public_bytes_raw()
    return f"{name}+{key_id(name, material).hex()}+{base64.b64encode(material).decode()}"


class LogKey:
    """The public key of the log, as it prints it: name+id+base64(1 ‖ key)."""

    def __init__(self, text: str) -> None:
        self.name, _, rest = text.partition("+")
        stated, _, material = rest.partition("+")
        try:
            data = unbase64(material)
        except Refused:
            data = b""
        self.id = key_id(self.name, data)
        if not self.name or len(data) != 33 or data[0] != LOG_KEY or self.id.hex() != stated:
            raise CannotAsk(say("Das ist kein Schlüssel eines Protokolls: ", "This is no log's key: ") + text)
        self.public = data[1:]


class Checkpoint:
    """A signed note whose text is origin, size and root."""

    def __init__(self, raw: str, keys: list[LogKey]) -> None:
        malformed = Refused(say("Der Prüfpunkt hat nicht die vorgeschriebene Form.", "The checkpoint is malformed."))
        text, gap, lines = raw.rpartition("\n\n")
        self.raw, self.text = raw, text + "\n"
        body = self.text.split("\n")
        if not gap or not lines.endswith("\n") or len(body) != 4 or re.search(r"[\x00-\x09\x0b-\x1f]", raw):
            raise malformed
        if not body[0] or not re.fullmatch(r"0|[1-9][0-9]{0,17}", body[1]):
            raise malformed
        self.origin, self.size, self.root = body[0], int(body[1]), unbase64(body[2])
        if len(self.root) != 32:
            raise malformed
        signed = False
        for line in lines[:-1].split("\n"):
            match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)", line)
            if match is None:
                raise malformed
            signed |= self.check(match[1], unbase64(match[2]), keys)
        if not signed:
            raise Refused(
                say(
                    "Der Prüfpunkt ist nicht mit dem Schlüssel des Protokolls unterschrieben.",
                    "The checkpoint is not signed with the log's key.",
                )
            )

    def check(self, name: str, data: bytes, keys: list[LogKey]) -> bool:
        """Tell whether a line is a signature by one of the keys; a wrong one under such a name is refused."""
        for key in keys:
            if (name, data[:4]) == (key.name, key.id):
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(data[4:], self.text.encode())
                except (InvalidSignature, ValueError) as error:
                    raise Refused(say("Die Signatur ist falsch.", "The signature is wrong.")) from error
                if key.name != self.origin:
                    raise Refused(say("Der Prüfpunkt gehört zu einem anderen Protokoll.", "It is another log's."))
                return True
        return False


def cosignature(checkpoint: Checkpoint, name: str, private: Ed25519PrivateKey, now: int) -> str:
    """Return the witness's signature line: cosignature/v1, the time, the checkpoint's text."""
    signature = private.sign(f"cosignature/v1\ntime {now}\n{checkpoint.text}".encode())
    identity = key_id(name, bytes([WITNESS_KEY]) + private.public_key().public_bytes_raw())
    return f"— {name} {base64.b64encode(identity + now.to_bytes(8, 'big') + signature).decode()}\n"


# Continuing: RFC 9162, section 2.1.4.2.


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    path = proof if old & (old - 1) else [old_root, *proof]
    if not 0 < old < new or not path or any(len(one) != 32 for one in path):
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


# What is remembered.


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let only one run at a time look at the state and replace it."""
    lock = path.with_name(path.name + ".lock")
    try:
        handle = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CannotAsk(
            say(f"Es läuft schon ein Zeuge, oder {lock} blieb liegen.", f"Already running, or {lock} was left behind.")
        ) from error
    try:
        yield
    finally:
        os.close(handle)
        lock.unlink()


def remembered(path: Path) -> dict[str, Any] | None:
    """Return what was cosigned last; None if there is no state yet. A damaged state is never overlooked."""
    if not path.exists():
        return None
    state: Any = None
    whole = {"origin": str, "size": int, "root": str, "checkpoint": str}
    try:
        state = json.loads(path.read_bytes())
        sound = (
            all(type(state[name]) is kind for name, kind in whole.items()) and len(bytes.fromhex(state["root"])) == 32
        )
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise CannotAsk(say("Der gemerkte Stand ist beschädigt: ", "The state is damaged: ") + str(path))
    return dict(state)


def write(path: Path, text: str) -> None:
    """Replace a file as a whole, and wait until it is on the disk."""
    new = path.with_name(path.name + ".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def load_key(path: Path) -> Ed25519PrivateKey:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise CannotAsk(say(f"{path} ist für andere lesbar: chmod 600", f"{path} is open to others: chmod 600"))
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise CannotAsk(f"{path}: {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise CannotAsk(say(f"{path} ist kein Ed25519-Schlüssel.", f"{path} is no Ed25519 key."))
    return private


# The two commands.


def keygen(options: argparse.Namespace) -> None:
    """Make a key of one's own and print its public part."""
    check_name(options.name)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        handle = os.open(options.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CannotAsk(f"{options.key}: {error}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    print(key_text(options.name, private))


def run(options: argparse.Namespace) -> None:
    """Cosign the site's checkpoint if it continues the remembered one."""
    check_name(options.name)
    keys = [LogKey(text) for text in options.log_key]
    private = load_key(Path(options.key))
    site = options.site.rstrip("/")
    state = Path(options.state)
    with locked(state):
        last = remembered(state)
        if (last is None) != options.first:
            raise CannotAsk(
                say(
                    "Einen gemerkten Stand gibt es schon: Lassen Sie --first weg.",
                    "There is a state already: leave out --first.",
                )
                if last
                else say(
                    "Es gibt keinen gemerkten Stand. Nur beim allerersten Mal: --first",
                    "There is no state. The very first time only: --first",
                )
            )
        checkpoint = Checkpoint(fetch(f"{site}/log/checkpoint"), keys)
        if last is not None:
            try:
                demand_continuation(site, last, checkpoint)
            except Refused:
                keep_evidence(state, last, checkpoint)
                raise
        line = cosignature(checkpoint, options.name, private, int(time.time()))
        memory = {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "checkpoint": checkpoint.raw,
        }
        # First remember, then give away: else a crash in between could let us cosign a fork.
        write(state, json.dumps(memory, ensure_ascii=False, indent=1) + "\n")
    note = checkpoint.raw + line
    if options.out:
        write(Path(options.out), note)
    else:
        print(note, end="")
    if options.submit:
        submit(f"{site}/log/cosignatures", note)


def demand_continuation(site: str, last: dict[str, Any], checkpoint: Checkpoint) -> None:
    """Refuse another log, a smaller tree, another tree of the same size, and one that begins differently."""
    size, root = last["size"], bytes.fromhex(last["root"])
    if checkpoint.origin != last["origin"]:
        raise Refused(say("Das ist ein anderes Protokoll als bisher.", "This is another log than before."))
    if checkpoint.size < size:
        raise Refused(
            say(
                f"ZURÜCKGESETZT oder veraltet: {size} Einträge waren da, jetzt sind es {checkpoint.size}.",
                f"ROLLED BACK or stale: there were {size} leaves, now there are {checkpoint.size}.",
            )
        )
    proof: list[bytes] = []
    if checkpoint.size > size > 0:
        answer = fetch(f"{site}/log/proof/consistency?from={size}&to={checkpoint.size}")
        try:
            proof = [bytes.fromhex(one) for one in json.loads(answer)["hashes"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(say("Der Nachweis ist unlesbar.", "The proof is unreadable.")) from error
    if not verify_consistency(size, checkpoint.size, root, checkpoint.root, proof):
        raise Refused(
            say(
                f"UMGESCHRIEBEN: Die ersten {size} Einträge sind nicht mehr dieselben.",
                f"REWRITTEN: the first {size} leaves are no longer the same.",
            )
        )


def keep_evidence(state: Path, last: dict[str, Any], checkpoint: Checkpoint) -> None:
    """Keep both checkpoints: two signatures of the log that contradict each other are the proof."""
    name = hashlib.sha256(checkpoint.raw.encode()).hexdigest()[:16]
    path = state.with_name(f"{state.name}.evidence-{name}.txt")
    write(path, f"{last['checkpoint']}\n{checkpoint.raw}")
    sys.stderr.write(say(f"Beide Prüfpunkte liegen in {path}.\n", f"Both checkpoints are kept in {path}.\n"))


def check_name(name: str) -> None:
    if not re.fullmatch(r"[^\s+]+", name):
        raise CannotAsk(say("Ein Name hat weder Leerzeichen noch Plus.", "A name has neither spaces nor plus."))


def fetch(url: str) -> str:
    return send(urllib.request.Request(url))  # noqa: S310 -- http and https only, see main


def submit(url: str, note: str) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    send(urllib.request.Request(url, note.encode(), headers, method="POST"))  # noqa: S310 -- as above


def send(request: urllib.request.Request) -> str:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- as above
            data: bytes = answer.read(LIMIT + 1)
        text = data.decode()
    except (OSError, ValueError) as error:
        raise CannotAsk(f"{request.full_url}: {error}") from error
    if len(data) > LIMIT:
        raise CannotAsk(say("Die Antwort ist zu groß: ", "The answer is too large: ") + request.full_url)
    return text


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="witness.py",
        description=say(
            "Bezeugt das Protokoll einer Seite: unterschreibt nur, was das Gemerkte fortsetzt.",
            "Witnesses a site's log: cosigns only what continues what it remembers.",
        ),
    )
    parser.add_argument("--lang", choices=("de", "en"), default="de")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("keygen", help=say("einen eigenen Schlüssel erzeugen", "make a key of one's own"))
    new.set_defaults(act=keygen)
    go = commands.add_parser("run", help=say("prüfen und bezeugen", "check and cosign"))
    go.set_defaults(act=run)
    for one in (new, go):
        one.add_argument("--name", required=True, help=say("Name des Zeugen", "the witness's name"))
        one.add_argument("--key", required=True, help=say("Datei mit dem eigenen Schlüssel", "file with one's own key"))
    go.add_argument("site", metavar="https://…")
    go.add_argument("--log-key", action="append", required=True, help=say("Schlüssel des Protokolls", "the log's key"))
    go.add_argument("--state", required=True, help=say("Datei für den gemerkten Stand", "file for what is remembered"))
    go.add_argument("--first", action="store_true", help=say("nur beim allerersten Mal", "the very first time only"))
    go.add_argument("--out", help=say("hierhin statt auf den Bildschirm", "write here, not to the screen"))
    go.add_argument("--submit", action="store_true", help=say("auch an die Seite senden", "also send it to the site"))
    return parser


def main(argv: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if argv[:2] == ["--lang", "en"] or argv[:1] == ["--lang=en"]:
        LANGUAGE[0] = "en"
    options = arguments().parse_args(argv)
    if options.command == "run" and not options.site.startswith(("https://", "http://")):
        sys.stderr.write(say("Die Adresse beginnt mit https://\n", "The address begins with https://\n"))
        return 2
    try:
        options.act(options)
    except CannotAsk as error:
        sys.stderr.write(say("Nicht bezeugt: ", "Not witnessed: ") + f"{error}\n")
        return 2
    except Refused as error:
        sys.stderr.write(say("VERWEIGERT: ", "REFUSED: ") + f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
