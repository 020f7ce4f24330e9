"""Reporting: anyone may, and all reports about one contribution join its open case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import format_datetime
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.operations import withdraw_comment
from participation.moderation.models import Case, CaseState, Category, Measure, Report
from participation.moderation.reporting import ExplanationMissing
from participation.moderation.targets import of_comment, of_proposal
from participation.notify.models import Letter
from tests.factories import moderation as make
from tests.factories import proposals
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment
from tests.races import together


def test_a_report_without_an_account_opens_a_case(app):
    comment = node_comment()
    made = make.report(of_comment(comment), Category.PERSONAL)
    assert made.reporter_id is None
    assert made.reference.startswith("M-")
    assert (made.case.comment_id, made.case.proposal_id, made.case.author_id) == (comment.id, None, comment.author_id)
    assert made.case.state is CaseState.OPEN
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_whoever_leaves_an_address_gets_a_receipt_without_their_text(app):
    made = make.report(email="anna@example.org")
    (letter,) = db.session.scalars(select(Letter))
    assert (letter.recipient, letter.template) == ("anna@example.org", "moderation/receipt")
    assert letter.params.keys() == {"reference", "due"}
    assert letter.params["reference"] == made.reference
    assert letter.params["due"] == format_datetime(made.case.due_at, "d. MMMM yyyy, HH:mm")


def test_duplicates_join_and_the_most_pressing_counts(app):
    target = of_comment(node_comment())
    first = make.report(target, Category.OTHER)
    due = first.case.due_at
    second = make.report(target, Category.THREAT, explanation="Droht, jemanden umzubringen.")
    third = make.report(target, Category.RULES)
    assert first.case_id == second.case_id == third.case_id
    assert second.case.category is Category.THREAT
    assert second.case.due_at < due
    assert abs(second.case.due_at - now() - timedelta(hours=4)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("category", "period"),
    [
        (Category.THREAT, timedelta(hours=4)),
        (Category.ILLEGAL, timedelta(days=1)),
        (Category.PERSONAL, timedelta(days=1)),
        (Category.RULES, timedelta(days=7)),
        (Category.OTHER, timedelta(days=7)),
    ],
)
def test_due_dates(app, category, period):
    assert abs(make.report(category=category).case.due_at - now() - period) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "zu kurz", " " * 50, "x" * 4001])
def test_not_without_an_explanation(app, text):
    with pytest.raises(ExplanationMissing):
        make.report(explanation=text)
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0


def test_proposals_too(app):
    proposal = proposals.proposal()
    case = make.case(of_proposal(proposal))
    assert (case.proposal_id, case.comment_id) == (proposal.id, None)


def test_only_what_everybody_can_read(app):
    author = user()
    comment = node_comment(author)
    withdraw_comment(author, comment)
    with pytest.raises(Denied):
        make.report(of_comment(comment))
    draft = proposals.draft()
    with pytest.raises(Denied):
        make.report(of_proposal(draft))


def test_the_same_form_twice_is_one_report(app):
    target = of_comment(node_comment())
    assert make.report(target, submission_key="k") is make.report(target, submission_key="k")
    assert db.session.scalar(select(func.count()).select_from(Report)) == 1


def test_after_a_decision_a_new_report_opens_a_new_case(app):
    target = of_comment(node_comment())
    first = make.decision(target, measure=Measure.NONE).case
    second = make.case(target)
    assert second.id != first.id


def test_the_database_wants_exactly_one_target_and_one_open_case(app):
    comment, proposal = node_comment(), proposals.proposal()
    common = {"author_id": comment.author_id, "due_at": now()}
    wrong = [
        [Case(**common)],
        [Case(**common, comment_id=comment.id, proposal_id=proposal.id)],
        [Case(**common, comment_id=comment.id), Case(**common, comment_id=comment.id)],
    ]
    for rows in wrong:
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add_all(rows)


def test_duplicates_in_parallel_join_one_case(separate_app):
    app = separate_app
    with app.app_context():
        ident = node_comment().id
        db.session.commit()

        def one():
            from participation.moderation.targets import Kind, find

            return make.report(find(Kind.COMMENT, ident)).case_id

        assert len(set(together(app, [one] * 8))) == 1
        assert db.session.scalar(select(func.count()).select_from(Case)) == 1
        assert db.session.scalar(select(func.count()).select_from(Report)) == 8


def test_a_moderator_opens_a_case_of_their_own_accord_never_their_own(app):
    me = moderator()
    comment = node_comment(me)
    with pytest.raises(Denied):
        make.hide(comment, me)
    other = make.hide(node_comment(), me)
    assert other.case.category is None
