"""Signed notes and checkpoints as C2SP defines them: c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature.

A log signs the text itself (type 0x01). A witness signs the text and the time at which it saw it (cosignature/v1, type
0x04). Signatures by unknown keys are ignored; a wrong one by a known key spoils the note.
"""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from participation.ledger.merkle import HASH_SIZE

LIMIT = 32_768
"""Bytes a note may have."""

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class MalformedNote(ValueError):
    """A text that is no signed note, no checkpoint or no key."""


class ForgedNote(ValueError):
    """A signature names a key we know and was not made with it."""


class KeyType(enum.IntEnum):
    """What a key signs, as numbered by c2sp.org/signed-note."""

    LOG = 0x01
    WITNESS = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under: `name+key id+base64(type ‖ public key)`."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != 32:
            raise MalformedNote(f"not a key: {self.name!r}")

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key of a verifier key string."""
        name, _, rest = text.partition("+")
        key_id, _, material = rest.partition("+")
        data = _unb64(material)
        if not data or data[0] not in tuple(KeyType):
            raise MalformedNote(f"not a key we can read: {text!r}")
        key = cls(name, KeyType(data[0]), data[1:])
        if not _KEY_ID.fullmatch(key_id) or key.id.hex() != key_id:
            raise MalformedNote(f"the key's id does not fit: {text!r}")
        return key

    def verify(self, text: str, signature: bytes) -> datetime | None:
        """Return the time a witness vouches for, or None for a log's key.

        Raises:
            ForgedNote: if the signature was not made with this key over this text.
        """
        message, at = text.encode(), None
        if self.type is KeyType.WITNESS:
            stamp, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = _cosigned(text, stamp)
            try:
                at = datetime.fromtimestamp(stamp, UTC)
            except (ValueError, OverflowError, OSError) as error:
                raise ForgedNote(f"{self.name} names an impossible time") from error
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError) as error:
            raise ForgedNote(f"not signed by {self.name}") from error
        return at


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line: who, and what they made of the text."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"— {self.name} {_b64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Verified:
    """A key that signed, and for a witness when."""

    key: VerifierKey
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @classmethod
    def parse(cls, raw: str) -> Note:
        """Return the note of its text form; nothing in it is to be trusted before `verified_by`.

        Raises:
            MalformedNote: if it is none.
        """
        text, gap, lines = raw.rpartition("\n\n")
        if not gap or not lines.endswith("\n") or len(raw) > LIMIT or _CONTROL.search(raw):
            raise MalformedNote("not a signed note")
        return cls(text + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))

    def verified_by(self, keys: Iterable[VerifierKey]) -> list[Verified]:
        """Return which of the keys signed, in the order of the signatures.

        Raises:
            ForgedNote: if a signature under the name and id of one of them is wrong.
        """
        known = {(key.name, key.id): key for key in keys}
        found = [(known.get((one.name, one.key_id)), one) for one in self.signatures]
        return [Verified(key, key.verify(self.text, one.data)) for key, one in found if key is not None]

    def joined(self, other: Iterable[Signature]) -> Note:
        """Return the note with further signatures, each once."""
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *other))))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says about its tree: three lines (c2sp.org/tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint of a note's text; further lines, which the format advises against, are refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise MalformedNote("not a checkpoint")
        root = _unb64(lines[2])
        if len(root) != HASH_SIZE:
            raise MalformedNote("a root has 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def sign(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """Return a log's signature on a text."""
    key = VerifierKey(name, KeyType.LOG, private.public_key().public_bytes_raw())
    return Signature(name, key.id, private.sign(text.encode()))


def cosign(text: str, name: str, private: Ed25519PrivateKey, at: datetime) -> Signature:
    """Return a witness's signature on a checkpoint and the moment it was seen (cosignature/v1)."""
    key = VerifierKey(name, KeyType.WITNESS, private.public_key().public_bytes_raw())
    stamp = int(at.timestamp())
    return Signature(name, key.id, stamp.to_bytes(8, "big") + private.sign(_cosigned(text, stamp)))


def _cosigned(text: str, stamp: int) -> bytes:
    return f"cosignature/v1\ntime {stamp}\n{text}".encode()


def _signature(line: str) -> Signature:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = _unb64(encoded)
    if mark != "—" or not _is_name(name) or len(data) < 5:
        raise MalformedNote("not a signature line")
    return Signature(name, data[:4], data[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    """Return the bytes; the one way of writing them is the only one accepted."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MalformedNote("not Base64") from error
    if _b64(data) != text:
        raise MalformedNote("not Base64 as it is written here")
    return data
