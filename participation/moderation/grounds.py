"""Prepared grounds for decisions (Textbausteine): they save typing, never thinking.

They are files of the content, `grounds/<version>.yaml`; the newest version is offered. Which version a decision began
with does not matter: it has to say something of its own, and cites the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from participation.base.yaml_source import Entry, Problem, raise_if_any, read_entry

FOLDER = "grounds"
GAP = re.compile(r"\[[^\[\]]+\]")
"""What has to be replaced: [Person oder Gruppe]."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Ground:
    """A prepared ground: a rule's number or a law, and a text with gaps."""

    key: str
    """Version and place: 1.3."""
    title: str
    rule: int | None
    law: str
    facts: str

    @property
    def gaps(self) -> tuple[str, ...]:
        """What has to be replaced."""
        return tuple(dict.fromkeys(GAP.findall(self.facts)))


def read(folder: Path) -> tuple[Ground, ...]:
    """Return the prepared grounds of the newest version; none where the content has none.

    Raises:
        ContentError: if a file is not as it should be.
    """
    paths = tuple(sorted((folder / FOLDER).glob("*.yaml")))
    return _read(folder, tuple((path.name, path.stat().st_mtime_ns) for path in paths))


def left_over(facts: str, texts: Iterable[str]) -> str | None:
    """Return what a text still has of a prepared one: one of its gaps, or all of it; None if it was adapted."""
    said = _SPACE.sub(" ", facts).strip()
    for text in texts:
        for gap in GAP.findall(text):
            if gap in said:
                return str(gap)
        if _SPACE.sub(" ", text).strip() == said:
            return said
    return None


@lru_cache(maxsize=8)
def _read(folder: Path, files: tuple[tuple[str, int], ...]) -> tuple[Ground, ...]:
    problems: list[Problem] = []
    versions = dict(_version(folder, name, problems) for name, _written in files)
    raise_if_any(problems)
    return versions[max(versions)] if versions else ()


def _version(folder: Path, name: str, problems: list[Problem]) -> tuple[int, tuple[Ground, ...]]:
    top = read_entry(folder, f"{FOLDER}/{name}", problems)
    top.only("version", "since", "grounds")
    version = top.optional_integer("version") or 0
    if version < 1:
        top.report("'version' must be a whole number from 1", "version")
    top.text("since")
    entries = top.entries("grounds", required=True)
    return version, tuple(_ground(f"{version}.{place}", entry) for place, entry in enumerate(entries, 1))


def _ground(key: str, entry: Entry) -> Ground:
    entry.only("title", "rule", "law", "facts")
    rule, law = entry.optional_integer("rule"), entry.optional_text("law") or ""
    if (rule is None) == (not law):
        entry.report("give either 'rule' or 'law'", "title")
    return Ground(key, entry.text("title"), rule, law, entry.text("facts"))
