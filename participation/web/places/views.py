"""Show the places, find one by any of its names, and show what the strategy says about it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from participation.base.verdict import NotFound
from participation.places import queries
from participation.strategy import overview
from participation.web.access import public
from participation.web.shell import Answer
from participation.web.strategy.picture import dots
from participation.web.strategy.words import WORDS, area

places = Blueprint("places", __name__)

WHOLE = "lausitz"
"""The place that stands for the whole region."""
LONGEST = 80


@places.get("/orte")
@public
def index() -> Answer:
    """Show all places, or those that are called like what was searched for."""
    words = request.args.get("q", "").strip()[:LONGEST]
    every = overview.places()
    found = queries.matching(every, words)
    known = [] if found or not words else queries.matching(queries.residences(), words)
    return render_template(
        "places/index.html",
        words=words,
        found=found,
        known=known,
        near=[place for place in every if place.in_lausitz],
        far=[place for place in every if not place.in_lausitz],
        dots=dots(every),
        lively=any(place.comments for place in every),
        whole=next((place for place in every if place.id == WHOLE), None),
        second_name=queries.second_name,
    )


@places.get("/orte/<place_id>")
@public
def place(place_id: str) -> Answer:
    """Show the nodes that name a place."""
    here = queries.place(place_id)
    if here is None:
        raise NotFound
    return render_template(
        "places/place.html",
        here=here,
        lines=overview.at_place(place_id),
        whole=queries.place(WHOLE) if place_id != WHOLE and here.in_lausitz else None,
        second_name=queries.second_name,
        area=area,
        **WORDS,
    )
