"""The panel "Woher kommt dieser Satz?" that opens under a passage: of a change, a passage or one sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from participation.accounts.models import User
from participation.leitbild import provenance, sentences
from participation.leitbild.policy import may_see_change
from participation.leitbild.sentences import Family, Neighbour
from participation.web.numbers import number as number_in

SENTENCE = "satz-"
"""Begins the name of a sentence's panel; no node's id does."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows: of one sentence its family, else the sentences of the passage."""

    node_id: str
    """The passage it opens under."""
    origin: provenance.Origin
    family: Family | None = None
    neighbours: Sequence[Neighbour] = ()


def opened(ref: str, number: int, node_ids: Collection[str], viewer: User | None) -> Panel | None:
    """Return the panel that stands open on a page with these passages."""
    found = panel(ref, number, viewer) if ref else None
    return found if found is not None and found.node_id in node_ids else None


def panel(ref: str, number: int, viewer: User | None) -> Panel | None:
    """Return the panel named by a sentence, a change's number or a passage's id, as far as the viewer may see it."""
    if ref.startswith(SENTENCE):
        return _of_sentence(number_in(ref.removeprefix(SENTENCE)), number)
    change_id = number_in(ref)
    if change_id is not None:
        origin = provenance.origin(change_id)
        if origin is None or origin.change is None or not may_see_change(viewer, origin.change):
            return None
    else:
        origin = provenance.origin_of_node(ref[:120])
        if origin is None:
            return None
    return Panel(origin.node_id, origin, neighbours=sentences.sentences_of(origin.node_id, number))


def _of_sentence(sentence_id: int | None, number: int) -> Panel | None:
    family = sentences.family(sentence_id, number) if sentence_id is not None else None
    if family is None or family.stands_in is None:
        return None
    origin = origin_of(family)
    return Panel(family.stands_in, origin, family) if origin else None


def origin_of(family: Family) -> provenance.Origin | None:
    """Return where a sentence's present words were decided, or where they stand in the presentation."""
    one = family.sentence
    return provenance.origin(one.change_id) if one.change_id is not None else provenance.origin_of_node(one.node_id)
