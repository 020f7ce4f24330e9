"""Merged, split, struck: what stays at its origin, what is never added up, and what comments know of it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from participation.base.db import db
from participation.base.text import shown
from participation.base.verdict import Denied
from participation.dialogue.anchors import Passage, Reference, quote
from participation.dialogue.counters import recount
from participation.dialogue.models import Anchor, AnchorState, Ballot, Comment, Stance, Tally, Thread
from participation.dialogue.votes import cast_vote
from participation.leitbild.effects import node_effects
from participation.leitbild.models import ChangeKind
from participation.leitbild.queries import reworded
from participation.proposals.models import ProposalType
from participation.proposals.policy import may_propose
from participation.strategy.models import Node
from participation.strategy.operations import contribute_to, thread_of
from participation.strategy.policy import may_contribute
from tests.factories import accounts, dialogue, proposals
from tests.factories import leitbild as make


def votes(node: Node, yes: int, no: int = 0) -> None:
    for stance, count in ((Stance.YES, yes), (Stance.NO, no)):
        for _ in range(count):
            cast_vote(accounts.user(), thread_of(node), stance)


def about(node: Node, words: str = "") -> Comment:
    passage = Passage(node.id, shown(node.html))
    selector = quote([passage], words)[1] if words else None
    return dialogue.comment(thread_of(node), reference=Reference(passage, 1, selector))


def state(comment: Comment) -> tuple[AnchorState, int | None]:
    row = db.session.get(Anchor, comment.id, populate_existing=True)
    return row.state, row.changed_in


def merged() -> tuple[Node, Node]:
    """Merge a node with 5 votes into one with 3."""
    node, target = make.measure(3), make.measure(4)
    votes(node, 4, 1)
    votes(target, 1, 2)
    make.revision(make.approved(node, kind=ChangeKind.MERGE, target_id=target.id, reason="Beide meinen dasselbe."))
    return node, target


def test_publishing_follows_quotes_of_what_changed_and_of_nothing_else(app):
    node, other = make.measure(3), make.measure(4)
    words = " ".join(shown(node.html).split()[:2])
    kept, whole, elsewhere = about(node, words), about(node), about(other)
    make.revision(make.approved(node, after=f"{words} und Speicher in jedem Ort"))
    assert state(kept) == (AnchorState.HOLDS, None)
    assert state(whole) == (AnchorState.CHANGED, 2)
    assert state(elsewhere) == (AnchorState.HOLDS, None)
    make.revision(make.approved(node, kind=ChangeKind.DELETION))
    assert state(kept) == state(whole) == (AnchorState.GONE, 3)
    assert state(elsewhere) == (AnchorState.HOLDS, None)


def test_publishing_takes_no_more_statements_with_many_quotes(app, statements):
    numbers = []
    for position, count in ((3, 1), (4, 20)):
        node = make.measure(position)
        for _ in range(count):
            about(node)
        change = make.approved(node, after="Etwas ganz anderes")
        with statements() as counted:
            make.revision(change)
        numbers.append(len([text for text in counted.texts if "anchors" in text]))
    assert numbers == [2, 2]


def test_a_merge_moves_neither_votes_nor_words(app):
    node, target = merged()
    own, taken = db.session.get(Thread, node.thread_id), db.session.get(Thread, target.thread_id)
    assert (own.yes, own.no, taken.yes, taken.no) == (4, 1, 1, 2)
    assert db.session.scalar(select(func.count()).select_from(Ballot)) == 8
    assert db.session.scalar(select(func.sum(Tally.yes)).where(Tally.thread_id == target.thread_id)) == 1
    assert recount() == []


def test_each_origin_is_told_with_its_own_votes(app):
    node, target = merged()
    (move,) = node_effects(None, [], target.id).moves
    assert (move.node_id, move.target_id, move.change_kind) == (node.id, target.id, ChangeKind.MERGE)
    assert (move.yes, move.no, move.votes, move.revision) == (4, 1, 5, 2)
    assert move.first_vote <= move.last_vote
    assert move.reason == "Beide meinen dasselbe."
    assert move.author != move.approver
    assert move.outcome_number == 1
    assert node_effects(None, [], node.id).moves == (move,)
    assert node_effects(None, [], make.measure(6).id).moves == ()


def test_two_origins_stay_two(app):
    node, target = merged()
    second = make.measure(5)
    votes(second, 2)
    make.revision(make.approved(second, kind=ChangeKind.MERGE, target_id=target.id))
    moves = node_effects(None, [], target.id).moves
    assert [(move.node_id, move.votes) for move in moves] == [(node.id, 5), (second.id, 2)]
    assert db.session.get(Thread, target.thread_id).votes == 3


def test_both_parts_of_a_split_name_each_other(app):
    node = make.measure(4)
    split = make.approved(node, kind=ChangeKind.SPLIT, after="Nur noch das.")
    part = make.approved(
        kind=ChangeKind.ADDITION, parent_id=node.parent_id, target_id=node.id, node_kind="massnahme", title="Der Rest"
    )
    make.revision(split, part)
    moves = {(move.change_kind, move.node_id, move.target_id) for move in node_effects(None, [], node.id).moves}
    assert moves == {(ChangeKind.SPLIT, node.id, None), (ChangeKind.ADDITION, part.new_node_id, node.id)}
    (own,) = node_effects(None, [], part.new_node_id).moves
    assert (own.target_id, own.target_title) == (node.id, node.title)


def test_additions_and_new_wordings_are_no_moves(app):
    node = make.measure(4)
    added = make.approved(kind=ChangeKind.ADDITION, parent_id=node.parent_id, node_kind="massnahme", title="Neu")
    make.revision(make.approved(node), added)
    assert node_effects(None, [], node.id).moves == node_effects(None, [], added.new_node_id).moves == ()


@pytest.mark.parametrize("kind", [ChangeKind.MERGE, ChangeKind.DELETION])
def test_nobody_contributes_to_what_is_gone(app, kind):
    node, target = make.measure(3), make.measure(4)
    assert may_contribute(node)
    contribute_to(node)
    make.revision(make.approved(node, kind=kind, target_id=target.id))
    verdict = may_contribute(node)
    assert not verdict
    assert "lesbar" in str(verdict.reason)
    assert not verdict.login_helps
    with pytest.raises(Denied):
        contribute_to(node)
    assert contribute_to(target).id == target.thread_id
    said = may_propose(accounts.user(), node, ProposalType.TEXT)
    assert not said
    assert "gehört nicht mehr zum Leitbild" in str(said.reason)


def test_a_split_node_goes_on(app):
    node = make.measure(4)
    split = make.approved(node, kind=ChangeKind.SPLIT, after="Nur noch das.")
    part = make.approved(
        kind=ChangeKind.ADDITION, parent_id=node.parent_id, target_id=node.id, node_kind="massnahme", title="Der Rest"
    )
    make.revision(split, part)
    assert may_contribute(node)
    assert contribute_to(db.session.get(Node, part.new_node_id)).id != node.thread_id


def test_proposals_are_counted_at_their_origin(app):
    node, target = make.measure(3), make.measure(4)
    proposals.proposal(node=node)
    proposals.draft(node=node)
    make.revision(make.approved(node, kind=ChangeKind.MERGE, target_id=target.id))
    (move,) = node_effects(None, [], target.id).moves
    assert move.proposals == 1
    assert target.open_proposals == 0


def test_what_was_reworded_since_is_told(app):
    node, other = make.measure(3), make.measure(4)
    before = node.body
    make.revision(make.approved(node, after="Neu"))
    assert reworded([node.id, other.id], 1) == [(node.title, before, "Neu")]
    assert reworded([node.id, other.id], 2) == []
