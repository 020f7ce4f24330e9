"""Reading outcomes, receipts and evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from participation.base.clock import now
from participation.base.db import db
from participation.dialogue.models import CommentState
from participation.dialogue.operations import edit_comment, hide_comment, restore_comment, withdraw_comment
from participation.outcomes import pieces, queries
from participation.outcomes.models import Fate, OutcomeState
from participation.proposals.models import ProposalState
from tests.factories import outcomes as make
from tests.factories.accounts import initiative, moderator, user
from tests.factories.outcomes import quoted as proposal


class TestReceipts:
    def test_only_approved_outcomes_answer(self, app):
        comment = make.node_comment()
        make.outcome(comment, state=OutcomeState.DRAFT)
        assert queries.receipts_for_comments([comment.id]) == {}

    def test_the_latest_answer_counts(self, app):
        comment, unheard = make.node_comment(), make.node_comment()
        make.outcome(comment, fate=Fate.CONSIDERED)
        second = make.outcome(comment, fate=Fate.ADOPTED)
        receipts = queries.receipts_for_comments([comment.id, unheard.id])
        assert receipts == {
            comment.id: queries.Receipt(second.number, second.id, Fate.ADOPTED, "Weil es überzeugt.", None, None)
        }

    def test_for_proposals(self, app):
        cited = proposal()
        make.outcome(cited, fate=Fate.PARTLY)
        assert queries.receipts_for_proposals([cited.id])[cited.id].fate is Fate.PARTLY
        assert queries.receipts_for_comments([cited.id]) == {}

    def test_asks_once_or_not_at_all(self, app, statements):
        comments = [make.node_comment() for _ in range(5)]
        make.outcome(*comments)
        with statements() as counted:
            queries.receipts_for_comments([c.id for c in comments])
            queries.receipts_for_comments([])
        assert counted.number == 1


class TestEvidence:
    def test_stays_in_the_version_that_was_read(self, app):
        author = user()
        comment = make.node_comment(author, body="Zuerst.")
        outcome = make.outcome(comment)
        edit_comment(author, comment, "Danach.", expected_version=1)
        (piece,) = pieces.evidence(outcome.id)
        assert piece.html == "<p>Zuerst.</p>\n"
        assert piece.edited_since
        assert piece.shown
        assert pieces.pinned_text(outcome.evidence[0]) == piece

    def test_what_was_hidden_is_not_shown_again(self, app):
        author = user()
        hidden, withdrawn = make.node_comment(author), make.node_comment(author)
        outcome = make.outcome(hidden, withdrawn)
        edit_comment(author, hidden, "Danach.", expected_version=1)
        hide_comment(moderator(), hidden, "Regel 3")
        withdraw_comment(author, withdrawn)
        assert [(p.html, p.author, p.state, p.shown) for p in pieces.evidence(outcome.id)] == [
            ("", "", CommentState.HIDDEN, False),
            ("", "", CommentState.WITHDRAWN, False),
        ]
        restore_comment(moderator(), hidden)
        assert pieces.evidence(outcome.id)[0].html

    def test_names_author_and_initiative_in_the_order_pinned(self, app):
        author = user("Jens")
        group = initiative(author, name="Spreeaue")
        comment = make.node_comment(author)
        comment.initiative_id = group.id
        cited = proposal(author=author)
        outcome = make.outcome(cited, comment)
        first, second = pieces.evidence(outcome.id)
        assert (first.key, first.number) == (f"v{cited.id}", 1)
        assert (second.key, second.author, second.initiative) == (f"k{comment.id}", "Jens", "Spreeaue")

    @pytest.mark.parametrize("size", [1, 6])
    def test_two_statements_however_much_it_is(self, app, statements, size):
        outcome = make.outcome(*(make.node_comment() for _ in range(size)), proposal())
        with statements() as counted:
            assert len(pieces.evidence(outcome.id)) == size + 1
        assert counted.number == 2


class TestCandidates:
    def test_the_most_helpful_visible_comments_first(self, app):
        low, high, hidden = (make.node_comment() for _ in range(3))
        high.score, low.score, hidden.score = 5, 1, 9
        hide_comment(moderator(), hidden, "Regel 1")
        reply = make.write_comment(user(), low.thread, body="Ja", kind=None, parent=low)
        listed = pieces.comment_candidates(low.thread_id, size=10)
        assert [p.comment_id for p in listed] == [high.id, low.id]
        assert [p.comment_id for p in pieces.comments_by_id([reply.id, hidden.id], [low.thread_id])] == [reply.id]
        assert pieces.comments_by_id([reply.id], [low.thread_id + 1]) == []

    def test_one_more_says_that_there_are_more(self, app):
        thread_id = next(reversed([make.node_comment() for _ in range(3)])).thread_id
        assert len(pieces.comment_candidates(thread_id, size=2)) == 3

    def test_proposals_about_the_node_that_people_can_see(self, app):
        less, more = proposal(), proposal(number=2)
        more.supporter_count = 4
        proposal(ProposalState.DRAFT, number=3)
        proposal(ProposalState.WITHDRAWN, number=4)
        assert [p.proposal_id for p in pieces.proposals_in_reach(node_id=make.NODE)] == [more.id, less.id]
        assert pieces.proposals_in_reach(node_id="lcg-sofort-kulturhauptstadt") == []

    def test_a_proposals_own_outcome_begins_with_itself(self, app):
        subject, other = proposal(), proposal(number=2)
        other.supporter_count = 4
        assert [p.proposal_id for p in pieces.proposals_in_reach(proposal_id=subject.id)] == [subject.id, other.id]


class TestNews:
    def test_counts_what_came_and_what_was_edited(self, app):
        author = user()
        early, gone = make.node_comment(author), make.node_comment(author)
        read = now()
        edit_comment(author, early, "Anders", expected_version=1)
        make.write_comment(user(), early.thread, body="Ja", kind=None, parent=early)
        make.node_comment()
        edit_comment(author, gone, "Anders", expected_version=1)
        withdraw_comment(author, gone)
        found = pieces.news(early.thread_id, read)
        assert (found.new, found.edited) == (2, 1)
        assert not pieces.news(early.thread_id, now())


class TestLists:
    def test_newest_first_by_keys(self, app):
        numbers = [make.outcome(make.node_comment()).number for _ in range(3)]
        make.outcome(make.node_comment(), state=OutcomeState.SUBMITTED)
        first = queries.approved(size=2)
        assert [row.number for row in first] == [3, 2, 1]
        assert [row.number for row in queries.approved(before=2, size=2)] == [1]
        assert first[0].reference == f"E-{numbers[-1]}"
        assert first[0].title.startswith("Entwicklung der Kraftwerkstandorte")
        assert first[0].summary == "Die Standorte sollen weitergenutzt werden."
        assert (first[0].cluster_id, first[0].cluster_title) == ("lce", "Lausitz Cluster: Energie (LCE)")

    def test_by_node_and_thread(self, app):
        mine = make.outcome(make.node_comment())
        make.outcome(node_id="lcg-sofort-kulturhauptstadt")
        subject = proposal()
        about = make.outcome(proposal=subject)
        assert [row.id for row in queries.for_node(make.NODE)] == [mine.id]
        (row,) = queries.for_thread(about.thread_id)
        assert (row.title, row.proposal_number, row.node_id) == ("Gleise erhalten", 1, make.NODE)

    def test_running_by_due_date(self, app):
        late = make.outcome(state=OutcomeState.DRAFT, due_at=now() + timedelta(days=3))
        soon = make.outcome(
            node_id="lcg-sofort-kulturhauptstadt", state=OutcomeState.SUBMITTED, due_at=now() + timedelta(days=1)
        )
        make.outcome(make.node_comment())
        gone = make.outcome(state=OutcomeState.ABANDONED)
        assert [row.id for row in queries.running()] == [soon.id, late.id]
        assert [row.id for row in queries.running(late.thread_id)] == [late.id]
        assert [row.id for row in queries.abandoned()] == [gone.id]

    def test_unapproved_ones_exist_only_for_moderators(self, app):
        draft = make.outcome(state=OutcomeState.DRAFT)
        assert queries.record(draft.id, None) is None
        assert queries.record(draft.id, user()) is None
        assert queries.record(draft.id, moderator()).outcome is draft
        public = make.outcome(node_id="lcg-sofort-kulturhauptstadt")
        assert queries.record(public.id, None).approver
        assert queries.by_number(public.number).outcome is public
        assert queries.by_number(99) is None

    @pytest.mark.one_database  # the planner of PostgreSQL rightly scans tables as small as these
    def test_lists_use_an_index(self, app):
        for chosen in (
            "SELECT id FROM outcomes WHERE number IS NOT NULL AND number < 9 ORDER BY number DESC LIMIT 21",
            "SELECT id FROM outcomes WHERE state IN ('draft', 'submitted') ORDER BY due_at, id",
            "SELECT id FROM evidence WHERE comment_id IN (1, 2)",
        ):
            plan = " ".join(row[3] for row in db.session.execute(db.text(f"EXPLAIN QUERY PLAN {chosen}")))
            assert "INDEX" in plan, plan
            assert "SCAN outcomes USING" in plan or "SCAN" not in plan, plan
