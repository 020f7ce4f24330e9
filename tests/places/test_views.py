"""Finding a place and reading what the strategy says about it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.one_database


def text_of(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


@pytest.mark.parametrize("words", ["Wojerecy", "hoyerswerda", "Wórjejce"])
def test_a_place_is_found_by_any_of_its_names(app, client, words):
    page = text_of(client, f"/orte?q={words}")
    hits = page.split('id="treffer"', 1)[1].split("</section>", 1)[0]
    assert 'href="/orte/hoyerswerda"' in hits
    assert '<span lang="hsb">Wojerecy</span>' in hits


def test_a_place_that_is_not_named_is_told_so(app, client):
    page = text_of(client, "/orte?q=Atlantis")
    assert "Kein Ort zu „Atlantis“" in page
    assert 'href="/orte/lausitz"' in page
    known = text_of(client, "/orte?q=Elbe-Elster")
    assert "Die Strategie nennt diesen Ort nicht." in known


def test_what_was_searched_for_is_escaped(app, client):
    page = text_of(client, "/orte?q=<script>alert(1)</script>")
    assert "<script>alert" not in page


def test_all_places_stand_in_a_list_beside_the_map(app, client):
    page = text_of(client, "/orte")
    lists = page.split('id="lausitz"', 1)[1]
    assert lists.count('href="/orte/') == 40
    assert page.split("<svg", 2)[1] != ""


def test_a_place_shows_what_names_it_and_the_whole_region(app, client):
    page = text_of(client, "/orte/jaenschwalde")
    assert "Eine Stelle der Strategie nennt diesen Ort." in page
    assert 'href="/strategie/lce-sofort-industrieparks"' in page
    assert 'href="/orte/lausitz"' in page
    assert '<span lang="dsb">Janšojce</span>' in page


def test_an_unknown_place_is_a_404(app, client):
    assert client.get("/orte/atlantis").status_code == 404
