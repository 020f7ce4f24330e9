"""The places and residences of content/, and how mistakes in them are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from participation.base.yaml_source import MAX_BYTES, ContentError, Problem
from participation.places.content import load_places, load_residences

CONTENT = Path(__file__).parents[2] / "content"

PLACES = """\
places:
- id: guben
  name: Guben
  type: stadt
  lat: 51.950
  lon: 14.706
  precision: ort
  country: DE
  land: Brandenburg
  kreis: Landkreis Spree-Neiße / Wokrejs Sprjewja-Nysa
  names: {de: Guben, dsb: Gubin}
  official: [de]
  named_as: [Guben]
  in_lausitz: true
  sorbian_area: false
  on_map: true
"""

RESIDENCES = """\
residences:
- {id: guben, group: ort, region: brandenburg, district: landkreis-spree-neisse}
- id: landkreis-spree-neisse
  names: {de: Landkreis Spree-Neiße}
  group: kreis
  region: brandenburg
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "places.yaml").write_text(PLACES)
    (tmp_path / "residences.yaml").write_text(RESIDENCES)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ContentError) as refused:
        load_residences(folder)
    return list(refused.value.problems)


def test_the_real_places() -> None:
    places = {place.id: place for place in load_places(CONTENT)}
    assert len(places) == 40
    assert places["cottbus"].names == {
        "de": "Cottbus",
        "dsb": "Chóśebuz",
        "hsb": "Choćebuz",
        "pl": "Chociebuż",
        "cs": "Chotěbuz",
    }
    assert places["boxberg"].site is not None
    assert places["boxberg"].site.name == "Kraftwerk Boxberg"
    assert [point.name for point in places["niederschlesische-magistrale"].via] == ["Hoyerswerda", "Horka", "Węgliniec"]
    assert not places["lausitz"].on_map


def test_the_real_residences() -> None:
    residences = load_residences(CONTENT)
    by_id = {residence.id: residence for residence in residences}
    groups = [residence.group for residence in residences]
    assert groups == ["ort"] * 13 + ["kreis"] * 11 + ["anderswo"] * 3
    assert by_id["cottbus"].names["dsb"] == "Chóśebuz"
    assert (by_id["gubin"].region, by_id["gubin"].district) == ("nachbarn", "powiat-krosnienski")
    assert (by_id["cottbus"].place, by_id["landkreis-goerlitz"].place) == ("cottbus", None)
    assert by_id["anderswo-pl"].names["pl"] == "gdzie indziej w Polsce"


def test_every_town_of_the_lausitz_can_be_chosen() -> None:
    chosen = {residence.place for residence in load_residences(CONTENT)}
    towns = [place.id for place in load_places(CONTENT) if place.type in ("stadt", "gemeinde", "ortsteil")]
    in_lausitz = [place.id for place in load_places(CONTENT) if place.in_lausitz and place.id in towns]
    assert len(in_lausitz) == 11
    assert chosen.issuperset(in_lausitz)


