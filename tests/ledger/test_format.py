"""docs/log-format.md says what the code does: its test values are computed, not copied."""

from __future__ import annotations

import json
import re
from pathlib import Path

from participation.ledger import leaf
from participation.ledger.canonical import parse
from participation.ledger.commitments import Opening, commit_list
from participation.ledger.leaf import LISTS, LeafType
from tests.factories.ledger import sample

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "log-format.md").read_text(encoding="utf-8")
VALUES = re.findall(r"^    (value|commitment|item|list|leaf|hash) +(\S.*)$", DOCUMENT, re.MULTILINE)


def stated(name: str) -> list[str]:
    return [value for found, value in VALUES if found == name]


def test_the_commitments_in_the_document():
    single, *items = stated("commitment")
    assert Opening(bytes(range(32)), parse(stated("value")[0])).commitment.hex() == single
    openings = [Opening(bytes([number]) * 32, parse(text)) for number, text in enumerate(stated("item"), 1)]
    assert [one.commitment.hex() for one in openings] == items
    assert commit_list(one.commitment for one in openings).hex() == stated("list")[0]


def test_the_leaf_in_the_document():
    [text] = stated("leaf")
    read = leaf.read(text)
    assert read.hash.hex() == stated("hash")[0]
    assert read.commitments["title"] == stated("commitment")[0]
    assert read.commitments["passages"] == stated("list")[0]


def test_every_type_list_and_member_is_described():
    for name in (*(kind.value for kind in LeafType), *LISTS, *sample().export()):
        assert f"`{name}`" in DOCUMENT, name
    for one in sample().leaves:
        for name in json.loads(one.text):
            assert f"`{name}`" in DOCUMENT, name
