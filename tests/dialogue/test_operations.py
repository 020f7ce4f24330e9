"""Writing, editing, withdrawing, hiding and voting, with every counter right afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from participation.accounts.initiatives import end_mandate
from participation.accounts.models import InitiativeState
from participation.base import events
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue import comments, operations
from participation.dialogue.counters import Difference, recount
from participation.dialogue.events import CommentHidden, CommentWithdrawn, CommentWritten, VoteCast
from participation.dialogue.models import (
    Ballot,
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    CommentVote,
    Stance,
    Thread,
    ThreadState,
)
from participation.dialogue.operations import cast_vote, edit_comment, rate_comment, withdraw_comment, write_comment
from participation.dialogue.queries import tallies
from participation.places.models import Region
from tests.factories import accounts, dialogue


@pytest.fixture(autouse=True)
def counters_are_right(app):
    """Count again after each test."""
    yield
    assert recount() == []


@pytest.fixture
def heard(monkeypatch):
    """Collect what is emitted."""
    seen: list[object] = []
    kinds = (CommentWritten, CommentHidden, CommentWithdrawn, VoteCast)
    monkeypatch.setattr(events, "_handlers", dict.fromkeys(kinds, (seen.append,)))
    return seen


def number(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_comment_is_stored_tidied_and_rendered(heard):
    thread, author = dialogue.thread(), accounts.user()
    made = write_comment(
        author, thread, body="  Mehr **Züge**\r\nnach Guben <script>x</script>  ", kind=CommentKind.FOR
    )
    assert made.body == "Mehr **Züge**\nnach Guben <script>x</script>"
    assert "<strong>Züge</strong>" in made.html
    assert "<script" not in made.html
    assert (thread.comment_count, thread.root_count, thread.dafuer, thread.frage) == (1, 1, 1, 0)
    assert thread.last_comment_at == made.created_at
    assert heard == [CommentWritten(made, None)]


def test_replies_know_their_root_at_any_depth(app):
    root = dialogue.comment()
    thread = db.session.get(Thread, root.thread_id)
    reply = dialogue.comment(thread, parent=root)
    deeper = dialogue.comment(thread, parent=reply)
    assert (reply.root_id, reply.parent_id) == (root.id, root.id)
    assert (deeper.root_id, deeper.parent_id) == (root.id, reply.id)
    assert root.reply_count == 2
    assert (thread.comment_count, thread.root_count, thread.frage) == (3, 1, 1)


def test_a_reply_belongs_to_the_thread_of_its_parent(app):
    root = dialogue.comment()
    with pytest.raises(comments.OtherThread):
        dialogue.comment(dialogue.thread(), parent=root)


@pytest.mark.parametrize(
    ("body", "error"),
    [("", comments.BodyMissing), (" \n\u200b ", comments.BodyMissing), ("x" * 5001, comments.BodyTooLong)],
)
def test_a_body_has_one_to_five_thousand_characters(app, body, error):
    thread = dialogue.thread()
    with pytest.raises(error):
        dialogue.comment(thread, body=body)
    assert thread.comment_count == 0


def test_five_thousand_characters_count_after_tidying(app):
    assert dialogue.comment(body="  " + "ä" * 5000 + "\r\n\r\n").body == "ä" * 5000


def test_a_contribution_says_what_it_wants_to_be(app):
    with pytest.raises(comments.KindMissing):
        write_comment(accounts.user(), dialogue.thread(), body="Ja", kind=None)


def test_an_unknown_language_is_refused(app):
    with pytest.raises(comments.UnknownLanguage):
        dialogue.comment(lang="xx")


def test_the_unconfirmed_do_not_write(app):
    thread = dialogue.thread()
    with pytest.raises(Denied):
        dialogue.comment(thread, accounts.user(confirmed=False))
    assert number(Comment) == 0


def test_only_delegates_write_for_an_initiative(app):
    delegate, stranger = accounts.user(), accounts.user()
    group = accounts.initiative(delegate)
    thread = dialogue.thread()
    assert dialogue.comment(thread, delegate, initiative_id=group.id).initiative_id == group.id
    with pytest.raises(Denied):
        dialogue.comment(thread, stranger, initiative_id=group.id)
    waiting = accounts.initiative(stranger, state=InitiativeState.APPLIED)
    with pytest.raises(Denied):
        dialogue.comment(thread, stranger, initiative_id=waiting.id)
    assert thread.comment_count == 1


def test_what_an_initiative_said_is_not_changed_after_the_mandate(app):
    delegate, colleague = accounts.user(), accounts.user()
    group = accounts.initiative(delegate, colleague)
    spoken = dialogue.comment(dialogue.thread(), delegate, "Zuerst.", initiative_id=group.id)
    edit_comment(delegate, spoken, "Danach.", expected_version=1)
    end_mandate(colleague, group, delegate.id)
    with pytest.raises(Denied):
        edit_comment(delegate, spoken, "Etwas ganz anderes.", expected_version=2)
    with pytest.raises(Denied):
        operations.withdraw_comment(delegate, spoken)
    assert (spoken.body, spoken.state) == ("Danach.", CommentState.VISIBLE)


def test_the_same_form_twice_is_one_comment(heard):
    thread, author = dialogue.thread(), accounts.user()
    first = dialogue.comment(thread, author, "Einmal", submission_key="abc")
    again = dialogue.comment(thread, author, " Einmal ", submission_key="abc")
    assert again.id == first.id
    assert thread.comment_count == 1
    assert len(heard) == 1


def test_the_same_form_is_known_even_after_an_edit(app):
    thread, author = dialogue.thread(), accounts.user()
    first = dialogue.comment(thread, author, "Einmal", submission_key="abc")
    edit_comment(author, first, "Anders", expected_version=1)
    assert dialogue.comment(thread, author, "Einmal", submission_key="abc").id == first.id


def test_the_same_form_with_another_text_is_refused(app):
    thread, author = dialogue.thread(), accounts.user()
    dialogue.comment(thread, author, "Einmal", submission_key="abc")
    with pytest.raises(comments.KeyReused) as refused:
        dialogue.comment(thread, author, "Etwas anderes", submission_key="abc")
    assert refused.value.status == 422
    with pytest.raises(comments.KeyReused):
        dialogue.comment(dialogue.thread(), author, "Einmal", submission_key="abc")


def test_another_person_may_have_the_same_key(app):
    thread = dialogue.thread()
    dialogue.comment(thread, body="Einmal", submission_key="abc")
    dialogue.comment(thread, body="Zweimal", submission_key="abc")
    assert thread.comment_count == 2


def test_an_edit_keeps_the_earlier_text(app):
    made = dialogue.comment(body="Erst so")
    edit_comment(made.author, made, "Dann **so**", expected_version=1)
    assert (made.body, made.version) == ("Dann **so**", 2)
    assert "<strong>so</strong>" in made.html
    kept = db.session.get(CommentVersion, {"comment_id": made.id, "version": 1})
    assert (kept.body, kept.written_at) == ("Erst so", made.created_at)


def test_an_edit_of_a_text_that_changed_meanwhile_is_a_conflict(app):
    made = dialogue.comment(body="Erst so")
    edit_comment(made.author, made, "Dann so", expected_version=1)
    with pytest.raises(comments.ChangedMeanwhile) as conflict:
        edit_comment(made.author, made, "Oder so", expected_version=1)
    assert conflict.value.status == 409
    assert (made.body, made.version) == ("Dann so", 2)


def test_the_same_edit_twice_is_one_edit(app):
    made = dialogue.comment(body="Erst so")
    edit_comment(made.author, made, "Dann so", expected_version=1)
    edit_comment(made.author, made, "Dann so", expected_version=1)
    assert made.version == 2
    assert number(CommentVersion) == 1


def test_nobody_edits_the_comment_of_another(app):
    made = dialogue.comment(body="Meins")
    for other in (accounts.user(), accounts.moderator()):
        with pytest.raises(Denied):
            edit_comment(other, made, "Deins", expected_version=1)
    assert made.body == "Meins"


def test_a_withdrawn_comment_leaves_its_replies(heard):
    root = dialogue.comment()
    thread = root.thread
    reply = dialogue.comment(thread, parent=root)
    heard.clear()
    withdraw_comment(root.author, root)
    withdraw_comment(root.author, root)
    assert root.state is CommentState.WITHDRAWN
    assert reply.state is CommentState.VISIBLE
    assert (thread.comment_count, thread.root_count, root.reply_count) == (1, 1, 1)
    assert heard == [CommentWithdrawn(root)]
    with pytest.raises(Denied):
        edit_comment(root.author, root, "Doch nicht", expected_version=1)


def test_nobody_withdraws_the_comment_of_another(app):
    made = dialogue.comment()
    with pytest.raises(Denied):
        withdraw_comment(accounts.user(), made)
    withdraw_comment(made.author, made)
    with pytest.raises(Denied):
        withdraw_comment(accounts.user(), made)


def test_hiding_names_its_reason_and_can_be_undone(heard):
    made, moderator = dialogue.comment(), accounts.moderator()
    thread = made.thread
    with pytest.raises(comments.ReasonMissing):
        operations.hide_comment(moderator, made, " ")
    operations.hide_comment(moderator, made, "Regel 3, Angaben über eine private Person")
    assert (made.state, thread.comment_count, thread.root_count) == (CommentState.HIDDEN, 0, 1)
    assert made.state_reason == "Regel 3, Angaben über eine private Person"
    assert heard[-1] == CommentHidden(made, moderator.id)
    with pytest.raises(Denied):
        withdraw_comment(made.author, made)
    operations.restore_comment(moderator, made)
    assert (made.state, made.state_reason, thread.comment_count) == (CommentState.VISIBLE, "", 1)


def test_moderators_do_not_judge_their_own(app):
    moderator = accounts.moderator()
    made = dialogue.comment(author=moderator)
    with pytest.raises(Denied):
        operations.hide_comment(moderator, made, "Regel 1")
    with pytest.raises(Denied):
        operations.hide_comment(accounts.user(), made, "Regel 1")


def test_a_vote_is_counted_changed_and_withdrawn(heard):
    thread, voter = dialogue.thread(), accounts.user(region=Region.SACHSEN)
    cast_vote(voter, thread, Stance.YES)
    cast_vote(voter, thread, Stance.YES)
    assert (thread.yes, thread.no, thread.abstain) == (1, 0, 0)
    cast_vote(voter, thread, Stance.NO)
    assert (thread.yes, thread.no, thread.abstain) == (0, 1, 0)
    assert [(t.region, t.yes, t.no) for t in tallies(thread.id)] == [(Region.SACHSEN, 0, 1)]
    cast_vote(voter, thread, None)
    cast_vote(voter, thread, None)
    assert thread.votes == 0
    assert tallies(thread.id) == ()
    assert number(Ballot) == 0
    assert [event.stance for event in heard] == [Stance.YES, Stance.NO, None]


def test_a_voter_who_moved_is_counted_where_they_live_now(app):
    thread, voter = dialogue.thread(), accounts.user(region=Region.SACHSEN)
    cast_vote(voter, thread, Stance.YES)
    voter.region = Region.NEIGHBOURS
    cast_vote(voter, thread, Stance.YES)
    assert thread.yes == 1
    assert [(t.region, t.yes) for t in tallies(thread.id)] == [(Region.NEIGHBOURS, 1)]


def test_votes_rest_while_a_thread_is_evaluated(app):
    thread, voter = dialogue.thread(), accounts.user()
    cast_vote(voter, thread, Stance.YES)
    operations.pause_votes(thread)
    for stance in (Stance.NO, None):
        with pytest.raises(Denied):
            cast_vote(voter, thread, stance)
    with pytest.raises(operations.AlreadyResting):
        operations.pause_votes(thread)
    assert dialogue.comment(thread).id
    operations.resume(thread)
    assert (thread.state, thread.round) == (ThreadState.OPEN, 2)
    with pytest.raises(operations.NotResting):
        operations.resume(thread)
    cast_vote(voter, thread, Stance.YES)
    assert db.session.get(Ballot, {"thread_id": thread.id, "voter_id": voter.id}).round == 2
    assert thread.yes == 1


@pytest.mark.parametrize("who", ["moderator", "unconfirmed"])
def test_others_than_residents_do_not_vote(app, who):
    voter = accounts.moderator() if who == "moderator" else accounts.user(confirmed=False)
    with pytest.raises(Denied):
        cast_vote(voter, dialogue.thread(), Stance.YES)
    assert number(Ballot) == 0


def test_a_thread_without_a_vote_takes_none(app):
    with pytest.raises(Denied):
        cast_vote(accounts.user(), dialogue.thread(votable=False), Stance.YES)


def test_a_rating_is_counted_changed_and_withdrawn(app):
    made, reader = dialogue.comment(), accounts.user()
    rate_comment(reader, made, True)
    rate_comment(reader, made, True)
    assert (made.helpful, made.unhelpful, made.score) == (1, 0, 1)
    rate_comment(reader, made, False)
    assert (made.helpful, made.unhelpful, made.score) == (0, 1, -1)
    rate_comment(reader, made, None)
    assert (made.helpful, made.unhelpful, made.score) == (0, 0, 0)
    assert number(CommentVote) == 0


def test_nobody_rates_their_own_comment(app):
    made = dialogue.comment()
    with pytest.raises(Denied):
        rate_comment(made.author, made, True)


def test_recount_names_what_is_wrong(app):
    made = dialogue.comment()
    thread = made.thread
    cast_vote(accounts.user(), thread, Stance.NO)
    thread.frage, made.helpful = 5, 2
    db.session.flush()
    assert recount(thread.id) == [
        Difference(f"thread {thread.id}", "frage", 5, 1),
        Difference(f"comment {made.id}", "helpful", 2, 0),
    ]
    assert recount(dialogue.thread().id) == []
    thread.frage, made.helpful = 1, 0
    db.session.flush()
