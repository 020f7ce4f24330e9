"""What comments are about is taken down on writing and followed when the texts change."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from participation.base.db import db
from participation.base.quotes import Selector, locate
from participation.dialogue import anchors, queries
from participation.dialogue.anchors import NotQuoted, Passage, QuotedTwice, QuoteTooLong, Reference
from participation.dialogue.models import Anchor, AnchorState, Comment
from participation.dialogue.operations import edit_comment, hide_comment
from tests.factories import accounts, dialogue

NODE = Passage("m", "Neue Kraftwerke werden gebaut. Speicher werden gebaut.")
POINT = Passage("m-a", "Speicher in jedem Ort und an jedem Kraftwerk der Region")


def quoting(words: str, passage: Passage = POINT, **rest: object) -> Comment:
    """Write a comment on some words of a passage."""
    selector = anchors.quote([passage], words)[1]
    return dialogue.comment(reference=Reference(passage, 1, selector), **rest)


def about(passage: Passage, **rest: object) -> Comment:
    return dialogue.comment(reference=Reference(passage, 1), **rest)


def anchor(comment: Comment) -> Anchor:
    return db.session.get(Anchor, comment.id, populate_existing=True)


def test_the_passage_that_holds_the_words_is_found():
    assert anchors.quote([NODE, POINT], "jedem Ort")[0] is POINT
    passage, selector = anchors.quote([NODE, POINT], "  „neue  Kraftwerke“ ")
    assert passage is NODE
    assert selector == Selector("Neue Kraftwerke", "", " werden gebaut. Speicher werden")


def test_words_that_stand_twice_need_their_surroundings():
    with pytest.raises(QuotedTwice):
        anchors.quote([NODE], "werden gebaut")
    _passage, selector = anchors.quote([NODE], "werden gebaut", prefix="Speicher ")
    assert selector.prefix.endswith("Speicher ")


def test_words_that_stand_nowhere_are_refused_with_the_closest():
    with pytest.raises(NotQuoted) as error:
        anchors.quote([NODE, POINT], "Speicher in jeden Ort und an jedem Kraftwerk")
    assert error.value.closest == "Speicher in jedem Ort und an jedem Kraftwerk"
    with pytest.raises(NotQuoted) as error:
        anchors.quote([NODE], "Pilgerwege nach Santiago")
    assert error.value.closest == ""


def test_a_quote_has_a_limit():
    long = Passage("m", "Wort " * 400)
    with pytest.raises(QuoteTooLong):
        anchors.quote([long], "Wort " * 101, prefix="x")
    assert len(anchors.quote([long], "Wort " * 100, prefix="x")[1].exact) == 499


def test_a_comment_keeps_what_it_is_about(app):
    made = quoting("jedem Ort")
    row = anchor(made)
    assert (row.subject, row.revision, row.is_quote, row.exact) == ("m-a", 1, True, "jedem Ort")
    assert (row.prefix, row.suffix) == ("Speicher in ", " und an jedem Kraftwerk der")
    assert row.state is AnchorState.HOLDS
    edit_comment(made.author, made, "Ganz anders", expected_version=1)
    assert anchor(made).exact == "jedem Ort"
    assert queries.single(made.id, None).mark.exact == "jedem Ort"


def test_a_comment_on_all_of_it_has_no_anchor(app):
    assert anchor(dialogue.comment()) is None
    assert anchor(about(Passage("m", ""))) is None


def test_the_same_form_twice_is_one_comment_with_one_anchor(app):
    person, thread = accounts.user(), dialogue.thread()
    first = quoting("jedem Ort", thread=thread, author=person, submission_key="k")
    assert quoting("jedem Ort", thread=thread, author=person, submission_key="k").id == first.id


@pytest.mark.parametrize(
    ("words", "now", "state", "found"),
    [
        ("jedem Ort", POINT.text, AnchorState.HOLDS, ""),
        ("jedem Ort", "Ganz neu: Es gibt Speicher in jedem Ort.", AnchorState.HOLDS, ""),
        (
            "Speicher in jedem Ort und an jedem Kraftwerk",
            "Große Speicher in jedem Ort, aber an jedem Kraftwerk der Region",
            AnchorState.CHANGED,
            "Speicher in jedem Ort, aber an jedem Kraftwerk",
        ),
        ("jedem Ort und an", "Radwege an der Neiße und Brücken über sie", AnchorState.GONE, ""),
        ("jedem Ort", None, AnchorState.GONE, ""),
    ],
)
def test_quotes_are_followed(app, words, now, state, found):
    made = quoting(words)
    other = quoting("Neue Kraftwerke", NODE)
    anchors.follow({"m-a": now}, 2)
    row = anchor(made)
    assert (row.state, row.found) == (state, found)
    assert row.changed_in == (None if state is AnchorState.HOLDS else 2)
    assert row.exact == words
    assert anchor(other).state is AnchorState.HOLDS


@pytest.mark.parametrize(
    ("now", "state"),
    [(POINT.text, AnchorState.HOLDS), ("Etwas anderes", AnchorState.CHANGED), (None, AnchorState.GONE)],
)
def test_points_are_followed(app, now, state):
    made = about(POINT)
    anchors.follow({"m-a": now}, 2)
    assert (anchor(made).state, anchor(made).found) == (state, "")


def test_a_passage_that_comes_back_holds_again(app):
    made = quoting("jedem Ort und an jedem")
    anchors.follow({"m-a": None}, 2)
    anchors.follow({"m-a": POINT.text}, 3)
    assert (anchor(made).state, anchor(made).changed_in) == (AnchorState.HOLDS, None)


def test_small_steps_are_followed_although_the_first_wording_is_far_away(app):
    made = quoting(POINT.text)
    steps = (
        "Speicher in jeder Stadt und an jedem Kraftwerk der Region",
        "Batterien in jeder Stadt und an jedem Kraftwerk der Region",
        "Batterien in jeder Stadt und neben den Kraftwerken der Region",
        "Batterien für alle Städte und neben den Kraftwerken der Region",
        "Batterien für alle Städte und neben den Windparks der Lausitz",
    )
    for number, text in enumerate(steps, 2):
        anchors.follow({"m-a": text}, number)
        assert (anchor(made).state, anchor(made).changed_in) == (AnchorState.CHANGED, number), text
    assert locate(steps[-1], Selector(POINT.text)) is None
    assert anchor(made).found in steps[-1]
    assert len(anchor(made).found) > 30


def test_following_takes_two_statements_however_many_there_are(app, statements):
    thread = dialogue.thread()
    person = accounts.user()
    ids = dialogue.many(thread, 300, author=person)
    words = ("jedem Ort", "an jedem Kraftwerk der Region", "Speicher")
    db.session.execute(
        insert(Anchor),
        [
            {
                "comment_id": ident,
                "subject": "m-a",
                "revision": 1,
                "is_quote": True,
                "exact": words[n % 3],
                "prefix": "",
                "suffix": "",
                "state": AnchorState.HOLDS,
                "found": "",
            }
            for n, ident in enumerate(ids)
        ],
    )
    with statements() as counted:
        assert anchors.follow({"m-a": "Speicher nah an jedem Kraftwerk unserer Region", "m-b": None}, 2) == 200
    assert counted.number == 2
    with statements() as counted:
        assert anchors.follow({"m-a": "Speicher nah an jedem Kraftwerk unserer Region"}, 3) == 0
        assert anchors.follow({}, 3) == 0
    assert counted.number == 1


def test_nothing_is_told_of_what_a_hidden_comment_quotes(app):
    made = quoting("jedem Ort")
    hide_comment(accounts.moderator(), made, "Regel 3")
    assert queries.single(made.id, None).mark is None


@pytest.mark.parametrize(
    "odd",
    [
        {"exact": ""},
        {"changed_in": 2},
        {"state": AnchorState.GONE},
        {"state": AnchorState.GONE, "changed_in": 2, "found": "x"},
        {"is_quote": False, "prefix": "x"},
        {"comment_id": 999_999},
    ],
)
def test_the_database_refuses_odd_anchors(app, odd):
    made = dialogue.comment()
    whole = {"comment_id": made.id, "subject": "m", "revision": 1, "is_quote": True, "exact": "x", "prefix": ""}
    values = {**whole, "suffix": "", "state": AnchorState.HOLDS, "found": "", **odd}
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(insert(Anchor).values(**values))
