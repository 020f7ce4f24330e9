"""Taking and deciding cases: measures, grounds, what follows, and what must not happen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.logins import begin_login, logged_in
from participation.accounts.models import LoginMethod, Role
from participation.accounts.policy import may_take_part
from participation.base.clock import now
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue.models import CommentState
from participation.dialogue.operations import write_comment
from participation.moderation import cases, deciding
from participation.moderation.deciding import CaseMoved, FactsMissing, UnfitMeasure, UnknownRule
from participation.moderation.models import Case, CaseState, Decision, EuCategory, Measure
from participation.moderation.policy import may_decide, may_see_statement, may_take
from participation.moderation.targets import of_comment, of_proposal
from participation.notify.models import Letter, Notification
from tests.factories import moderation as make
from tests.factories import proposals
from tests.factories.accounts import moderator, user
from tests.factories.outcomes import node_comment
from tests.races import together


def letters() -> dict[str, str]:
    return {letter.recipient: letter.template for letter in db.session.scalars(select(Letter))}


class TestMeasures:
    def test_hiding_leaves_a_placeholder_with_the_ground(self, app):
        comment = node_comment()
        decision = make.decision(of_comment(comment))
        assert (comment.state, comment.state_reason) == (CommentState.HIDDEN, "Regel 3, Nichts über Private")
        assert (decision.rule_version, decision.rule_number) == (1, 3)
        assert decision.automated is False
        assert "widersprechen" in decision.redress
        assert comment.thread.comment_count == 0
        assert decision.case.state is CaseState.DECIDED

    def test_by_law(self, app):
        decision = make.decision(measure=Measure.REMOVE, rule=None, law="§ 185 StGB, Beleidigung")
        assert (decision.ground, decision.rule_number) == ("§ 185 StGB, Beleidigung", None)
        assert decision.eu_category is EuCategory.SPEECH
        assert decision.case.comment.state_reason == "§ 185 StGB, Beleidigung. Der Text ist entfernt"

    @pytest.mark.parametrize("measure", [Measure.NONE, Measure.EDIT, Measure.WARN])
    def test_others_leave_it_to_be_read(self, app, measure):
        comment = node_comment()
        make.decision(of_comment(comment), measure=measure)
        assert comment.state is CommentState.VISIBLE
        assert may_take_part(comment.author)

    def test_a_warning_may_hide_as_well(self, app):
        comment = node_comment()
        make.decision(of_comment(comment), measure=Measure.WARN, hides=True)
        assert comment.state is CommentState.HIDDEN

    def test_no_action_never_hides(self, app):
        comment = node_comment()
        decision = make.decision(of_comment(comment), measure=Measure.NONE, hides=True)
        assert (decision.hides, decision.ground, comment.state) == (False, "", CommentState.VISIBLE)

    def test_a_suspended_account_only_reads(self, app):
        comment = node_comment()
        decision = make.decision(of_comment(comment), measure=Measure.SUSPEND, days=7)
        author = comment.author
        verdict = may_take_part(author)
        assert not verdict
        assert "Regel 3" in str(verdict.reason)
        assert "gesperrt" in str(verdict.reason)
        with pytest.raises(Denied):
            write_comment(author, comment.thread, body="Noch etwas", kind=comment.kind)
        assert abs(decision.until - now() - timedelta(days=7)) < timedelta(minutes=1)
        author.suspended_until = now() - timedelta(seconds=1)
        assert may_take_part(author)

    def test_a_closed_account_is_logged_out(self, app):
        comment = node_comment()
        begin_login(comment.author, LoginMethod.PASSWORD, "", timedelta(days=1))
        secret = comment.author.login_secret
        assert logged_in(secret)
        make.decision(of_comment(comment), measure=Measure.CLOSE)
        assert logged_in(secret) is None
        assert "geschlossen" in str(may_take_part(comment.author).reason)

    def test_a_suspended_moderator_does_not_moderate(self, app):
        me = moderator()
        make.decision(of_comment(node_comment(me)), measure=Measure.SUSPEND)
        with pytest.raises(Denied):
            make.hide(node_comment(), me)

    def test_proposals_keep_number_votes_and_thread(self, app):
        proposal = proposals.proposal(supporters=2)
        make.decision(of_proposal(proposal))
        assert proposal.hidden_for == "Regel 3, Nichts über Private"
        assert proposal.supporter_count == 2
        again = deciding.open_case(moderator(), of_proposal(proposal), due=timedelta(days=7))
        deciding.decide(moderator(), again, make.ruling(Measure.RESTORE))
        assert proposal.hidden_for is None

    def test_restoring_of_ones_own_accord(self, app):
        comment = node_comment()
        make.hide(comment)
        make.hide(comment, measure=Measure.RESTORE, facts="Die Adresse ist die des Rathauses.")
        assert (comment.state, comment.state_reason) == (CommentState.VISIBLE, "")
        assert comment.thread.comment_count == 1
        rows = cases.decisions_about(of_comment(comment))
        assert [row.decision.measure for row in rows] == [Measure.HIDE, Measure.RESTORE]


class TestRefusals:
    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"facts": " \n"}, FactsMissing),
            ({"rule": 9}, UnknownRule),
            ({"rule": None}, UnknownRule),
            ({"measure": Measure.SUSPEND, "days": 5}, UnfitMeasure),
            ({"measure": Measure.RESTORE}, UnfitMeasure),
        ],
    )
    def test_incomplete(self, app, wrong, error):
        comment = node_comment()
        case = make.case(of_comment(comment))
        with pytest.raises(error), db.session.begin_nested():
            deciding.decide(moderator(), case, make.ruling(**wrong))
        assert comment.state is CommentState.VISIBLE
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_what_is_hidden_is_not_hidden_again(self, app):
        comment = node_comment()
        make.hide(comment)
        with pytest.raises(UnfitMeasure):
            make.hide(comment)

    def test_the_database_keeps_authors_from_deciding(self, app):
        me = moderator()
        case = make.case(of_comment(node_comment(me)))
        common = {"case_id": case.id, "facts": "Weil", "measure": Measure.NONE}
        for row in (
            Decision(**common, author_id=me.id, moderator_id=me.id),
            Decision(**common, author_id=moderator().id, moderator_id=me.id),
        ):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                db.session.add(row)

    def test_the_database_wants_ground_facts_and_redress(self, app):
        case, me = make.case(), moderator()
        good = {
            "case_id": case.id,
            "author_id": case.author_id,
            "moderator_id": me.id,
            "measure": Measure.WARN,
            "ground": "§ 1",
            "facts": "Weil",
            "redress": "So",
        }
        for gap in ({"ground": ""}, {"facts": ""}, {"redress": ""}, {"measure": Measure.HIDE}, {"rule_version": 1}):
            with pytest.raises(IntegrityError), db.session.begin_nested():
                db.session.add(Decision(**(good | gap)))


class TestPolicy:
    @pytest.mark.parametrize("role", [Role.RESIDENT, Role.OPERATOR])
    def test_only_moderators(self, app, role):
        person, case = user(role=role), make.case()
        assert not may_take(person, case, (), now())
        with pytest.raises(Denied):
            deciding.take(person, case)
        with pytest.raises(Denied):
            deciding.decide(person, case, make.ruling())

    def test_nobody_decides_about_themselves_or_what_they_reported(self, app):
        me = moderator()
        mine, reported = make.case(of_comment(node_comment(me))), make.case(reporter=me)
        for case in (mine, reported):
            with pytest.raises(Denied):
                deciding.take(me, case)
            with pytest.raises(Denied):
                deciding.decide(me, case, make.ruling())
        assert db.session.scalar(select(func.count()).select_from(Decision)) == 0

    def test_a_taken_case_is_locked_for_half_an_hour(self, app):
        case, one, other = make.case(), moderator("Anna"), moderator("Bert")
        deciding.take(one, case)
        verdict = may_take(other, case, (), now())
        assert "Anna" in str(verdict.reason)
        with pytest.raises(Denied):
            deciding.decide(other, case, make.ruling())
        deciding.take(one, case)
        later = now() + timedelta(minutes=31)
        assert may_take(other, case, (), later)
        db.session.execute(update(Case).values(taken_until=now() - timedelta(seconds=1)))
        db.session.refresh(case)
        deciding.take(other, case)
        assert case.taken_by_id == other.id
        deciding.release(one, case)
        assert case.taken_by_id == other.id
        deciding.release(other, case)
        assert case.taken_by_id is None

    def test_a_decided_case_is_decided(self, app):
        decision = make.decision(measure=Measure.NONE)
        assert not may_decide(moderator(), decision.case, (), now())
        with pytest.raises(Denied):
            deciding.decide(moderator(), decision.case, make.ruling())

    def test_who_reads_a_statement(self, app):
        decision = make.decision()
        assert may_see_statement(decision.case.author, decision)
        assert may_see_statement(moderator(), decision)
        assert not may_see_statement(user(), decision)
        assert not may_see_statement(None, decision)
        harmless = make.decision(measure=Measure.NONE)
        assert not may_see_statement(harmless.case.author, harmless)


class TestTelling:
    def test_author_and_reporters_are_told(self, app):
        reporter = user()
        comment = node_comment()
        make.report(of_comment(comment), email="gast@example.org")
        decision = make.decision(of_comment(comment), reporter=reporter)
        sent = letters()
        assert sent.pop(comment.author.email) == "moderation/statement"
        assert "gast@example.org" in sent
        notes = {note.user_id: note for note in db.session.scalars(select(Notification))}
        assert notes[comment.author_id].kind == "decision_made"
        assert notes[comment.author_id].link == f"/entscheidung/{decision.id}"
        assert notes[reporter.id].kind == "report_decided"

    def test_of_no_action_the_author_hears_nothing(self, app):
        decision = make.decision(measure=Measure.NONE, email="gast@example.org")
        assert decision.case.author.email not in letters()
        assert db.session.scalar(select(func.count()).select_from(Notification)) == 0

    def test_the_statement_holds_everything(self, app):
        from participation.web.postman import render

        decision = make.decision()
        letter = db.session.scalars(select(Letter).where(Letter.template == "moderation/statement")).one()
        text = render(letter).text
        for part in (decision.ground, decision.facts, decision.passage, decision.redress, "Automatische Mittel: nein"):
            assert part in text
        assert "/widerspruch/" in text


class TestRaces:
    def test_two_take_the_same_case(self, separate_app):
        app = separate_app
        with app.app_context():
            case, people = make.case().id, [moderator().id for _ in range(6)]
            db.session.commit()
            found = together(app, [lambda who=who: self.take(who, case) for who in people])
            assert sum(one is None for one in found) == 1
            assert all(one is None or isinstance(one, CaseMoved | Denied) for one in found)

    def test_two_decide_the_same_case(self, separate_app):
        app = separate_app
        with app.app_context():
            case, people = make.case().id, [moderator().id for _ in range(6)]
            db.session.commit()
            found = together(app, [lambda who=who: self.decide(who, case) for who in people])
            assert sum(isinstance(one, Decision) for one in found) == 1
            assert all(isinstance(one, Decision | CaseMoved | Denied) for one in found)
            assert db.session.scalar(select(func.count()).select_from(Decision)) == 1

    def take(self, who: int, case: int):
        from participation.accounts.models import User

        return deciding.take(db.session.get_one(User, who), db.session.get_one(Case, case))

    def decide(self, who: int, case: int):
        from participation.accounts.models import User

        return deciding.decide(db.session.get_one(User, who), db.session.get_one(Case, case), make.ruling())
