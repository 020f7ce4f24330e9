"""Read each kind of file of the content folder; what one file can tell about its own mistakes is checked here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from participation.base.yaml_source import Entry, Problem, read_entry
from participation.strategy.content_types import (
    Actor,
    Cluster,
    Correction,
    Editorial,
    Kind,
    Source,
    Term,
    Vocabulary,
)

SOURCE_FILE = "source.yaml"
VOCABULARY_FILE = "vocabulary.yaml"
ACTORS_FILE = "actors.yaml"
NODES_FOLDER = "strategy"
EDITORIAL_FOLDER = "editorial"

TERM_LISTS = (
    *("horizons", "proposal_types", "relations", "corrections"),
    *("title_sources", "actor_types", "actor_status"),
)


@dataclass(frozen=True)
class WrittenNode:
    """A node as its file has it: what it inherits from its ancestors is not filled in yet."""

    entry: Entry
    id: str
    kind: str
    title: str
    body: str
    parent: str | None
    cluster: str | None
    horizon: str | None
    places: tuple[str, ...]
    actors: tuple[str, ...]
    has_thread: bool
    thread: str | None
    related: tuple[tuple[str, str], ...]
    number: int | None
    code: str | None


@dataclass(frozen=True)
class Known:
    """The ids a node may name."""

    vocabulary: Vocabulary
    places: Collection[str]
    actors: Collection[str]


def read_source(folder: Path, problems: list[Problem]) -> Source:
    entry = read_entry(folder, SOURCE_FILE, problems)
    entry.only("title", "subtitle", "language", "file", "sha256", "lines", "date", "author", "note")
    return Source(
        title=entry.text("title"),
        subtitle=entry.text("subtitle"),
        language=entry.text("language"),
        file=entry.text("file"),
        sha256=entry.text("sha256"),
        lines=int(entry.number("lines")),
        date=entry.optional_text("date"),
        author=entry.optional_text("author"),
        note=entry.optional_text("note"),
    )


def read_vocabulary(folder: Path, problems: list[Problem]) -> tuple[Vocabulary, list[Entry]]:
    """The vocabulary, and the entries of its clusters, which name nodes still to be read."""
    entry = read_entry(folder, VOCABULARY_FILE, problems)
    entry.only("kinds", *TERM_LISTS, "clusters")
    terms = {name: {term.id: term for term in _terms(entry.entry(name))} for name in TERM_LISTS}
    kinds = [_kind(name, kind, terms["proposal_types"]) for name, kind in entry.entry("kinds").named_entries()]
    clusters = entry.entries("clusters", required=True)
    vocabulary = Vocabulary(
        kinds={kind.id: kind for kind in kinds},
        clusters=tuple(_cluster(cluster) for cluster in clusters),
        **terms,
    )
    return vocabulary, clusters


def _terms(entry: Entry) -> Iterator[Term]:
    for name, term in entry.named_entries():
        term.only("label", "description")
        yield Term(name, term.text("label"), term.optional_text("description"))


def _kind(name: str, entry: Entry, proposal_types: Collection[str]) -> Kind:
    entry.only("label", "plural", "description", "thread_rule", "votable", "has_status", "proposal_types", "question")
    return Kind(
        id=name,
        label=entry.text("label"),
        plural=entry.text("plural"),
        description=entry.text("description"),
        thread_rule=entry.text("thread_rule"),
        votable=entry.flag("votable"),
        has_status=entry.flag("has_status"),
        proposal_types=entry.some_of("proposal_types", proposal_types, "proposal type"),
        question=entry.optional_text("question"),
    )


def _cluster(entry: Entry) -> Cluster:
    entry.only("id", "code", "label", "ki_field")
    return Cluster(entry.ident(), entry.text("code"), entry.text("label"), entry.text("ki_field"))


def read_actors(folder: Path, vocabulary: Vocabulary, problems: list[Problem]) -> tuple[tuple[Actor, ...], list[Entry]]:
    entries = read_entry(folder, ACTORS_FILE, problems)
    entries.only("actors")
    found = entries.entries("actors", required=True)
    return tuple(_actor(entry, vocabulary) for entry in found), found


def _actor(entry: Entry, vocabulary: Vocabulary) -> Actor:
    entry.only("id", "name", "named_as", "type", "status", "note")
    return Actor(
        id=entry.ident(),
        name=entry.text("name"),
        named_as=entry.texts("named_as"),
        type=entry.one_of("type", vocabulary.actor_types, "actor type"),
        status=entry.one_of("status", vocabulary.actor_status, "actor status"),
        note=entry.optional_text("note"),
    )


def read_nodes(folder: Path, known: Known, problems: list[Problem]) -> list[WrittenNode]:
    """Every node in the order it is written: files by name, each from top to bottom."""
    nodes: list[WrittenNode] = []
    for file in _files(folder, NODES_FOLDER, problems):
        source = read_entry(folder, file, problems)
        source.only("nodes")
        for entry in source.entries("nodes", required=True):
            nodes.extend(_node(entry, known, enclosing=None))
    return nodes


def _node(entry: Entry, known: Known, enclosing: str | None) -> Iterator[WrittenNode]:
    """The node, then everything nested below it."""
    entry.only(
        *("id", "parent", "kind", "number", "code", "title", "body", "horizon", "cluster", "places", "actors"),
        *("has_thread", "thread", "related", "children"),
    )
    if enclosing is not None and entry.has("parent"):
        entry.report(f"'parent' must not be given here: the node stands below '{enclosing}'", "parent")
    ident = entry.ident()
    clusters = [cluster.id for cluster in known.vocabulary.clusters]
    yield WrittenNode(
        entry=entry,
        id=ident,
        kind=entry.one_of("kind", known.vocabulary.kinds, "kind"),
        title=entry.text("title"),
        body=entry.text("body", may_be_empty=True),
        parent=enclosing if enclosing is not None else entry.optional_text("parent"),
        cluster=entry.one_of("cluster", clusters, "cluster") if entry.has("cluster") else None,
        horizon=entry.one_of("horizon", known.vocabulary.horizons, "horizon") if entry.has("horizon") else None,
        places=entry.some_of("places", known.places, "place"),
        actors=entry.some_of("actors", known.actors, "actor"),
        has_thread=entry.flag("has_thread", default=False),
        thread=entry.optional_text("thread"),
        related=tuple(_related(entry, known.vocabulary.relations)),
        number=entry.optional_integer("number"),
        code=entry.optional_text("code"),
    )
    for child in entry.entries("children"):
        yield from _node(child, known, enclosing=ident)


def _related(entry: Entry, relations: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each line `relation: node id` of the field `related`."""
    for line in entry.entries("related"):
        for relation in line.value:
            if relations and relation not in relations:
                line.report(f"unknown relation '{relation}' (known: {', '.join(relations)})", relation)
            yield line.text(relation), relation


