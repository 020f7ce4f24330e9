"""Read the places of the strategy and the choice list of residences from the content folder.

Neither database nor web framework: `load_places` and `load_residences` return plain values or raise `ContentError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from participation.base.yaml_source import Entry, Problem, raise_if_any, read_entry, report_repeated

PLACES_FILE = "places.yaml"
RESIDENCES_FILE = "residences.yaml"

PLACE_TYPES = (
    "kontinent",
    "staat",
    "land",
    "region",
    "landschaft",
    "stadt",
    "gemeinde",
    "ortsteil",
    "meer",
    "verkehrsachse",
)
PRECISIONS = ("ort", "standort", "flaeche")
LANGUAGES = ("de", "hsb", "dsb", "pl", "cs", "sv", "da", "nl")
COUNTRIES = ("DE", "PL", "CZ", "SE", "DK", "NL")
GROUPS = ("ort", "kreis", "anderswo")
REGIONS = ("brandenburg", "sachsen", "nachbarn", "anderswo")


@dataclass(frozen=True)
class Point:
    """A named spot on the map (WGS84)."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Place:
    """A place the strategy names. `names` by language; `official` says in which of them the name is official."""

    id: str
    name: str
    type: str
    lat: float
    lon: float
    precision: str
    country: str | None
    land: str | None
    kreis: str | None
    names: Mapping[str, str]
    official: tuple[str, ...]
    named_as: tuple[str, ...]
    in_lausitz: bool
    sorbian_area: bool
    on_map: bool
    site: Point | None
    """The plant a place is named for, where that is not the middle of the place."""
    via: tuple[Point, ...]
    """The course of a line, for drawing only."""
    note: str | None


@dataclass(frozen=True)
class Residence:
    """One choice for where a person lives, in the order of the list."""

    id: str
    names: Mapping[str, str]
    group: str
    region: str
    place: str | None
    """The place it is, if the strategy names it; the ids are the same."""
    district: str | None
    """The id of the residence of group `kreis` this place belongs to; None for a town that is its own district."""


def load_places(folder: Path) -> tuple[Place, ...]:
    """Read `places.yaml`. Raises ContentError with everything that is wrong with it."""
    problems: list[Problem] = []
    source = read_entry(folder, PLACES_FILE, problems)
    source.only("places")
    entries = source.entries("places", required=True)
    places = tuple(_place(entry) for entry in entries)
    report_repeated(entries, "place")
    raise_if_any(problems)
    return places


def load_residences(folder: Path) -> tuple[Residence, ...]:
    """Read `residences.yaml`; a residence without names of its own is the place of the same id and takes its names.

    Raises ContentError with everything that is wrong with either file.
    """
    places = {place.id: place for place in load_places(folder)}
    problems: list[Problem] = []
    source = read_entry(folder, RESIDENCES_FILE, problems)
    source.only("residences")
    entries = source.entries("residences", required=True)
    districts = [str(entry.value.get("id")) for entry in entries if entry.value.get("group") == "kreis"]
    residences = tuple(_residence(entry, places, districts) for entry in entries)
    report_repeated(entries, "residence")
    raise_if_any(problems)
    return residences


def _place(entry: Entry) -> Place:
    entry.only(
        *("id", "name", "type", "lat", "lon", "precision", "site", "via", "country", "land", "kreis", "names"),
        *("official", "named_as", "in_lausitz", "sorbian_area", "on_map", "note"),
    )
    return Place(
        id=entry.ident(),
        name=entry.text("name"),
        type=entry.one_of("type", PLACE_TYPES, "type"),
        lat=_degrees(entry, "lat", 90),
        lon=_degrees(entry, "lon", 180),
        precision=entry.one_of("precision", PRECISIONS, "precision"),
        country=entry.one_of("country", COUNTRIES, "country") if entry.has("country") else None,
        land=entry.optional_text("land"),
        kreis=entry.optional_text("kreis"),
        names=_names(entry),
        official=entry.some_of("official", LANGUAGES, "language"),
        named_as=entry.texts("named_as"),
        in_lausitz=entry.flag("in_lausitz"),
        sorbian_area=entry.flag("sorbian_area"),
        on_map=entry.flag("on_map"),
        site=_point(entry.entry("site")) if entry.has("site") else None,
        via=tuple(_point(point) for point in entry.entries("via")),
        note=entry.optional_text("note"),
    )


def _point(entry: Entry) -> Point:
    entry.only("name", "lat", "lon")
    return Point(entry.text("name"), _degrees(entry, "lat", 90), _degrees(entry, "lon", 180))


def _degrees(entry: Entry, key: str, limit: int) -> float:
    value = entry.number(key)
    if abs(value) > limit:
        entry.report(f"'{key}' must lie between -{limit} and {limit}", key)
    return value


def _names(entry: Entry) -> dict[str, str]:
    """The names by language; German is the one every place has."""
    names = entry.entry("names")
    for language in names.value:
        if language not in LANGUAGES:
            names.report(f"unknown language '{language}' (known: {', '.join(LANGUAGES)})", language)
    if entry.has("names") and "de" not in names.value:
        names.report("the German name 'de' is missing")
    return names.named_texts()


def _residence(entry: Entry, places: Mapping[str, Place], districts: list[str]) -> Residence:
    entry.only("id", "names", "group", "region", "district")
    ident = entry.ident()
    place = places.get(ident)
    if place is None and not entry.has("names"):
        entry.report(f"'{ident}' is not in {PLACES_FILE} and has no names of its own", "id")
    elif place is not None and entry.has("names"):
        entry.report(f"the names of '{ident}' stand in {PLACES_FILE} already", "names")
    group = entry.one_of("group", GROUPS, "group")
    district = None
    if entry.has("district"):
        district = entry.text("district")
        if group in GROUPS and group != "ort":
            entry.report("only a residence of group 'ort' lies in a district", "district")
        elif district not in districts:
            entry.report(f"unknown district '{district}'", "district")
    return Residence(
        id=ident,
        names=_names(entry) if entry.has("names") else place.names if place else {},
        group=group,
        region=entry.one_of("region", REGIONS, "region"),
        place=place.id if place else None,
        district=district,
    )
