"""Read places and find them by any of their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from sqlalchemy import select

from participation.base.db import db
from participation.base.text import fold
from participation.places.models import Place, Residence

SORBIAN = ("hsb", "dsb")


class Named(Protocol):
    """Anything that has names by language."""

    @property
    def names(self) -> Mapping[str, str]: ...


N = TypeVar("N", bound=Named)


def place(place_id: str) -> Place | None:
    """Return a place, or None."""
    return db.session.get(Place, place_id)


def residences() -> list[Residence]:
    """Return every residence a person may name, in the order of the list."""
    return list(db.session.scalars(select(Residence).order_by(Residence.position)))


def matching(named: Iterable[N], words: str) -> list[N]:
    """Return those that have `words` in a name of any language, without regard to case and diacritics.

    Names that begin with the words come first: "Gub" means Guben before anything that merely contains it.
    """
    wanted = fold(words.strip())
    if not wanted:
        return []
    ranked: list[tuple[int, N]] = []
    for item in named:
        folded = [fold(name) for name in item.names.values()]
        if any(wanted in name for name in folded):
            ranked.append((0 if any(name.startswith(wanted) for name in folded) else 1, item))
    return [item for _rank, item in sorted(ranked, key=lambda pair: pair[0])]


def second_name(names: Mapping[str, str], official: Iterable[str], *, sorbian: bool) -> tuple[str, str]:
    """Return the name to stand beside the German one and its language, or two empty texts.

    An official name goes first, then, where Sorbian is at home, the Sorbian one that the content lists first. A word
    that the German name holds already is not repeated.
    """
    languages = [language for language in official if language != "de"]
    if sorbian:
        languages += [language for language in names if language in SORBIAN]
    for language in languages:
        name = names.get(language, "")
        if name and name not in names.get("de", ""):
            return name, language
    return "", ""
