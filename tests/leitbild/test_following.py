"""Following sentences: what stays keeps its id, what changes keeps its ancestors, and no word has a false origin."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from participation.base.sentences import segment
from participation.leitbild.following import Edit, Followed, Old, Origin, Span, follow


@dataclass
class Book:
    """Texts by node, followed from revision to revision as the tables would hold them."""

    texts: dict[str, str]
    placed: dict[str, list[Old]] = field(default_factory=dict)
    origins: dict[Origin, str] = field(default_factory=dict)
    last: int = 0
    changes: int = 0

    def __post_init__(self) -> None:
        self.origins |= self.texts
        for node_id, text in self.texts.items():
            self.placed[node_id] = [
                Old(self.number(), sentence, (Span(len(sentence), node_id),)) for sentence in segment(text).sentences
            ]

    def number(self) -> int:
        self.last += 1
        return self.last

    def revise(self, texts: dict[str, str], links: dict[str, str] | None = None) -> dict[str, list[Followed]]:
        """Publish new texts of some nodes; `links` name from which node a node takes, or to which it gives."""
        links = links or {}
        edits = []
        for node_id, text in texts.items():
            self.changes += 1
            self.origins[self.changes] = text
            linked = (links[node_id],) if node_id in links else ()
            edits.append(Edit(node_id, self.changes, segment(text).sentences, linked))
        before = {name: self.placed.get(name, []) for name in sorted({*texts, *links.values()})}
        found = follow(edits, before)
        self.texts |= texts
        for node_id, followed in found.items():
            self.placed[node_id] = [one.kept or Old(self.number(), one.text, one.spans) for one in followed]
        return found

    def check(self) -> None:
        ids = [old.id for olds in self.placed.values() for old in olds]
        assert len(ids) == len(set(ids)), "a sentence stands in two places"
        for node_id, text in self.texts.items():
            cut = segment(text)
            parts = zip((part.gap for part in cut.parts), self.placed[node_id], strict=True)
            assert "".join([*(gap + old.text for gap, old in parts), cut.tail]) == text
            for old in self.placed[node_id]:
                assert sum(span.length for span in old.spans) == len(old.text)
                at = 0
                for span in old.spans:
                    assert old.text[at : at + span.length] in self.origins[span.origin]
                    at += span.length


def shown(old: Old) -> list[tuple[str, Origin]]:
    """Return the words of a sentence with their origins."""
    found, at = [], 0
    for span in old.spans:
        found.append((old.text[at : at + span.length], span.origin))
        at += span.length
    return found


A, B, C = "Wir bauen Radwege an der Neiße.", "Die Brücke in Guben bleibt offen.", "Forschung braucht einen Ort."


def test_what_stays_keeps_its_id() -> None:
    book = Book({"x": f"{A} {B} {C}"})
    ids = [old.id for old in book.placed["x"]]
    book.revise({"x": f"{C}\n\n{A} Ganz neu ist das. {B}"})
    assert [old.id for old in book.placed["x"]] == [ids[2], ids[0], 4, ids[1]]
    book.check()


def test_a_small_edit_has_its_ancestor_and_marks_only_its_words() -> None:
    book = Book({"x": f"{A} {B}"})
    found = book.revise({"x": "Wir bauen sichere Radwege an der Neiße. " + B})
    assert [old.id for old in found["x"][0].ancestors] == [1]
    assert shown(book.placed["x"][0]) == [
        ("Wir bauen ", "x"),
        ("sichere ", 1),
        ("Radwege an der Neiße.", "x"),
    ]


def test_words_keep_their_origin_through_later_edits() -> None:
    book = Book({"x": A})
    book.revise({"x": "Wir bauen sichere Radwege an der Neiße."})
    book.revise({"x": "Wir bauen sichere und breite Radwege an der Neiße."})
    assert shown(book.placed["x"][0]) == [
        ("Wir bauen ", "x"),
        ("sichere ", 1),
        ("und breite ", 2),
        ("Radwege an der Neiße.", "x"),
    ]
    book.check()


def test_a_rewritten_sentence_keeps_what_stood_in_its_place() -> None:
    book = Book({"x": f"{A} {B} {C}"})
    found = book.revise({"x": f"{A} Etwas völlig anderes gilt jetzt. {C}"})
    assert [old.id for old in found["x"][1].ancestors] == [2]
    assert shown(book.placed["x"][1]) == [("Etwas völlig anderes gilt jetzt", 1), (".", "x")]


def test_an_added_sentence_has_no_ancestor() -> None:
    book = Book({"x": f"{A} {C}"})
    found = book.revise({"x": f"{A} {B} {C}"})
    assert [(one.kept is None, one.ancestors) for one in found["x"]] == [(False, []), (True, []), (False, [])]


def test_a_split_sentence_is_carried_on_by_both_parts() -> None:
    book = Book({"x": "Wir bauen Radwege an der Neiße und die Brücke in Guben bleibt offen."})
    found = book.revise({"x": f"{A} {B}"})
    assert [[old.id for old in one.ancestors] for one in found["x"]] == [[1], [1]]


def test_joined_sentences_have_both_as_ancestors() -> None:
    book = Book({"x": f"{A} {B}"})
    found = book.revise({"x": "Wir bauen Radwege an der Neiße, und die Brücke in Guben bleibt offen."})
    assert [old.id for old in found["x"][0].ancestors] == [1, 2]
    book.check()


def test_a_merge_takes_the_sentences_along() -> None:
    book = Book({"x": A, "y": B})
    book.revise({"x": f"{A} {B}", "y": ""}, {"y": "x"})
    assert [old.id for old in book.placed["x"]] == [1, 2]
    assert shown(book.placed["x"][1]) == [(B, "y")]
    book.check()


def test_a_split_node_takes_its_part_along() -> None:
    book = Book({"x": f"{A} {B}"})
    book.revise({"x": A, "z": B}, {"z": "x"})
    assert [old.id for old in book.placed["z"]] == [2]


def test_a_copy_is_a_new_sentence_with_an_ancestor() -> None:
    book = Book({"x": f"{A} {B}"})
    found = book.revise({"z": B}, {"z": "x"})
    assert (found["z"][0].kept, [old.id for old in found["z"][0].ancestors]) == (None, [2])
    assert shown(book.placed["z"][0]) == [(B, "x")]
    book.check()


def test_a_sentence_is_followed_to_a_place_nobody_named() -> None:
    book = Book({"x": f"{A} {B}", "y": C})
    found = book.revise({"x": A, "y": f"{C} {B}"})
    assert found["y"][1].kept is not None
    book = Book({"x": f"{A} {B}", "y": C})
    found = book.revise({"x": A, "y": f"{C} Die Brücke in Guben bleibt immer offen."})
    assert [old.id for old in found["y"][1].ancestors] == [2]
    book.check()


def test_repeated_sentences_are_told_apart() -> None:
    book = Book({"x": f"{A} {A} {A}"})
    book.revise({"x": f"{A} {A}", "y": A})
    assert sorted(old.id for name in "xy" for old in book.placed[name]) == [1, 2, 3]


def test_too_much_to_weigh_is_followed_by_place() -> None:
    book = Book({"x": "\n".join(f"Alt {n} a" for n in range(900))})
    found = book.revise({"x": "\n".join(f"Neu {n} b" for n in range(900))})
    assert [[old.id for old in one.ancestors] for one in found["x"]] == [[n] for n in range(1, 901)]
    book.check()


SENTENCES = st.sampled_from(
    [
        *(A, B, C, "Ja.", "Nein", "Das Land, z. B. Sachsen, zahlt 3,5 Mio. Euro.", "„Wirklich?“ fragt sie.", "- Punkt"),
        *("**Wichtig:** Kohle endet 2038.", "Am 1. Mai beginnt es!", "Und so weiter …", "Seen, Wälder usw."),
    ]
)
GAPS = st.sampled_from([" ", " ", "\n", "\n\n", "\n- ", "  "])
WORDS = st.sampled_from(["neu", "Guben", "und", "nicht", "2030", "z. B.", ".", "!", "„", "**", "sehr", ""])


@st.composite
def prose(draw: st.DrawFn) -> str:
    sentences = draw(st.lists(SENTENCES, max_size=5))
    return "".join(part for sentence in sentences for part in (sentence, draw(GAPS))).strip()


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """Change some words of a text."""
    words = text.split(" ")
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(words)))
        gone = draw(st.integers(0, 2))
        words[at : at + gone] = [draw(WORDS)] * draw(st.integers(0, 2))
    return " ".join(words).strip()


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_sequence_of_edits_moves_splits_and_merges_is_followed(data: st.DataObject) -> None:
    book = Book({name: data.draw(prose()) for name in "abc"})
    for round_ in range(data.draw(st.integers(1, 5))):
        texts: dict[str, str] = {}
        links: dict[str, str] = {}
        for _ in range(data.draw(st.integers(1, 3))):
            name = data.draw(st.sampled_from(sorted(book.texts)))
            other = data.draw(st.sampled_from(sorted(book.texts)))
            text, beside = texts.get(name, book.texts[name]), texts.get(other, book.texts[other])
            sentences = segment(text).sentences
            match data.draw(st.sampled_from(["edit", "rewrite", "move", "split", "merge"])):
                case "edit":
                    texts[name] = data.draw(edited(text))
                case "rewrite":
                    texts[name] = data.draw(prose())
                case "move" if sentences and name != other:
                    moved = data.draw(st.sampled_from(sentences))
                    texts[name] = text.replace(moved, "", 1).strip()
                    texts[other] = f"{beside} {moved}".strip()
                case "split" if len(sentences) > 1:
                    at = text.index(sentences[len(sentences) // 2])
                    new = f"{name}{round_}"
                    texts[name], texts[new] = text[:at].strip(), text[at:].strip()
                    links[new] = name
                    if new in book.texts:
                        links.pop(new)
                case "merge" if name != other:
                    texts[other] = f"{beside} {text}".strip()
                    texts[name] = ""
                    links[name] = other
                case _:
                    pass
        changed = {name: text for name, text in texts.items() if text != book.texts.get(name)}
        book.revise(changed, {name: to for name, to in links.items() if name in changed})
        book.check()


@pytest.mark.parametrize("text", ["", "…", "---"])
def test_a_text_without_sentences_has_none(text: str) -> None:
    book = Book({"x": A})
    assert book.revise({"x": text})["x"] == []
