"""Quotes find their place again: exactly, among equals, in other words, or not at all."""

from __future__ import annotations

import random
import time

import pytest

from participation.base import quotes
from participation.base.quotes import Selector, locate, nearest, places, select
from participation.base.text import shown

TEXT = (
    "Die Lausitz bleibt Energieregion. Neue Gaskraftwerke mit Wärmekopplung werden wasserstofffähig gebaut, und der "
    "Ausbau erneuerbarer Energien geht mit Speichern einher. Die Lausitz bleibt auch ein Zuhause der Sorben."
)


def selector_of(words: str, text: str = TEXT) -> Selector:
    start = text.index(words)
    return select(text, start, start + len(words))


def test_a_selector_keeps_whole_words_of_context():
    made = selector_of("wasserstofffähig")
    assert made.exact == "wasserstofffähig"
    assert made.prefix == "mit Wärmekopplung werden "
    assert made.suffix == " gebaut, und der Ausbau"
    assert len(made.prefix) <= quotes.CONTEXT >= len(made.suffix)


def test_context_ends_with_the_text():
    assert selector_of("Die Lausitz bleibt Energieregion.").prefix == ""
    assert selector_of("Zuhause der Sorben.").suffix == ""
    long = "x" * 100 + " Kohle " + "y" * 100
    assert selector_of("Kohle", long) == Selector("Kohle")


def test_a_quote_that_stands_once_is_found_wherever_it_moved():
    made = selector_of("wasserstofffähig gebaut")
    moved = "Alles wird wasserstofffähig gebaut. Ganz am Anfang."
    found = locate(moved, made)
    assert found.same
    assert moved[found.start : found.end] == "wasserstofffähig gebaut"


def test_of_several_equal_places_the_one_in_its_context_counts():
    second = TEXT.rindex("Die Lausitz bleibt")
    made = select(TEXT, second, second + len("Die Lausitz bleibt"))
    longer = f"Die Lausitz bleibt schön. {TEXT}"
    assert locate(longer, made).start == longer.rindex("Die Lausitz bleibt")
    first = selector_of("Die Lausitz bleibt")
    assert locate(TEXT, first).start == 0


def test_a_quote_in_other_words_is_found_as_similar():
    made = selector_of("Neue Gaskraftwerke mit Wärmekopplung werden wasserstofffähig gebaut")
    now = "Am Anfang ein Satz. Neue Kraftwerke mit Wärmekopplung werden von Beginn an wasserstofffähig gebaut. Ende."
    found = locate(now, made)
    assert not found.same
    words = now[found.start : found.end]
    assert "Wärmekopplung" in words
    assert now[found.start - 1] == " "
    assert words == words.strip()


@pytest.mark.parametrize(
    "now",
    [
        "",
        "Ein Satz über etwas ganz anderes, nämlich den Tourismus am Cottbuser Ostsee und die Museen der Region.",
        "Radwege",
    ],
)
def test_a_quote_that_is_gone_is_not_found(now):
    assert locate(now, selector_of("Neue Gaskraftwerke mit Wärmekopplung werden wasserstofffähig gebaut")) is None


def test_a_short_word_needs_more_likeness_than_a_sentence():
    assert locate("Der Kohleausstieg kommt.", Selector("Kohleaustieg")) == quotes.Found(4, 17, same=False)
    assert locate("Der Koch steht am Herd.", Selector("Kohle")) is None


def test_what_is_left_of_a_shortened_text_counts_as_similar():
    made = Selector("Ausbau erneuerbarer Energien geht mit Speichern einher")
    assert locate("Ausbau erneuerbarer Energien mit Speichern", made) == quotes.Found(0, 42, same=False)


@pytest.mark.parametrize(
    "typed",
    [
        "wasserstofffähig gebaut",
        "  wasserstofffähig\n gebaut ",
        "Wasserstofffähig gebaut",
        "„wasserstofffähig gebaut“",
        '"wasserstofffähig gebaut"',
    ],
)
def test_what_a_person_types_is_found_as_it_stands(typed):
    assert [TEXT[slice(*place)] for place in places(TEXT, typed)] == ["wasserstofffähig gebaut"]


def test_dashes_and_quotation_marks_do_not_matter():
    text = "Energie – „Turbo Cell“ der BTU"
    assert places(text, 'energie - "turbo cell" der')
    assert places(text, "") == places(text, "„“") == []
    assert places(text, "Turbo-Cell") == []


def test_the_nearest_words_are_whole_words():
    near = nearest(TEXT, "neue Gaskraftwerk mit der Wärmekopplung werden")
    assert TEXT[slice(*near)].startswith("Neue Gaskraftwerke")
    assert nearest(TEXT, "Pilgerwege nach Santiago de Compostela ausschildern") is None
    assert nearest("", "x") is nearest(TEXT, "") is None


def test_what_readers_see_is_one_line_without_marks():
    html = "<p>Wasser<strong>stoff</strong>,\n<em>ja</em></p><ul><li>eins</li><li>zwei &amp; drei</li></ul>"
    assert shown(html) == "Wasserstoff, ja eins zwei & drei"


def test_looking_for_what_is_not_there_takes_bounded_time():
    chance = random.Random(5)
    letters = "abcdefghijklmnop"
    text = " ".join("".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(10_000))[:65_000]
    wanted = " ".join("".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(80))[:500]
    begin = time.perf_counter()
    for quote, where in ((wanted, text), ("ab" * 250, "ba" * 32_000 + "c"), ("a" * 499 + "b", "a" * 65_000)):
        locate(where, Selector(quote))
    assert time.perf_counter() - begin < 1.0


def test_select_and_locate_are_inverse_for_any_range():
    chance = random.Random(7)
    for _ in range(500):
        start = chance.randrange(len(TEXT))
        end = chance.randint(start + 1, len(TEXT))
        found = locate(TEXT, select(TEXT, start, end))
        assert found.same
        assert TEXT[found.start : found.end] == TEXT[start:end]
        if end - start > 20:
            assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ([], "<p>Strom &amp; <strong>Wasser</strong>stoff</p>"),
        (["Strom & Wasser"], "<p>[Strom &amp; ]<strong>[Wasser]</strong>stoff</p>"),
        (["Wasserstoff", "& Wasser"], "<p>Strom [&amp; ]<strong>[Wasser]</strong>[stoff]</p>"),
        (["Kohle", ""], "<p>Strom &amp; <strong>Wasser</strong>stoff</p>"),
        (["strong", "amp;", "<p>"], "<p>Strom &amp; <strong>Wasser</strong>stoff</p>"),
    ],
)
def test_words_are_marked_in_html(words, html):
    made = quotes.marked("<p>Strom &amp; <strong>Wasser</strong>stoff</p>", words, css="x")
    assert made.replace('<mark class="x">', "[").replace("</mark>", "]") == html
    assert shown(made) == "Strom & Wasserstoff"


def test_marks_do_not_cross_paragraphs():
    made = quotes.marked("<p>eins</p>\n<p>zwei</p>", ["eins zwei"], css="x")
    assert made == '<p><mark class="x">eins</mark></p>\n<p><mark class="x">zwei</mark></p>'
