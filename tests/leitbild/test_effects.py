"""What a conversation led to, in one statement; and taking revision 1 back while nothing rests on it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from participation.base.db import db
from participation.ledger.models import LogEntry
from participation.leitbild.discard import InUse, discard_first
from participation.leitbild.effects import node_effects
from participation.leitbild.models import Passage, Revision
from participation.leitbild.provenance import revisions_by_outcome
from participation.outcomes.models import OutcomeState
from tests.factories import dialogue, leitbild, outcomes

NODE = "lce-sofort-industrieparks"


def test_outcomes_and_changes_come_in_one_statement(app, statements):
    node = leitbild.measure()
    first = outcomes.outcome(outcomes.node_comment(node_id=node.id), node_id=node.id)
    change = leitbild.approved(node, first)
    leitbild.revision(change)
    second = outcomes.outcome(node_id=node.id)
    running = outcomes.outcome(node_id=node.id, state=OutcomeState.DRAFT)
    db.session.flush()
    with statements() as counted:
        effects = node_effects(node.id, [node.id])
    assert counted.number == 1
    assert [result.number for result in effects.results] == [second.number, first.number]
    assert effects.changes == {node.id: change.id}
    assert effects.due_at == running.due_at
    assert effects.revisions == {second.id: None, first.id: (*revisions_by_outcome([first.id])[first.id][:2], "")}
    assert effects.revisions[first.id] == (2, change.id, "")


def test_without_a_node_there_are_no_outcomes(app):
    outcomes.outcome(outcomes.node_comment())
    assert node_effects(None, [NODE]).results == ()
    assert node_effects(NODE, []).changes == {}


def test_the_first_revision_can_be_taken_back_before_any_dialogue(app):
    discard_first()
    for table in (Revision, Passage, LogEntry):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_it_stays_once_a_thread_exists(app):
    dialogue.thread()
    with pytest.raises(InUse):
        discard_first()
    assert db.session.get(Revision, 1) is not None
