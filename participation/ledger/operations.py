"""Signing what was published, changing the key, and keeping what witnesses send.

Who signs needs entries and checkpoints, no content; so it can be another process and another user. It remembers
outside of the database what it signed last: a database that was set back cannot make it sign another history.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from participation.base.db import db
from participation.ledger import keys, queries
from participation.ledger.entries import append
from participation.ledger.leaf import LeafType
from participation.ledger.models import LogCheckpoint
from participation.ledger.note import Checkpoint, ForgedNote, MalformedNote, Note, Signature, VerifierKey
from participation.ledger.signing import Forked, signed_checkpoint


class WrongKey(Exception):
    """The key in hand is not the one that signs this log."""


class NotKept(Exception):
    """A witness sent nothing that we can keep."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's name, its private key, and the memory of what was signed."""

    origin: str
    key_file: Path

    @property
    def memory(self) -> Path:
        """The file that holds the checkpoint signed last."""
        return self.key_file.with_name(self.key_file.name + ".signed")

    @property
    def new_key_file(self) -> Path:
        """Where the next key lies while the keys are being changed."""
        return self.key_file.with_name(self.key_file.name + ".new")

    def last(self) -> Checkpoint | None:
        """Return what was signed last.

        Raises:
            Forked: if the memory is damaged; it is never overlooked.
        """
        if not self.memory.exists():
            return None
        try:
            return Checkpoint.parse(Note.parse(self.memory.read_text(encoding="utf-8")).text)
        except (MalformedNote, ValueError, OSError) as error:
            raise Forked(f"{self.memory} is damaged") from error

    def remember(self, note: Note) -> None:
        """Keep what was signed last, and wait until it is on the disk."""
        new = self.memory.with_name(self.memory.name + ".tmp")
        with new.open("w", encoding="utf-8") as file:
            file.write(str(note))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.memory)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let only one process at a time sign."""
        with self.memory.with_name(self.memory.name + ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def sign(signer: Signer) -> Note | None:
    """Sign a checkpoint over all entries; None if there is nothing new. Call it within `signer.alone()`.

    Remembers before the commit hands the signature out: a crash in between costs a signature, never a contradiction.

    Raises:
        BadKeyFile, WrongKey: if the key cannot sign this log.
        RolledBack, Forked: if the entries do not continue what was signed; nothing is signed then.
    """
    private = keys.load(signer.key_file)
    public = str(keys.public(signer.origin, private))
    known = queries.keys()
    if known and known[-1] != public:
        raise WrongKey(f"{signer.key_file} holds {public}, but {known[-1]} signs this log")
    note = _sign(signer, [private], public)
    if note is not None:
        signer.remember(note)
    return note


def rotate(signer: Signer, document: str, at: datetime) -> Note:
    """Append the change to a new key and have both keys sign it; the new key lies in `signer.new_key_file` already.

    After the commit the caller has the signer remember the note, and puts the files in place.

    Raises:
        BadKeyFile, WrongKey, RolledBack, Forked: as `sign` does.
    """
    old, new = keys.load(signer.key_file), keys.load(signer.new_key_file)
    old_key, new_key = (str(keys.public(signer.origin, private)) for private in (old, new))
    known = queries.keys()
    if not known or known[-1] != old_key:
        raise WrongKey(f"{signer.key_file} is not the key that signs this log")
    append(
        LeafType.KEY_ROTATION,
        document=document,
        at=at,
        public={},
        sealed={},
        extra={"old_key": old_key, "new_key": new_key},
    )
    note = _sign(signer, [old, new], new_key)
    if note is None:
        raise Forked("the new entry is not there")
    return note


def keep_cosignatures(text: str, witnesses: Sequence[VerifierKey]) -> int:
    """Keep the cosignatures of known witnesses on a checkpoint of ours, the newest of each; return how many.

    Raises:
        NotKept: if the text is no checkpoint of ours, or no known witness signed it.
    """
    try:
        note = Note.parse(text)
        size = Checkpoint.parse(note.text).size
    except MalformedNote as error:
        raise NotKept("not a checkpoint") from error
    row = db.session.scalar(select(LogCheckpoint).where(LogCheckpoint.size == size).with_for_update())
    if row is None or (own := Note.parse(row.note)).text != note.text:
        raise NotKept("not a checkpoint of this log")
    fresh = {witness.id: line for witness in witnesses if (line := _cosigned(witness, note))}
    if not fresh:
        raise NotKept("not signed by a witness we know")
    held = {witness.id: line for witness in witnesses if (line := _cosigned(witness, own))}
    newer = {key_id: line for key_id, line in fresh.items() if key_id not in held or held[key_id][0] < line[0]}
    others = tuple(line for line in own.signatures if line.key_id not in newer)
    row.note = str(Note(own.text, (*others, *(line for _at, line in newer.values()))))
    db.session.flush()
    return len(newer)


def _cosigned(witness: VerifierKey, note: Note) -> tuple[datetime, Signature] | None:
    """Return a witness's newest cosignature under a note, if there is a sound one."""
    found = []
    for line in note.signatures:
        if (line.name, line.key_id) == (witness.name, witness.id):
            try:
                at = witness.verify(note.text, line.data)
            except ForgedNote:
                continue
            if at is not None:
                found.append((at, line))
    return max(found, key=lambda one: one[0], default=None)


def _sign(signer: Signer, privates: Sequence[Ed25519PrivateKey], public: str) -> Note | None:
    tree = queries.tree()
    stored, remembered = queries.newest(), signer.last()
    if remembered is not None:
        signed_checkpoint(tree, signer.origin, remembered, ())
    last = Checkpoint.parse(Note.parse(stored.text).text) if stored is not None else None
    note = signed_checkpoint(tree, signer.origin, last, privates) if len(tree) else None
    if note is None:
        return None
    db.session.add(LogCheckpoint(size=len(tree), note=str(note), key=public))
    db.session.flush()
    return note
