"""Where the bodies agree, change by change; and what constant number of statements that takes."""

from __future__ import annotations

import pytest
from flask import Flask

from participation.base.clock import now
from participation.base.db import db
from participation.leitbild.models import Revision
from participation.resolutions import queries
from participation.resolutions.comparison import Group, View, comparison, group_of
from participation.resolutions.models import Decision
from participation.strategy.models import Node
from tests.factories import leitbild
from tests.factories import resolutions as make

YES, NO, OPEN = View.ACCEPTED, View.OBJECTED, View.OPEN


@pytest.mark.parametrize(
    ("views", "group"),
    [
        ((YES, YES), Group.ALL),
        ((YES, NO), Group.SOME),
        ((YES, OPEN), Group.SOME),
        ((NO, NO), Group.NONE),
        ((NO, OPEN), Group.OPEN),
        ((OPEN, OPEN), Group.OPEN),
        ((), Group.OPEN),
        ((YES, YES, NO), Group.SOME),
        ((YES,), Group.ALL),
        ((NO,), Group.NONE),
    ],
)
def test_groups(views, group):
    assert group_of(views) is group


def test_what_is_not_named_is_accepted(app: Flask):
    both = make.bodies()
    wanted = db.session.get(Node, "lce-sofort-industrieparks-versorgungssicherheit")
    shared = leitbild.approved(wanted, after="Anders gefasst.")
    other = leitbild.approved(leitbild.measure(4))
    revision = leitbild.revision(shared, other)
    make.signed(revision, both[0], Decision.RETURNED, reasons={shared.id: "Das Wasser ist ungeklärt."})
    make.signed(revision, both[1])
    rows = {row.change.id: row for row in comparison(make.standing(revision.number))}
    assert (rows[shared.id].group, rows[other.id].group) == (Group.SOME, Group.ALL)
    assert [(cell.body, cell.view, cell.reason) for cell in rows[shared.id].cells] == [
        ("Brandenburg", NO, "Das Wasser ist ungeklärt."),
        ("Sachsen", YES, ""),
    ]
    assert rows[shared.id].is_shared, "Schwarze Pumpe lies in both Länder; the measure above names it"
    assert not rows[other.id].is_shared


def test_a_draft_shows_nowhere(app: Flask):
    both = make.bodies()
    change = leitbild.approved()
    revision = leitbild.revision(change)
    make.draft(revision, make.member(both[0]), Decision.RETURNED, reasons={change.id: "Geheim bis zur Unterschrift."})
    assert [row.group for row in comparison(make.standing(revision.number))] == [Group.OPEN]
    assert queries.signed() == []


def test_standings_take_one_statement(app: Flask, statements):
    both = make.bodies()
    numbers = [leitbild.revision(leitbild.approved(leitbild.measure(step))).number for step in range(3)]
    make.signed(db.session.get_one(Revision, numbers[0]), both[0])
    db.session.flush()
    with statements() as counted:
        found = queries.standings([1, *numbers], period=make.PERIOD, at=now())
    assert (counted.number, sorted(found)) == (1, [1, *numbers])


def test_what_waits_for_a_body(app: Flask):
    both = make.bodies()
    first = leitbild.revision()
    later = leitbild.revision(leitbild.approved(leitbild.measure(3)))
    author = make.member(both[0], "Karla")
    make.draft(first, author)
    assert [(one.number, one.drafted_by) for one in queries.awaited("brandenburg")] == [
        (first.number, "Karla"),
        (later.number, ""),
    ]
    make.signed(later, both[0])
    make.signed(later, both[1])
    assert queries.awaited("brandenburg") == [], "what was superseded waits for nobody"
