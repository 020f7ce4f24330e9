"""Marks in the HTML: always valid, never in the way of what was published."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.base.sentences import segment
from participation.base.text import normalise, render_wording
from participation.leitbild.marking import Marked, Placed, Range, mark


class Reader(HTMLParser):
    """Collects the text people read, without our marks, and fails on tags that are not nested."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag != "a" or all(name != "a" for name, _kind in self.open), "a link in a link"
        if tag != "br":
            self.open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if not any(kind in ("ld-satz", "ld-from__no", "ld-meta") for _name, kind in self.open):
            self.text.append(data)


def read(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return re.sub(r"\s+", " ", "".join(reader.text)).strip()


def marked(body: str, *, cut: int = 4, change_id: int | None = 7) -> tuple[str, Marked]:
    """Mark a text whose sentences come from the presentation for some characters, then from revision 2."""
    body = normalise(body)
    found = segment(body)
    placed = [
        Placed(
            at + 1,
            part.gap,
            part.text,
            change_id,
            (Range(cut, None), Range(len(part.text) - cut, 2)) if len(part.text) > cut else (Range(len(part.text), 2),),
        )
        for at, part in enumerate(found.parts)
    ]
    html = render_wording(body).html if body else ""
    return html, mark("n", html, placed, found.tail)


def test_every_sentence_is_a_link_and_its_new_words_are_marked() -> None:
    _html, found = marked("Wir bauen. Das hilft.")
    assert found.origin_html == (
        '<p><a class="ld-sentence" href="/leitbild/satz/1">Wir <span class="ld-from">bauen.</span>'
        '<sup class="ld-from__no">F2</sup></a> <a class="ld-sentence" href="/leitbild/satz/2">Das '
        '<span class="ld-from">hilft.</span><sup class="ld-from__no">F2</sup></a></p>\n'
    )
    assert found.alone[0] == 'Wir <span class="ld-from">bauen.</span><sup class="ld-from__no">F2</sup>'


def test_the_text_for_reading_has_a_mark_behind_each_touched_sentence() -> None:
    html, found = marked("Wir bauen. Das hilft.")
    assert found.html.count('<a class="ld-satz"') == 2
    assert 'href="?herkunft=satz-2#n"' in found.html
    assert marked("Wir bauen. Das hilft.", change_id=None)[1].html == html
    single, alone = marked("Wir bauen.")
    assert alone.html == single


@pytest.mark.parametrize(
    "body",
    [
        "**Wir bauen. Das hilft.** Ende.",
        "Ein [Satz. Noch](https://a.de) einer. Und *schräg. Weiter* geht es.",
        "Wir wollen:\n\n- Radwege\n- Busse. Viele\n\n1. Erstens\n2. Zweitens",
        "> Gesagt. Getan.\n\nUnd dann?",
        "`code. Mehr` und https://a.de/b. Ende",
        "Zeile eins,\nnoch dieselbe. **„Quote.“** Danach",
        "# Titel\n\nText mit <b>HTML</b> & Zeichen. Ja.",
        "1. Mai ist Feiertag. Immer.",
        "Ein Zeichen \ua8ce. Noch eines.",
        "***",
        "",
    ],
)
def test_inline_elements_stay_valid(body: str) -> None:
    html, found = marked(body)
    assert read(found.html) == read(html)
    assert read(found.origin_html) == read(html)
    for alone in found.alone:
        read(alone)


PIECES = st.sampled_from(
    [
        *[
            "Wort",
            "Satz.",
            "Ende!",
            "**",
            "*",
            "_",
            "~~",
            "`",
            "[x](https://a.de)",
            "[Satz. Zwei](/b)",
            "<i>",
            "&",
            "…",
        ],
        *[" ", " ", " ", "\n", "\n\n", "\n- ", "\n1. ", "\n> ", "\n# ", "https://a.de/x", "\\", "„", "“", "1. Mai "],
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(1, 12))
@settings(deadline=None)
def test_marks_never_change_what_is_read(body: str, cut: int) -> None:
    html, found = marked(body, cut=cut)
    assert read(found.html) == read(html)
    assert read(found.origin_html) == read(html)
    assert len(found.alone) == len(segment(normalise(body)).parts)
    for alone in found.alone:
        read(alone)
