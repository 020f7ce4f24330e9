"""Canonical JSON: the examples of RFC 8785 as far as they hold strings and integers, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.ledger.canonical import canonical, parse
from tests.ledger.stranger import load

PLAIN = st.recursive(
    st.text() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
verify = load("verify")


def test_names_are_sorted_by_utf16_units_as_in_section_3_2_3():
    said = json.loads(
        r"""{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis"}"""
    )
    expected = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]
    assert list(json.loads(canonical(said)).values()) == expected
    assert verify.canonical(said) == canonical(said)


def test_strings_are_written_as_in_section_3_2_2():
    said = json.loads(r'{"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/"}')
    assert canonical(said).encode().hex(" ") == (
        "7b 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d"
    )


@pytest.mark.parametrize("value", [1.0, None, True, b"x", {"a": [None]}, {1: "a"}, {"a": float("nan")}])
def test_only_strings_and_integers(value: object):
    with pytest.raises(TypeError):
        canonical(value)
    with pytest.raises((ValueError, TypeError, AttributeError)):
        verify.canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800"])
def test_what_not_every_reader_can_read_is_refused(value: object):
    with pytest.raises(ValueError):  # noqa: PT011 -- the libraries' own sentences
        canonical(value)
    with pytest.raises(ValueError):  # noqa: PT011
        verify.canonical(value)


@given(PLAIN)
def test_the_stranger_writes_the_same(value: object):
    text = canonical(value)
    assert parse(text) == value
    assert verify.canonical(verify.load_json(text)) == text


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', '"\\u0041"', "1.0", "01", "[1]\n", "[" * 9999]
)
def test_another_way_of_writing_is_not_read(text: str):
    with pytest.raises(ValueError):  # noqa: PT011
        parse(text)
