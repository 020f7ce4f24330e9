"""Who may not decide is kept from it by policy, and by the database where a policy were missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError

from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.moderation import appealing, deciding
from participation.moderation.guards import OWN_CONTRIBUTION, OWN_REPORT
from participation.moderation.models import Appeal, AppealState, Decision, Measure
from participation.moderation.targets import of_comment
from tests.factories import moderation as make
from tests.factories.accounts import moderator
from tests.factories.outcomes import node_comment

WEEKS = timedelta(days=14)


def stored(case, by) -> None:
    """Write a decision straight into its table."""
    values = {"case_id": case.id, "author_id": case.author_id, "measure": Measure.NONE, "facts": "x"}
    db.session.execute(insert(Decision).values(**values, moderator_id=by.id, at=now()))


def answered(appeal: Appeal, by) -> None:
    """Decide an objection straight in its table."""
    values = {"state": AppealState.UPHELD, "decided_by_id": by.id, "decided_at": now(), "answer": "x"}
    db.session.execute(update(Appeal).where(Appeal.id == appeal.id).values(**values))


class TestCases:
    def test_nobody_decides_what_they_reported(self, app):
        reporter = moderator()
        case = make.case(reporter=reporter)
        with pytest.raises(Denied):
            deciding.decide(reporter, case, make.ruling())
        with pytest.raises(DBAPIError, match=OWN_REPORT):
            stored(case, reporter)

    def test_nobody_decides_about_themselves(self, app):
        author = moderator()
        case = make.case(of_comment(node_comment(author)))
        with pytest.raises(Denied):
            deciding.decide(author, case, make.ruling())
        with pytest.raises(DBAPIError, match="not_ones_own"):
            stored(case, author)

    def test_anybody_else_does(self, app):
        stored(make.case(reporter=moderator()), moderator())


class TestObjections:
    def test_the_first_moderator_does_not_decide_again(self, app):
        decision = make.decision()
        appeal = appealing.appeal(decision.case.author, decision, "Nein.", period=WEEKS)
        with pytest.raises(Denied):
            appealing.decide_appeal(decision.moderator, appeal, upheld=False, answer="Doch.")
        with pytest.raises(DBAPIError, match="another_moderator"):
            answered(appeal, decision.moderator)

    def test_nor_does_the_database_let_the_first_one_be_renamed(self, app):
        decision = make.decision()
        appeal = appealing.appeal(decision.case.author, decision, "Nein.", period=WEEKS)
        with pytest.raises(DBAPIError, match=r"fk_appeals_first|FOREIGN KEY"):
            db.session.execute(update(Appeal).where(Appeal.id == appeal.id).values(first_moderator_id=moderator().id))

    def test_nor_who_reported(self, app):
        reporter = moderator()
        decision = make.decision(reporter=reporter)
        appeal = appealing.appeal(decision.case.author, decision, "Nein.", period=WEEKS)
        with pytest.raises(Denied):
            appealing.decide_appeal(reporter, appeal, upheld=False, answer="Doch.")
        with pytest.raises(DBAPIError, match=OWN_REPORT):
            answered(appeal, reporter)

    def test_nor_who_wrote_it(self, app):
        author = moderator()
        decision = make.decision(of_comment(node_comment(author)))
        appeal = appealing.appeal(author, decision, "Nein.", period=WEEKS)
        with pytest.raises(Denied):
            appealing.decide_appeal(author, appeal, upheld=True, answer="Doch.")
        with pytest.raises(DBAPIError, match=OWN_CONTRIBUTION):
            answered(appeal, author)

    def test_anybody_else_does(self, app):
        decision = make.decision()
        appeal = appealing.appeal(decision.case.author, decision, "Nein.", period=WEEKS)
        answered(appeal, moderator())
