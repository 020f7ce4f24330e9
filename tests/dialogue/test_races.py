"""Parallel requests, with real threads and real commits: one row each, and counters that are right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.dialogue.comments import ChangedMeanwhile, edit_comment, write_comment
from participation.dialogue.counters import recount
from participation.dialogue.models import Ballot, Comment, CommentKind, CommentVersion, CommentVote, Stance, Thread
from participation.dialogue.operations import cast_vote, pause_votes, rate_comment
from participation.places.models import Region
from tests.factories import accounts, dialogue
from tests.races import together

AT_ONCE = 6


@pytest.fixture
def here(separate_app):
    with separate_app.app_context():
        with transaction():
            thread = dialogue.thread()
            people = [accounts.user().id for _ in range(AT_ONCE)]
            comment_id = dialogue.comment(thread).id
            thread_id = thread.id
        yield separate_app, thread_id, comment_id, people


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def vote(person: int, thread_id: int, stance: Stance | None) -> Callable[[], object]:
    return lambda: cast_vote(db.session.get(User, person), db.session.get(Thread, thread_id), stance)


def rate(person: int, comment_id: int, how: bool | None) -> Callable[[], object]:
    return lambda: rate_comment(db.session.get(User, person), db.session.get(Comment, comment_id), how)


def write(person: int, thread_id: int, *, parent_id: int | None = None, key: str | None = None) -> Callable[[], object]:
    def work() -> object:
        author, thread = db.session.get(User, person), db.session.get(Thread, thread_id)
        parent = db.session.get(Comment, parent_id) if parent_id else None
        kind = CommentKind.QUESTION if parent is None else None
        return write_comment(author, thread, body="Zugleich", kind=kind, parent=parent, submission_key=key).id

    return work


def test_one_person_voting_many_times_at_once_has_one_ballot(here):
    app, thread_id, _, people = here
    stances = [Stance.YES, Stance.NO, Stance.ABSTAIN, Stance.YES, Stance.NO, Stance.YES]
    for _round in range(3):
        assert together(app, [vote(people[0], thread_id, stance) for stance in stances]) == [None] * AT_ONCE
        assert count(Ballot) == 1
        assert recount() == []


def test_many_people_voting_at_once_are_all_counted(here):
    app, thread_id, _, people = here
    together(app, [vote(person, thread_id, Stance.YES) for person in people])
    db.session.rollback()
    assert db.session.get(Thread, thread_id, populate_existing=True).yes == AT_ONCE
    assert recount() == []


def test_the_key_of_a_ballot_lets_no_second_one_in(here):
    _, thread_id, _, people = here
    row = {
        "thread_id": thread_id,
        "voter_id": people[0],
        "stance": Stance.YES,
        "region": Region.BRANDENBURG,
        "round": 1,
    }
    with transaction():
        db.session.execute(insert(Ballot).values(row))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(Ballot).values(row))


def test_the_key_of_a_rating_lets_no_second_one_in(here):
    _, _, comment_id, people = here
    row = {"comment_id": comment_id, "voter_id": people[0], "helpful": True}
    with transaction():
        db.session.execute(insert(CommentVote).values(row))
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(CommentVote).values(row))


def test_ratings_at_once_are_all_counted(here):
    app, _, comment_id, people = here
    together(app, [rate(person, comment_id, True) for person in people])
    together(app, [rate(people[0], comment_id, how) for how in (False, True, None, False, True, False)])
    assert recount() == []


def test_comments_at_once_are_all_counted(here):
    app, thread_id, comment_id, people = here
    made = together(app, [write(person, thread_id, parent_id=comment_id) for person in people])
    assert len(set(made)) == AT_ONCE
    db.session.rollback()
    assert db.session.get(Comment, comment_id, populate_existing=True).reply_count == AT_ONCE
    assert recount() == []


def test_a_form_sent_many_times_at_once_is_one_comment(here):
    app, thread_id, _, people = here
    made = together(app, [write(people[0], thread_id, key="einmal")] * AT_ONCE)
    assert len(set(made)) == 1
    assert count(Comment) == 2
    assert recount() == []


def test_of_edits_at_once_one_wins_and_the_others_are_told(here):
    app, _, comment_id, _ = here

    def edit(text: str) -> Callable[[], object]:
        def work() -> object:
            comment = db.session.get(Comment, comment_id)
            return edit_comment(comment.author, comment, text, expected_version=1).body

        return work

    texts = [f"Fassung {n}" for n in range(AT_ONCE)]
    came = together(app, [edit(text) for text in texts])
    assert sum(isinstance(result, ChangedMeanwhile) for result in came) == AT_ONCE - 1
    assert count(CommentVersion) == 1


def test_no_vote_slips_in_once_the_thread_rests(here):
    app, thread_id, _, people = here

    def rest() -> object:
        thread = db.session.get(Thread, thread_id)
        pause_votes(thread)
        return ("frozen", thread.no)

    came = together(
        app,
        [
            *(vote(person, thread_id, Stance.NO) for person in people[:3]),
            rest,
            *(vote(person, thread_id, Stance.NO) for person in people[3:]),
        ],
    )
    frozen = next(result[1] for result in came if isinstance(result, tuple))
    db.session.rollback()
    assert db.session.get(Thread, thread_id, populate_existing=True).no == frozen == count(Ballot)
    assert recount() == []
