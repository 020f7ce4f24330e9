"""A measure with Textänderungen that agree and collide."""

from __future__ import annotations

from participation.proposals.models import Proposal
from participation.strategy.models import Node
from tests.factories import proposals, strategy

BASE = "Der Radweg von Guben nach Forst wird gebaut. Er soll 2030 fertig sein."
WIDE = BASE.replace("Radweg", "breite Radweg")
SOON = BASE.replace("2030", "2028")
SOONER = BASE.replace("2030", "2027")


def node() -> Node:
    """Add a node with the wording that the forms above change."""
    return strategy.node(BASE)


def wish(about: Node, wording: str, **rest: object) -> Proposal:
    """Add an open Textänderung of a node."""
    return proposals.proposal(node=about, wording=wording, **rest)
