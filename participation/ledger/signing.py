"""Signing the tree: never a checkpoint that does not continue the last one, and both keys when the key changes."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.ledger.merkle import Tree
from participation.ledger.note import Checkpoint, Note, sign


class RolledBack(Exception):
    """There are fewer leaves than were signed: a restored backup, or someone deleted the end."""


class Forked(Exception):
    """The leaves that were signed are not the leaves that are there."""


def signed_checkpoint(
    tree: Tree, origin: str, last: Checkpoint | None, privates: Sequence[Ed25519PrivateKey]
) -> Note | None:
    """Return the checkpoint of the whole tree, signed; None if there is nothing new since the last one.

    The first checkpoint after a key rotation takes both keys, old one first; later ones the new key alone.

    Raises:
        RolledBack, Forked: when the tree is not a continuation of what was signed; nothing is signed then.
    """
    if last is not None:
        if last.origin != origin:
            raise Forked(f"the last checkpoint is one of {last.origin}")
        if last.size > len(tree):
            raise RolledBack(f"{last.size} leaves were signed, {len(tree)} are left")
        if tree.root(last.size) != last.root:
            raise Forked(f"the first {last.size} leaves are not those that were signed")
        if last.size == len(tree):
            return None
    text = Checkpoint(origin, len(tree), tree.root()).text
    return Note(text, tuple(sign(text, origin, private) for private in privates))
