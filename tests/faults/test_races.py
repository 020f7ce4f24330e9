"""The races of tests/surface, often enough that luck is out of the question, in eight processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from participation.audit.verify import verify
from participation.base.db import db, transaction
from participation.dialogue.models import Ballot
from participation.leitbild.models import Draft, DraftState, Revision
from participation.ops import counters
from tests.factories import dialogue, leitbild
from tests.factories.accounts import log_in, moderator, user
from tests.faults.servers import tell
from tests.surface.racers import Racers, racers
from tests.surface.test_races import PUBLISHERS, STANCES, VOTES
from tests.web_helpers import token_in


@pytest.fixture
def context(separate_app: Flask) -> Iterator[Flask]:
    with separate_app.app_context():
        yield separate_app
        db.session.remove()


def test_sixteen_votes_at_once_again_and_again(context: Flask, full):
    rounds = 200 if full else 10
    with transaction():
        threads = [dialogue.thread().id for _ in range(rounds)]
        people = [user().id for _ in range(VOTES)]
    db.session.remove()
    came: list[object] = []
    with racers(context, VOTES) as ready:
        for number, thread in enumerate(threads):
            # One person sixteen times, then sixteen people.
            who = [people[number % VOTES]] * VOTES if number % 2 else people
            came += ready.race("vote", [(one, thread, stance) for one, stance in zip(who, STANCES, strict=True)])
    cast = rounds // 2 + (rounds - rounds // 2) * VOTES
    kept = db.session.scalar(select(func.count()).select_from(Ballot).where(Ballot.thread_id.in_(threads)))
    tell(
        f"{db.engine.dialect.name}: {rounds} rounds of {VOTES} votes: {len(came)} "
        f"attempted, {came.count('voted')} acknowledged, {max(cast - kept, 0)} lost, {max(kept - cast, 0)} duplicated"
    )
    assert came == ["voted"] * VOTES * rounds
    assert kept == cast
    assert counters.wrong() == []


def publish_once(ready: Racers, people: list[int]) -> tuple[int, list[object]]:
    """Have eight moderators publish one draft at once; return the version it became and what came of each."""
    with transaction():
        draft = leitbild.draft(leitbild.approved())
        leitbild.submit_draft(draft.author, draft, expected_edit=draft.edit)
        number, works = draft.base_number + 1, [(person, draft.id, draft.edit) for person in people]
    db.session.remove()
    return number, ready.race("publish", works)


def test_of_eight_publishers_one_wins_every_time(context: Flask, full):
    rounds = 100 if full else 5
    with transaction():
        people = [moderator().id for _ in range(PUBLISHERS)]
    outcomes = []
    with racers(context, PUBLISHERS) as ready:
        for _ in range(rounds):
            number, came = publish_once(ready, people)
            outcomes.append(came.count(number))
            assert {one for one in came if one != number} <= {"AlreadyPublished", "StaleDraft", "DraftEdited"}
    versions = db.session.scalar(select(func.count()).select_from(Revision)) or 0
    tell(
        f"{db.engine.dialect.name}: {rounds} rounds of {PUBLISHERS} publishers: {rounds * PUBLISHERS} attempted, "
        f"{sum(outcomes)} acknowledged, {max(rounds + 1 - versions, 0)} lost, "
        f"{max(versions - rounds - 1, 0)} duplicated"
    )
    assert outcomes == [1] * rounds
    assert versions == rounds + 1
    assert db.session.scalar(text("SELECT count(DISTINCT number) FROM revisions")) == versions
    assert set(db.session.scalars(select(Draft.state))) == {DraftState.PUBLISHED}
    assert verify().broken == ()


def test_of_eight_who_write_at_once_every_text_is_kept(context: Flask, full):
    rounds = 100 if full else 5
    with transaction():
        draft = leitbild.draft(leitbild.approved())
        draft_id, author = draft.id, draft.author
    client = context.test_client()
    log_in(client, author)
    token = token_in(client.get("/moderation/entwurf").text)
    cookie = client.get_cookie("session").value
    kept = refused = 0
    with racers(context, PUBLISHERS) as ready:
        for number in range(rounds):
            db.session.rollback()
            draft = db.session.get_one(Draft, draft_id, populate_existing=True)
            common = {"csrf_token": token, "title": "Fassung 2", "edit": str(draft.edit), "seen": draft.summary}
            words = [f"Zusammenfassung {number} der Person {n}" for n in range(PUBLISHERS)]
            db.session.remove()
            came = ready.race("send", [(cookie, "/moderation/entwurf", {**common, "summary": word}) for word in words])
            saved = [word for word, (status, _page) in zip(words, came, strict=True) if status == 303]
            assert len(saved) == 1
            assert db.session.get_one(Draft, draft_id, populate_existing=True).summary == saved[0]
            shown = [word for word, (status, page) in zip(words, came, strict=True) if status == 409 and word in page]
            assert sorted([*saved, *shown]) == sorted(words), "a text is neither saved nor on the page of its author"
            kept, refused = kept + len(saved), refused + len(shown)
    tell(
        f"{db.engine.dialect.name}: {rounds} rounds of {PUBLISHERS} writers: {rounds * PUBLISHERS} attempted, {kept} "
        f"acknowledged, {rounds * PUBLISHERS - kept - refused} lost, 0 duplicated; {refused} read their text again"
    )
