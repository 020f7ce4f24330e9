"""Comparing: exact to the character, and readable."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from rapidfuzz.distance import Indel

from participation.base import diff
from participation.base.diff import Segment
from tests.base.pathological import pairs

WORDS = st.sampled_from(
    [
        *["Radweg", "Rad-", "und", "Fußweg", "die", "Bürger*innen", "3,5", "2030", "š", "a\u030c", "👩\u200d🌾"],
        *[" ", " ", "  ", "\n", "\n\n", ".", ",", "(", ")", "„", "“", "–", "<b>", "&"],
    ]
)
PROSE = st.lists(WORDS, max_size=40).map("".join)
TEXTS = PROSE | st.text(max_size=60) | st.text("ab \n.", max_size=30)


def marked(before: str, after: str) -> str:
    """Return a comparison as `[-deleted-]{+inserted+}`."""
    form = {"same": "{}", "insert": "{{+{}+}}", "delete": "[-{}-]"}
    return "".join(form[segment.kind].format(segment.text) for segment in diff.compare(before, after))


def assert_exact(before: str, after: str) -> tuple[Segment, ...]:
    """Fail unless both texts can be read from the comparison."""
    segments = diff.compare(before, after)
    assert "".join(segment.text for segment in segments if segment.kind != "insert") == before
    assert "".join(segment.text for segment in segments if segment.kind != "delete") == after
    return segments


@given(TEXTS)
def test_tokens_are_the_text(written: str) -> None:
    tokens = diff.tokens(written)
    assert "".join(tokens) == written
    assert all(tokens)


def test_tokens_keep_together_what_is_one_word() -> None:
    assert diff.tokens("Bürger*innen, Rad- und\nE-Bike-Wege: 3,5 Mio. (2030)") == (
        *("Bürger*innen", ",", " ", "Rad-", " ", "und", "\n", "E-Bike-Wege", ":", " ", "3,5", " ", "Mio", ".", " "),
        *("(", "2030", ")"),
    )


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_the_comparison(before: str, after: str) -> None:
    segments = assert_exact(before, after)
    kinds = [segment.kind for segment in segments]
    assert all(segment.text for segment in segments)
    neighbours = {*pairwise(kinds)}
    assert neighbours <= {
        ("same", "delete"),
        ("same", "insert"),
        ("delete", "insert"),
        ("delete", "same"),
        ("insert", "same"),
    }


@given(st.lists(WORDS, min_size=1, max_size=40), st.sampled_from(["", " "]), st.data())
def test_an_edited_text_stays_exact(words: list[str], space: str, data: st.DataObject) -> None:
    after = list(words)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(after)))
        after[at : at + data.draw(st.integers(0, 3))] = data.draw(st.lists(WORDS, max_size=3))
    assert_exact(space.join(words), space.join(after))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(written: str) -> None:
    assert diff.compare(written, written) == ((Segment("same", written),) if written else ())
    assert diff.changed(diff.compare(written, written)) == 0


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Ein Radweg im Ort.", "Ein Rad- und Fußweg im Ort.", "Ein [-Radweg-]{+Rad- und Fußweg+} im Ort."),
        ("der Hund", "der große Hund", "der {+große +}Hund"),
        ("der große Hund", "der Hund", "der [-große -]Hund"),
        ("a b", "a x y b", "a {+x y +}b"),
        ("3,5 Mio. Euro bis 2024", "4,2 Mio. Euro bis 2025", "[-3,5-]{+4,2+} Mio. Euro bis [-2024-]{+2025+}"),
        (
            "wasserstofffähige Gaskraftwerke mit Wärmekopplung, Ausbau EE",
            "wasserstofffähige Gaskraftwerke, deren Abwärme die Netze speist, Ausbau EE",
            "wasserstofffähige Gaskraftwerke[- mit Wärmekopplung-]{+, deren Abwärme die Netze speist+}, Ausbau EE",
        ),
        # Space and punctuation between two changes are no islands.
        ("der alte, graue Hund", "der neue, braune Hund", "der [-alte, graue-]{+neue, braune+} Hund"),
        # A short word is none either between two long changes.
        (
            "Viele kleine Häuser und drei hohe Türme stehen heute schon aus Holz im Ort bei Forst",
            "Eine große Halle und der neue Bahnhof stehen heute schon aus Holz im Ort bei Guben",
            (
                "[-Viele kleine Häuser und drei hohe Türme-]{+Eine große Halle und der neue Bahnhof+} "
                "stehen heute schon aus Holz im Ort bei [-Forst-]{+Guben+}"
            ),
        ),
        # But one between two short ones says where the sentence goes on.
        (
            "Kohle bleibt und Wind kommt bald",
            "Gas bleibt und Sonne kommt bald",
            "[-Kohle-]{+Gas+} bleibt und [-Wind-]{+Sonne+} kommt bald",
        ),
        (
            "Die Kohle und Gas bleiben",
            "Die Sonne und Wind bleiben",
            "Die [-Kohle-]{+Sonne+} und [-Gas-]{+Wind+} bleiben",
        ),
        ("im Wald", "die im Haus Wald", "{+die +}im {+Haus +}Wald"),
        ("die im Haus Wald", "im Wald", "[-die -]im [-Haus -]Wald"),
        # A line end is no mere space.
        ("a b x\ny c d", "a b 1\n2 c d", "a b [-x-]{+1+}\n[-y-]{+2+} c d"),
        ("", "neu", "{+neu+}"),
        ("alt", "", "[-alt-]"),
        ("A.\nB.", "A.\nB.\n\nC.", "A.\nB.{+\n\nC.+}"),
        ("A.\n\nB.", "A. B.", "A.[-\n\n-]{+ +}B."),
    ],
)
def test_a_comparison_reads_like_an_edited_text(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


def test_a_new_paragraph_leaves_its_neighbours_alone() -> None:
    before = "Erster Absatz bleibt.\n\nZweiter Absatz mit dem Fehler drin.\n\nDritter."
    after = "Erster Absatz bleibt.\n\nEin neuer Absatz mit der Kohle.\n\nZweiter Absatz mit dem Wort drin.\n\nDritter."
    assert marked(before, after) == (
        "Erster Absatz bleibt.\n\n{+Ein neuer Absatz mit der Kohle.\n\n+}"
        "Zweiter Absatz mit dem [-Fehler-]{+Wort+} drin.\n\nDritter."
    )


def test_words_shared_by_chance_are_not_kept() -> None:
    before = (
        "Im Cluster entwickeln sich die Beteiligten selbst weiter. "
        "Gleichzeitig wird die Region für die Ansiedlung weiterer Akteure attraktiver."
    )
    after = (
        "Die Unternehmen der Lausitz schaffen zusammen mit den örtlichen Forschungseinrichtungen und unter Nutzung der "
        "örtlichen Grundstoffe die Basis für die nachhaltige Entwicklung der Industrie."
    )
    assert marked(before, after) == f"[-{before[:-1]}-]{{+{after[:-1]}+}}."


def test_the_most_similar_paragraph_is_the_edited_one() -> None:
    before, after = "a b c d e f", "a b c x y z\na b c d e g"
    assert marked(before, after) == "{+a b c x y z\n+}a b c d e [-f-]{+g+}"
    # Alike, but not enough to be the same paragraph: both are replaced.
    assert marked("1 p 2 q 3\n8 9", "4 p 5 q 6\n7 0") == "[-1 p 2 q 3\n8 9-]{+4 p 5 q 6\n7 0+}"


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("a b c", "a c", 1), ("x b c d y", "u b c d v", 2), ("", "a", 1)],
)
def test_a_replacement_is_one_place(before: str, after: str, count: int) -> None:
    assert diff.changed(diff.compare(before, after)) == count


def html(before: str, after: str) -> Markup:
    """Return a comparison as HTML."""
    return diff.as_html(diff.compare(before, after), inserted="eingefügt:", deleted="gelöscht:")


def test_html_names_what_was_deleted_and_what_inserted() -> None:
    assert html("Ein Radweg\n5 < 6", "Ein Fußweg\n5 < 6") == (
        'Ein <del><span class="ld-hide">gelöscht: </span>Radweg</del> '
        '<ins><span class="ld-hide">eingefügt: </span>Fußweg</ins><br>5 &lt; 6'
    )
    assert html("a", "a b") == 'a<ins><span class="ld-hide">eingefügt: </span> b</ins>'


def test_html_escapes_labels() -> None:
    shown = diff.as_html([Segment("insert", "x")], inserted="<b>", deleted="<i>")
    assert shown == '<ins><span class="ld-hide">&lt;b&gt; </span>x</ins>'


class Shown(HTMLParser):
    """Reads the texts back from HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.before = self.after = ""
        self.tags: set[str] = set()
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "br":
            self.handle_data("\n")
        else:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "span" not in self.inside:
            self.before += "" if "ins" in self.inside else data
            self.after += "" if "del" in self.inside else data


