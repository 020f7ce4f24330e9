"""The schematic map: where places lie to each other, and on which side their names stand."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from participation.places.queries import second_name
from participation.strategy.overview import PlaceCount

WIDTH, HEIGHT = 482, 432
LEFT = -18
_SIDES = {
    "schwarzheide": "above",
    "hoyerswerda": "below",
    "spreewald": "left",
    "bautzen": "left",
    "goerlitz": "left",
    "zittau": "left",
}
_SHORT = {"boxberg": "Boxberg", "guben": "Guben · Gubin"}
_HIDDEN = ("gubin", "niederschlesische-magistrale")
"""Gubin lies so close to Guben that both share a label; the railway is no point."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map, ready to be drawn."""

    id: str
    name: str
    second: str
    lang: str
    x: float
    y: float
    r: float
    halo: float
    text_x: float
    text_y: float
    anchor: str


def dots(places: Iterable[PlaceCount]) -> list[Dot]:
    """Return the places of the Lausitz that fit on the map; the more is said about one, the larger it is."""
    shown = [place for place in places if place.on_map and place.in_lausitz and place.id not in _HIDDEN]
    lively = any(place.comments for place in shown)
    drawn = [_dot(place, place.comments if lively else place.nodes) for place in shown]
    return [dot for dot in drawn if LEFT < dot.x < LEFT + WIDTH and 0 < dot.y < HEIGHT]


def _dot(place: PlaceCount, weight: int) -> Dot:
    x, y = 187.8 + (place.lon - 14.329) * 270, 112.3 - (place.lat - 51.758) * 352
    r = min(8.0, 2.8 + 0.9 * math.log2(1 + weight))
    halo = 8 + r * 1.4
    name = _SHORT.get(place.id, place.name)
    second, lang = ("", "") if place.id == "guben" else second_name(place.names, place.official, sorbian=True)
    side = _SIDES.get(place.id, "right")
    lift = 5 if not second else -2
    text_x, text_y, anchor = {
        "right": (x + halo + 4, y + lift, "start"),
        "left": (x - halo - 4, y + lift, "end"),
        "below": (x, y + halo + 14, "middle"),
        "above": (x, y - halo - (4 if not second else 20), "middle"),
    }[side]
    return Dot(
        place.id,
        name,
        second,
        lang,
        round(x, 1),
        round(y, 1),
        round(r, 1),
        round(halo, 1),
        round(text_x, 1),
        round(text_y, 1),
        anchor,
    )
