"""What is read of the strategy, and in how many statements."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from participation.base.db import db
from participation.strategy import overview, queries
from participation.strategy.models import Node, Relation, TextState
from participation.strategy.operations import thread_of
from participation.strategy.overview import Filters
from tests.factories import dialogue

MEASURE = "lce-sofort-industrieparks"


def test_a_node_comes_with_everything_around_it(app, statements):
    with statements() as counted:
        page = queries.node_page(MEASURE, None)
        assert page.node.kind.label == "Sofortmaßnahme"
        assert page.node.thread is None
    assert counted.number == 2
    assert [line.id for line in page.path] == ["strategie-lausitz", "kapitel-3-perspektiven", "lce", "lce-sofort"]
    assert [point.title[:16] for point in page.points] == ["Versorgungssiche", "Innovationen (Re"]
    assert page.contents == []
    assert [(place.id, place.names["dsb"]) for place in page.places if "dsb" in place.names] == [
        ("jaenschwalde", "Janšojce"),
        ("schwarze-pumpe", "Carna Plumpa"),
    ]
    assert page.actors == ["Brandenburgische Technische Universität Cottbus-Senftenberg (BTU)"]  # named by point b
    assert "mit den Schwerpunkten" in page.note.note
    assert page.owner_id == MEASURE


def test_a_relation_is_shown_once_from_either_side(app):
    one_way = Relation(node_id="lcm-leitsatz", other_id=MEASURE, relation="querbezug")
    db.session.add(one_way)
    db.session.flush()
    related = queries.node_page(MEASURE, None).related
    assert ("querbezug", "lcm-leitsatz") in [(relation, line.id) for relation, line in related]
    assert len(related) == len({line.id for _relation, line in related}) == 3
    assert MEASURE in [line.id for _relation, line in queries.node_page("lcm-leitsatz", None).related]


def test_a_cluster_shows_what_is_below_it_nested(app, statements):
    with statements() as counted:
        page = queries.node_page("lce", None)
    assert counted.number == 2
    assert [line.title for line in page.contents][1:] == [
        *("Trends", "Anknüpfungspunkte", "Handlungsoptionen", "Leitprojekte", "Sofortmaßnahmen")
    ]
    trends = page.contents[1]
    assert trends.contents[0].points[1].title == "Speicher"


def test_a_point_leads_to_the_conversation_of_its_owner(app):
    page = queries.node_page("lce-trend-dekarbonisierung-speicher", None)
    assert (page.owner_id, page.owner_title) == ("lce-trends", "Trends")


def test_an_unknown_node_is_none(app):
    assert queries.node_page("gibt-es-nicht", None) is None
    assert queries.node("gibt-es-nicht") is None
    assert queries.node(MEASURE).kind.votable


def test_the_whole_strategy_comes_in_one_statement(app, statements):
    def count(lines) -> int:
        return sum(1 + count(line.below) for line in lines)

    with statements() as counted:
        tree = overview.tree()
    assert counted.number == 1
    assert len(tree) == 1
    assert count(tree) == 287


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(cluster="lce"), 64),
        (Filters(kind="leitprojekt"), 13),
        (Filters(horizon="sofort"), 16),
        (Filters(kind="sofortmassnahme", cluster="lce"), 3),
        (Filters(place="jaenschwalde"), 1),
        (Filters(place="jaenschwalde", cluster="lcm"), 0),
    ],
)
def test_filters_narrow_the_list(app, statements, filters, expected):
    with statements() as counted:
        assert len(overview.found(filters)) == expected
    assert counted.number == 1


def test_choices_offer_only_what_exists(app):
    choices = overview.choices()
    assert [ident for ident, _label in choices.clusters] == ["lce", "lcm", "lcb", "lcg"]
    assert set(choices.horizons) == {"sofort", "leitprojekt", "langfristig"}
    assert ("massnahme", "Maßnahmen") in choices.kinds
    assert ("jaenschwalde", "Jänschwalde") in choices.places


def test_clusters_count_measures_comments_and_open_proposals(app, statements):
    dialogue.comment(thread_of(db.session.get(Node, MEASURE)))
    db.session.execute(update(Node).where(Node.id == MEASURE).values(open_proposals=2))
    with statements() as counted:
        cards, measures = overview.clusters()
    assert counted.number == 2
    energy = cards[0]
    assert (energy.id, energy.measures, energy.comments, energy.open_proposals) == ("lce", 20, 1, 2)
    assert energy.sentence_html.startswith("<p>Aufbauend auf der Geschichte")
    assert [card.measures for card in cards] == [20, 14, 20, 20]
    assert measures == 76


def test_a_struck_measure_is_not_counted(app):
    db.session.execute(update(Node).where(Node.id == MEASURE).values(text_state=TextState.STRUCK))
    cards, measures = overview.clusters()
    assert (cards[0].measures, measures) == (19, 75)


def test_places_know_how_often_they_are_named(app, statements):
    dialogue.comment(thread_of(db.session.get(Node, MEASURE)))
    with statements() as counted:
        places = {place.id: place for place in overview.places()}
    assert counted.number == 1
    assert (places["jaenschwalde"].nodes, places["jaenschwalde"].comments) == (1, 1)
    assert places["dresden"].nodes == 7
    assert [line.id for line in overview.at_place("jaenschwalde")] == [MEASURE]


def test_there_is_dialogue_once_a_thread_exists(app):
    assert not queries.has_dialogue()
    thread_of(db.session.get(Node, MEASURE))
    assert queries.has_dialogue()


def test_a_title_made_of_the_wording_is_not_told_twice(app):
    lines = {line.id: line for line in overview.found(Filters(cluster="lce"))}
    shortened = lines["lce-handlung-sektorkopplung-wasserstoff"]
    assert (shortened.wording_html, shortened.sentence[-4:]) == ("", " für")
    headed = lines["lce-leitsatz"]
    assert (headed.sentence, headed.wording_html[:11]) == ("Leitsatz Energie", "<p>Aufbauen")
