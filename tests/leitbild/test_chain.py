"""The chain on its own: canonical form, links, commitments."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.leitbild import chain

SALT = "ab" * 32
PLAIN = st.recursive(
    st.text() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def test_canonical_json_sorts_keys_and_keeps_umlauts():
    assert chain.canonical({"b": 1, "a": "Łužyca"}) == '{"a":"Łužyca","b":1}'


@pytest.mark.parametrize("value", [1.5, None, True, {"a": [False]}, {1: "a"}, b"x"])
def test_only_strings_and_integers_are_sealed(value: object):
    if value == {1: "a"}:
        with pytest.raises(Exception, match=r"."):
            chain.canonical(value)
    else:
        with pytest.raises(TypeError):
            chain.canonical(value)


def test_the_hash_is_over_text_that_names_the_hash_before():
    text = chain.sealed(chain.GENESIS, {"number": 1})
    assert json.loads(text) == {"number": 1, "previous": "0" * 64}
    assert chain.seal(chain.GENESIS, {"number": 1}) == hashlib.sha256(text.encode()).hexdigest()


@given(PLAIN, PLAIN)
def test_different_contents_have_different_hashes(one: object, other: object):
    same = one == other
    assert (chain.seal(chain.GENESIS, {"x": one}) == chain.seal(chain.GENESIS, {"x": other})) is same


@given(PLAIN)
def test_whoever_reads_the_text_gets_the_same_hash(value: object):
    text = chain.sealed("f" * 64, {"x": value})
    again = json.loads(text)
    assert chain.seal(again.pop("previous"), again) == chain.hash_of(text)


def test_a_commitment_follows_the_written_rule():
    expected = hashlib.sha256(b"lbl1\0" + bytes.fromhex(SALT) + "Jan Müller".encode()).hexdigest()
    assert chain.commit(SALT, "Jan Müller") == expected


def test_a_commitment_fits_one_salt_and_one_name():
    assert chain.commit(SALT, "a", "b") != chain.commit(SALT, "ab")
    assert chain.commit(SALT, "a") != chain.commit("cd" * 32, "a")
    assert chain.new_salt() != chain.new_salt()
    assert len(bytes.fromhex(chain.new_salt())) == 32


def test_times_are_utc_to_the_microsecond():
    berlin = datetime(2026, 11, 2, 11, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert chain.rfc3339(berlin) == "2026-11-02T10:00:00.000005Z"
    assert chain.rfc3339(datetime(2026, 11, 2, tzinfo=UTC)) == "2026-11-02T00:00:00.000000Z"
