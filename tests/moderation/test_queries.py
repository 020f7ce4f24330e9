"""The queue: everything that waits, by due date, in a constant number of statements."""

from __future__ import annotations

from datetime import timedelta

import pytest

from participation.accounts.models import InitiativeState, Role
from participation.base.clock import now
from participation.base.db import db
from participation.leitbild.models import Change, ChangeKind, ChangeOutcome, ChangeState, Draft, DraftState
from participation.minutes.operations import submit as hand_over
from participation.moderation import appealing
from participation.moderation.queries import TaskKind, work_queue
from participation.outcomes.models import Fate, OutcomeState
from participation.proposals.models import ProposalState
from tests.factories import bursts as bursting
from tests.factories import dialogue, errata, minutes, proposals
from tests.factories import moderation as moderating
from tests.factories import outcomes as make
from tests.factories.accounts import initiative, moderator, user
from tests.factories.measures import report

PERIODS = {name: timedelta(days=7) for name in ("check", "open", "verification", "approval")}
PERIODS |= {"evaluation": timedelta(days=21), "status": timedelta(days=10)}
DAY = timedelta(days=1)
OTHER = "lcg-sofort-kulturhauptstadt"


def queue(viewer=None, at=None):
    return work_queue(viewer or moderator(), at or now(), PERIODS)


def change(author, state=ChangeState.SUBMITTED):
    outcome = make.outcome()
    row = Change(
        kind=ChangeKind.TEXT,
        state=state,
        node_id=make.NODE,
        before="Alt",
        after="Neu",
        reason="Weil",
        culture="Keine Auswirkung, denn …",
        cross_border="Keine",
        first_outcome_id=outcome.id,
        author_id=author.id,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(ChangeOutcome(change_id=row.id, outcome_id=outcome.id))
    db.session.flush()
    return row


def draft(author, state=DraftState.SUBMITTED):
    row = Draft(state=state, base_number=1, title="Fassung 2", author_id=author.id, submitted_at=now())
    db.session.add(row)
    db.session.flush()
    return row


def one_of_each(author):
    initiative(user(), state=InitiativeState.APPLIED, name="Radweg Neiße")
    make.quoted(ProposalState.SUBMITTED, 1).check_due_at = now() + 3 * DAY
    make.quoted(ProposalState.OPEN, 2).open_until = now() - DAY
    make.quoted(ProposalState.RECOMMENDED, 3)
    make.outcome(state=OutcomeState.DRAFT, author=author, due_at=now() + 2 * DAY)
    make.outcome(node_id=OTHER, state=OutcomeState.SUBMITTED, author=author)
    make.outcome(make.node_comment(node_id=OTHER), node_id=OTHER, fate=Fate.OPEN)
    change(author)
    draft(author)
    errata.waiting(author)
    report(author)
    written = minutes.draft(author)
    hand_over(author, written, expected_edit=written.edit)
    moderating.report()
    decision = moderating.decision()
    appealing.appeal(decision.case.author, decision, "Nein.", period=14 * DAY)
    dialogue.waiting(period=3 * DAY)
    draft_waits = proposals.draft()
    draft_waits.waits_until = now() + 3 * DAY
    bursting.accounts()
    db.session.flush()


def test_everything_that_waits_by_due_date(app):
    one_of_each(moderator())
    tasks = queue()
    assert {task.kind for task in tasks} == set(TaskKind)
    assert [task.due_at for task in tasks] == sorted(task.due_at for task in tasks)
    assert not any(task.overdue or task.mine_not for task in tasks)
    assert tasks[0].kind is TaskKind.WRITE


def test_every_task_opens_a_page(app):
    one_of_each(moderator())
    rules = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    for task in queue():
        assert rules[task.endpoint] == set(task.params), task.endpoint


def test_nothing_else_waits(app):
    author = moderator()
    initiative(user())
    initiative(user(), state=InitiativeState.REFUSED)
    make.quoted(ProposalState.DRAFT, 1)
    make.quoted(ProposalState.OPEN, 2).open_until = now() + DAY
    make.quoted(ProposalState.NOT_RECOMMENDED, 3)
    make.quoted(ProposalState.WITHDRAWN, 4)
    make.outcome()
    make.outcome(state=OutcomeState.ABANDONED)
    for state in (ChangeState.DRAFT, ChangeState.DROPPED):
        change(author, state)
    draft(author, DraftState.OPEN)
    assert queue() == []


def test_a_proposal_under_evaluation_waits_as_an_outcome_only(app):
    subject = make.quoted(ProposalState.SYNTHESIS)
    assert [task.kind for task in queue()] == [TaskKind.EVALUATE]
    outcome = make.outcome(proposal=subject, state=OutcomeState.DRAFT)
    (task,) = queue()
    assert (task.kind, task.params) == (TaskKind.WRITE, {"id": outcome.id})
    assert task.title.startswith("V-1 Gleise erhalten, Runde")
    outcome.state = OutcomeState.ABANDONED
    db.session.flush()
    assert [task.kind for task in queue()] == [TaskKind.EVALUATE]


def test_overdue_from_the_moment_it_is_due(app):
    at = now()
    initiative(user(), state=InitiativeState.APPLIED).created_at = at - 7 * DAY - timedelta(seconds=1)
    initiative(user(), state=InitiativeState.APPLIED).created_at = at - 7 * DAY + timedelta(seconds=1)
    db.session.flush()
    assert [task.overdue for task in queue(at=at)] == [True, False]


def test_says_what_is_not_for_the_viewer(app):
    me = moderator()
    initiative(me, state=InitiativeState.APPLIED)
    make.quoted(ProposalState.SUBMITTED, author=me)
    make.outcome(node_id=OTHER, state=OutcomeState.SUBMITTED, author=me)
    make.outcome(state=OutcomeState.DRAFT, author=me)
    change(me)
    draft(me)
    mine = {task.kind: task for task in queue(me)}
    assert not mine.pop(TaskKind.WRITE).mine_not
    assert len(mine) == 5
    assert all(task.mine_not and str(task.note).startswith("Nicht für Sie") for task in mine.values())
    assert not any(task.mine_not for task in queue())


def test_a_returned_outcome_says_why(app):
    make.outcome(state=OutcomeState.DRAFT, returned_reason="Die Minderheit fehlt.")
    assert str(queue()[0].note) == "Zurückgegeben: Die Minderheit fehlt."


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
def test_only_for_moderators(app, role):
    one_of_each(moderator())
    assert queue(user(role=role)) == []
    assert work_queue(None, now(), PERIODS) == []


@pytest.mark.parametrize("much", [False, True])
def test_sixteen_statements_however_much_it_is(app, statements, much):
    author, viewer = moderator(), moderator()
    one_of_each(author)
    for n in range(10 if much else 0):
        initiative(user(), state=InitiativeState.APPLIED)
        make.quoted(ProposalState.SUBMITTED, 10 + n)
        change(author)
    with statements() as counted:
        queue(viewer)
    assert counted.number == 16
