"""The figures from data made by hand, what must not count, and the number of statements."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import Comment, CommentState
from participation.dialogue.operations import write_comment
from participation.insight import queries
from participation.leitbild.models import ChangeKind
from participation.outcomes.models import Fate, Outcome, OutcomeState
from participation.proposals.models import ProposalState
from tests.factories import leitbild as make
from tests.factories.accounts import user
from tests.factories.outcomes import NODE, node_comment, outcome, pin, quoted


def aged(source, days: float):
    """Make a comment or a proposal as old as told."""
    moment = now() - timedelta(days=days)
    source.created_at = moment
    if not isinstance(source, Comment):
        source.submitted_at = moment
    db.session.flush()
    return source


def reply(parent: Comment) -> Comment:
    return write_comment(user(), parent.thread, body="Das sehe ich auch so.", kind=None, parent=parent)


@pytest.fixture
def talk(app: Flask) -> dict[str, object]:
    """Four comments, one with a reply, and a proposal; all but one comment are answered."""
    comments = {name: aged(node_comment(body=name), days) for name, days in (("a", 2), ("b", 4), ("c", 10), ("d", 30))}
    comments["reply"] = aged(reply(comments["a"]), 1)
    proposal = aged(quoted(), 20)
    first = outcome(comments["a"], proposal)
    pin(first, comments["b"], fate=Fate.PARTLY)
    pin(first, comments["c"], fate=Fate.CONSIDERED)
    pin(first, comments["reply"], fate=Fate.CONSIDERED)
    return {**comments, "proposal": proposal, "outcome": first}


def publish(*outcomes: Outcome) -> int:
    return make.revision(make.approved(make.measure(), *outcomes)).number


def test_without_a_second_version_there_is_no_effect(app: Flask):
    assert queries.effects() == []
    assert queries.total() == queries.Total(0, 0, None)
    assert queries.total().share is None


def test_a_version_counts_what_it_rests_on(talk):
    number = publish(talk["outcome"])
    (effect,) = queries.effects()
    assert (effect.number, effect.touched, effect.changed, effect.added, effect.removed) == (number, 1, 1, 0, 0)
    assert (effect.used, effect.adopted, effect.partly, effect.considered) == (5, 2, 1, 2)
    assert (effect.said, effect.answered, effect.share) == (5, 4, 80)
    assert effect.days == pytest.approx(4, abs=0.01)  # of 1, 2, 4, 10 and 20
    assert effect.passages > 200


def test_passages_are_told_apart_by_what_happened_to_them(app: Flask):
    edited, gone = make.measure(0), make.measure(1)
    make.revision(
        make.approved(edited),
        make.approved(gone, kind=ChangeKind.DELETION, after=""),
        make.approved(
            None,
            kind=ChangeKind.ADDITION,
            parent_id=make.measure(2).parent_id,
            node_kind="massnahme",
            title="Ganz neu",
        ),
    )
    (effect,) = queries.effects()
    assert (effect.touched, effect.changed, effect.added, effect.removed) == (3, 1, 1, 1)


def test_a_contribution_counts_once_with_what_reached_furthest_and_came_first(talk):
    talk["outcome"].approved_at = now() - timedelta(days=1)
    later = outcome(talk["b"])  # partly in the first outcome, adopted here
    make.revision(make.approved(make.measure(0), talk["outcome"], later), make.approved(make.measure(1), later))
    (effect,) = queries.effects()
    assert (effect.used, effect.adopted, effect.partly, effect.considered) == (5, 3, 0, 2)
    assert effect.days == pytest.approx(3, abs=0.01)  # of 0, 1, 3, 9 and 19; the second answer came after 4
    assert queries.total().days == pytest.approx(3, abs=0.01)
    assert queries.total().answered == 5


def test_each_version_has_its_own_figures(talk):
    publish(talk["outcome"])
    other = outcome(talk["d"], fate=Fate.CONSIDERED)
    publish(other)
    new, old = queries.effects()
    assert (old.used, old.said, old.answered) == (5, 5, 4)
    assert (new.used, new.considered, new.days) == (1, 1, pytest.approx(30, abs=0.01))
    assert (new.said, new.answered) == (5, 5)
    assert [effect.number for effect in queries.effects(size=1)] == [new.number]
    assert [effect.number for effect in queries.effects(before=new.number)] == [old.number]


def test_what_is_not_published_changes_nothing(talk):
    make.draft(make.approved(make.measure(), talk["outcome"]))
    make.approved(make.measure(1), talk["outcome"])
    assert queries.effects() == []


def test_what_is_not_approved_answers_nobody(talk):
    number = publish(talk["outcome"])
    outcome(talk["d"], state=OutcomeState.SUBMITTED)
    (effect,) = queries.effects()
    assert (effect.number, effect.used, effect.answered) == (number, 5, 4)
    assert (queries.total().said, queries.total().answered, queries.total().share) == (6, 5, 83)


def test_an_outcome_that_changes_nothing_still_answers(talk):
    assert queries.effects() == []
    whole = queries.total()
    assert (whole.said, whole.answered) == (6, 5)
    assert whole.days == pytest.approx(4, abs=0.01)


def test_comments_written_after_the_approval_are_not_held_against_a_version(talk):
    publish(talk["outcome"])
    node_comment(body="zu spät")
    assert queries.effects()[0].said == 5
    assert queries.total().said == 7


def test_conversations_nobody_evaluated_do_not_count_for_a_version(talk):
    node_comment(node_id=make.owner(make.measure(3).id), body="anderswo")
    publish(talk["outcome"])
    assert queries.effects()[0].said == 5


@pytest.mark.parametrize("state", [CommentState.HIDDEN, CommentState.WITHDRAWN])
def test_what_is_gone_is_neither_open_nor_answered_but_was_used(talk, state):
    publish(talk["outcome"])
    db.session.execute(update(Comment).where(Comment.id == talk["a"].id).values(state=state))
    (effect,) = queries.effects()
    assert (effect.said, effect.answered, effect.used) == (4, 3, 5)
    assert queries.total().answered == 4


@pytest.mark.parametrize("state", [ProposalState.WITHDRAWN, ProposalState.MERGED])
def test_proposals_that_wait_for_nothing_are_not_counted(app: Flask, state):
    quoted(state)
    assert queries.total().said == 0
    quoted(ProposalState.OPEN, number=2)
    assert queries.total().said == 1


def test_the_number_of_statements_does_not_grow(app: Flask, statements):
    def count() -> int:
        with statements() as counted:
            queries.effects()
            queries.total()
        return counted.number

    alone = count()
    for position in range(2):
        make.revision(make.approved(make.measure(position), outcome(node_comment(node_id=NODE), node_id=NODE)))
    db.session.expire_all()
    assert len(queries.effects()) == 2
    assert alone == count() <= 6
