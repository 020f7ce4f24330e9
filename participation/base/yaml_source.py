"""Read YAML files that people edit, and name file and line of every mistake.

A reader collects problems instead of stopping at the first, so that an editor sees the whole list at once: each
function takes the list of problems, adds to it and carries on with a harmless value. Whoever started the reading
raises `ContentError` at the end (`raise_if_any`).

Narrower than YAML: `yes`, `no`, dates and octal numbers stay text, anchors and merge keys are refused, and a file is
read up to `MAX_BYTES`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_BYTES = 1_000_000
ID_PATTERN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MAX_ID_LENGTH = 100


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake in a file; `file` is relative to the content folder, `line` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class ContentError(Exception):
    """The content was refused; `problems` lists everything that is wrong with it, by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def raise_if_any(problems: list[Problem]) -> None:
    """Raise ContentError if there is a problem."""
    if problems:
        raise ContentError(problems)


class SourceMap(dict[str, object]):
    """A mapping that remembers where it and each of its keys stand."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.key_lines: dict[str, int] = {}


class SourceList(list[object]):
    """A list that remembers where each of its items stands."""

    def __init__(self, items: Iterable[object], item_lines: list[int]) -> None:
        super().__init__(items)
        self.item_lines = item_lines


class SourceLoader(yaml.SafeLoader):
    """PyYAML's safe loader with line numbers; `refusals` holds (line, reason) of what it would silently accept."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.refusals: list[tuple[int, str]] = []

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "anchors and aliases are not allowed", mark)
        return super().compose_node(parent, index)

    def source_map(self, node: yaml.MappingNode) -> SourceMap:
        result = SourceMap(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                self.refusals.append((line, f"the field name {key!r} is not text"))
            elif key in result:
                self.refusals.append((line, f"'{key}' stands here twice (first in line {result.key_lines[key]})"))
            else:
                result[key] = self.construct_object(value_node, deep=True)
                result.key_lines[key] = line
        return result

    def source_list(self, node: yaml.SequenceNode) -> SourceList:
        items = [self.construct_object(item, deep=True) for item in node.value]
        return SourceList(items, [item.start_mark.line + 1 for item in node.value])


SourceLoader.add_constructor("tag:yaml.org,2002:map", SourceLoader.source_map)
SourceLoader.add_constructor("tag:yaml.org,2002:seq", SourceLoader.source_list)
SourceLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?(0|[1-9][0-9]{0,14})", "-+0123456789"),
    ("float", r"[-+]?[0-9]{1,15}\.[0-9]{1,15}", "-+0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    SourceLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


class Entry:
    """One mapping of a file, read field by field. What is missing or of the wrong type becomes a problem."""

    def __init__(self, value: SourceMap, file: str, problems: list[Problem]) -> None:
        self.value = value
        self.file = file
        self.line = value.line
        self.problems = problems

    def report(self, reason: str, key: str | None = None, item: int | None = None) -> None:
        """Note a problem at this entry, at one of its fields, or at one item of a field's list."""
        line = self.line if key is None else self.value.key_lines.get(key, self.line)
        items = self.value.get(key) if key is not None and item is not None else None
        if isinstance(items, SourceList) and item is not None:
            line = items.item_lines[item]
        self.problems.append(Problem(self.file, line, reason))

    def only(self, *fields: str) -> None:
        """Report every field that is not one of these."""
        for key in self.value:
            if key not in fields:
                self.report(f"unknown field '{key}' (known: {', '.join(fields)})", key)

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        value = self.value.get(key)
        if key not in self.value:
            self.report(f"field '{key}' is missing")
        elif not isinstance(value, str):
            self.report(f"'{key}' must be text; put it in quotes if it looks like a number", key)
        elif not may_be_empty and not value.strip():
            self.report(f"'{key}' is empty", key)
        else:
            return value
        return ""

    def optional_text(self, key: str) -> str | None:
        return self.text(key) or None if self.has(key) else None

    def ident(self, key: str = "id") -> str:
        """A stable id; reported if it breaks the pattern."""
        value = self.text(key)
        if value and (not ID_PATTERN.fullmatch(value) or len(value) > MAX_ID_LENGTH):
            self.report(f"'{value}' is not an id (small letters a-z, digits and single hyphens, a letter first)", key)
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        value = self.value.get(key, default)
        if value is None:
            self.report(f"field '{key}' is missing")
        elif not isinstance(value, bool):
            self.report(f"'{key}' must be true or false", key)
        return value is True

    def number(self, key: str) -> float:
        value = self.value.get(key)
        if value is None:
            self.report(f"field '{key}' is missing")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            self.report(f"'{key}' must be a number", key)
        else:
            return float(value)
        return 0.0

    def optional_integer(self, key: str) -> int | None:
        value = self.value.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.report(f"'{key}' must be a whole number", key)
        return None

    def one_of(self, key: str, known: Collection[str], what: str) -> str:
        """A text out of a known list; an empty list (its file could not be read) lets everything pass."""
        value = self.text(key)
        if value and known and value not in known:
            self.report(f"unknown {what} '{value}' (known: {', '.join(known)})", key)
        return value

    def some_of(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """A list of texts, each out of a known list and named once."""
        values = self.texts(key)
        for item, value in enumerate(values):
            if known and value not in known:
                self.report(f"unknown {what} '{value}'", key, item)
            elif value in values[:item]:
                self.report(f"{what} '{value}' is named twice", key, item)
        return values

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; an absent field is an empty list."""
        items = self._items(key)
        found = tuple(item for item in items if isinstance(item, str) and item.strip())
        if len(found) != len(items):
            self.report(f"'{key}' must be a list of texts, none of them empty", key)
        return found

    def integers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; an absent field is an empty list."""
        items = self._items(key)
        found = tuple(item for item in items if isinstance(item, int) and not isinstance(item, bool))
        if len(found) != len(items):
            self.report(f"'{key}' must be a list of whole numbers", key)
        return found

    def entry(self, key: str) -> Entry:
        """The mapping in a field; missing or not a mapping is reported and read as an empty one."""
        value = self.value.get(key)
        if isinstance(value, SourceMap):
            return Entry(value, self.file, self.problems)
        self.report(f"'{key}' must hold fields of its own" if key in self.value else f"field '{key}' is missing", key)
        return Entry(SourceMap(self.value.key_lines.get(key, self.line)), self.file, self.problems)

    def named_entries(self) -> Iterator[tuple[str, Entry]]:
        """Every field of this entry as (name, mapping); a field that holds no mapping is reported and left out."""
        for key, value in self.value.items():
            if isinstance(value, SourceMap):
                yield key, Entry(value, self.file, self.problems)
            else:
                self.report(f"'{key}' must hold fields of its own", key)

    def entries(self, key: str, *, required: bool = False) -> list[Entry]:
        """A list of mappings; an absent field is an empty list, reported if the field is required."""
        if required and not self.has(key):
            self.report(f"field '{key}' is missing")
        items = self._items(key)
        found = [Entry(item, self.file, self.problems) for item in items if isinstance(item, SourceMap)]
        if len(found) != len(items):
            self.report(f"'{key}' must be a list of entries with fields", key)
        return found

    def named_texts(self) -> dict[str, str]:
        """Every field of this entry as text, none empty."""
        return {key: self.text(key) for key in self.value}

    def _items(self, key: str) -> list[object]:
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, SourceList):
            self.report(f"'{key}' must be a list", key)
            return []
        return value


def report_repeated(entries: Iterable[Entry], what: str) -> None:
    """Report every entry whose `id` an earlier one has, in whatever file."""
    first: dict[str, Entry] = {}
    for entry in entries:
        ident = str(entry.value.get("id"))
        if entry.has("id") and ident in first:
            entry.report(f"the {what} id '{ident}' is taken ({first[ident].file}:{first[ident].line})", "id")
        first.setdefault(ident, entry)


def read_entry(folder: Path, file: str, problems: list[Problem]) -> Entry:
    """Read `folder/file`, whose top must be a mapping; an unreadable file is reported and read as an empty one."""
    refusals: list[tuple[int, str]] = []
    try:
        value = _parse(_text(folder / file), refusals)
    except _Unreadable as error:
        problems.append(Problem(file, error.line, error.reason))
        return Entry(SourceMap(1), file, [])
    problems.extend(Problem(file, line, reason) for line, reason in refusals)
    return Entry(value, file, problems)


class _Unreadable(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _Unreadable(1, f"the file cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise _Unreadable(1, f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _Unreadable(line, "the file is not UTF-8 text") from error


def _parse(text: str, refusals: list[tuple[int, str]]) -> SourceMap:
    try:
        loader = SourceLoader(text)
        value: object = loader.get_single_data()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _Unreadable(line, f"a character that is not allowed: {error.reason}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _Unreadable(line, f"not valid YAML: {error.problem or error.context}") from error
    except ValueError as error:
        raise _Unreadable(1, f"a value does not fit its tag: {error}") from error
    except RecursionError as error:
        raise _Unreadable(1, "the file is nested too deeply") from error
    if not isinstance(value, SourceMap):
        raise _Unreadable(1, "the file must consist of fields (name: value)")
    refusals.extend(loader.refusals)
    return value
