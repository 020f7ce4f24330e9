"""Writing changes and putting drafts together."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from participation.base.db import db
from participation.base.verdict import Denied
from participation.leitbild import changes, drafts
from participation.leitbild.models import Change, ChangeKind, ChangeState, DraftState
from participation.leitbild.wording import ChangeEdited, IncompleteChange, ReasonMissing, StaleChange
from participation.outcomes.models import OutcomeKind, OutcomeState
from tests.factories import leitbild as make
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import outcome


def test_a_change_takes_the_wording_before_from_the_node(app: Flask):
    node = make.measure()
    change = make.change(node, after="Neu\r\ngefasst ")
    assert (change.before, change.after) == (node.body, "Neu\ngefasst")
    assert "<ins>" in change.diff_html
    assert (change.state, change.edit) == (ChangeState.DRAFT, 1)
    assert [item.id for item in change.outcomes] == [change.first_outcome_id]


@pytest.mark.parametrize("field", ["reason", "culture", "cross_border", "after"])
def test_nothing_compulsory_may_be_empty(app: Flask, field: str):
    with pytest.raises(IncompleteChange) as error:
        make.change(**{field: "  \n"})
    assert set(error.value.missing) == {field}


def test_everything_missing_is_said_at_once(app: Flask):
    node = make.measure()
    with pytest.raises(IncompleteChange) as error:
        changes.draft_change(moderator(), make.fields(node, reason="", culture="", cross_border="", after=""))
    assert set(error.value.missing) == {"reason", "culture", "cross_border", "after", "outcomes"}


@pytest.mark.parametrize("state", [OutcomeState.DRAFT, OutcomeState.SUBMITTED])
def test_only_an_approved_outcome_carries_a_change(app: Flask, state: OutcomeState):
    node = make.measure()
    with pytest.raises(IncompleteChange) as error:
        make.change(node, outcome(node_id=node.id, state=state))
    assert set(error.value.missing) == {"outcomes"}


@pytest.mark.parametrize("kind", [OutcomeKind.CONFIRMED, OutcomeKind.EXAMINE, OutcomeKind.NO_CONSENSUS])
def test_an_outcome_that_asks_for_no_change_carries_none(app: Flask, kind: OutcomeKind):
    node = make.measure()
    record = outcome(node_id=node.id, kind=kind)
    with pytest.raises(IncompleteChange):
        make.change(node, record)
    other = outcome(node_id=make.measure(3).id)
    assert make.change(node, other, record).first_outcome_id == other.id


def test_the_wording_that_is_there_is_no_change(app: Flask):
    node = make.measure()
    with pytest.raises(IncompleteChange) as error:
        make.change(node, after=node.body)
    assert set(error.value.missing) == {"after"}


def test_a_merge_needs_another_current_node(app: Flask):
    node = make.measure()
    for target in ("", node.id, "gibt-es-nicht"):
        with pytest.raises(IncompleteChange) as error:
            make.change(node, kind=ChangeKind.MERGE, target_id=target)
        assert set(error.value.missing) == {"target"}


def test_an_addition_needs_place_kind_and_title(app: Flask):
    record = outcome(node_id=make.measure().id)
    with pytest.raises(IncompleteChange) as error:
        changes.draft_change(moderator(), make.fields(None, record, kind=ChangeKind.ADDITION, after=""))
    assert set(error.value.missing) == {"parent", "node_kind", "title", "after"}


def test_what_was_struck_takes_no_more_changes(app: Flask):
    node = make.measure()
    make.revision(make.approved(node, kind=ChangeKind.DELETION))
    with pytest.raises(IncompleteChange) as error:
        make.change(node, outcome(node_id=node.id), after="Wieder da")
    assert set(error.value.missing) == {"node"}


def test_residents_write_no_changes(app: Flask):
    with pytest.raises(Denied):
        make.change(author=user())


def test_saving_on_an_older_save_is_a_conflict(app: Flask):
    change = make.change()
    node = change.node
    fields = make.fields(node, *change.outcomes, after="Zweiter Stand")
    changes.save_change(moderator(), change, fields, expected_edit=1)
    with pytest.raises(ChangeEdited):
        changes.save_change(moderator(), change, make.fields(node, *change.outcomes, after="x"), expected_edit=1)
    assert change.after == "Zweiter Stand"


def test_who_saves_becomes_the_author_and_cannot_approve(app: Flask):
    first, second = moderator(), moderator()
    change = make.change(author=first)
    changes.save_change(second, change, make.fields(change.node, *change.outcomes), expected_edit=1)
    changes.submit_change(second, change, expected_edit=2)
    with pytest.raises(Denied):
        changes.approve_change(second, change, expected_edit=3)
    changes.approve_change(first, change, expected_edit=3)
    assert (change.state, change.approver_id) == (ChangeState.APPROVED, first.id)


def test_a_stale_change_shows_three_texts_and_takes_the_new_wording_after_a_look(app: Flask):
    node = make.measure()
    base = node.body
    change = make.change(node, after="Meine Fassung")
    make.revision(make.approved(node, after="Die andere Fassung"))
    fields = make.fields(node, *change.outcomes, after="Meine Fassung", based_on=1)
    with pytest.raises(StaleChange) as error:
        changes.save_change(change.author, change, fields, expected_edit=change.edit)
    stale = error.value
    assert (stale.base, stale.mine, stale.current, stale.since) == (base, "Meine Fassung", "Die andere Fassung", 2)
    fields = make.fields(node, *change.outcomes, after="Meine Fassung", based_on=stale.since)
    changes.save_change(change.author, change, fields, expected_edit=change.edit)
    assert change.before == "Die andere Fassung"


def test_approving_a_stale_change_is_refused(app: Flask):
    node = make.measure()
    change = make.change(node)
    changes.submit_change(change.author, change, expected_edit=change.edit)
    make.revision(make.approved(node, after="Die andere Fassung"))
    with pytest.raises(StaleChange):
        changes.approve_change(moderator(), change, expected_edit=change.edit)


def test_sending_back_needs_a_reason_taking_back_does_not(app: Flask):
    change = make.change()
    changes.submit_change(change.author, change, expected_edit=change.edit)
    with pytest.raises(ReasonMissing):
        changes.return_change(moderator(), change, " ")
    changes.return_change(change.author, change)
    assert change.state is ChangeState.DRAFT


def test_an_approved_change_can_be_sent_back_while_no_draft_holds_it(app: Flask):
    change = make.approved()
    changes.return_change(moderator(), change, "Der Ort fehlt.")
    assert (change.state, change.approver_id, change.returned_reason) == (ChangeState.DRAFT, None, "Der Ort fehlt.")
    held = make.approved(make.measure(3))
    make.draft(held)
    with pytest.raises(Denied):
        changes.return_change(moderator(), held, "Zu spät.")


def test_dropping_keeps_the_change_and_its_reason(app: Flask):
    change = make.change()
    with pytest.raises(ReasonMissing):
        changes.drop_change(change.author, change, "")
    changes.drop_change(change.author, change, "Doppelt.")
    assert db.session.get(Change, change.id).state is ChangeState.DROPPED


def test_there_is_one_draft_at_a_time(app: Flask):
    make.draft()
    with pytest.raises(drafts.DraftRunning):
        drafts.open_draft(moderator())


def test_only_approved_changes_are_collected(app: Flask):
    draft = make.draft()
    change = make.change()
    with pytest.raises(drafts.NotCollectable):
        drafts.collect(draft.author, draft, change, expected_edit=draft.edit)


def test_every_step_on_a_draft_names_what_it_saw(app: Flask):
    draft, change = make.draft(), make.approved()
    edit = draft.edit
    drafts.collect(moderator(), draft, change, expected_edit=edit)
    with pytest.raises(drafts.DraftEdited):
        drafts.save_draft(moderator(), draft, title="x", summary="y", expected_edit=edit)
    with pytest.raises(drafts.DraftEdited):
        drafts.take_out(moderator(), draft, change, expected_edit=edit)
    assert (change.draft_id, draft.summary) == (draft.id, "Eine Maßnahme ist genauer gefasst.")


def test_who_touched_the_draft_last_is_its_author(app: Flask):
    draft, change, second = make.draft(), make.approved(), moderator()
    drafts.collect(second, draft, change, expected_edit=draft.edit)
    assert draft.author_id == second.id
    drafts.take_out(second, draft, change, expected_edit=draft.edit)
    assert change.draft_id is None


def test_a_draft_that_was_handed_over_is_closed_until_it_comes_back(app: Flask):
    draft = make.submitted(make.approved())
    with pytest.raises(Denied):
        drafts.save_draft(draft.author, draft, title="x", summary="y", expected_edit=draft.edit)
    with pytest.raises(ReasonMissing):
        drafts.return_draft(moderator(), draft)
    drafts.return_draft(moderator(), draft, "Die Zusammenfassung ist zu knapp.")
    assert (draft.state, draft.submitted_at) == (DraftState.OPEN, None)


def test_a_dropped_draft_sets_its_changes_free(app: Flask):
    change = make.approved()
    draft = make.draft(change)
    drafts.drop_draft(draft.author, draft, expected_edit=draft.edit)
    db.session.refresh(change)
    assert (change.draft_id, change.state) == (None, ChangeState.APPROVED)
    assert make.draft(change).id != draft.id


def test_the_database_refuses_a_change_signed_by_its_author(app: Flask):
    change = make.change()
    change.approver_id = change.author_id
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.flush()
