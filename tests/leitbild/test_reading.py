"""A draft lies out in public: frozen, commented on, and never published before its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from participation.base.clock import now
from participation.base.db import database_now, db
from participation.base.verdict import Denied
from participation.dialogue.models import Comment, CommentKind
from participation.dialogue.operations import write_comment
from participation.leitbild import queries, reading
from participation.leitbild.drafts import collect, drop_draft, return_draft, save_draft, take_out
from participation.leitbild.models import Draft, DraftState, Reading
from participation.leitbild.publish import publish
from participation.leitbild.readiness import NotReady
from participation.leitbild.subjects import subjects
from participation.leitbild.wording import ReasonMissing
from participation.notify.models import Notification
from tests.factories import leitbild as make
from tests.factories.accounts import moderator, user

PERIOD = timedelta(days=21)


@pytest.fixture
def draft(app: Flask) -> Draft:
    made = make.draft(make.approved())
    reading.lay_out(made.author, made, expected_edit=made.edit, period=PERIOD)
    return made


def change_in(draft: Draft):
    return queries.collected(draft)[0]


def end_reading(draft: Draft, after: timedelta = timedelta(0)) -> None:
    """Let the reading end at a moment that many seconds from now, by the database's clock."""
    at = reading.database_time() + after
    begun = at - PERIOD
    db.session.execute(update(Reading).where(Reading.draft_id == draft.id).values(begins_at=begun, ends_at=at))
    db.session.expire_all()


def remark(change, author=None, body: str = "Bitte genauer.") -> Comment:
    author = author or user()
    return write_comment(author, reading.thread_to_write_in(author, change), body=body, kind=CommentKind.ADDITION)


def test_the_databases_clock_can_be_compared_with_what_is_stored(app: Flask, draft: Draft):
    assert abs(reading.database_time() - now()) < timedelta(seconds=5)
    for ends_at, over in ((now() - timedelta(seconds=1), True), (now() + timedelta(seconds=5), False)):
        db.session.execute(update(Reading).values(ends_at=ends_at, begins_at=ends_at - PERIOD))
        assert bool(db.session.scalar(select(Reading.ends_at <= database_now()))) is over


def test_nothing_is_published_before_its_end(draft: Draft):
    for left in (PERIOD, timedelta(seconds=1)):
        end_reading(draft, left)
        with pytest.raises(Denied):
            publish(moderator(), draft, expected_edit=draft.edit, reading=PERIOD)
    assert queries.current_number() == 1
    end_reading(draft)
    revision = publish(moderator(), draft, expected_edit=draft.edit, reading=PERIOD)
    assert (revision.number, draft.reading, reading.running()) == (2, None, None)


def test_the_setting_alone_does_not_shorten_a_reading(draft: Draft):
    with pytest.raises(Denied):
        publish(moderator(), draft, expected_edit=draft.edit)


def test_who_laid_it_out_does_not_publish_it(draft: Draft):
    end_reading(draft)
    with pytest.raises(Denied):
        publish(draft.author, draft, expected_edit=draft.edit, reading=PERIOD)


def test_where_a_reading_is_demanded_none_goes_without(app: Flask):
    made = make.submitted(make.approved())
    with pytest.raises(NotReady):
        publish(moderator(), made, expected_edit=made.edit, reading=PERIOD)
    assert publish(moderator(), made, expected_edit=made.edit).number == 2


def test_a_draft_that_lies_out_is_frozen(draft: Draft):
    change, other = change_in(draft), make.approved(make.measure(5))
    author = draft.author
    for work in (
        lambda: save_draft(author, draft, title="x", summary="x", expected_edit=draft.edit),
        lambda: take_out(author, draft, change, expected_edit=draft.edit),
        lambda: collect(author, draft, other, expected_edit=draft.edit),
        lambda: drop_draft(author, draft, expected_edit=draft.edit),
    ):
        with pytest.raises(Denied):
            work()
    assert [item.id for item in queries.collected(draft)] == [change.id]


def test_taking_it_back_needs_a_reason_and_begins_anew(draft: Draft):
    first = draft.reading.ends_at
    with pytest.raises(ReasonMissing):
        return_draft(draft.author, draft)
    return_draft(draft.author, draft, "Ein Beitrag zeigt einen Fehler.")
    assert (draft.state, draft.reading, reading.last_broken_off().ended_reason) == (
        DraftState.OPEN,
        None,
        "Ein Beitrag zeigt einen Fehler.",
    )
    again = reading.lay_out(draft.author, draft, expected_edit=draft.edit, period=PERIOD)
    assert again.ends_at > first
    with pytest.raises(Denied):
        publish(moderator(), draft, expected_edit=draft.edit, reading=PERIOD)


def test_changes_are_public_only_while_they_lie_out(draft: Draft):
    change, elsewhere = change_in(draft), make.approved(make.measure(5))
    for viewer in (None, user()):
        assert queries.change(change.id, viewer) is not None
        assert queries.change(elsewhere.id, viewer) is None
    return_draft(draft.author, draft, "Zurück.")
    assert queries.change(change.id, None) is None
    assert queries.change(change.id, moderator()) is not None


def test_everyone_comments_until_the_end_and_reads_for_ever(draft: Draft):
    change = change_in(draft)
    said = remark(change)
    assert reading.comment_counts([change.id]) == {change.id: 1}
    assert subjects([said.thread_id])[said.thread_id].path == f"/leitbild/aenderung/{change.id}"
    with pytest.raises(Denied):
        reading.thread_to_write_in(None, change)
    end_reading(draft)
    with pytest.raises(Denied):
        remark(change)
    publish(moderator(), draft, expected_edit=draft.edit, reading=PERIOD)
    with pytest.raises(Denied):
        remark(change)
    assert queries.change(change.id, None).thread.comment_count == 1
    assert subjects([said.thread_id])[said.thread_id].kind == "change"


def test_a_change_that_was_taken_back_is_not_told(draft: Draft):
    change = change_in(draft)
    said = remark(change)
    return_draft(draft.author, draft, "Zurück.")
    about = subjects([said.thread_id])[said.thread_id]
    assert (about.kind, about.path) == ("hidden", "/leitbild/lesung")
    assert change.node.title not in about.title
    with pytest.raises(Denied):
        reading.thread_to_write_in(user(), change)


def test_nobody_writes_about_what_does_not_lie_out(app: Flask):
    with pytest.raises(Denied):
        reading.thread_to_write_in(moderator(), make.approved())


def test_those_behind_a_change_are_told(app: Flask):
    author = user("Beitragende")
    from tests.factories.outcomes import node_comment, outcome

    node = make.measure()
    change = make.approved(
        node, outcome(node_comment(author, node_id=make.owner(node.id)), node_id=make.owner(node.id))
    )
    made = make.draft(change)
    reading.lay_out(made.author, made, expected_edit=made.edit, period=PERIOD)
    commenter = user()
    remark(change, commenter)
    return_draft(moderator(), made, "Fehler im Satz.")
    told = {(note.user_id, note.kind) for note in db.session.scalars(select(Notification))}
    assert (author.id, "reading_began") in told
    assert (commenter.id, "reading_ended") in told
    assert (made.author.id, "reading_began") not in told


def test_the_database_holds_one_reading_a_draft(draft: Draft):
    at = now()
    second = insert(Reading).values(draft_id=draft.id, begins_at=at, ends_at=at + PERIOD, ended_reason="")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(second)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE readings SET ends_at = begins_at"))
