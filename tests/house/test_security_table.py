"""SECURITY.md is kept true: every row of its tables names tests that exist, or says why there is no promise."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NOT_PROMISED = re.compile(r"not promised, because \w+")
SECTIONS = {"Threats": 14, "Reliability": 8, "Duties": 13}
"""The tables and how many rows each has at least; a row that goes has to go from here, too."""


def tables() -> dict[str, list[list[str]]]:
    """Return the rows of each section's table, without its head."""
    found: dict[str, list[list[str]]] = {}
    section = ""
    for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif line.startswith("|"):
            found.setdefault(section, []).append([cell.strip() for cell in line.strip("|").split("|")])
    return {name: rows[2:] for name, rows in found.items()}


ROWS = [(section, row) for section, rows in tables().items() for row in rows]


@cache
def functions(path: str) -> frozenset[str]:
    """Return the tests of a file, in classes or not."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("section", "row"), ROWS, ids=[f"{section}: {row[0][:40]}" for section, row in ROWS])
def test_a_row_names_tests_that_exist(section: str, row: list[str]):
    assert len(row) == 4
    assert all(row)
    named = TEST.findall(row[3])
    assert named or NOT_PROMISED.search(row[3]), f"{row[0]}: neither a test nor a reason"
    assert "::" not in TEST.sub("", row[3]), f"{row[0]}: a name that is not written as `file::test`"
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert name.startswith("test_"), name
        assert name in functions(path), f"{path} has no {name}"


def test_no_table_lost_a_row():
    for section, least in SECTIONS.items():
        assert len(tables()[section]) >= least, section


def test_the_check_sees_what_is_missing():
    """The control: an invented test, and a row with words alone."""
    assert "test_that_was_never_written" not in functions("tests/house/test_security_table.py")
    assert not TEST.findall("we are careful")
    assert not NOT_PROMISED.search("not promised")
