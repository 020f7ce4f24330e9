"""No table that names a person can be forgotten."""

from __future__ import annotations

import re

from participation import models
from participation.privacy.holdings import ATTACHED, HOLDINGS, SECRET, Leaving, names_a_person, shown
from participation.privacy.retention import LASTING, RULES, SWEPT

ADDRESS = re.compile(r"(^|_)(ip|address|host|remote|network|user_agent)($|_)")


def test_every_column_that_names_a_person_has_a_line():
    there = {(t.name, c.name) for t in models.metadata.tables.values() for c in t.columns if names_a_person(c)}
    told = {(one.table, one.column) for one in HOLDINGS} - {("users", "id")}
    assert there - told == set(), "add a line to participation/privacy/holdings.py"
    assert told - there == set(), "these columns are gone"


def test_what_is_not_exported_or_stays_says_why():
    assert [one for one in HOLDINGS if (not one.section or one.leaving is Leaving.STAYS) and not one.why] == []


def test_sections_have_names_of_their_own():
    sections = [one.section for one in (*HOLDINGS, *ATTACHED) if one.section]
    assert len(sections) == len(set(sections))


def test_no_secret_and_no_other_person_is_shown():
    for one in (*HOLDINGS, *ATTACHED):
        names = {column.name for column in shown(one)}
        assert not {name for name in names if SECRET.search(name)}
        own = one.column if one.table == "users" else ""
        assert not {c.name for c in one.source.columns if c.name in names and names_a_person(c)} - {own}
        assert names or not getattr(one, "section", ""), one


KEYED = {"sightings.network", "bursts.network"}


def test_network_addresses_are_kept_in_no_table():
    named = [f"{t.name}.{c.name}" for t in models.metadata.tables.values() for c in t.columns if ADDRESS.search(c.name)]
    typed = [c for t in models.metadata.tables.values() for c in t.columns if "INET" in str(c.type).upper()]
    assert set(named) == KEYED, "a keyed hash of a network, forgotten within 7 days, and nothing else"
    assert typed == []


def test_what_ages_is_swept_or_says_why_it_stays():
    aging = re.compile(r"expires|used_at|sent_at|read_at|claimed|until|due_at|gone_at|(^|_)ends_at")
    tables = models.metadata.tables.values()
    dated = {table.name for table in tables if any(aging.search(column.name) for column in table.columns)}
    told = SWEPT.keys() | LASTING.keys()
    assert dated - told == set(), "add a rule or a reason to participation/privacy/retention.py"
    assert told - {table.name for table in tables} == set(), "these tables are gone"
    assert SWEPT.keys() & LASTING.keys() == set()
    assert set(SWEPT.values()) <= {rule.kind for rule in RULES}
