"""Tables of places and residences."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from participation.base.db import Base, Slug, choice


class Region(enum.Enum):
    """The group in which a person's agreement is counted."""

    BRANDENBURG = "brandenburg"
    SACHSEN = "sachsen"
    NEIGHBOURS = "nachbarn"
    ELSEWHERE = "anderswo"


class Place(Base):
    """A place that the strategy names."""

    __tablename__ = "places"

    id: Mapped[Slug] = mapped_column(primary_key=True)
    name: Mapped[str]
    names: Mapped[dict[str, str]]
    """The name by language code; a language that is missing uses the German one."""
    official: Mapped[list[str]]
    """Languages in which the name is official, e.g. ["de", "dsb"]."""
    type: Mapped[str]
    country: Mapped[str | None]
    land: Mapped[str | None]
    kreis: Mapped[str | None]
    lat: Mapped[float]
    lon: Mapped[float]
    in_lausitz: Mapped[bool]
    sorbian_area: Mapped[bool]
    on_map: Mapped[bool]
    note: Mapped[str | None]


class Residence(Base):
    """An entry of the list a person picks a place of residence from."""

    __tablename__ = "residences"

    id: Mapped[Slug] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]]
    group: Mapped[str] = mapped_column("group_name")
    """ort, kreis or anderswo."""
    region: Mapped[Region] = mapped_column(choice(Region))
    position: Mapped[int]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("places.id"))
