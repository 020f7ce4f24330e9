"""Similar texts: found whatever their case, order, umlauts and endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.base import similar
from participation.base.similar import most_similar, similarity

CUTOFF = 0.6
"""What `most_similar` takes for similar unless told otherwise."""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Radweg nach Görlitz bauen", "Bau eines Radweges nach Gorlitz"),
        ("Sorbische Schule in Budyšin", "Schule, sorbische – BUDYSIN"),
        ("Ausbau Infrastruktur", "Ausbau der digitalen Infrastruktur"),
        ("Mehr Züge nach Cottbus", "Wir sollten mehr Züge nach Cottbus haben"),
        ("Straßenbahn bis Łužica", "strassenbahn bis luzica"),
        ("Radweg", "Radweg nach Cottbus mit Beleuchtung"),
    ],
)
def test_similar(one: str, other: str) -> None:
    assert similarity(one, other) >= CUTOFF
    assert most_similar(one, [(1, other)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wasserstoff für die Lausitz", "Kinderbetreuung in der Lausitz"),
        ("Wir sollten die Schulen in der Region mit ausbauen", "Wir sollten die Züge in der Nacht mit nehmen"),
        ("Energie", "Bildung"),
        ("Gesundheitszentrum in Forst", "Tempo 30 vor Schulen"),
    ],
)
def test_not_similar(one: str, other: str) -> None:
    assert similarity(one, other) < CUTOFF
    assert most_similar(one, [(1, other)]) == []


def test_the_same_words_are_one_and_none_are_nothing() -> None:
    assert similarity("Bäume im Ort", "im ORT: Baume") == 1
    assert similarity("Und das für die", "und das für die") == 1
    assert similarity("", "") == 0
    assert similarity("Ort", "") == 0
    assert similarity("!", "…") == 0


def test_the_same_words_come_before_the_same_and_more() -> None:
    assert similarity("Radweg Görlitz", "Radweg Görlitz") > similarity("Radweg Görlitz", "Radweg Görlitz mit Bänken")


@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == pytest.approx(similarity(other, one))


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=8), st.floats(0.1, 1))
def test_most_similar_leaves_nothing_out(query: str, texts: list[str], cutoff: float) -> None:
    found = most_similar(query, enumerate(texts), limit=len(texts), cutoff=cutoff)
    scores = {key: similarity(query, text) for key, text in enumerate(texts)}
    assert dict(found) == {key: score for key, score in scores.items() if score >= cutoff}
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_most_similar_returns_the_best_first() -> None:
    titles = {"a": "Radweg von Görlitz nach Zittau", "b": "Kita in Forst", "c": "Radweg nach Görlitz", "d": "Radwege"}
    found = most_similar("Ein Radweg nach Görlitz", titles.items())
    assert [key for key, _ in found][:2] == ["c", "a"]
    assert "b" not in dict(found)
    assert most_similar("Ein Radweg nach Görlitz", titles.items(), limit=1) == [("c", 1.0)]
    assert most_similar("Ein Radweg nach Görlitz", [], limit=3) == []
    assert most_similar("", titles.items()) == []
    assert most_similar("Radwege", titles.items(), cutoff=1) == [("d", 1.0)]


def test_equals_keep_their_order() -> None:
    assert most_similar("Radweg", [("z", "Radweg"), ("a", "Radweg"), ("m", "Radweg")], limit=2) == [("z", 1), ("a", 1)]


def test_a_long_text_is_judged_by_its_beginning() -> None:
    head = "Radweg nach Görlitz " * (similar.HEAD // 20)
    assert len(head) == similar.HEAD
    assert similarity(head + "Kita " * 100_000, head + "Wald " * 100_000) == 1


def test_thousands_of_candidates() -> None:
    candidates = [(number, f"Vorschlag {number} für Ort {number % 97}") for number in range(5_000)]
    assert most_similar("Vorschlag 4711 für Ort 55", candidates)[0] == (4711, 1.0)
