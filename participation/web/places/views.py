"""Show the places and what the strategy says about each."""

from __future__ import annotations

from flask import Blueprint, render_template

from participation.base.verdict import NotFound
from participation.places import queries
from participation.strategy import overview
from participation.web.access import public

places = Blueprint("places", __name__)


@places.get("/orte")
@public
def index() -> str:
    return render_template("places/index.html", places=overview.places())


@places.get("/orte/<place_id>")
@public
def place(place_id: str) -> str:
    here = queries.place(place_id)
    if here is None:
        raise NotFound
    return render_template("places/place.html", place=here, lines=overview.at_place(place_id))
