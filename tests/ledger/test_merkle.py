"""The tree: published vectors, every proof of small trees, and what must not verify."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.ledger import merkle
from participation.ledger.merkle import Frontier, Tree

# The eight leaves of the Certificate Transparency reference implementation and the roots every RFC 6962 log agrees on.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = (
    (0, 1, ()),
    (0, 8, ("96a296d2", "5f083f0a", "6b47aaf2")),
    (5, 8, ("bc1a0643", "ca854ea1", "d37ee418")),
    (2, 3, ("fac54203",)),
    (1, 5, ("6e340b9c", "5f083f0a", "bc1a0643")),
)
CONSISTENCY = (
    (1, 1, ()),
    (1, 8, ("96a296d2", "5f083f0a", "6b47aaf2")),
    (6, 8, ("0ebc5d34", "ca854ea1", "d37ee418")),
    (2, 5, ("5f083f0a", "bc1a0643")),
)
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def literal_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162, 2.1.1 writes it down."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = max(2**i for i in range(12) if 2**i < len(leaves))
    return hashlib.sha256(b"\x01" + literal_root(leaves[:k]) + literal_root(leaves[k:])).digest()


def test_published_roots():
    tree = Tree(HASHES)
    for size, expected in enumerate(ROOTS):
        assert (
            tree.root(size).hex() == merkle.root(HASHES[:size]).hex() == literal_root(LEAVES[:size]).hex() == expected
        )


@pytest.mark.parametrize(("index", "size", "expected"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, expected: tuple[str, ...]):
    proof = Tree(HASHES).inclusion_proof(index, size)
    assert tuple(one.hex()[:8] for one in proof) == expected
    assert merkle.verify_inclusion(HASHES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "expected"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, expected: tuple[str, ...]):
    proof = Tree(HASHES).consistency_proof(old, new)
    assert tuple(one.hex()[:8] for one in proof) == expected
    assert merkle.verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), proof)


def flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) * 8)
    return (int.from_bytes(data) ^ 1 << at).to_bytes(len(data))


TREE = Tree(merkle.leaf_hash(str(number).encode()) for number in range(300))
TREE_ROOTS = [TREE.root(size) for size in range(301)]


@pytest.mark.parametrize("size", range(1, 301))
def test_every_proof_of_a_tree_verifies_and_no_altered_one(size: int):
    chance = random.Random(size)
    root = TREE_ROOTS[size]
    for index in range(size):
        leaf, proof = TREE._levels[0][index], TREE.inclusion_proof(index, size)
        assert merkle.verify_inclusion(leaf, index, size, proof, root)
        assert not merkle.verify_inclusion(flipped(leaf, chance), index, size, proof, root)
        assert not merkle.verify_inclusion(leaf, index, size, proof, flipped(root, chance))
        assert not merkle.verify_inclusion(leaf, index, size, [*proof, root], root)
        if proof:
            at = chance.randrange(len(proof))
            altered = [*proof[:at], flipped(proof[at], chance), *proof[at + 1 :]]
            assert not merkle.verify_inclusion(leaf, index, size, altered, root)
            assert not merkle.verify_inclusion(leaf, index, size, proof[:-1], root)
            assert not merkle.verify_inclusion(leaf, (index + 1) % size, size, proof, root)
    for old in range(1, size + 1):
        proof = TREE.consistency_proof(old, size)
        assert merkle.verify_consistency(old, size, TREE_ROOTS[old], root, proof)
        assert not merkle.verify_consistency(old, size, flipped(TREE_ROOTS[old], chance), root, proof)
        assert not merkle.verify_consistency(old, size, TREE_ROOTS[old], flipped(root, chance), proof)
        assert not merkle.verify_consistency(old, size, TREE_ROOTS[old - 1], root, proof)
        assert not merkle.verify_consistency(old, size, TREE_ROOTS[old], root, [*proof, root])
        if proof:
            at = chance.randrange(len(proof))
            altered = [*proof[:at], flipped(proof[at], chance), *proof[at + 1 :]]
            assert not merkle.verify_consistency(old, size, TREE_ROOTS[old], root, altered)
            assert not merkle.verify_consistency(old, size, TREE_ROOTS[old], root, proof[:-1])


def test_a_shrunken_tree_continues_nothing():
    assert not merkle.verify_consistency(8, 6, TREE_ROOTS[8], TREE_ROOTS[6], [])
    with pytest.raises(IndexError):
        TREE.consistency_proof(8, 6)


def test_everything_continues_the_empty_tree_but_only_that():
    assert merkle.verify_consistency(0, 8, merkle.EMPTY_ROOT, TREE_ROOTS[8], TREE.consistency_proof(0, 8))
    assert not merkle.verify_consistency(0, 8, TREE_ROOTS[1], TREE_ROOTS[8], [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 301)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int):
    with pytest.raises(IndexError):
        TREE.inclusion_proof(index, size)
    assert not merkle.verify_inclusion(HASHES[0], index, size, [], HASHES[0])


@given(st.lists(st.binary(max_size=9), max_size=70))
def test_the_frontier_has_the_root_at_every_size(leaves: list[bytes]):
    frontier = Frontier()
    for size, leaf in enumerate(leaves):
        assert frontier.root() == literal_root(leaves[:size])
        frontier = frontier.appended(merkle.leaf_hash(leaf))
    assert Frontier(frontier.size, frontier.hashes).root() == literal_root(leaves)


def test_a_frontier_must_fit_its_size():
    with pytest.raises(ValueError, match="right edge"):
        Frontier(3, (HASHES[0],))


def test_a_tree_takes_hashes_only():
    with pytest.raises(ValueError, match="32 bytes"):
        Tree([b"short"])
