"""The Merkle tree of RFC 9162, section 2.1 (the tree of RFC 6962): roots, proofs, and checking both.

A proof is bound to its root, not to the sizes named beside it: take size and root from a signed checkpoint only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HASH_SIZE = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves: the hash of nothing (RFC 9162, 2.1.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's bytes; the 0x00 keeps leaves apart from nodes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, prefixed by 0x01 (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for one in hashes:
        frontier = frontier.appended(one)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The least one must keep to go on: the roots of the complete subtrees on the right edge, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"{len(self.hashes)} hashes are not the right edge of {self.size} leaves")

    def appended(self, new: bytes) -> Frontier:
        """Return the frontier with one more leaf hash: as many subtrees merge as the size ends in one bits."""
        kept = list(self.hashes)
        size = self.size
        while size & 1:
            new = node_hash(kept.pop(), new)
            size >>= 1
        return Frontier(self.size + 1, (*kept, new))

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, found = self.hashes
        for left in reversed(rest):
            found = node_hash(left, found)
        return found


class Tree:
    """All leaf hashes with every complete subtree above them: any root or proof costs a few hashes."""

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for one in hashes:
            self.append(one)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, new: bytes) -> None:
        """Add a leaf hash."""
        if len(new) != HASH_SIZE:
            raise ValueError("a leaf hash has 32 bytes")
        level = 0
        self._levels[0].append(new)
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(node_hash(*self._levels[level][-2:]))
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree, or of its first `size` leaves."""
        size = self._checked(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return PATH(index, D_size) of RFC 9162, 2.1.3.1: the neighbours on the way from a leaf up to the root."""
        size = self._checked(size)
        if not 0 <= index < size:
            raise IndexError(f"no leaf {index} in a tree of {size}")
        return self._path(index, 0, size)

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """Return PROOF(old, D_size) of RFC 9162, 2.1.4.1; empty for an old size of 0, from which everything follows."""
        size = self._checked(size)
        if not 0 <= old <= size:
            raise IndexError(f"a tree of {size} does not continue one of {old}")
        return self._subproof(old, 0, size, complete=True) if old else []

    def _checked(self, size: int | None) -> int:
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise IndexError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Return MTH(D[start:end]) for a range as the definitions split them."""
        width = end - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._range(middle, end)]
        return [*self._path(index, middle, end), self._range(start, middle)]

    def _subproof(self, old: int, start: int, end: int, *, complete: bool) -> list[bytes]:
        if old == end:
            return [] if complete else [self._range(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, complete=complete), self._range(middle, end)]
        return [*self._subproof(old, middle, end, complete=False), self._range(start, middle)]


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Tell whether a leaf hash is number `index` (from 0) of the tree with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, expected, *proof):
        return False
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
    return last == 0 and found == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of size `new` begins with the one of size `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
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


def _hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
