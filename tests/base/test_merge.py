"""Merging several edited forms of one text."""

from hypothesis import given
from hypothesis import strategies as st

from participation.base.merge import Hunk, compose, hunks, merge, regions

BASE = "Der Radweg von Guben nach Forst wird gebaut. Er soll 2030 fertig sein."
WORDS = st.lists(st.sampled_from(["Rad", "weg", "Guben", "Forst", "und", "der", ".", "\n\n", "2030"]), max_size=14)
TEXTS = WORDS.map(" ".join)


def test_a_hunk_says_what_becomes_of_which_place() -> None:
    assert hunks("Der Radweg kommt.", "Der Fußweg kommt.") == (Hunk(4, 10, "Fußweg"),)
    assert hunks("gleich", "gleich") == ()


def test_changes_at_different_places_stay_apart() -> None:
    first = BASE.replace("Radweg", "Rad- und Fußweg")
    second = BASE.replace("2030", "2029")
    found = regions(BASE, {1: first, 2: second})
    assert [(region.before, region.options[0].keys) for region in found] == [("Radweg", (1,)), ("2030", (2,))]
    assert merge(BASE, first, second).text == first.replace("2030", "2029")


def test_the_same_wish_of_two_is_one_option() -> None:
    wish = BASE.replace("2030", "2029")
    (region,) = regions(BASE, {"V-1": wish, "V-2": wish})
    assert not region.collides
    assert region.options[0].keys == ("V-1", "V-2")


def test_different_wishes_for_one_place_collide_and_mine_stays() -> None:
    merged = merge(BASE, BASE.replace("2030", "2028"), BASE.replace("2030", "2035"))
    assert not merged.clean
    assert "2028" in merged.text
    assert [(o.text, o.keys) for o in merged.conflicts[0].options] == [("2028", ("mine",)), ("2035", ("theirs",))]


def test_two_insertions_at_one_place_collide() -> None:
    first, second = BASE + " Mit Bänken.", BASE + " Mit Licht."
    assert not merge(BASE, first, second).clean


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_choosing_one_form_everywhere_gives_this_form(base: str, forms: list[str]) -> None:
    found = regions(base, dict(enumerate(forms)))
    assert compose(base, found, [None] * len(found)) == base
    for key, form in enumerate(forms):
        chosen = [next((o.text for o in region.options if key in o.keys), None) for region in found]
        assert compose(base, found, chosen) == form


@given(TEXTS, TEXTS)
def test_merging_with_an_unedited_form_changes_nothing(base: str, mine: str) -> None:
    assert merge(base, mine, base).text == merge(base, base, mine).text == mine
    assert merge(base, mine, mine).text == mine


@given(TEXTS, TEXTS, TEXTS)
def test_a_clean_merge_does_not_depend_on_the_side(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    if merged.clean:
        assert merge(base, theirs, mine).text == merged.text