def test_a_small_list_is_read(folder: Path) -> None:
    guben, district = load_residences(folder)
    assert (guben.names, guben.place, guben.district) == ({"de": "Guben", "dsb": "Gubin"}, "guben", district.id)


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("places.yaml", "  type: stadt", "  type: dorf", 4, "unknown type 'dorf'"),
        ("places.yaml", "  lat: 51.950", "  lat: Norden", 5, "'lat' must be a number"),
        ("places.yaml", "  lat: 51.950", "  lat: 510.95", 5, "'lat' must lie between -90 and 90"),
        ("places.yaml", "  country: DE", "  country: XX", 8, "unknown country 'XX'"),
        ("places.yaml", "{de: Guben, dsb: Gubin}", "{de: Guben, dsb: ''}", 11, "'dsb' is empty"),
        ("places.yaml", "{de: Guben, dsb: Gubin}", "{dsb: Gubin}", 11, "the German name 'de' is missing"),
        ("places.yaml", "{de: Guben, dsb: Gubin}", "{de: Guben, wen: Gubin}", 11, "unknown language 'wen'"),
        ("places.yaml", "official: [de]", "official: [de, de]", 12, "language 'de' is named twice"),
        ("places.yaml", "on_map: true", "on_map: yes", 16, "'on_map' must be true or false"),
        ("places.yaml", "  name: Guben\n", "", 2, "field 'name' is missing"),
        ("places.yaml", "  name: Guben", "  name: Guben\n  mayor: X", 4, "unknown field 'mayor'"),
        ("residences.yaml", "group: ort", "group: dorf", 2, "unknown group 'dorf'"),
        ("residences.yaml", "  region: brandenburg", "  region: bayern", 6, "unknown region 'bayern'"),
        ("residences.yaml", "{id: guben", "{id: gubin", 2, "'gubin' is not in places.yaml and has no names of its own"),
        ("residences.yaml", "{id: guben", "{id: guben, names: {de: X}", 2, "the names of 'guben' stand in places.yaml"),
        ("residences.yaml", "district: land", "district: band", 2, "unknown district 'bandkreis-spree-neisse'"),
        (
            "residences.yaml",
            "  group: kreis",
            "  group: kreis\n  district: guben",
            6,
            "only a residence of group 'ort'",
        ),
        ("residences.yaml", "id: landkreis", "id: Landkreis", 3, "'Landkreis-spree-neisse' is not an id"),
        ("residences.yaml", "de: Landkreis Spree-Neiße", "de: ' '", 4, "'de' is empty"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    folder: Path, file: str, old: str, new: str, line: int, reason: str
) -> None:
    change(folder, file, old, new)
    problems = problems_of(folder)
    assert any(p.file == file and p.line == line and p.reason.startswith(reason) for p in problems), problems


def test_an_id_that_is_taken(folder: Path) -> None:
    change(folder, "residences.yaml", "residences:\n", "residences:\n- {id: guben, group: ort, region: brandenburg}\n")
    assert problems_of(folder) == [
        Problem("residences.yaml", 3, "the residence id 'guben' is taken (residences.yaml:2)")
    ]


def test_all_mistakes_come_at_once(folder: Path) -> None:
    change(folder, "residences.yaml", "region: brandenburg, ", "")
    change(folder, "residences.yaml", "  group: kreis", "  group: 7")
    assert [problem.line for problem in problems_of(folder)] == [2, 2, 5]


def test_a_list_that_is_missing(folder: Path) -> None:
    (folder / "places.yaml").write_text("towns: []\n")
    assert [problem.reason for problem in problems_of(folder)] == [
        "field 'places' is missing",
        "unknown field 'towns' (known: places)",
    ]


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b"places:\n- id: a\n  id: b\n", 3, "'id' stands here twice (first in line 2)"),
        (b"places:\n- &x {id: a}\n- *x\n", 3, "not valid YAML: anchors and aliases are not allowed"),
        (b"places:\n- id: a: b\n", 2, "not valid YAML: mapping values are not allowed here"),
        (b"places:\n- !!python/name:os.system x\n", 2, "not valid YAML: could not determine a constructor"),
        (b"places:\n- !!int x\n", 1, "a value does not fit its tag"),
        (b"places:\n- 7: x\n", 2, "the field name 7 is not text"),
        (b"places:\n- \xff\n", 2, "the file is not UTF-8 text"),
        (b"places:\n- a\x07b\n", 2, "a character that is not allowed"),
        (b"- a\n", 1, "the file must consist of fields"),
        (b"", 1, "the file must consist of fields"),
        (b"a: " + b"[" * 100_000, 1, "the file is nested too deeply"),
        (b"a: " + b"x" * MAX_BYTES, 1, "the file is larger than 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_good_yaml(folder: Path, raw: bytes, line: int, reason: str) -> None:
    (folder / "places.yaml").write_bytes(raw)
    problem = next(problem for problem in problems_of(folder) if problem.reason.startswith(reason))
    assert (problem.file, problem.line) == ("places.yaml", line)


def test_a_missing_file(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == [
        Problem("places.yaml", 1, "the file cannot be read: No such file or directory"),
    ]


def test_words_that_yaml_would_take_for_something_else_stay_text(folder: Path) -> None:
    change(folder, "places.yaml", "[Guben]", "[no, on, 2025-01-31, 012, 1:30]")
    assert load_places(folder)[0].named_as == ("no", "on", "2025-01-31", "012", "1:30")
