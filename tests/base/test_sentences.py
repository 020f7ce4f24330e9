"""Cutting into sentences: nothing is lost, and German is read as German."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.base.sentences import segment

PIECES = st.sampled_from(
    [
        *["Der", "Radweg", "z. B.", "u. a.", "bzw.", "1. Mai", "2030.", "3,5", "Mio.", "usw.", "A.", "endet.", "Ja!"],
        *[
            " ",
            " ",
            "\n",
            "\n\n",
            "- ",
            "1. ",
            "# ",
            "> ",
            "…",
            "„",
            "“",
            "**",
            "_",
            "(",
            ")",
            "`",
            "[x](https://a.de)",
        ],
        *["\u202f", "\u00a0", "\r", "\x0b", "\x85", "👩\u200d🌾", ":", "---", "```"],
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80) | st.text("ab. \nA1!", max_size=40)


@given(TEXTS)
@settings(deadline=None)
def test_the_parts_are_the_text(written: str) -> None:
    found = segment(written)
    assert found.text == written
    assert all(sentence and sentence == sentence.strip() for sentence in found.sentences)
    assert all(any(character.isalnum() for character in sentence) for sentence in found.sentences)


@given(TEXTS)
@settings(deadline=None)
def test_no_letter_stands_between_sentences(written: str) -> None:
    """Marks are numbers, the small letter of "a)", the box of a task, and what names a fence."""
    found = segment(written)
    if "```" not in written and "~~~" not in written:
        between = "".join([*(part.gap for part in found.parts), found.tail])
        assert sum(character.isupper() for character in between) <= written.count("[X]")


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        # Abbreviations, with every kind of space between their letters.
        ("Wir fördern z. B. Radwege. Das hilft.", ["Wir fördern z. B. Radwege.", "Das hilft."]),
        ("Wir fördern z.B. Radwege und u.a. Busse.", ["Wir fördern z.B. Radwege und u.a. Busse."]),
        ("Orte, z.\u00a0B. Guben, u.\u202fa. Forst.", ["Orte, z.\u00a0B. Guben, u.\u202fa. Forst."]),
        ("Das heißt, d. h. Arbeit bleibt. Gut so.", ["Das heißt, d. h. Arbeit bleibt.", "Gut so."]),
        ("Für öffentl. Hand bzw. Vereine, ggf. Stiftungen.", ["Für öffentl. Hand bzw. Vereine, ggf. Stiftungen."]),
        ("Ab ca. 2030, Nr. 4, Art. 5 Abs. 2 GG.", ["Ab ca. 2030, Nr. 4, Art. 5 Abs. 2 GG."]),
        ("Dr. A. Wendt aus St. Marien sprach. Er ging.", ["Dr. A. Wendt aus St. Marien sprach.", "Er ging."]),
        ("Es kostet 3 Mio. Euro. Das ist viel.", ["Es kostet 3 Mio. Euro.", "Das ist viel."]),
        ("Wälder, Seen usw. Die Lausitz ist groß.", ["Wälder, Seen usw.", "Die Lausitz ist groß."]),
        ("Wälder, Seen etc. Projekte folgen.", ["Wälder, Seen etc.", "Projekte folgen."]),
        ("Biotechnologie, Biomasse etc. in der Lausitz", ["Biotechnologie, Biomasse etc. in der Lausitz"]),
        ("Die Cottbus-Bau GmbH. Sie baut.", ["Die Cottbus-Bau GmbH.", "Sie baut."]),
        # Ordinals, dates, numbers.
        ("Am 1. Mai und am 12. Dezember 2019 war Ruhe.", ["Am 1. Mai und am 12. Dezember 2019 war Ruhe."]),
        ("1. Mai 2030 ist der Termin. Dann nicht mehr.", ["1. Mai 2030 ist der Termin.", "Dann nicht mehr."]),
        ("Der Ausstieg kommt 2038. Kohle endet.", ["Der Ausstieg kommt 2038.", "Kohle endet."]),
        ("Im 19. Jahrhundert begann es.", ["Im 19. Jahrhundert begann es."]),
        ("Wir sind 12. Das genügt.", ["Wir sind 12.", "Das genügt."]),
        ("Das sind 3.500 Plätze, 1,5 mehr.", ["Das sind 3.500 Plätze, 1,5 mehr."]),
        ("Friedrich II. Preußens kam. Wir nicht.", ["Friedrich II. Preußens kam.", "Wir nicht."]),
        # Other stops, quotations, brackets.
        ("Geht das? Ja! Sicher.", ["Geht das?", "Ja!", "Sicher."]),
        ("„Geht das?“ fragte sie. „Ja.“ Gut.", ["„Geht das?“ fragte sie.", "„Ja.“", "Gut."]),
        ("»Das bleibt.« Sagt wer?", ["»Das bleibt.«", "Sagt wer?"]),
        ("„Das bleibt.“, sagt sie.", ["„Das bleibt.“, sagt sie."]),
        ("Es dauert … und dauert. Wirklich … Das war es.", ["Es dauert … und dauert.", "Wirklich …", "Das war es."]),
        ("Nein... Doch.", ["Nein...", "Doch."]),
        ("(Das gilt heute.) Morgen nicht.", ["(Das gilt heute.)", "Morgen nicht."]),
        ("Siehe https://a.de/b.html. Danach mehr.", ["Siehe https://a.de/b.html.", "Danach mehr."]),
        ("Ein [Satz.](https://a.de) Noch einer.", ["Ein [Satz.](https://a.de)", "Noch einer."]),
        ("**Erster Satz. Zweiter.** Dritter.", ["**Erster Satz.", "Zweiter.**", "Dritter."]),
        # Blocks.
        ("Wir wollen:\n\n- Radwege\n- Busse. Viele davon.", ["Wir wollen:", "Radwege", "Busse.", "Viele davon."]),
        ("1. Erstens\n2. Zweitens\n   a) Auch das", ["Erstens", "Zweitens", "Auch das"]),
        ("# Titel\nText ohne Punkt", ["Titel", "Text ohne Punkt"]),
        ("KI – Campus\nMensch – Maschine\n", ["KI – Campus", "Mensch – Maschine"]),
        ("Ein Satz, der\nhier weitergeht. Ende", ["Ein Satz, der\nhier weitergeht.", "Ende"]),
        ("Forst,\nGuben und\nzuletzt Spremberg", ["Forst,\nGuben und\nzuletzt Spremberg"]),
        ("> Gesagt ist gesagt.\n> Getan nicht.", ["Gesagt ist gesagt.", "Getan nicht."]),
        ("Oben\n\n---\n\nUnten", ["Oben", "Unten"]),
        ("- [ ] Offen\n- [x] Fertig", ["Offen", "Fertig"]),
        ("• Punkt ohne Ende\n• Noch einer", ["Punkt ohne Ende", "Noch einer"]),
        ("", []),
        (" \n\n ", []),
        ("…", []),
    ],
)  # fmt: skip
def test_german(written: str, sentences: list[str]) -> None:
    found = segment(written)
    assert list(found.sentences) == sentences
    assert found.text == written


def test_marks_belong_to_the_gap() -> None:
    found = segment("Wir wollen:\n\n- Radwege\n- Busse\n")
    assert [part.gap for part in found.parts] == ["", "\n\n- ", "\n- "]
    assert found.tail == "\n"


def test_the_time_is_bounded() -> None:
    for text in ("a. " * 20_000, "A.\n" * 20_000, "." * 60_000, "> " * 30_000, "- " * 30_000, "((" * 30_000 + "."):
        assert segment(text).text == text
