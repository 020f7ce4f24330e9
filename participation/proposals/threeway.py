"""A proposal between two wordings of its passage: what stood there then, what it wants, what stands there today.

Pure: nothing is read or written here beyond the rows that come in.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from participation.base import merge
from participation.proposals import writing as written
from participation.proposals.models import Proposal, ProposalType
from participation.strategy.models import Node, TextState

SEPARATOR = "\n---\n"
"""Between the parts of a split."""


class Fit(enum.Enum):
    """How a proposal stands to the wording of today."""

    SAME = "same"
    """It rests on it."""
    CLEAN = "clean"
    """Both edits fit together."""
    FULFILLED = "fulfilled"
    """What it wants is what stands there."""
    COLLIDES = "collides"
    """Its author has to look at it."""


@dataclass(frozen=True, slots=True)
class Collision:
    """A place that both want to be different: what stood there, what the proposal wants, what stands there today."""

    then: str
    wanted: str
    today: str


@dataclass(frozen=True, slots=True)
class Threeway:
    """The three texts and what could be made of them."""

    fit: Fit
    then: str
    wanted: str
    today: str
    suggestion: str
    """The proposal on the wording of today; where both collide, the author's words."""
    collisions: tuple[Collision, ...] = ()
    lost: bool = False
    """Whether nothing is left that the proposal could rest on."""


def threeway(proposal: Proposal, home: Node | None = None) -> Threeway:
    """Compare a proposal with what stands today.

    `home` is the current node that took up a merged one: what is compared, and where the proposal could follow to.
    """
    node, other = proposal.node, proposal.other_node
    then = written.joined(proposal.before, proposal.other_before if other is not None else None)
    if proposal.type in written.NEW:
        fit = Fit.SAME if node.is_current else Fit.COLLIDES
        lost = not node.is_current and home is None
        return Threeway(fit, "", proposal.wording, "", proposal.wording, lost=lost)
    gone = not node.is_current or (other is not None and not other.is_current)
    stands = home.body if home is not None and not node.is_current else node.body
    today = written.joined(stands, other.body if other is not None else None)
    lost = (not node.is_current and (home is None or proposal.type is ProposalType.DELETION)) or (
        other is not None and gone
    )
    if gone and _fulfilled(proposal, node, other):
        return Threeway(Fit.FULFILLED, then, proposal.wording, today, proposal.wording, lost=True)
    if not gone and then == today:
        return Threeway(Fit.SAME, then, proposal.wording, today, proposal.wording)
    if proposal.type is ProposalType.DELETION:
        return Threeway(Fit.COLLIDES, then, "", today, "", lost=lost)
    return _merged(proposal, then, today, gone=gone, lost=lost)


def _merged(proposal: Proposal, then: str, today: str, *, gone: bool, lost: bool) -> Threeway:
    merged = merge.merge(then, proposal.wording, today)
    collisions = tuple(_collision(region) for region in merged.conflicts)
    suggestion = merged.text
    if proposal.type is ProposalType.SPLIT:
        pieces = written.parts(proposal.type, suggestion)
        low, high = written.PARTS
        suggestion = SEPARATOR.join(pieces) if low <= len(pieces) <= high else proposal.wording
    # Which part of a split a new word belongs to, only people can tell.
    clean = merged.clean and not gone and proposal.type is not ProposalType.SPLIT
    fit = Fit.COLLIDES if not clean else Fit.FULFILLED if suggestion == today else Fit.CLEAN
    return Threeway(fit, then, proposal.wording, today, suggestion, collisions, lost)


def _collision(region: merge.Region[str]) -> Collision:
    by_key = {key: option.text for option in region.options for key in option.keys}
    return Collision(region.before, by_key.get("mine", region.before), by_key.get("theirs", region.before))


def _fulfilled(proposal: Proposal, node: Node, other: Node | None) -> bool:
    """Return whether a passage went just as the proposal wanted."""
    if proposal.type is ProposalType.DELETION:
        return node.text_state is TextState.STRUCK
    return other is not None and any(
        one.text_state is TextState.MERGED and one.moved_to_id == into.id
        for one, into in ((node, other), (other, node))
    )
