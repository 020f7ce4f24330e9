"""Writing minutes, approving, correcting and withdrawing them; and what must not happen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from participation.accounts.leaving import close_account
from participation.accounts.models import User
from participation.accounts.voices import VOICES, voices_account
from participation.base.db import db
from participation.base.verdict import Denied
from participation.dialogue import counters
from participation.dialogue import operations as talk
from participation.dialogue.comments import BodyMissing, BodyTooLong
from participation.dialogue.leaving import blank_comments
from participation.dialogue.models import (
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    Occasion,
    Recording,
    Stance,
)
from participation.dialogue.queries import history as versions_of
from participation.insight.queries import total
from participation.minutes import operations, policy, queries
from participation.minutes.models import Minutes, MinutesState, MinutesVersion, VersionState, Voice
from participation.minutes.operations import CorrectionRunning, Full, MinutesEdited, ReasonMissing, UnknownNode
from participation.minutes.writing import Incomplete
from participation.moderation import deciding
from participation.moderation.deciding import Ruling, UnfitMeasure
from participation.moderation.models import Measure
from participation.moderation.targets import of_comment
from participation.notify.models import Notification
from participation.privacy import departures, retention
from participation.strategy.models import Node, TextState
from tests.factories import minutes as made
from tests.factories.accounts import moderator, user
from tests.factories.attachments import attachment


def comments() -> list[Comment]:
    return list(db.session.scalars(select(Comment).order_by(Comment.id)))


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_public_before_a_second_moderator_approves(app):
    author = moderator()
    version = made.draft(author)
    operations.submit(author, version, expected_edit=version.edit)
    assert comments() == []
    assert count(Occasion) == 0
    assert queries.listing() == ([], None)
    with pytest.raises(Denied):
        operations.approve(author, version, expected_edit=version.edit)
    minutes = operations.approve(moderator(), version, expected_edit=version.edit)
    assert (minutes.number, minutes.state, minutes.version) == (1, MinutesState.PUBLIC, 1)
    (row,), _next = queries.listing()
    assert (row.title, row.place, row.participants, row.voices) == (
        "Werkstatt im Dorfhaus",
        "Jänschwalde/Janšojce",
        34,
        1,
    )


@pytest.mark.parametrize("who", ["visitor", "resident"])
def test_only_moderators_write_and_approve(app, who):
    person = None if who == "visitor" else user()
    author = moderator()
    version = made.draft(author)
    assert not policy.may_record(person)
    assert not policy.may_write(person, version)
    assert queries.draft(version.minutes_id, person) is None
    assert queries.unpublished(person) == []
    operations.submit(author, version, expected_edit=version.edit)
    assert not policy.may_approve(person, version)
    assert not policy.may_return(person, version)
    done = operations.approve(moderator(), version, expected_edit=version.edit)
    assert not policy.may_correct(person, done)
    assert not policy.may_withdraw(person, done)


def test_contributions_belong_to_nobody(app):
    author, approver = moderator(), moderator()
    version = made.draft(author, ("Der Bus fährt zu selten.", "Wir brauchen Ärzte."))
    made.approve(version, author, approver)
    for comment in comments():
        assert comment.author_id == VOICES
        assert comment.author_id not in (author.id, approver.id)
        assert comment.initiative_id is None
        assert (comment.helpful, comment.unhelpful, comment.score) == (0, 0, 0)
    account = db.session.get_one(User, VOICES)
    assert account.confirmed_at is None
    assert account.password_hash == ""
    thread = comments()[0].thread
    assert (thread.comment_count, thread.root_count, thread.erfahrung) == (2, 2, 2)
    assert (thread.yes, thread.no, thread.abstain) == (0, 0, 0)
    assert counters.recount() == []
    assert departures.belongings(author).comments == 0


def test_nobody_acts_with_the_account_of_voices(app):
    account = voices_account()
    minutes = made.minutes()
    (comment,) = comments()
    for person in (account, user(), moderator()):
        with pytest.raises(Denied):
            talk.edit_comment(person, comment, "Etwas anderes", expected_version=1)
        with pytest.raises(Denied):
            talk.withdraw_comment(person, comment)
    with pytest.raises(Denied):
        talk.cast_vote(account, comment.thread, Stance.YES)
    with pytest.raises(Denied):
        operations.withdraw(account, minutes, "Nein")
    assert retention.tidy_unconfirmed(account.left_at.replace(year=2100)) == 0
    assert db.session.get(User, VOICES) is not None
    assert voices_account().id == VOICES


def test_the_database_marks_nobodys_own_comment_as_recorded(app):
    made.minutes()
    thread = comments()[0].thread
    own = talk.write_comment(user(), thread, body="Meins", kind=CommentKind.QUESTION)
    marked = insert(Recording).values(comment_id=own.id, occasion_number=1)
    with pytest.raises(DBAPIError, match="has no author"), db.session.begin_nested():
        db.session.execute(marked)


def test_the_database_keeps_four_eyes_and_what_was_signed(app):
    minutes = made.minutes()
    draft = made.draft()
    for statement in (
        f"UPDATE minutes_versions SET title = 'anders' WHERE minutes_id = {minutes.id}",
        f"DELETE FROM minutes_versions WHERE minutes_id = {minutes.id}",
        (
            "UPDATE minutes_versions SET state = 'approved', approver_id = author_id, approved_at = saved_at "
            f"WHERE minutes_id = {draft.minutes_id}"
        ),
        f"UPDATE minutes_versions SET state = 'approved' WHERE minutes_id = {draft.minutes_id}",
        f"UPDATE minutes SET state = 'public' WHERE id = {draft.minutes_id}",
        f"UPDATE minutes SET state = 'withdrawn' WHERE id = {minutes.id}",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))


def test_the_same_form_twice_is_one_draft(app):
    author = moderator()
    first, second = (operations.begin(author, made.header(), today=made.TODAY, submission_key="k1") for _ in range(2))
    assert first.minutes_id == second.minutes_id
    assert count(Minutes) == 1


def test_a_contribution_sent_twice_is_stale_the_second_time(app):
    author = moderator()
    version = made.draft(author, ())
    said = {"node_id": made.NODE, "kind": CommentKind.QUESTION, "lang": "de", "body": "Wann?"}
    edit = version.edit
    operations.add_voice(author, version, **said, expected_edit=edit)
    with pytest.raises(MinutesEdited):
        operations.add_voice(author, version, **said, expected_edit=edit)
    assert count(Voice) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place_id": "atlantis"}, "place_id"),
        ({"held_on": date(2026, 11, 21)}, "held_on"),
        ({"held_on": date(26, 1, 1)}, "held_on"),
        ({"participants": 0}, "participants"),
        ({"participants": 10**9}, "participants"),
        ({"title": " \u202e "}, "title"),
        ({"summary": ""}, "summary"),
        ({"summary": "a" * 10_001}, "summary"),
        ({"languages": ("tlh",)}, "languages"),
    ],
)
@pytest.mark.one_database
def test_what_is_missing_is_named(app, change, field):
    with pytest.raises(Incomplete) as refused:
        operations.begin(moderator(), made.header(**change), today=made.TODAY)
    assert list(refused.value.problems) == [field]


@pytest.mark.one_database
def test_contributions_are_bounded_and_belong_somewhere(app):
    author = moderator()
    version = made.draft(author, ())
    with pytest.raises(UnknownNode):
        made.say(author, version, "Wohin?", node_id="nirgends")
    db.session.get_one(Node, made.NODE).text_state = TextState.STRUCK
    db.session.flush()
    with pytest.raises(UnknownNode):
        made.say(author, version, "Zu spät?")
    db.session.get_one(Node, made.NODE).text_state = TextState.UNCHANGED
    for body in ("", "a" * 5_001):
        with pytest.raises((BodyMissing, BodyTooLong)):
            made.say(author, version, body)
    for number in range(100):
        made.say(author, version, f"Beitrag {number}")
    with pytest.raises(Full):
        made.say(author, version, "Einer zu viel")


def test_what_is_handed_over_waits_until_it_is_given_back(app):
    author, other = moderator(), moderator()
    version = made.draft(author)
    operations.submit(author, version, expected_edit=version.edit)
    with pytest.raises(Denied):
        made.say(author, version, "Noch etwas")
    with pytest.raises(ReasonMissing):
        operations.send_back(other, version, "  ")
    read = version.edit
    operations.send_back(other, version, "Bitte ohne den Namen im zweiten Satz.")
    assert version.state is VersionState.DRAFT
    operations.submit(author, version, expected_edit=version.edit)
    with pytest.raises(MinutesEdited):
        operations.approve(other, version, expected_edit=read)


def test_who_writes_last_does_not_approve(app):
    first, second = moderator(), moderator()
    version = made.draft(first)
    made.say(second, version, "Von der zweiten ergänzt")
    operations.submit(second, version, expected_edit=version.edit)
    with pytest.raises(Denied):
        operations.approve(second, version, expected_edit=version.edit)
    operations.approve(first, version, expected_edit=version.edit)


def correction(minutes: Minutes, author: User) -> MinutesVersion:
    return operations.correct(author, minutes, "Wir hatten uns verhört.")


def test_a_correction_is_public_when_approved_and_leaves_a_trace(app):
    author = moderator()
    minutes = made.minutes(author, ("Der Bus fährt zu selten.", "Falsch verstanden", "Bleibt"))
    fresh = correction(minutes, author)
    operations.change_voice(
        author,
        fresh,
        1,
        node_id="egal",
        kind=CommentKind.AGAINST,
        lang="pl",
        body="Der Bus fährt nur zweimal am Tag.",
        expected_edit=fresh.edit,
    )
    operations.drop_voice(author, fresh, 2, expected_edit=fresh.edit)
    made.say(author, fresh, "Vergessen und nachgetragen")
    operations.rewrite(author, fresh, made.header(participants=43), expected_edit=fresh.edit, today=made.TODAY)
    one, two, three = comments()
    assert one.body == "Der Bus fährt zu selten.", "not before the approval"
    assert queries.page(1, None).version.participants == 34
    made.approve(fresh, author)
    one, two, three, four = comments()
    assert (one.body, one.version, one.kind, one.lang) == (
        "Der Bus fährt nur zweimal am Tag.",
        2,
        CommentKind.EXPERIENCE,
        "de",
    )
    assert [version.number for version in versions_of(one)[0]] == [2, 1]
    assert two.state is CommentState.WITHDRAWN
    assert (three.version, four.state) == (1, CommentState.VISIBLE)
    assert counters.recount() == []
    newest, oldest = queries.history(minutes)
    assert (newest.added, newest.corrected, newest.left_out, newest.reason) == (1, 1, 1, "Wir hatten uns verhört.")
    assert [name for name, _segments in newest.fields] == ["participants"]
    assert (oldest.version, oldest.added) == (1, 3)
    assert queries.page(1, None).version.participants == 43
    assert len(queries.page(1, None).told) == 3


def test_one_correction_at_a_time_and_never_without_a_reason(app):
    author = moderator()
    minutes = made.minutes(author)
    with pytest.raises(ReasonMissing):
        operations.correct(author, minutes, " ")
    fresh = correction(minutes, author)
    with pytest.raises(CorrectionRunning):
        correction(minutes, moderator())
    operations.discard(author, fresh)
    assert count(MinutesVersion) == 1
    assert correction(minutes, author).version == 2


def test_a_correction_does_not_bring_a_hidden_contribution_back(app):
    author = moderator()
    minutes = made.minutes(author)
    (comment,) = comments()
    talk.hide_comment(moderator(), comment, "Regel 3")
    fresh = correction(minutes, author)
    operations.change_voice(
        author,
        fresh,
        1,
        node_id="",
        kind=CommentKind.FOR,
        lang="de",
        body="Ein anderer Text",
        expected_edit=fresh.edit,
    )
    made.approve(fresh, author)
    assert (comment.state, comment.version) == (CommentState.HIDDEN, 1)
    assert queries.page(1, None).told[0].comment.html == ""


def test_withdrawn_minutes_keep_number_and_reason_and_say_nothing(app):
    author = moderator()
    minutes = made.minutes(author)
    correction(minutes, author)
    with pytest.raises(ReasonMissing):
        operations.withdraw(author, minutes, "")
    operations.withdraw(author, minutes, "Die Teilnehmenden wollten das nicht öffentlich.")
    assert comments()[0].state is CommentState.WITHDRAWN
    assert counters.recount() == []
    page = queries.page(1, None)
    assert (page.told, page.files) == ((), ())
    assert queries.unpublished(author) == []
    for deed in (policy.may_correct, policy.may_withdraw):
        assert not deed(author, minutes)
    assert made.minutes().number == 2, "numbers are never used again"


def test_files_are_seen_with_what_they_belong_to(app):
    author = moderator()
    version = made.draft(author)
    file = attachment(author)
    operations.attach(author, version, file)
    assert queries.sight(None, file.id) is None
    assert queries.sight(user(), file.id) is None
    assert queries.sight(moderator(), file.id).value == "private"
    minutes = made.approve(version, author)
    assert queries.sight(None, file.id).value == "public"
    fresh = correction(minutes, author)
    operations.detach(author, fresh, file.id)
    assert queries.sight(None, file.id).value == "public", "until the correction is approved"
    made.approve(fresh, author)
    assert queries.sight(None, file.id) is None
    assert queries.sight(author, file.id).value == "private"
    operations.withdraw(author, minutes, "Ein Gesicht ist zu erkennen.")
    assert queries.sight(None, file.id) is None


def test_a_discarded_draft_leaves_nothing(app):
    author = moderator()
    version = made.draft(author)
    operations.attach(author, version, attachment(author))
    operations.discard(author, version)
    assert [count(model) for model in (Minutes, MinutesVersion, Voice)] == [0, 0, 0]
    assert db.session.execute(text("SELECT count(*) FROM attachments")).scalar() == 0


def test_a_report_hides_a_contribution_and_punishes_no_account(app):
    made.minutes()
    (comment,) = comments()
    judge = moderator()
    case = deciding.open_case(judge, of_comment(comment), due=timedelta(days=7))
    for measure in (Measure.EDIT, Measure.WARN, Measure.SUSPEND, Measure.CLOSE):
        with pytest.raises(UnfitMeasure):
            deciding.record(
                judge,
                case,
                of_comment(comment),
                Ruling(measure, facts="Tatsachen", law="§ 185 StGB", days=7),
                comment.created_at,
            )
    deciding.decide(judge, case, Ruling(Measure.HIDE, facts="Nennt eine private Person.", law="§ 185 StGB"))
    assert comment.state is CommentState.HIDDEN
    assert db.session.get_one(User, VOICES).suspended_until is None
    assert db.session.scalars(select(Notification).where(Notification.user_id == VOICES)).all() == []


def test_the_account_of_the_moderator_who_wrote_goes_and_the_minutes_stay(app):
    author = moderator()
    made.minutes(author)
    blank_comments(author.id)
    close_account(author)
    assert comments()[0].body == "Der Bus fährt zu selten."
    assert queries.page(1, None).version.author.display_name == "gelöschtes Konto"


def test_figures_count_what_was_recorded_apart(app):
    made.minutes(voices=("Eins", "Zwei"))
    talk.write_comment(user(), comments()[0].thread, body="Im Netz", kind=CommentKind.FOR)
    assert (total().said, total().recorded) == (3, 2)
    talk.hide_comment(moderator(), comments()[0], "Regel 3")
    assert (total().said, total().recorded) == (2, 1)


def test_answers_to_a_contribution_work_as_everywhere(app):
    made.minutes()
    (comment,) = comments()
    reply = talk.write_comment(user(), comment.thread, body="Das stimmt.", kind=None, parent=comment)
    talk.rate_comment(user(), comment, True)
    assert (reply.root_id, comment.helpful) == (comment.id, 1)
    assert db.session.scalars(select(Notification).where(Notification.user_id == VOICES)).all() == []
    assert count(CommentVersion) == 0


def anew() -> None:
    """Forget what the session has read, as at the begin of a request."""
    db.session.flush()
    db.session.expunge_all()


def test_everything_works_on_minutes_as_a_request_reads_them(app):
    """The pages read minutes joined with place, author and occasion; locking them then must not lock those, too."""
    one, two = moderator().id, moderator().id
    ident = made.draft(db.session.get_one(User, one)).minutes_id

    def read(person: int) -> tuple[User, MinutesVersion]:
        anew()
        actor = db.session.get_one(User, person)
        version = queries.draft(ident, actor)
        assert version is not None
        return actor, version

    actor, version = read(one)
    operations.rewrite(actor, version, made.header(title="Abend"), expected_edit=version.edit, today=made.TODAY)
    actor, version = read(one)
    operations.submit(actor, version, expected_edit=version.edit)
    operations.send_back(*read(two), "Da fehlt ein Beitrag.")
    actor, version = read(one)
    made.say(actor, version, "Der Zug auch.")
    actor, version = read(one)
    operations.submit(actor, version, expected_edit=version.edit)
    actor, version = read(two)
    number = operations.approve(actor, version, expected_edit=version.edit).number
    assert number is not None

    def public(person: int) -> tuple[User, Minutes]:
        anew()
        found = queries.by_number(number)
        assert found is not None
        return db.session.get_one(User, person), found

    operations.correct(*public(one), "Der Zug war ein Bus.")
    operations.discard(*read(one))
    operations.withdraw(*public(two), "Der Abend war ein anderer.")
    _actor, found = public(one)
    assert (found.state, found.version) == (MinutesState.WITHDRAWN, 1)
