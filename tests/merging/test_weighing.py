"""What decisions about places come to: the wording, the fates, what still fits, where two disagree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from participation.merging import weighing
from participation.merging.weighing import (
    Choice,
    Decision,
    carry,
    differences,
    fates,
    leave,
    places,
    take,
    wording,
    write,
)
from participation.outcomes.models import Fate

BASE = "Der Radweg von Guben nach Forst wird gebaut. Er soll 2030 fertig sein."
WIDE = BASE.replace("Radweg", "breite Radweg")
SOON = BASE.replace("2030", "2028")
SOONER = BASE.replace("2030", "2027")
WORDS = st.lists(st.sampled_from(["Rad", "weg", "Guben", "Forst", "und", "der", ".", "\n\n", "2030"]), max_size=12)
TEXTS = WORDS.map(" ".join)


def taken(found, key):
    """Decide for everything one proposal wants, and leave the rest."""
    return [
        next((take(region, option.text) for option in region.options if key in option.keys), leave(region))
        for region in found
    ]


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_taking_all_of_one_proposal_gives_exactly_its_wording(base, forms):
    found = places(base, dict(enumerate(forms)))
    for key, form in enumerate(forms):
        decisions = taken(found, key)
        assert wording(base, found, decisions) == form
        assert fates(found, decisions).get(key, Fate.ADOPTED) is Fate.ADOPTED


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4), st.data())
def test_decisions_are_carried_unchanged_to_the_same_table(base, forms, data):
    found = places(base, dict(enumerate(forms)))
    decisions = [
        data.draw(st.sampled_from([leave(region), *(take(region, o.text) for o in region.options)]))
        for region in found
        if data.draw(st.booleans())
    ]
    kept = carry(decisions, base, base, found)
    assert [one.said for one in kept.decisions] == [one.said for one in decisions]
    assert [one.place for one in kept.decisions] == [one.place for one in decisions]
    assert kept.dropped == ()


@given(TEXTS, TEXTS, st.lists(TEXTS, min_size=1, max_size=3), st.lists(TEXTS, max_size=3))
def test_carrying_anywhere_loses_nothing_silently(base, later, forms, others):
    """Whatever becomes of the wording and the proposals: a taken option is kept, told as dropped, or said already."""
    found = places(base, dict(enumerate(forms)))
    decisions = taken(found, 0)
    after = places(later, {index: form for index, form in enumerate(others) if form != later})
    kept = carry(decisions, base, later, after)
    there = [weighing.place_of(region) for region in after]
    assert all(decision.place in there for decision in kept.decisions)
    assert len({decision.place for decision in kept.decisions}) == len(kept.decisions)
    for decision in kept.decisions:
        region = after[there.index(decision.place)]
        assert decision.choice is not Choice.OPTION or decision.text in [option.text for option in region.options]
    wording(later, after, kept.decisions)


def test_what_no_word_parts_is_one_place():
    """Two insertions on either side of a space would otherwise both be taken, and say it twice."""
    found = places(
        "Züge bis Posen mit Wasserstoff",
        {1: "Züge bis Poznań stündlich mit Wasserstoff", 2: "Züge bis Posen oft mit Wasserstoff"},
    )
    (place,) = found
    assert place.collides
    assert {option.text.strip(): option.keys for option in place.options} == {
        "Poznań stündlich": (1,),
        "Posen oft": (2,),
    }


def test_open_places_stay_as_they_are():
    found = places(BASE, {1: WIDE, 2: SOON})
    assert wording(BASE, found, []) == BASE
    assert wording(BASE, found, [take(found[1], "2028")]) == SOON


def test_all_that_nobody_disputes_is_taken_at_once_and_decisions_stay():
    found = places(BASE, {1: WIDE.replace("2030", "2028"), 2: SOONER})
    decisions = weighing.consensual(found, [])
    assert wording(BASE, found, decisions) == WIDE
    assert weighing.consensual(found, [leave(found[0])]) == (leave(found[0]),)


def test_fates_follow_what_was_taken():
    found = places(BASE, {1: WIDE.replace("2030", "2028"), 2: SOONER, 3: SOON})
    decisions = [take(found[0], found[0].options[0].text), take(found[1], "2027")]
    assert fates(found, decisions) == {1: Fate.PARTLY, 2: Fate.ADOPTED, 3: None}
    assert fates(found, []) == {1: None, 2: None, 3: None}
    assert fates(found, [leave(region) for region in found]) == {1: None, 2: None, 3: None}


def test_a_text_by_hand_counts_in_part_for_those_whose_words_it_shares():
    found = places(BASE, {1: BASE.replace("2030", "spätestens 2028"), 2: BASE.replace("2030", "bald")})
    assert fates(found, [write(BASE, found[0], "im Jahr 2028")])[1] is Fate.PARTLY
    assert fates(found, [write(BASE, found[0], "2030, wenn es geht,")]) == {1: None, 2: None}


def test_a_text_by_hand_is_spaced_like_its_neighbours():
    (insertion,) = places(BASE, {1: WIDE})
    assert wording(BASE, [insertion], [write(BASE, insertion, "neue")]) == BASE.replace("Radweg", "neue Radweg")
    (place,) = places(BASE, {1: SOON})
    assert wording(BASE, [place], [write(BASE, place, "  2031 ")]) == BASE.replace("2030", "2031")
    assert wording(BASE, [place], [write(BASE, place, "")]) == BASE.replace("2030 ", "")
    (end,) = places(BASE, {1: BASE + " Mit Bänken."})
    assert wording(BASE, [end], [write(BASE, end, "Mit Licht.")]) == BASE + " Mit Licht."


def test_a_text_by_hand_that_says_what_an_option_says_is_that_option():
    (place,) = places(BASE, {1: SOON})
    assert write(BASE, place, "2028").choice is Choice.OPTION
    assert write(BASE, place, "2030").choice is Choice.LEAVE


def test_a_withdrawn_proposal_takes_its_decision_with_it_and_the_others_stay():
    found = places(BASE, {1: WIDE, 2: SOON})
    decisions = [*taken(found, 1)[:1], take(found[1], "2028")]
    kept = carry(decisions, BASE, BASE, places(BASE, {1: WIDE}))
    assert [one.said for one in kept.decisions] == [decisions[0].said]
    assert [one.text for one in kept.dropped] == ["2028"]


def test_a_new_proposal_leaves_the_decision_and_the_options_of_that_time():
    decision = take(places(BASE, {1: SOON})[0], "2028")
    kept = carry([decision], BASE, BASE, places(BASE, {1: SOON, 2: SOONER}))
    assert kept.decisions == (decision,)
    assert kept.decisions[0].offered == ("2028",)


def test_a_wider_place_keeps_what_is_still_an_option():
    found = places(BASE, {1: SOON})
    wider = places(BASE, {1: SOON, 2: BASE.replace("soll 2030 fertig", "ist bald fertig")})
    kept = carry([take(found[0], "2028")], BASE, BASE, wider)
    assert wording(BASE, wider, kept.decisions) == SOON
    assert kept.dropped == ()


def test_a_new_wording_moves_decisions_and_drops_what_it_touches():
    found = places(BASE, {1: WIDE, 2: SOON})
    decisions = [take(region, region.options[0].text) for region in found]
    later = BASE.replace("2030", "2035")
    kept = carry(decisions, BASE, later, places(later, {1: later.replace("Radweg", "breite Radweg")}))
    assert [one.text for one in kept.decisions] == [decisions[0].text]
    assert [one.text for one in kept.dropped] == ["2028"]
    moved = "Ja: " + BASE
    kept = carry(decisions, BASE, moved, places(moved, {1: "Ja: " + WIDE, 2: "Ja: " + SOON}))
    assert [one.text for one in kept.decisions] == [one.text for one in decisions]


def test_what_the_new_wording_says_is_not_missed():
    found = places(BASE, {1: WIDE, 2: SOON})
    decisions = [take(region, region.options[0].text) for region in found]
    assert carry(decisions, BASE, wording(BASE, found, decisions), ()) == weighing.Carried((), ())


def test_two_people_differ_only_where_they_say_different_things():
    found = places(BASE, {1: WIDE, 2: SOON, 3: SOONER})
    first, second = found
    began = [leave(first)]
    mine = [take(first, first.options[0].text), take(second, "2028")]
    theirs = [leave(first), take(second, "2027")]
    one, two = differences(found, began, mine, theirs)
    assert (one.collides, two.collides) == (False, True)
    assert one.joined == mine[0]
    assert two.joined == mine[1]
    assert differences(found, began, mine, mine) == ()
    (came,) = differences(found, began, began, [*began, theirs[1]])
    assert not came.collides
    assert came.joined == theirs[1]


def test_decisions_survive_the_column_they_are_stored_in():
    decision = Decision(3, 9, Choice.OWN, " neu", own="neu", offered=("alt",))
    assert weighing.loaded([decision.stored()]) == (decision,)