def read_editorial(folder: Path, vocabulary: Vocabulary, problems: list[Problem]) -> dict[str, tuple[Editorial, Entry]]:
    """What the editors say, by node id, with the file that says it. A node with two entries is reported."""
    found: dict[str, tuple[Editorial, Entry]] = {}
    for file in _files(folder, EDITORIAL_FOLDER, problems):
        source = read_entry(folder, file, problems)
        for ident, entry in source.named_entries():
            if ident in found:
                source.report(f"'{ident}' has an editorial entry already, in {found[ident][1].file}", ident)
            found.setdefault(ident, (_editorial(entry, vocabulary), source))
    return found


def _editorial(entry: Entry, vocabulary: Vocabulary) -> Editorial:
    entry.only("title_source", "thread_title", "seed_heading", "seed_lines", "note", "corrections")
    sourced = entry.has("title_source")
    return Editorial(
        note=entry.optional_text("note"),
        corrections=tuple(_correction(correction, vocabulary) for correction in entry.entries("corrections")),
        seed_heading=entry.optional_text("seed_heading"),
        seed_lines=entry.integers("seed_lines"),
        title_source=entry.one_of("title_source", vocabulary.title_sources, "title source") if sourced else None,
        thread_title=entry.optional_text("thread_title"),
    )


def _correction(entry: Entry, vocabulary: Vocabulary) -> Correction:
    entry.only("kind", "seed", "text")
    kind = entry.one_of("kind", vocabulary.corrections, "correction kind")
    return Correction(kind, entry.text("seed"), entry.text("text"))


def _files(folder: Path, name: str, problems: list[Problem]) -> list[str]:
    """The YAML files of a subfolder by name; anything else in it, and a missing folder, is reported."""
    try:
        paths = sorted(path for path in (folder / name).iterdir() if not path.name.startswith("."))
    except OSError as error:
        problems.append(Problem(name, 1, f"the folder cannot be read: {error.strerror}"))
        return []
    others = [path for path in paths if path.suffix != ".yaml"]
    problems.extend(Problem(f"{name}/{path.name}", 1, "only files ending in .yaml belong here") for path in others)
    return [f"{name}/{path.name}" for path in paths if path.suffix == ".yaml"]
