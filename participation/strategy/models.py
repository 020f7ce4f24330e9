"""Tables of the strategy: kinds, nodes, notes, actors, relations."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.base.clock import now
from participation.base.db import Base, Slug, choice
from participation.dialogue.models import Thread
from participation.places.models import Place

MEASURES = ("massnahme", "leitprojekt", "sofortmassnahme")
"""The kinds that are lines of the Maßnahmenliste."""


class Kind(Base):
    """What a node is, from the content's vocabulary."""

    __tablename__ = "kinds"

    id: Mapped[Slug] = mapped_column(primary_key=True)
    label: Mapped[str]
    plural: Mapped[str]
    description: Mapped[str]
    votable: Mapped[bool]
    has_status: Mapped[bool]
    proposal_types: Mapped[list[str]]
    question: Mapped[str | None]
    """The opening question of a thread on such a node."""
    position: Mapped[int]


class TextState(enum.Enum):
    """What became of a node's wording since the Ausgangsfassung."""

    UNCHANGED = "unveraendert"
    NEW = "neu"
    CHANGED = "geaendert"
    MERGED = "zusammengefuehrt"
    SPLIT = "geteilt"
    STRUCK = "gestrichen"


class Status(enum.Enum):
    """How far a measure has come (Umsetzungsstand): five steps, and three ways out of them."""

    PROPOSED = "vorgeschlagen"
    EXAMINED = "in-pruefung"
    RESOLVED = "beschlossen"
    UNDER_WAY = "in-umsetzung"
    DONE = "umgesetzt"
    POSTPONED = "zurueckgestellt"
    DISCARDED = "verworfen"
    OVERTAKEN = "ueberholt"


class Node(Base):
    """A passage of the strategy in its current wording."""

    __tablename__ = "nodes"
    __table_args__ = (
        CheckConstraint("has_thread = (thread_node_id = id)", name="thread_owner"),
        Index("ix_nodes_reading_order", "reading_order"),
        Index("ix_nodes_parent_id_position", "parent_id", "position"),
        Index("ix_nodes_cluster_id_kind_id", "cluster_id", "kind_id"),
        Index("ix_nodes_moved_to_id", "moved_to_id"),
    )

    id: Mapped[Slug] = mapped_column(primary_key=True)
    kind_id: Mapped[str] = mapped_column(ForeignKey("kinds.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    position: Mapped[int]
    """Among its siblings, from 0."""
    reading_order: Mapped[int]
    """In the whole document, ascending; gaps are allowed."""
    depth: Mapped[int]
    cluster_id: Mapped[str | None] = mapped_column(String(120))
    horizon: Mapped[str | None] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(Text)
    """The name for lists and addresses."""
    thread_title: Mapped[str | None] = mapped_column(Text)
    """A clearer name for thread lists where the title alone is ambiguous; editorial."""
    body: Mapped[str] = mapped_column(Text)
    """The wording in Markdown; empty for nodes that only head others."""
    html: Mapped[str] = mapped_column(Text)
    has_thread: Mapped[bool]
    thread_node_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id", deferrable=True, initially="DEFERRED"))
    """In whose thread this node is talked about; may be a node further down."""
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("threads.id"), unique=True)
    """Created on the first contribution."""
    number: Mapped[int | None]
    """As printed in the presentation."""
    code: Mapped[str | None] = mapped_column(String(24))
    text_state: Mapped[TextState] = mapped_column(choice(TextState), default=TextState.UNCHANGED)
    moved_to_id: Mapped[str | None] = mapped_column(ForeignKey("nodes.id"))
    """Where a merged node went, or from which node a part was split off."""
    since_revision: Mapped[int] = mapped_column(default=1)
    """The number of the revision that brought the current wording."""
    open_proposals: Mapped[int] = mapped_column(default=0)
    """Proposals that are submitted and not settled yet."""
    status: Mapped[Status] = mapped_column(
        choice(Status), default=Status.PROPOSED, server_default=Status.PROPOSED.value
    )
    """How far a measure has come, by its newest confirmed report; the room `measures` keeps it."""
    status_since: Mapped[date | None]
    """The day of that state; empty as long as nothing newer than the presentation was reported."""
    status_reported_at: Mapped[datetime | None]
    """When that report was confirmed."""

    kind: Mapped[Kind] = relationship()
    thread: Mapped[Thread | None] = relationship()

    @property
    def is_measure(self) -> bool:
        """Whether the node is a line of the Maßnahmenliste."""
        return self.kind_id in MEASURES

    @property
    def is_current(self) -> bool:
        """Whether the wording is part of the current Leitbild."""
        return self.text_state not in (TextState.STRUCK, TextState.MERGED)

    @property
    def label(self) -> str:
        """The name for thread lists and notifications."""
        return self.thread_title or self.title


class NodeNote(Base):
    """What the editors say about a node; never part of its wording."""

    __tablename__ = "node_notes"

    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    note: Mapped[str | None] = mapped_column(Text)
    corrections: Mapped[list[Any]]
    """Each {seed, text, art}: how the presentation was typeset, how it stands here, kind of correction."""
    title_source: Mapped[str | None] = mapped_column(String(24))
    seed_heading: Mapped[str | None] = mapped_column(Text)
    seed_lines: Mapped[list[int]]


class NodePlace(Base):
    """A place that a node's own wording names."""

    __tablename__ = "node_places"

    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    place_id: Mapped[str] = mapped_column(ForeignKey("places.id"), primary_key=True, index=True)

    place: Mapped[Place] = relationship()


class Actor(Base):
    """An organisation that the strategy names."""

    __tablename__ = "actors"

    id: Mapped[Slug] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]


class NodeActor(Base):
    """An organisation that a node's own wording names."""

    __tablename__ = "node_actors"

    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    actor_id: Mapped[str] = mapped_column(ForeignKey("actors.id"), primary_key=True, index=True)

    actor: Mapped[Actor] = relationship()


class Relation(Base):
    """Two nodes that overlap or refer to each other; shown from both sides."""

    __tablename__ = "relations"

    node_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)
    relation: Mapped[str] = mapped_column(String(24))
    """ueberschneidung or querbezug."""


class ContentImport(Base):
    """When which state of `content/` was read in, and its wording, to tell a later change of wording from others."""

    __tablename__ = "content_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    wording: Mapped[dict[str, Any]]
    """By node id: the lines that only a revision may change."""
    imported_at: Mapped[datetime] = mapped_column(default=now)
