"""Proposals after a publication: what lies on the table of those brought along, colliding, or fulfilled."""

from __future__ import annotations

from flask import Flask

from participation.merging.tables import Aside, table
from participation.proposals.models import Proposal
from participation.strategy.models import Node
from tests.factories import leitbild
from tests.factories.merging import wish

OLD = "Der Radweg von Guben nach Forst wird gebaut. Er soll 2030 fertig sein."


def published(node: Node, wording: str) -> None:
    leitbild.revision(leitbild.approved(node, after=wording))


def here(app: Flask) -> Node:
    node = leitbild.measure()
    published(node, OLD)
    return node


def shown(node: Node, proposal: Proposal) -> tuple[str, bool, Aside | None]:
    laid = table(node)
    aside = {backer.id: backer for backer in laid.aside}
    backer = laid.backers.get(proposal.id) or aside[proposal.id]
    return backer.wording, backer.is_adapted, backer.aside


def test_what_was_brought_along_lies_in_its_place_and_says_so(app, statements):
    node = here(app)
    made = wish(node, OLD.replace("Radweg", "breite Radweg"))
    assert shown(node, made) == (OLD.replace("Radweg", "breite Radweg"), False, None)
    published(node, OLD.replace("2030", "2028"))
    today = OLD.replace("2030", "2028").replace("Radweg", "breite Radweg")
    assert (made.before, made.conflict_revision) == (node.body, None)
    assert shown(node, made) == (today, True, None)
    (region,) = table(node).regions
    assert [option.text.strip() for option in region.options] == ["breite"]
    with statements() as counted:
        table(node)
    assert counted.number == 1


def test_what_collides_is_set_aside(app):
    node = here(app)
    made = wish(node, OLD.replace("2030", "2028"))
    published(node, OLD.replace("2030", "2027"))
    assert made.conflict_revision is not None
    assert shown(node, made) == (OLD.replace("2030", "2028"), False, Aside.OLDER)
    assert table(node).regions == ()


def test_what_is_fulfilled_is_set_aside(app):
    node = here(app)
    made = wish(node, OLD.replace("2030", "2028"))
    published(node, OLD.replace("2030", "2028"))
    assert made.fulfilled_revision is not None
    assert shown(node, made)[2] is Aside.SAID
