"""Load the strategy from the content folder: read the files, check what they say about each other, order the tree.

Neither database nor web framework: `load_content` returns plain values or raises `ContentError`, which lists every
mistake with file and line.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from participation.base.yaml_source import ContentError, Entry, Problem, raise_if_any, report_repeated
from participation.places.content import load_places
from participation.strategy.content_files import (
    NODES_FOLDER,
    Known,
    WrittenNode,
    read_actors,
    read_editorial,
    read_nodes,
    read_source,
    read_vocabulary,
)
from participation.strategy.content_types import (
    Actor,
    Cluster,
    Content,
    Correction,
    Editorial,
    Kind,
    NodeText,
    Source,
    Term,
    Vocabulary,
)

__all__ = [
    "Actor",
    "Cluster",
    "Content",
    "ContentError",
    "Correction",
    "Editorial",
    "Kind",
    "NodeText",
    "Problem",
    "Source",
    "Term",
    "Vocabulary",
    "load_content",
]


def load_content(folder: Path) -> Content:
    """Read the whole strategy. Raises ContentError with everything that is wrong in any of its files."""
    problems: list[Problem] = []
    places = _place_ids(folder, problems)
    source = read_source(folder, problems)
    vocabulary, cluster_entries = read_vocabulary(folder, problems)
    actors, actor_entries = read_actors(folder, vocabulary, problems)
    report_repeated(actor_entries, "actor")
    written = read_nodes(folder, Known(vocabulary, places, [actor.id for actor in actors]), problems)
    editorial = read_editorial(folder, vocabulary, problems)

    if not written:
        problems.append(Problem(NODES_FOLDER, 1, "no nodes found"))
    report_repeated((node.entry for node in written), "node")
    by_id: dict[str, WrittenNode] = {}
    for node in written:
        by_id.setdefault(node.id, node)
    _check_clusters(cluster_entries, by_id)
    for ident, (_, source_file) in editorial.items():
        if ident not in by_id:
            source_file.report(f"editorial entry for unknown node '{ident}'", ident)
    for node in written:
        _check_thread(node, by_id)
        _check_related(node, by_id)
    _check_parents(written, by_id)
    raise_if_any(problems)

    nodes = tuple(_in_reading_order(written, {ident: text for ident, (text, _) in editorial.items()}))
    without_thread = [Problem(node.file, node.line, f"'{node.id}' has no thread") for node in nodes if not node.thread]
    raise_if_any(without_thread)
    return Content(source, vocabulary, nodes, actors, _fingerprint(source, vocabulary, nodes, actors))


def _place_ids(folder: Path, problems: list[Problem]) -> list[str]:
    """The known places; empty, which lets every place pass, if their own file is wrong."""
    try:
        return [place.id for place in load_places(folder)]
    except ContentError as error:
        problems.extend(error.problems)
        return []


def _check_clusters(entries: list[Entry], by_id: Mapping[str, WrittenNode]) -> None:
    report_repeated(entries, "cluster")
    for entry in entries:
        for key in ("id", "ki_field"):
            if entry.has(key) and str(entry.value[key]) not in by_id:
                entry.report(f"the cluster names an unknown node '{entry.value[key]}'", key)


def _check_thread(node: WrittenNode, by_id: Mapping[str, WrittenNode]) -> None:
    if node.thread is None:
        return
    if node.has_thread and node.thread != node.id:
        node.entry.report(f"'{node.id}' has a thread of its own, so its thread cannot be '{node.thread}'", "thread")
    elif not node.has_thread and node.thread == node.id:
        node.entry.report(f"the thread of '{node.id}' is its own, so has_thread must be true", "thread")
    elif node.thread not in by_id:
        node.entry.report(f"unknown thread '{node.thread}'", "thread")
    elif not by_id[node.thread].has_thread:
        node.entry.report(f"'{node.thread}' carries no thread", "thread")


def _check_related(node: WrittenNode, by_id: Mapping[str, WrittenNode]) -> None:
    named = [ident for ident, _ in node.related]
    for item, ident in enumerate(named):
        if ident == node.id:
            node.entry.report(f"'{ident}' is related to itself", "related", item)
        elif ident and ident not in by_id:
            node.entry.report(f"related to an unknown node '{ident}'", "related", item)
        elif ident in named[:item]:
            node.entry.report(f"the relation to '{ident}' stands here already", "related", item)


def _check_parents(written: list[WrittenNode], by_id: Mapping[str, WrittenNode]) -> None:
    """Every parent exists, nobody is their own ancestor, and exactly one node is the root."""
    root: WrittenNode | None = None
    for node in written:
        if node.parent is None:
            if root is not None:
                node.entry.report(f"'{node.id}' needs a parent: the only node without one is '{root.id}'")
            root = root or node
        elif node.parent not in by_id:
            node.entry.report(f"unknown parent '{node.parent}'", "parent")
        elif circle := _circle(node, by_id):
            node.entry.report(f"the parents form a circle: {' > '.join(circle)}", "parent")


def _circle(node: WrittenNode, by_id: Mapping[str, WrittenNode]) -> list[str]:
    """The ids from this node back to itself, or nothing if its ancestors lead elsewhere."""
    path = [node.id]
    step = by_id.get(node.parent or "")
    while step is not None and step.id not in path:
        path.append(step.id)
        step = by_id.get(step.parent or "")
    return [*path, node.id] if step is not None and step.id == node.id else []


def _in_reading_order(written: list[WrittenNode], editorial: Mapping[str, Editorial]) -> Iterator[NodeText]:
    """Parents before children, siblings as written; cluster and thread come from above where a node names none."""
    below: dict[str | None, list[WrittenNode]] = defaultdict(list)
    for node in written:
        below[node.parent].append(node)
    order = 0
    waiting: list[tuple[WrittenNode, int, int, str | None, str]]
    waiting = [(node, position, 0, None, "") for position, node in _last_first(below[None])]
    while waiting:
        node, position, depth, cluster, thread = waiting.pop()
        nearest = node.id if node.has_thread else thread
        text = _node_text(node, position, order, depth, cluster, nearest, editorial.get(node.id, Editorial()))
        yield text
        order += 1
        for child_position, child in _last_first(below[node.id]):
            waiting.append((child, child_position, depth + 1, text.cluster, nearest))


def _last_first(nodes: list[WrittenNode]) -> list[tuple[int, WrittenNode]]:
    return list(enumerate(nodes))[::-1]


def _node_text(
    node: WrittenNode,
    position: int,
    order: int,
    depth: int,
    cluster: str | None,
    thread: str,
    editorial: Editorial,
) -> NodeText:
    return NodeText(
        id=node.id,
        kind=node.kind,
        title=node.title,
        body=node.body,
        parent=node.parent,
        position=position,
        order=order,
        depth=depth,
        cluster=node.cluster or cluster,
        horizon=node.horizon,
        places=node.places,
        actors=node.actors,
        has_thread=node.has_thread,
        thread=node.thread or thread,
        related=node.related,
        number=node.number,
        code=node.code,
        editorial=editorial,
        file=node.entry.file,
        line=node.entry.line,
    )


def _fingerprint(source: Source, vocabulary: Vocabulary, nodes: tuple[NodeText, ...], actors: tuple[Actor, ...]) -> str:
    """SHA-256 over everything the content says; where it stands in which file does not count."""
    texts = [{key: value for key, value in asdict(node).items() if key not in ("file", "line")} for node in nodes]
    whole = [asdict(source), asdict(vocabulary), texts, [asdict(actor) for actor in actors]]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
