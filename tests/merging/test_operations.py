"""Deciding, taking back, two at once, and what stays when the table changes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from participation.base.db import db, transaction
from participation.base.verdict import Denied
from participation.merging import operations, queries, sheets, weighing
from participation.merging.models import MergeStep, StepKind
from participation.merging.operations import NothingToRepeat, PlaceGone, StaleMerge, decide, redo, undo
from participation.outcomes.models import Fate
from participation.proposals import operations as proposals
from participation.proposals.models import ProposalState
from participation.strategy.models import Node
from tests.factories.accounts import initiative, moderator, user
from tests.factories.merging import BASE, SOON, SOONER, WIDE, node, wish
from tests.factories.outcomes import outcome, pin
from tests.races import together


@pytest.fixture
def here(app) -> Node:
    """A node with one undisputed and one disputed place."""
    about = node()
    wish(about, WIDE)
    wish(about, SOON)
    wish(about, SOONER)
    return about


def sheet(about, who=None):
    return sheets.sheet(about, who or moderator())


def takes(about, *texts):
    """Return the decisions for the options with these texts."""
    laid = sheet(about).table
    return [
        weighing.take(region, option.text)
        for region in laid.regions
        for option in region.options
        if option.text.strip() in texts
    ]


def save(who, about, *texts, edit):
    return decide(who, about, takes(about, *texts), base=about.body, expected_edit=edit)


def test_a_decision_is_there_for_everyone(here):
    first = moderator("Wendt")
    assert save(first, here, "2028", edit=0) == 1
    seen = sheet(here)
    assert (seen.edit, seen.wording, seen.step.author.display_name) == (1, SOON, "Wendt")
    assert seen.may_undo
    assert not seen.may_redo
    assert here.body == BASE


def test_saving_the_same_again_adds_no_step(here):
    save(moderator(), here, "2028", edit=0)
    assert save(moderator(), here, "2028", edit=1) == 1
    assert decide(moderator(), node(), [], base=BASE, expected_edit=0) == 0


def test_only_moderators_decide_and_look(here):
    for act in (lambda: save(user(), here, edit=0), lambda: undo(user(), here, expected_edit=0)):
        with pytest.raises(Denied):
            act()
    with pytest.raises(Denied):
        sheet(here, user())
    with pytest.raises(Denied):
        sheets.sheet(here, None)


def test_a_save_on_an_older_step_changes_nothing(here):
    save(moderator(), here, "2028", edit=0)
    with pytest.raises(StaleMerge):
        save(moderator(), here, "2027", edit=0)
    assert sheet(here).wording == SOON


def test_undo_and_redo_walk_through_all_decisions_and_only_add_steps(here):
    who = moderator()
    save(who, here, "2028", edit=0)
    save(who, here, "2028", "breite", edit=1)
    both = sheet(here).wording
    assert undo(who, here, expected_edit=2) == 3
    assert sheet(here).wording == SOON
    assert undo(moderator(), here, expected_edit=3) == 4
    assert (sheet(here).wording, sheet(here).may_undo, sheet(here).may_redo) == (BASE, False, True)
    with pytest.raises(NothingToRepeat):
        undo(who, here, expected_edit=4)
    redo(who, here, expected_edit=4)
    redo(who, here, expected_edit=5)
    assert sheet(here).wording == both
    with pytest.raises(NothingToRepeat):
        redo(who, here, expected_edit=6)
    steps = list(db.session.scalars(select(MergeStep).where(MergeStep.node_id == here.id).order_by(MergeStep.number)))
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.kind for step in steps[2:]] == [StepKind.UNDO, StepKind.UNDO, StepKind.REDO, StepKind.REDO]


def test_a_new_decision_after_an_undo_is_what_redo_leads_to(here):
    who = moderator()
    save(who, here, "2028", edit=0)
    undo(who, here, expected_edit=1)
    save(who, here, "2027", edit=2)
    assert not sheet(here).may_redo
    undo(who, here, expected_edit=3)
    redo(who, here, expected_edit=4)
    assert sheet(here).wording == SOONER


def test_undo_on_an_older_step_is_a_conflict(here):
    save(moderator(), here, "2028", edit=0)
    save(moderator(), here, "2027", edit=1)
    with pytest.raises(StaleMerge):
        undo(moderator(), here, expected_edit=1)


def test_a_withdrawn_proposal_is_said_and_other_decisions_stay(here):
    author = user()
    gone = wish(here, BASE.replace("Guben", "Cottbus"), author=author)
    save(moderator(), here, "2028", "Cottbus", edit=0)
    proposals.withdraw(author, gone)
    seen = sheet(here)
    assert seen.wording == SOON
    assert [one.text for one in seen.dropped] == ["Cottbus"]
    assert list(seen.news.gone) == [gone.reference]
    decide(moderator(), here, seen.decisions, base=here.body, expected_edit=1)
    assert [one.text for one in sheet(here).dropped] == ["Cottbus"]
    assert list(sheet(here).news.gone) == [gone.reference]
    decide(moderator(), here, sheet(here).decisions, base=here.body, expected_edit=2, acknowledge=True)
    assert not sheet(here).dropped
    assert not sheet(here).news
    assert sheet(here).wording == SOON


def test_a_new_proposal_is_said_and_marks_the_place_until_it_is_read(here):
    save(moderator(), here, "breite", edit=0)
    new = wish(here, BASE.replace("Radweg", "schnelle Radweg"))
    seen = sheet(here)
    assert [backer.id for backer in seen.news.came] == [new.id]
    assert seen.wording == WIDE
    assert len(seen.decisions[0].offered) == 1
    decide(moderator(), here, seen.decisions, base=here.body, expected_edit=1, acknowledge=True)
    assert len(sheet(here).decisions[0].offered) == 2
    assert not sheet(here).news


def test_a_new_wording_keeps_what_fits(here):
    save(moderator(), here, "breite", "2028", edit=0)
    here.body = BASE.replace("Guben", "Cottbus")
    seen = sheet(here)
    assert seen.news.reworded
    assert seen.wording == SOON.replace("Guben", "Cottbus").replace("Radweg", "breite Radweg")
    assert all(backer.is_adapted for backer in seen.table.backers.values())
    assert seen.dropped == ()


def test_a_proposal_that_does_not_fit_the_new_wording_is_set_aside(here):
    here.body = BASE.replace("2030", "im Jahr 2035")
    laid = sheet(here).table
    assert [backer.aside.value for backer in laid.aside] == ["older", "older"]
    assert len(laid.backers) == 1


def test_an_unchecked_proposal_and_one_that_is_said_already_have_no_place(app):
    about = node()
    wish(about, SOON, state=ProposalState.SUBMITTED)
    wish(about, WIDE, state=ProposalState.DRAFT)
    wish(about, WIDE, state=ProposalState.WITHDRAWN)
    wish(about, SOONER)
    about.body = SOONER
    laid = sheet(about).table
    assert laid.regions == ()
    assert sorted(backer.aside.value for backer in laid.aside) == ["said", "unchecked"]


def test_a_decision_whose_option_is_gone_is_refused_with_its_text(here):
    author = user()
    gone = wish(here, BASE.replace("Guben", "Cottbus"), author=author)
    decisions = takes(here, "Cottbus")
    proposals.withdraw(author, gone)
    with pytest.raises(PlaceGone) as caught:
        decide(moderator(), here, decisions, base=here.body, expected_edit=0)
    assert [one.text for one in caught.value.dropped] == ["Cottbus"]
    assert sheet(here).edit == 0


def test_nothing_is_decided_where_no_wording_is_left(here):
    here.body = ""
    with pytest.raises(Denied):
        decide(moderator(), here, [], base="", expected_edit=0)


def test_the_same_wish_of_two_is_one_option_with_both(app):
    about = node()
    speaker = user()
    group = initiative(speaker, name="Radbund")
    wish(about, SOON, author=speaker, initiative_id=group.id, supporters=3)
    wish(about, SOON)
    laid = sheet(about).table
    ((option,),) = [region.options for region in laid.regions]
    assert next(laid.backers[key].who for key in option.keys) == "Radbund"
    assert [laid.backers[key].supporters for key in option.keys] == [3, 0]


def test_fates_are_suggested_for_proposals_a_merge_decided_about(here):
    wanted = {backer.id: backer.wording for backer in sheet(here).table.backers.values()}
    assert queries.suggested(wanted) == {}
    save(moderator(), here, "2028", edit=0)
    by_wording = {wanted[ident]: fate for ident, fate in queries.suggested(wanted).items()}
    assert by_wording == {SOON: Fate.ADOPTED, SOONER: None, WIDE: None}
    assert all(
        row.state is ProposalState.OPEN for row in db.session.scalars(select(proposals.Proposal)) if row.id in wanted
    )


def test_outcomes_that_can_carry_are_those_of_the_node_and_its_proposals(here):
    about = wish(here, BASE.replace("Forst", "Spremberg"))
    own = outcome(node_id=here.id)
    pin(own, about)
    of_proposal = outcome(proposal=about)
    outcome()
    found = {item.id: cited for item, cited in queries.carrying_outcomes(here)}
    assert found == {own.id: True, of_proposal.id: False}


def test_places_to_merge_are_told_to_moderators_alone(here):
    (found,) = queries.waiting(moderator())
    assert (found.node_id, found.count, found.edit) == (here.id, 3, 0)
    assert queries.waiting(moderator(), least=4) == []
    assert queries.waiting(moderator(), near="lce") == []
    assert [row.node_id for row in queries.waiting(moderator(), near=here.id, least=1)] == [here.id]
    assert queries.waiting(user()) == queries.waiting(None) == []


def test_statements_do_not_grow_with_proposals_and_steps(here, statements):
    who = moderator()
    for edit, texts in enumerate((["2028"], ["2027"], ["2027", "breite"])):
        save(who, here, *texts, edit=edit)
    db.session.expire_all()
    db.session.refresh(here)
    with statements() as few:
        sheets.sheet(here, who)
    for number in range(8):
        wish(here, BASE.replace("Forst", f"Forst {number}"))
    db.session.expire_all()
    db.session.refresh(here)
    with statements() as many:
        sheets.sheet(here, who)
    assert few.number <= 5
    assert many.number == few.number


@pytest.mark.parametrize("begun", [False, True])
def test_of_two_savers_at_once_one_gets_a_conflict(separate_app, begun):
    app = separate_app
    with app.app_context():
        with transaction():
            about = node()
            for form in (WIDE, SOON, SOONER):
                wish(about, form)
            people = [moderator(), moderator()]
            if begun:
                save(people[0], about, "breite", edit=0)
        edit = int(begun)
        ids, ident = [person.id for person in people], about.id
        db.session.remove()

    def saver(index, text):
        def work():
            there = db.session.get_one(Node, ident)
            return save(db.session.get_one(operations.User, ids[index]), there, text, edit=edit)

        return work

    results = together(app, [saver(0, "2028"), saver(1, "2027")])
    assert sorted(type(result).__name__ for result in results) == ["StaleMerge", "int"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MergeStep)) == edit + 1