@given(TEXTS, TEXTS)
def test_html_shows_both_texts_and_no_other_tags(before: str, after: str) -> None:
    shown = Shown()
    shown.feed(str(html(before, after)).replace("</del> <ins>", "</del><ins>"))
    shown.close()
    # A parser turns NUL and CR into something else; Markdown never lets them in.
    if not set("\x00\r") & set(before + after):
        assert (shown.before, shown.after) == (before, after)
    assert shown.tags <= {"ins", "del", "span", "br"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a." * 20_000, ".b" * 20_000),
        ("a " * 100_000, "b a " * 50_000),
        ("a\n" * 30_000, "b\n" * 30_000),
        ("a\nb\n" * 20_000, "b\nc\n" * 20_000),
        ("\n" * 100_000, "\n \n" * 50_000),
        (" ".join(map(str, range(40_000))), " ".join(map(str, range(40_000, 0, -1)))),
        ("\n".join(f"a b c {n}" for n in range(900)), "\n".join(f"a b d {n}" for n in range(900, 0, -1))),
    ],
)
def test_a_huge_text_is_compared_too(before: str, after: str) -> None:
    assert_exact(before, after)


def test_above_the_cap_paragraphs_are_replaced_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = "Anfang\nder alte Hund bellt\nEnde", "Anfang\nder neue Hund bellt\nEnde"
    assert marked(before, after) == "Anfang\nder [-alte-]{+neue+} Hund bellt\nEnde"
    monkeypatch.setattr(diff, "CELLS", 0)
    # What both begin and end with costs nothing and stays.
    assert marked(before, after) == "Anfang\nder [-alte-]{+neue+} Hund bellt\nEnde"
    assert marked("a b c d e", "x b c d y") == "[-a b c d e-]{+x b c d y+}"
    assert marked("a b c\nd e f", "x b c\nd e y") == "[-a b c\nd e f-]{+x b c\nd e y+}"


def test_no_matrix_above_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    opcodes = Indel.opcodes

    def counted(one: list[int], other: list[int]) -> object:
        sizes.append(len(one) * len(other))
        return opcodes(one, other)

    monkeypatch.setattr(Indel, "opcodes", counted)
    monkeypatch.setattr(diff, "CELLS", 1_000)
    for count in (5, 30, 50, 200):
        assert_exact(" ".join(map(str, range(count))), " ".join(map(str, range(count, 0, -1))))
    assert sizes
    assert max(sizes) <= 1_000


def test_too_many_paragraphs_are_not_weighed_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = "a b c d\ne f g h", "a b x d\ne f y h"
    assert marked(before, after) == "a b [-c-]{+x+} d\ne f [-g-]{+y+} h"
    monkeypatch.setattr(diff, "PAIRS", 3)
    assert marked(before, after) == "a b [-c d\ne f g-]{+x d\ne f y+} h"


@pytest.mark.parametrize("name", pairs())
def test_the_worst_pairs_are_still_exact(name: str) -> None:
    """How long they take is measured by bench/diff.py; here they only have to end."""
    assert_exact(*pairs()[name])
