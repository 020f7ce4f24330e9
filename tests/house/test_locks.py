"""Rows are locked in a way that PostgreSQL takes, however they were read before."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[2] / "participation"


def whole_refreshes(text: str) -> list[int]:
    """Return the lines where a whole object is read anew and locked together with all that it was once joined with.

    `Session.refresh` repeats the joins that the object was first read with, and PostgreSQL refuses to lock the nullable
    side of an outer join. Such a refresh names its columns, or the table to lock: `with_for_update={"of": Minutes}`.
    """
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "refresh":
            continue
        lock = next((given.value for given in node.keywords if given.arg == "with_for_update"), None)
        named = len(node.args) > 1 or any(given.arg == "attribute_names" for given in node.keywords)
        keys = [getattr(key, "value", None) for key in lock.keys] if isinstance(lock, ast.Dict) else []
        if lock is not None and not named and "of" not in keys:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("s.refresh(x, with_for_update=True)", True),
        ("s.refresh(x, with_for_update={'key_share': True})", True),
        ("s.refresh(x, with_for_update={'of': X})", False),
        ("s.refresh(x, ['state'], with_for_update=True)", False),
        ("s.refresh(x)", False),
    ],
)
def test_what_is_wrong(call: str, wrong: bool):
    assert whole_refreshes(call) == ([1] if wrong else [])


def test_no_room_locks_what_an_object_was_joined_with():
    found = {
        f"{path.relative_to(ROOMS)}:{line}": path.name
        for path in ROOMS.rglob("*.py")
        for line in whole_refreshes(path.read_text(encoding="utf-8"))
    }
    assert not found
