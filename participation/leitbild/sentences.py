"""Reading where a sentence comes from: its family, where it stands and stood, what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    String,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from participation.base.db import db
from participation.leitbild.models import Change, Passage
from participation.leitbild.sentence_models import Placement, Sentence, SentenceAncestor, Wording

GENERATIONS = 30
"""How far back, and how far on, a family is read."""

RELATIVES = 60
"""How many of each side are shown."""


@dataclass(frozen=True, slots=True)
class Member:
    """A sentence as one of its family."""

    id: int
    text: str
    html: str
    hash: str
    first_revision: int
    node_id: str
    change_id: int | None
    generation: int
    """0 for the one that was asked for, negative for ancestors, positive for newer wordings."""
    diff_html: str
    """For a parent: what changed from it to the sentence. For a child: from the sentence to it."""


@dataclass(frozen=True, slots=True)
class Family:
    """A sentence, those that it carries on, and those that carry it on; each side in order of their revisions."""

    sentence: Member
    ancestors: tuple[Member, ...]
    newer: tuple[Member, ...]
    stands_in: str | None
    """The node it stood in last, up to the revision that was asked about."""


@dataclass(frozen=True, slots=True)
class Stay:
    """From which to which revision a sentence stands in a node."""

    node_id: str
    title: str
    since: int
    until: int | None
    """The first revision in which it stands there no longer."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence in a list of its passage."""

    id: int
    text: str
    first_revision: int
    change_id: int | None


def family(sentence_id: int, number: int | None = None) -> Family | None:
    """Return a sentence with its ancestors and newer wordings; one statement. `number`: the revision it is shown in."""
    values = {"id": sentence_id, "number": 2**31 - 1 if number is None else number}
    rows = db.session.execute(_family(), values).all()
    members: dict[int, Member] = {}
    stands_in = None
    for row in rows:
        # The shortest way counts, and the diff of a direct one.
        if row.id not in members or abs(row.generation) < abs(members[row.id].generation):
            members[row.id] = Member(*row[:9])
        stands_in = row.stands_in or stands_in
    own = members.pop(sentence_id, None)
    if own is None:
        return None
    order = sorted(members.values(), key=lambda member: (member.first_revision, member.id))
    older = tuple(member for member in order if member.generation < 0)
    newer = tuple(member for member in order if member.generation > 0)
    return Family(own, older[-RELATIVES:], newer[:RELATIVES], stands_in)


@cache
def _family() -> CompoundSelect[*tuple[Any, ...]]:
    """Select :id, its ancestors and its descendants. Built once: a run costs less."""
    asked = bindparam("id", type_=Integer)
    up = (
        select(
            SentenceAncestor.ancestor_id.label("id"),
            literal(-1).label("generation"),
            SentenceAncestor.diff_html.label("diff_html"),
        )
        .where(SentenceAncestor.sentence_id == asked)
        .cte("up", recursive=True)
    )
    up = up.union(
        select(SentenceAncestor.ancestor_id, up.c.generation - 1, cast(literal(""), Text))
        .join(up, up.c.id == SentenceAncestor.sentence_id)
        .where(up.c.generation > -GENERATIONS)
    )
    down = (
        select(
            SentenceAncestor.sentence_id.label("id"),
            literal(1).label("generation"),
            SentenceAncestor.diff_html.label("diff_html"),
        )
        .where(SentenceAncestor.ancestor_id == asked)
        .cte("down", recursive=True)
    )
    down = down.union(
        select(SentenceAncestor.sentence_id, down.c.generation + 1, cast(literal(""), Text))
        .join(down, down.c.id == SentenceAncestor.ancestor_id)
        .where(down.c.generation < GENERATIONS)
    )
    place = (
        select(Placement.node_id)
        .where(
            Placement.sentence_id == Sentence.id,
            Placement.revision_number <= bindparam("number", type_=Integer),
        )
        .order_by(Placement.revision_number.desc())
        .limit(1)
        .correlate(Sentence)
        .scalar_subquery()
    )
    columns = (
        Sentence.id,
        Sentence.text,
        Sentence.html,
        Sentence.hash,
        Sentence.first_revision,
        Sentence.node_id,
        Sentence.change_id,
    )
    own = select(
        *columns, literal(0).label("generation"), literal("").label("diff_html"), place.label("stands_in")
    ).where(Sentence.id == asked)
    sides = (
        select(*columns, side.c.generation, side.c.diff_html, cast(null(), String)).join(side, side.c.id == Sentence.id)
        for side in (up, down)
    )
    return union_all(own, *sides)


def stays(sentence_id: int) -> list[Stay]:
    """Return where a sentence stands and stood, in order of revisions; one statement."""
    later = aliased(Wording)
    until = (
        select(func.min(later.revision_number))
        .where(later.node_id == Placement.node_id, later.revision_number > Placement.revision_number)
        .correlate(Placement)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Placement.node_id, Passage.title, Placement.revision_number, until)
        .join(
            Passage,
            and_(Passage.node_id == Placement.node_id, Passage.revision_number == Placement.revision_number),
        )
        .where(Placement.sentence_id == sentence_id)
        .order_by(Placement.revision_number)
    )
    found: list[Stay] = []
    for stay in (Stay(*row) for row in rows):
        if found and found[-1].node_id == stay.node_id and found[-1].until == stay.since:
            found[-1] = Stay(stay.node_id, stay.title, found[-1].since, stay.until)
        else:
            found.append(stay)
    return found


def sentences_of(node_id: str, number: int) -> Sequence[Neighbour]:
    """Return the sentences of a passage of a revision, in reading order; one statement."""
    wording = (
        select(func.coalesce(Change.revision_number, 1))
        .select_from(Passage)
        .outerjoin(Change, Change.id == Passage.change_id)
        .where(Passage.node_id == node_id, Passage.revision_number == number)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Sentence.id, Sentence.text, Sentence.first_revision, Sentence.change_id)
        .join(Placement, Placement.sentence_id == Sentence.id)
        .where(Placement.node_id == node_id, Placement.revision_number == wording)
        .order_by(Placement.position)
    )
    return [Neighbour(*row) for row in rows]
