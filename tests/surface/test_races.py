"""Sixteen votes and eight publishers at the same moment, in several processes, on both databases.

The last guard is the database. So that this file cannot pass by luck, the same race runs once more on a scratch copy
without the key of the ballots, and there it must be found out.
"""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from participation.audit.verify import verify
from participation.base.db import db, transaction
from participation.dialogue.counters import recount
from participation.dialogue.models import Ballot, Thread
from participation.leitbild.models import Draft, DraftState, Revision
from tests.factories import dialogue, leitbild
from tests.factories.accounts import log_in, moderator, user
from tests.surface.racers import Racers, racers
from tests.web_helpers import token_in

VOTES, PUBLISHERS = 16, 8
STANCES = ("YES", "NO", "ABSTAIN", "YES") * 4


def wrong(thread_id: int) -> list[str]:
    """Return what is wrong with the votes of a thread: people with two, counters that count something else."""
    db.session.rollback()
    twice = (
        select(Ballot.voter_id).where(Ballot.thread_id == thread_id).group_by(Ballot.voter_id).having(func.count() > 1)
    )
    return [
        *(f"person {voter} voted twice" for voter in db.session.scalars(twice)),
        *(str(difference) for difference in recount(thread_id)),
    ]


def ballots(thread_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(Ballot).where(Ballot.thread_id == thread_id)) or 0


@pytest.fixture
def here(separate_app: Flask):
    with separate_app.app_context():
        with transaction():
            thread_id = dialogue.thread().id
            people = [user().id for _ in range(VOTES)]
        db.session.remove()
        with racers(separate_app, VOTES) as ready:
            yield thread_id, people, ready


def drop_the_key_of_ballots() -> None:
    """Make a scratch database as it would be had somebody forgotten the key."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE ballots DROP CONSTRAINT pk_ballots"))
            return
        # The way of SQLite: the rows into a table without it.
        connection.execute(text("CREATE TABLE unkeyed AS SELECT * FROM ballots"))
        connection.execute(text("DROP TABLE ballots"))
        connection.execute(text("ALTER TABLE unkeyed RENAME TO ballots"))


def test_sixteen_votes_of_one_person_are_one_ballot(here: tuple[int, list[int], Racers]):
    thread_id, people, ready = here
    for _round in range(2):
        came = ready.race("vote", [(people[0], thread_id, stance) for stance in STANCES])
        assert came == ["voted"] * VOTES
        assert ballots(thread_id) == 1
        assert wrong(thread_id) == []


def test_sixteen_people_at_once_are_all_counted(here: tuple[int, list[int], Racers]):
    thread_id, people, ready = here
    came = ready.race("vote", [(person, thread_id, stance) for person, stance in zip(people, STANCES, strict=True)])
    assert came == ["voted"] * VOTES
    assert wrong(thread_id) == []
    thread = db.session.get_one(Thread, thread_id, populate_existing=True)
    assert (thread.yes, thread.no, thread.abstain) == (8, 4, 4)


def test_the_key_refuses_what_forgot_to_look(here: tuple[int, list[int], Racers]):
    thread_id, people, ready = here
    came = ready.race("vote without looking", [(people[0], thread_id, "YES")] * VOTES)
    assert Counter(came) == {"voted": 1, "IntegrityError": VOTES - 1}
    assert ballots(thread_id) == 1


def test_without_the_key_the_race_is_lost_and_found_out(here: tuple[int, list[int], Racers]):
    thread_id, people, ready = here
    db.session.remove()
    drop_the_key_of_ballots()
    came = ready.race("vote without looking", [(people[0], thread_id, "YES")] * VOTES)
    assert came == ["voted"] * VOTES, "here nothing is left to refuse"
    assert f"person {people[0]} voted twice" in wrong(thread_id)
    assert len(wrong(thread_id)) > 1, "the counters are told apart from the ballots, too"


@pytest.fixture
def desk(separate_app: Flask):
    with separate_app.app_context():
        with transaction():
            people = [moderator() for _ in range(PUBLISHERS)]
            draft = leitbild.draft(leitbild.approved())
        yield separate_app, people, draft.id
        db.session.remove()


def test_of_eight_publishers_exactly_one_wins(desk):
    app, people, draft_id = desk
    with transaction():
        draft = db.session.get_one(Draft, draft_id)
        leitbild.submit_draft(draft.author, draft, expected_edit=draft.edit)
    works = [(person.id, draft_id, draft.edit) for person in people]
    db.session.remove()
    with racers(app, PUBLISHERS) as ready:
        came = ready.race("publish", works)
    assert came.count(2) == 1
    assert {one for one in came if one != 2} <= {"AlreadyPublished", "StaleDraft", "DraftEdited"}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Revision)) == 2
    assert db.session.get_one(Draft, draft_id, populate_existing=True).state is DraftState.PUBLISHED
    assert verify().broken == ()


def test_of_eight_who_write_at_once_one_is_saved_and_no_text_is_lost(desk):
    app, _people, draft_id = desk
    draft = db.session.get_one(Draft, draft_id)
    client = app.test_client()
    log_in(client, draft.author)
    page = client.get("/moderation/entwurf").text
    cookie = client.get_cookie("session").value
    common = {"csrf_token": token_in(page), "title": "Fassung 2", "edit": str(draft.edit), "seen": draft.summary}
    words = [f"Zusammenfassung der Person {n}" for n in range(PUBLISHERS)]
    works = [(cookie, "/moderation/entwurf", {**common, "summary": word}) for word in words]
    db.session.remove()
    with racers(app, PUBLISHERS) as ready:
        came = ready.race("send", works)
    answers = dict(zip(words, came, strict=True))
    saved = [word for word, (status, _page) in answers.items() if status == 303]
    assert len(saved) == 1
    for word, (status, page) in answers.items():
        if word not in saved:
            assert status == 409
            assert word in page, "what was typed stands in the answer"
            assert "hat jemand anderes den Entwurf geändert" in page
    db.session.rollback()
    assert db.session.get_one(Draft, draft_id, populate_existing=True).summary == saved[0]
