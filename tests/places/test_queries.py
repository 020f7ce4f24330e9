"""Finding a place by any of its names, and which name stands beside the German one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from participation.places import queries
from participation.strategy import overview


@dataclass
class _Named:
    names: dict[str, str]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("Hoyerswerda", "hoyerswerda"),
        ("wojerecy", "hoyerswerda"),
        ("  WÓRJEJCE ", "hoyerswerda"),
        ("budysin", "bautzen"),
        ("Zgorjelc", "goerlitz"),
        ("gorlitz", "goerlitz"),
        ("gub", "guben"),
        ("chotebuz", "cottbus"),
        ("łužica", "lausitz"),
    ],
)
def test_a_place_is_found_in_every_language_without_diacritics(app, words, first):
    assert queries.matching(overview.places(), words)[0].id == first


@pytest.mark.one_database
@pytest.mark.parametrize("words", ["", "   ", "atlantis"])
def test_nothing_finds_nothing(app, words):
    assert queries.matching(overview.places(), words) == []


def test_names_that_begin_so_come_first():
    named = [_Named({"de": "Neu Zittau"}), _Named({"de": "Zittau"})]
    assert [item.names["de"] for item in queries.matching(named, "zitt")] == ["Zittau", "Neu Zittau"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("ident", "expected"),
    [
        ("bautzen", ("Budyšin", "hsb")),
        ("cottbus", ("Chóśebuz", "dsb")),
        ("goerlitz", ("Zhorjelc", "hsb")),
        ("spreewald", ("Błota", "dsb")),
        ("prag", ("Praha", "cs")),
        ("berlin", ("", "")),
        ("zielona-gora", ("", "")),
    ],
)
def test_the_second_name_is_official_or_sorbian(app, ident, expected):
    place = queries.place(ident)
    sorbian = place.sorbian_area or place.in_lausitz
    assert queries.second_name(place.names, place.official, sorbian=sorbian) == expected
