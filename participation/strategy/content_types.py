"""The strategy's texts as plain values: what `load_content` returns. No behaviour, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    """A word of a closed list, with the label people see."""

    id: str
    label: str
    description: str | None


@dataclass(frozen=True)
class Kind:
    """A kind of node and what may be done with it."""

    id: str
    label: str
    plural: str
    description: str
    thread_rule: str
    """In words, for editors: which nodes of this kind carry a thread."""
    votable: bool
    has_status: bool
    """Whether nodes of this kind have an Umsetzungsstand, that is, are lines of the Maßnahmenliste."""
    proposal_types: tuple[str, ...]
    question: str | None
    """The question that opens the thread."""


@dataclass(frozen=True)
class Cluster:
    """One of the closed list of clusters; `ki_field` is the node of the KI-Campus that belongs to it."""

    id: str
    code: str
    label: str
    ki_field: str


@dataclass(frozen=True)
class Vocabulary:
    """Every closed list of the content, by id and in the order of the file."""

    kinds: Mapping[str, Kind]
    horizons: Mapping[str, Term]
    proposal_types: Mapping[str, Term]
    relations: Mapping[str, Term]
    corrections: Mapping[str, Term]
    title_sources: Mapping[str, Term]
    actor_types: Mapping[str, Term]
    actor_status: Mapping[str, Term]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True)
class Actor:
    """Who acts, or is to act, in the strategy; `named_as` are the spellings of the presentation."""

    id: str
    name: str
    named_as: tuple[str, ...]
    type: str
    status: str
    note: str | None


@dataclass(frozen=True)
class Source:
    """The document the texts were taken from."""

    title: str
    subtitle: str
    language: str
    file: str
    sha256: str
    lines: int
    date: str | None
    author: str | None
    note: str | None


@dataclass(frozen=True)
class Correction:
    """Where the wording differs from the source document: what stood there, what stands now."""

    kind: str
    seed: str
    text: str


@dataclass(frozen=True)
class Editorial:
    """What the editors say about a node. Never part of the wording, never the subject of a revision."""

    note: str | None = None
    corrections: tuple[Correction, ...] = ()
    seed_heading: str | None = None
    """The heading of the slide the text stands on."""
    seed_lines: tuple[int, ...] = ()
    """The lines of the source document."""
    title_source: str | None = None
    thread_title: str | None = None
    """The name in lists of threads, where the title alone is ambiguous."""


@dataclass(frozen=True)
class NodeText:
    """One node of the strategy: wording, place in the tree, and what the editors say about it."""

    id: str
    kind: str
    title: str
    body: str
    """Markdown, verbatim; empty where the node consists of its title."""
    parent: str | None
    position: int
    """Among the children of the same parent, from 0."""
    order: int
    """In reading order of the whole strategy, from 0."""
    depth: int
    cluster: str | None
    horizon: str | None
    places: tuple[str, ...]
    actors: tuple[str, ...]
    has_thread: bool
    thread: str
    """The node in whose thread this one is discussed; itself if it has a thread."""
    related: tuple[tuple[str, str], ...]
    """Pairs (node id, relation)."""
    number: int | None
    code: str | None
    editorial: Editorial
    file: str = field(compare=False)
    line: int = field(compare=False)


@dataclass(frozen=True)
class Content:
    """The whole strategy; `nodes` in reading order, `fingerprint` changes whenever anything but layout changes."""

    source: Source
    vocabulary: Vocabulary
    nodes: tuple[NodeText, ...]
    actors: tuple[Actor, ...]
    fingerprint: str
